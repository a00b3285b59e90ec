/* The words about coupons, loaded with their page. */
import { catalogue, type Loose } from "./i18n";
import { couponEn } from "./words.coupon.en";
import { couponKo } from "./words.coupon.ko";

export type CouponWords = Loose<typeof couponKo>;

export const couponWords = catalogue<typeof couponKo>(couponKo, couponEn);
