/* Back from the provider's page: what it told, and what is to be done about it until the payment has an end. The server knows better than
   any address: it is asked first and last, and a reload, a second tab or a lost answer change nothing. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { getBooking } from "../api/calls";
import { backoff, pause } from "../api/client";
import { Intent } from "../api/intent";
import { confirmPayment, getPayment } from "../api/payments";
import { asProblem, type Problem } from "../api/problem";
import type { Payment } from "../api/shapes/payment";
import { depositOf, resultOf, type Order, type Result } from "./purchase";

export interface Told {
  payment: string;
  /* The buyer did not approve. */
  failed: boolean;
  /* What the provider's page returned, to be confirmed. */
  key: string | null;
  /* As its page tells it. */
  amount: number | null;
  /* Why it failed, in the provider's words. */
  code: string;
}

export type Paid = Order & { payment: Payment };

/* Result, or why the booking is still to be paid. */
export type Ending = Result | "declined" | "cancelled" | "mismatch" | "unpaid";

export interface ReturnState {
  order: Paid | null;
  ending: Ending | null;
  /* Why nothing can be said at all. */
  problem: Problem | null;
  /* The last question went unanswered; it is asked again. */
  shaky: boolean;
}

export function readTold(query: string): Told | null {
  const given = new URLSearchParams(query);
  const payment = given.get("payment");
  if (!payment) return null;
  const amount = given.get("amount") ?? "";
  return {
    payment,
    failed: given.get("failed") === "1",
    key: given.get("paymentKey") ?? given.get("session_id"),
    amount: /^\d{1,15}$/.test(amount) ? Number(amount) : null,
    code: given.get("code") ?? "",
  };
}

/* The ways to say that the buyer thought better of it; Stripe's page says nothing. */
const calledOff = new Set(["", "PAY_PROCESS_CANCELED", "USER_CANCEL", "PAY_PROCESS_ABORTED"]);

/* "confirm": the buyer has approved, and nobody has taken the money yet. */
export function endingOf(order: Paid, told: Told): Ending | "confirm" {
  const { booking, payment } = order;
  if (payment.status === "ready" && booking.status !== "confirmed" && !told.failed && told.key) return "confirm";
  if (payment.reason === "amount_mismatch" && booking.status !== "confirmed") return "mismatch";
  const result = resultOf(order);
  if (result) return result;
  switch (payment.status) {
    case "failed":
      return "declined";
    case "refunded":
      return "refunded";
    case "cancelled":
      return "cancelled";
    default:
      if (!told.failed) return "unpaid";
      return calledOff.has(told.code) ? "cancelled" : "declined";
  }
}

/* How a refusal to confirm ends it, where the payment itself does not say so. */
const refusals: Partial<Record<string, Ending>> = { payment_declined: "declined", amount_mismatch: "mismatch", hold_expired: "expired" };

const open = (ending: Ending) => ending === "pending" || ending === "checking" || ending === "deposit";

export interface Follow {
  told: Told;
  signal: AbortSignal;
  read(payment: string, signal: AbortSignal): Promise<Paid>;
  confirm(order: Paid, key: string): Promise<unknown>;
  wait(ms: number, signal: AbortSignal): Promise<void>;
  show(state: ReturnState): void;
}

/* Runs until the payment has an end or cannot be read. */
export async function follow({ told, signal, read, confirm, wait, show }: Follow): Promise<void> {
  let order: Paid | null = null;
  let refused: Ending | null = null;
  let asked = told;
  for (let quiet = 0, failures = 0; !signal.aborted; ) {
    let lost: Problem;
    try {
      order = await read(told.payment, signal);
      const found: Ending | "confirm" = endingOf(order, asked);
      if (found !== "confirm") {
        const ending = refused && (found === "unpaid" || found === "expired") ? refused : found;
        show({ order, ending, problem: null, shaky: false });
        if (!open(ending)) return;
        failures = 0;
        await wait(Math.min(15_000, 700 * 1.4 ** quiet++), signal);
        continue;
      }
      show({ order, ending: "checking", problem: null, shaky: failures > 0 });
      await confirm(order, asked.key as string);
      asked = { ...asked, key: null };
      continue;
    } catch (error) {
      if (signal.aborted) return;
      lost = asProblem(error);
    }
    if (!lost.uncertain && lost.code !== "in_progress" && lost.status !== 429) {
      /* Refused for good: what the payment is now is read once more. */
      if (!order || asked.key === null) return show({ order, ending: null, problem: lost, shaky: false });
      refused = refusals[lost.code] ?? null;
      if (!refused && lost.status !== 409) return show({ order, ending: null, problem: lost, shaky: false });
      asked = { ...asked, key: null };
      continue;
    }
    if (lost.code !== "in_progress") failures++;
    show({ order, ending: "checking", problem: null, shaky: failures > 0 });
    await wait(lost.retryAfterMs ?? backoff(quiet++), signal);
  }
}

async function readPaid(id: string, signal: AbortSignal): Promise<Paid> {
  const payment = await getPayment(id, signal);
  const [booking, deposit] = await Promise.all([getBooking(payment.booking_id, signal), depositOf(payment)]);
  return { payment, booking, deposit };
}

export function useReturn(told: Told): ReturnState & { again(): void } {
  const [state, setState] = useState<ReturnState>({ order: null, ending: null, problem: null, shaky: false });
  const [round, setRound] = useState(0);
  const intent = useMemo(() => new Intent(`takenseat.intent.return.${told.payment}`, sessionStorage), [told.payment]);
  const again = () => setRound((n) => n + 1);

  useEffect(() => {
    const stop = new AbortController();
    follow({
      told,
      signal: stop.signal,
      read: readPaid,
      confirm: ({ payment }, key) => intent.carryOut({ payment: payment.id, key }, (idempotency) =>
        confirmPayment(payment.id, key, told.amount ?? payment.amount.amount, idempotency)),
      wait: pause,
      show: setState,
    }).catch(() => undefined);
    return () => stop.abort();
  }, [told, round]);

  useEffect(() => {
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, []);

  return { ...state, again };
}
