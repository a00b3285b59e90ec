/* From a hold to a paid booking. Every step has its own key, kept until the server has decided, so that a lost
   answer is asked for again and nothing is bought twice. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { confirmPayment, createBooking, createPayment, getBooking, getPayment } from "../api/calls";
import { pause } from "../api/client";
import { Intent } from "../api/intent";
import { asProblem, type Problem } from "../api/problem";
import type { Booking, Hold, Payment } from "../api/shapes";
import { words } from "../app/i18n";
import { passFor } from "../app/passes";
import { problemText } from "../ui/states";

/* checking: the answer was lost; pending: the provider has not decided. Both end by themselves. */
export type Result = "paid" | "pending" | "checking" | "refunded" | "expired";

export interface Purchase {
  booking: Booking | null;
  payable: boolean;
  busy: boolean;
  trouble: string;
  result: Result | null;
  buy(): Promise<void>;
  pay(card: string): Promise<void>;
}

const bookingName = (hold: string) => `takenseat.booking.${hold}`;

export function bookingOf(hold: string): string | null {
  return sessionStorage.getItem(bookingName(hold));
}

export function resultOf({ status, payment }: Booking): Result | null {
  if (status === "confirmed") return "paid";
  if (status === "refunded" || status === "refund_due") return "refunded";
  return status === "pending" && payment?.status === "pending" ? "pending" : null;
}

export function usePurchase(hold: Hold, known: Booking | null): Purchase {
  const [booking, setBooking] = useState(known);
  const [payment, setPayment] = useState(known?.payment?.status === "ready" || known?.payment?.status === "pending" ? known.payment : null);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const [result, setResult] = useState<Result | null>(known && resultOf(known));
  const intents = useMemo(() => {
    const intent = (step: string) => new Intent(`takenseat.intent.${step}.${hold.id}`, sessionStorage);
    return { book: intent("book"), payment: intent("payment"), confirm: intent("confirm") };
  }, [hold.id]);
  const pass = () => passFor(hold.schedule_id)?.pass ?? null;

  useEffect(() => {
    if (known) setBooking(known);
  }, [known]);

  useSettling(result, booking, payment, setResult);

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

  const openPayment = async (made: Booking): Promise<Payment> => {
    const opened = await intents.payment.carryOut({ booking: made.id }, (key) => createPayment(made.id, key, pass()));
    setPayment(opened);
    return opened;
  };

  const buy = () =>
    guarded(async () => {
      const made = await intents.book.carryOut({ hold: hold.id }, (key) => createBooking(hold.id, key, pass()));
      sessionStorage.setItem(bookingName(hold.id), made.id);
      setBooking(made);
      const done = resultOf(made);
      if (done) setResult(done);
      else await openPayment(made);
    });

  const pay = (card: string) =>
    guarded(async () => {
      if (!booking) return;
      const open = payment ?? (await openPayment(booking));
      try {
        const answer = await intents.confirm.carryOut({ payment: open.id, card }, (key) =>
          confirmPayment(open.id, card, open.amount.amount, key, pass()));
        if (answer.status === "failed") throw declined();
        setPayment(answer);
        setResult(answer.status === "paid" || answer.status === "refunded" ? answer.status : "pending");
      } catch (error) {
        const problem = asProblem(error);
        if (problem.uncertain) {
          setResult("checking");
          return;
        }
        /* A refused payment is over; the next try opens another. */
        setPayment(null);
        throw problem;
      }
    });

  const payable = booking !== null && booking.status === "pending";
  return { booking, payable, busy, trouble, result, buy, pay };
}

function declined(): Error {
  return new Error(words().checkout.declined);
}

function explain(problem: Problem): string {
  const w = words().checkout;
  if (problem.code === "client" && problem.detail) return problem.detail;
  if (problem.code === "payment_declined") return `${problem.detail || w.declined} ${w.tryAgain}`;
  if (problem.code === "amount_mismatch") return `${problem.detail || w.mismatch} ${w.tryAgain}`;
  const { title, detail } = problemText(problem);
  return detail || title;
}

/* While the outcome is open, asks until it is known. */
function useSettling(
  result: Result | null, booking: Booking | null, payment: Payment | null, settle: (result: Result) => void,
): void {
  useEffect(() => {
    if (!booking || (result !== "pending" && result !== "checking")) return;
    const stop = new AbortController();
    const ask = async () => {
      for (let wait = 1500; ; wait = Math.min(15_000, wait * 1.4)) {
        await pause(wait, stop.signal);
        const [now, paid] = await Promise.all([
          getBooking(booking.id, stop.signal).catch(() => null),
          payment ? getPayment(payment.id, stop.signal).catch(() => null) : null,
        ]);
        const over = now?.status === "expired" || now?.status === "cancelled";
        const done = now && resultOf(now);
        if (done && done !== result) return settle(done);
        if (paid?.status === "refunded") return settle("refunded");
        if (over && (paid?.status === "ready" || paid?.status === "failed")) return settle("expired");
        if (paid?.status === "pending" && result === "checking") return settle("pending");
      }
    };
    ask().catch(() => undefined);
    return () => stop.abort();
  }, [result, booking?.id, payment?.id]);
}
