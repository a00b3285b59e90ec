/* From a hold to a paid booking. Every step has its own key, kept until the server has decided, so that a lost
   answer is asked for again and nothing is bought twice. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { createBooking, getBooking, listBookings } from "../api/calls";
import { pause } from "../api/client";
import { Intent } from "../api/intent";
import { confirmPayment, createPayment, getDeposit, listPayments } from "../api/payments";
import { asProblem, Problem } from "../api/problem";
import type { Benefits, Booking, Hold } from "../api/shapes/booking";
import type { Deposit, Payment, PayMethod } from "../api/shapes/payment";
import { serverNow } from "../app/clock";
import { words } from "../app/i18n";
import { passOfHold } from "../app/passes";
import { payWords } from "../app/pay-words";
import { problemText } from "../ui/states";

/* checking: the answer was lost; pending: the provider has not decided; deposit: the buyer is to transfer the money. All end by themselves. */
export type Result = "paid" | "pending" | "deposit" | "checking" | "refunded" | "expired";

/* A booking and the newest payment for it; deposit: what its provider waits for. */
export interface Order {
  booking: Booking;
  payment: Payment | null;
  deposit: Deposit | null;
}

export interface Purchase {
  booking: Booking | null;
  payable: boolean;
  busy: boolean;
  trouble: string;
  result: Result | null;
  order: Order | null;
  detour: Detour | null;
  buy(benefits: Benefits): Promise<void>;
  /* With a card of the sandbox. */
  pay(card: string): Promise<void>;
  /* On the page of a provider; the buyer comes back to /pay/return. */
  go(provider: string, method?: PayMethod): Promise<void>;
  /* Back to the choice of a provider. */
  choose(): void;
}

/* The provider that was asked for cannot take the payment: another one does (`payment`), or none. */
export interface Detour {
  asked: string;
  payment: Payment | null;
  /* Before this moment (ms) it need not be asked again. */
  retryAt: number;
}

export async function readOrder(booking: string, signal?: AbortSignal): Promise<Order> {
  const [found, payments] = await Promise.all([getBooking(booking, signal), listPayments(booking, signal)]);
  const payment = payments.items[0] ?? null;
  return { booking: found, payment, deposit: payment && (await depositOf(payment)) };
}

const deposits = new Map<string, Promise<Deposit | null>>();

/* Where to transfer the money, if that is what a payment waits for. It does not change, so the provider is asked once; while the payment is only
   being confirmed there is none yet. */
export function depositOf(payment: Payment): Promise<Deposit | null> {
  if (payment.status !== "pending" || payment.provider === "sandbox") return Promise.resolve(null);
  let known = deposits.get(payment.id);
  if (!known) {
    known = getDeposit(payment.id).catch(() => {
      deposits.delete(payment.id);
      return null;
    });
    deposits.set(payment.id, known);
  }
  return known;
}

/* The booking of a hold that is still of interest is among one's newest. */
export async function orderOf(hold: Hold, signal?: AbortSignal): Promise<Order | null> {
  const booking = (await listBookings(null, signal)).items.find((one) => one.hold_id === hold.id);
  return booking ? readOrder(booking.id, signal) : null;
}

/* What became of an order; null while it is only to be paid. */
export function resultOf({ booking, payment, deposit }: Order): Result | null {
  if (booking.status === "confirmed") return "paid";
  if (booking.status === "refunded" || booking.status === "refund_due") return "refunded";
  if (payment?.status === "pending") return deposit ? "deposit" : "pending";
  if (booking.status === "pending") return null;
  return payment?.status === "refunded" ? "refunded" : "expired";
}

