/* English, for coupons. */
import type { CouponWords } from "./coupon-words";

export const couponEn: CouponWords = {
  title: "Coupons",
  redeem: "Enter a code",
  code: "Coupon code",
  register: "Add it",
  mine: "Your coupons",
  none: "You have no coupons yet.",
  open: "Coupons to claim",
  noneOpen: "There are no coupons to claim right now.",
  claim: "Claim",
  claimNamed: (name) => `Claim ${name}`,
  got: "The coupon is yours. You can choose it when you pay.",
  off: (off) => `${off} off`,
  atMost: (price) => `at most ${price}`,
  from: (price) => `from ${price} on`,
  onlyFor: "for one performance only",
  until: (time) => `until ${time}`,
  begins: (time) => `from ${time} on`,
  left: (n) => `${n} left`,
  gone: "All taken",
  had: "Yours already",
  status: { usable: "Ready to use", reserved: "In a payment", used: "Used", expired: "Expired" },
  more: "Show more",
};
