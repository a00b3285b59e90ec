/* The calls about what makes a booking cheaper: coupons and mileage. */
import { query } from "./calls";
import { call } from "./client";
import type { Page } from "./shapes/common";
import type { Coupon, OpenCoupon } from "./shapes/coupon";
import type { MileageMove } from "./shapes/mileage";

type Signal = AbortSignal | undefined;

export const listOpenCoupons = (cursor: string | null, signal?: Signal) => call<Page<OpenCoupon>>(`/coupons${query({ cursor })}`, { signal });
export const listMyCoupons = (cursor: string | null, signal?: Signal) =>
  call<Page<Coupon & { coupon_id: string }>>(`/coupons/mine${query({ cursor })}`, { signal });
export const claimCoupon = (coupon: string, key: string) => call<void>(`/coupons/${encodeURIComponent(coupon)}/claim`, { method: "POST", key });
export const redeemCode = (code: string, key: string) => call<void>("/coupons/redeem_code", { method: "POST", body: { code }, key });
export const listMileage = (cursor: string | null, signal?: Signal) => call<Page<MileageMove>>(`/mileage/history${query({ cursor })}`, { signal });
