import { describe, expect, it } from "vitest";
import type { Booking, BookingStatus, Payment } from "../src/api/shapes";
import { resultOf } from "../src/pages/purchase";

const zero = { amount: 0, currency: "KRW" };
const booking = (status: BookingStatus, payment: Payment["status"] | null = null): Booking => ({
  id: "b", code: "C", status, schedule_id: "s", total: zero, discount: zero, mileage_used: 0, due: zero, expires_at: "",
  payment: payment && { id: "p", booking_id: "b", status: payment, amount: zero }, title: "", hall_name: "", starts_at: "", seats: [],
});

describe("resultOf", () => {
  it("knows how a booking ended", () => {
    expect(resultOf(booking("confirmed", "paid"))).toBe("paid");
    expect(resultOf(booking("refunded"))).toBe("refunded");
    expect(resultOf(booking("refund_due"))).toBe("refunded");
  });

  it("never offers to pay again while a payment is under way", () => {
    expect(resultOf(booking("pending", "pending"))).toBe("pending");
    expect(resultOf(booking("pending", "ready"))).toBeNull();
    expect(resultOf(booking("pending", "failed"))).toBeNull();
  });
});