export function usePurchase(hold: Hold, known: Order | null): Purchase {
  const [order, setOrder] = useState(known);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const [detour, setDetour] = useState<Detour | null>(null);
  const [checking, setChecking] = useState(false);
  const intents = useMemo(() => {
    const intent = (step: string) => new Intent(`takenseat.intent.${step}.${hold.id}`, sessionStorage);
    return { book: intent("book"), payment: intent("payment"), confirm: intent("confirm") };
  }, [hold.id]);
  const pass = () => passOfHold(hold.schedule_id);
  const result = checking ? "checking" : order && resultOf(order);

  useEffect(() => {
    if (known) setOrder(known);
  }, [known]);

  useSettling(result, order?.booking.id, (now) => {
    if (checking && resultOf(now) === null) setTrouble(words().checkout.unpaid);
    setChecking(false);
    setOrder(now);
  });

  async function guarded(work: () => Promise<void>): Promise<void> {
    setBusy(true);
    setTrouble("");
    try {
      await work();
    } catch (error) {
      setTrouble(explain(asProblem(error)));
    } finally {
      setBusy(false);
    }
  }

  const openPayment = (booking: Booking, provider: string, method?: PayMethod) =>
    intents.payment.carryOut({ booking: booking.id, provider, method }, (key) => createPayment(booking.id, provider, method, key, pass()));

  const buy = (benefits: Benefits) =>
    guarded(async () => {
      try {
        const booking = await intents.book.carryOut({ hold: hold.id, ...benefits }, (key) => createBooking(hold.id, benefits, key, pass()));
        setOrder({ booking, payment: null, deposit: null });
      } catch (error) {
        /* Booked before, in another tab, with other benefits: that booking is the one to pay. */
        if (asProblem(error).code === "other_benefits") setOrder(await orderOf(hold));
        throw error;
      }
    });

  const pay = (card: string) =>
    guarded(async () => {
      if (!order) return;
      const { booking } = order;
      try {
        const known = order.payment;
        const open = known?.status === "ready" && known.provider === "sandbox" ? known : await openPayment(booking, "sandbox");
        setOrder({ booking, payment: open, deposit: null });
        await intents.confirm.carryOut({ payment: open.id, card }, (key) =>
          confirmPayment(open.id, card, open.amount.amount, key));
        setOrder(await readOrder(booking.id));
      } catch (error) {
        const problem = asProblem(error);
        if (unknownOutcome(problem)) return setChecking(true);
        /* A refused payment is over; the next try opens another. */
        setOrder({ booking, payment: null, deposit: null });
        throw problem;
      }
    });

  const go = (provider: string, method?: PayMethod) =>
    guarded(async () => {
      if (!order) return;
      const { booking } = order;
      setDetour(null);
      try {
        const payment = await openPayment(booking, provider, method);
        setOrder({ booking, payment, deposit: null });
        if (payment.provider === provider) {
          leaveFor(payment);
          await pause(5_000);                                   /* nothing else is begun while the browser goes */
        } else setDetour({ asked: provider, payment, retryAt: 0 });
      } catch (error) {
        const problem = asProblem(error);
        if (problem.code === "provider_unavailable")
          return setDetour({ asked: provider, payment: null, retryAt: serverNow() + (problem.retryAfterMs ?? 5_000) });
        if (problem.code === "in_progress" || problem.code === "not_payable") return setChecking(true);
        throw problem;
      }
    });

  return {
    booking: order?.booking ?? null, payable: order?.booking.status === "pending", busy, trouble, result, order, detour, buy, pay, go,
    choose: () => setDetour(null),
  };
}

/* To the provider's page. Nothing but a web address is followed. */
export function leaveFor(payment: Payment): void {
  const address = payment.client?.redirect_url;
  if (!address || !/^https?:\/\//.test(address)) throw new Problem(0, "bad_address", "", payWords().badAddress);
  location.assign(address);
}

/* No answer, or one that says the booking is no longer just to be paid: what it is now has to be asked. */
function unknownOutcome(problem: Problem): boolean {
  return problem.uncertain || problem.code === "in_progress" || problem.code === "not_payable";
}

function explain(problem: Problem): string {
  const { title, detail } = problemText(problem);
  const again = problem.code === "payment_declined" || problem.code === "amount_mismatch";
  return again ? `${detail} ${words().checkout.tryAgain}` : detail || title;
}

/* While the outcome is open, asks until it is known. */
function useSettling(result: Result | null, booking: string | undefined, settle: (order: Order) => void): void {
  useEffect(() => {
    if (!booking || (result !== "pending" && result !== "deposit" && result !== "checking")) return;
    const stop = new AbortController();
    const ask = async () => {
      for (let wait = 700; ; wait = Math.min(15_000, wait * 1.4)) {
        await pause(wait, stop.signal);
        const now = await readOrder(booking, stop.signal).catch(() => null);
        if (now && resultOf(now) !== result) return settle(now);
      }
    };
    ask().catch(() => undefined);
    return () => stop.abort();
  }, [result, booking]);
}
