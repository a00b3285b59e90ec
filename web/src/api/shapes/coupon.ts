/* Coupons. */
import type { Money } from "./common";

export interface Coupon {
  id: string;
  status: "usable" | "reserved" | "used" | "expired";
  name: string;
  discount_percent: number | null;
  discount_amount: Money | null;
  min_total: Money | null;
  performance_id: string | null;
  starts_at: string;
  expires_at: string;
}

/* A coupon that may be claimed, now or soon. */
export interface OpenCoupon extends Omit<Coupon, "status"> {
  max_discount: Money | null;
  quantity: number;
  left: number;
}
