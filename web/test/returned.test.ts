import { describe, expect, it } from "vitest";
import { networkProblem, Problem } from "../src/api/problem";
import type { BookingStatus } from "../src/api/shapes/booking";
import type { Payment } from "../src/api/shapes/payment";
import { endingOf, follow, readTold, type Paid, type ReturnState, type Told } from "../src/pages/returned";

const zero = { amount: 0, currency: "KRW" };
const paid = (booking: BookingStatus, status: Payment["status"], more: Partial<Payment> = {}): Paid => ({
  booking: {
    id: "b", code: "C", status: booking, hold_id: "h", schedule_id: "s", total: zero, discount: zero, mileage_used: 0, due: zero, expires_at: "",
    payment: null, title: "", hall_name: "", starts_at: "", seats: [],
  },
  payment: { id: "p", booking_id: "b", status, amount: { amount: 5000, currency: "KRW" }, provider: "toss", ...more },
  deposit: null,
});
const success: Told = { payment: "p", failed: false, key: "key", amount: 5000, code: "" };
const over: Told = { ...success, key: null };

describe("readTold", () => {
  it("reads what each provider adds to the address", () => {
    expect(readTold("?payment=p&paymentType=NORMAL&orderId=o&paymentKey=tk_1&amount=5000"))
      .toEqual({ payment: "p", failed: false, key: "tk_1", amount: 5000, code: "" });
    expect(readTold("?payment=p&session_id=cs_1")).toEqual({ payment: "p", failed: false, key: "cs_1", amount: null, code: "" });
    expect(readTold("?payment=p&failed=1&code=REJECT_CARD_COMPANY&message=x")).toMatchObject({ failed: true, code: "REJECT_CARD_COMPANY" });
  });

  it("believes no other address", () => {
    for (const query of ["", "?payment=", "?paymentKey=k"]) expect(readTold(query), query).toBeNull();
    for (const amount of ["-1", "1e9", "5000.0", "9999999999999999"]) expect(readTold(`?payment=p&amount=${amount}`)?.amount, amount).toBeNull();
  });
});

describe("endingOf", () => {
  it("confirms what the buyer approved, also when the hold ended meanwhile: the server has the rule", () => {
    expect(endingOf(paid("pending", "ready"), success)).toBe("confirm");
    expect(endingOf(paid("expired", "ready"), success)).toBe("confirm");
    expect(endingOf(paid("pending", "ready"), over)).toBe("unpaid");
    expect(endingOf(paid("expired", "ready"), over)).toBe("expired");
  });

  it("never confirms what was not approved or is decided", () => {
    expect(endingOf(paid("pending", "ready"), { ...success, failed: true, code: "REJECT_CARD_COMPANY" })).toBe("declined");
    expect(endingOf(paid("pending", "ready"), { ...success, failed: true })).toBe("cancelled");
    expect(endingOf(paid("confirmed", "ready"), success)).toBe("paid");
    for (const status of ["paid", "pending", "failed", "cancelled", "refunded"] as const)
      expect(endingOf(paid("pending", status), success), status).not.toBe("confirm");
  });

  it("tells a buyer who called it off from a card that was refused", () => {
    expect(endingOf(paid("pending", "ready"), { ...over, failed: true, code: "PAY_PROCESS_CANCELED" })).toBe("cancelled");
    expect(endingOf(paid("pending", "ready"), { ...over, failed: true, code: "REJECT_CARD_COMPANY" })).toBe("declined");
    expect(endingOf(paid("pending", "failed", { reason: "declined" }), success)).toBe("declined");
    expect(endingOf(paid("pending", "cancelled"), success)).toBe("cancelled");
  });

  it("knows money that came late, and money of another amount", () => {
    expect(endingOf(paid("refund_due", "pending", { reason: "too_late" }), success)).toBe("refunded");
    expect(endingOf(paid("expired", "refunded", { reason: "too_late" }), success)).toBe("refunded");
    expect(endingOf(paid("pending", "refunded", { reason: "amount_mismatch" }), success)).toBe("mismatch");
    expect(endingOf(paid("expired", "refunded", { reason: "amount_mismatch" }), success)).toBe("mismatch");
  });
});

type Answer = Paid | Problem;
const refusal = (status: number, code: string) => new Problem(status, code, "", "");

/* Plays a way back: what each reading and each confirmation gives. */
async function play(told: Told, reads: Answer[], confirms: (Problem | "ok")[]) {
  const shown: ReturnState[] = [];
  const keys: string[] = [];
  const next = <T>(list: (T | Problem)[]): T => {
    const answer = list.length > 1 ? list.shift() : list[0];
    if (answer === undefined || answer instanceof Problem) throw answer ?? new Error("nothing more was expected");
    return answer;
  };
  await follow({
    told,
    signal: new AbortController().signal,
    read: async () => next(reads),
    confirm: async (_, key) => {
      keys.push(key);
      return next(confirms);
    },
    wait: async () => undefined,
    show: (state) => shown.push(state),
  });
  const last = shown[shown.length - 1];
  return { keys, last, endings: shown.map(({ ending }) => ending), shaky: shown.some((state) => state.shaky) };
}

describe("follow", () => {
  it("confirms once and reads what came of it", async () => {
    const { keys, endings } = await play(success, [paid("pending", "ready"), paid("confirmed", "paid")], ["ok"]);
    expect(keys).toEqual(["key"]);
    expect(endings).toEqual(["checking", "paid"]);
  });

  it("confirms nothing on a reload of a payment that is paid", async () => {
    const { keys, last } = await play(success, [paid("confirmed", "paid")], []);
    expect([keys, last.ending]).toEqual([[], "paid"]);
  });

  it("asks again with the same key when the answer is lost", async () => {
    const { keys, last, shaky } = await play(success,
      [paid("pending", "ready"), paid("pending", "ready"), paid("confirmed", "paid")], [networkProblem(), "ok"]);
    expect(keys).toEqual(["key", "key"]);
    expect(shaky).toBe(true);
    expect([last.ending, last.shaky]).toEqual(["paid", false]);
  });

  it("waits while another tab or the webhook is at it", async () => {
    const { keys, last, shaky } = await play(success,
      [paid("pending", "ready"), paid("pending", "pending"), paid("confirmed", "paid")], [refusal(409, "in_progress")]);
    expect(keys).toHaveLength(1);
    expect([last.ending, shaky]).toEqual(["paid", false]);
  });

  it("keeps asking while the provider has not decided, and through silence", async () => {
    const { endings, shaky } = await play(over, [paid("pending", "pending"), networkProblem(), paid("pending", "pending"), paid("confirmed", "paid")], []);
    expect(endings).toEqual(["pending", "checking", "pending", "paid"]);
    expect(shaky).toBe(true);
  });

  it("ends with the refusal, whatever the payment itself tells", async () => {
    const declined = await play(success, [paid("pending", "ready"), paid("pending", "failed", { reason: "declined" })], [refusal(409, "payment_declined")]);
    expect(declined.last.ending).toBe("declined");
    const mismatch = await play({ ...success, amount: 1 }, [paid("pending", "ready"), paid("pending", "ready")], [refusal(409, "amount_mismatch")]);
    expect([mismatch.keys.length, mismatch.last.ending]).toEqual([1, "mismatch"]);
    const late = await play(success, [paid("pending", "ready"), paid("expired", "cancelled")], [refusal(409, "not_payable")]);
    expect(late.last.ending).toBe("expired");
  });

  it("shows what cannot be read", async () => {
    const { last } = await play(success, [refusal(404, "not_found")], []);
    expect([last.problem?.status, last.ending]).toEqual([404, null]);
  });
});
