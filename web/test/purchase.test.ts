import { describe, expect, it } from "vitest";
import type { BookingStatus } from "../src/api/shapes/booking";
import type { Payment } from "../src/api/shapes/payment";
import { resultOf, type Order } from "../src/pages/purchase";

const zero = { amount: 0, currency: "KRW" };
const order = (status: BookingStatus, payment: Payment["status"] | null = null): Order => ({
  booking: {
    id: "b", code: "C", status, hold_id: "h", schedule_id: "s", total: zero, discount: zero, mileage_used: 0, due: zero, expires_at: "",
    payment: null, title: "", hall_name: "", starts_at: "", seats: [],
  },
  payment: payment && { id: "p", booking_id: "b", status: payment, amount: zero, provider: "sandbox" },
  deposit: null,
});

describe("resultOf", () => {
  it("knows how a booking ended", () => {
    expect(resultOf(order("confirmed", "paid"))).toBe("paid");
    expect(resultOf(order("refunded", "refunded"))).toBe("refunded");
    expect(resultOf(order("refund_due", "pending"))).toBe("refunded");
    expect(resultOf(order("expired"))).toBe("expired");
    expect(resultOf(order("cancelled", "failed"))).toBe("expired");
    expect(resultOf(order("expired", "refunded"))).toBe("refunded");
  });

  it("never offers to pay again while a payment is under way", () => {
    expect(resultOf(order("pending", "pending"))).toBe("pending");
    expect(resultOf(order("expired", "pending"))).toBe("pending");
  });

  it("asks for a transfer where one is awaited", () => {
    const waiting = order("pending", "pending");
    waiting.deposit = { bank: "88", account_number: "1", until: null };
    expect(resultOf(waiting)).toBe("deposit");
  });

  it("lets a booking be paid that has no payment, one just begun, or one that is over", () => {
    for (const payment of [null, "ready", "failed", "refunded"] as const) expect(resultOf(order("pending", payment))).toBeNull();
  });
});
