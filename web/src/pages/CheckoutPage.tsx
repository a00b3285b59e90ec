/* Paying for held seats, while the hold lasts. */
import { useEffect, useRef, useState } from "preact/hooks";
import { getHold, getSchedule, releaseHold } from "../api/calls";
import type { Benefits, Hold } from "../api/shapes/booking";
import type { ScheduleDetail } from "../api/shapes/performance";
import { moment, money } from "../app/format";
import { words } from "../app/i18n";
import { useResource } from "../app/resource";
import { navigate, place, type Params } from "../app/router";
import { useTitle } from "../app/Shell";
import { Countdown } from "../ui/Countdown";
import { PriceLines } from "../ui/PriceLines";
import { SeatLines } from "../ui/SeatLines";
import { Await, Notice } from "../ui/states";
import { BenefitsForm } from "./BenefitsForm";
import { PayMethods } from "./PayMethods";
import { orderOf, usePurchase, type Order, type Purchase } from "./purchase";
import { ResultView } from "./ResultView";

interface Checkout {
  hold: Hold;
  schedule: ScheduleDetail;
  order: Order | null;
}

async function read(id: string, signal: AbortSignal): Promise<Checkout> {
  const hold = await getHold(id, signal);
  const [schedule, order] = await Promise.all([
    getSchedule(hold.schedule_id, signal),
    hold.status === "active" ? null : orderOf(hold, signal),
  ]);
  return { hold, schedule, order };
}

export default function CheckoutPage({ params }: { params: Params }) {
  const checkout = useResource((signal) => read(params.holdId, signal), [params.holdId]);
  useTitle(words().checkout.title);
  return <Await of={checkout}>{(found) => <Steps checkout={found} reload={checkout.reload} />}</Await>;
}

function Steps({ checkout, reload }: { checkout: Checkout; reload(): void }) {
  const { hold, schedule } = checkout;
  const purchase = usePurchase(hold, checkout.order);
  const seats = `/schedules/${encodeURIComponent(schedule.id)}/seats`;
  useReleaseOnBack(purchase, hold, seats);
  useFreshOnBack();

  const { booking, order, result } = purchase;
  if (result && result !== "expired")
    return <div class="wrap wrap--narrow"><ResultView order={order} result={result} /></div>;
  if (result || (!booking && hold.status !== "active")) return <Over why={hold.status} seats={seats} />;
  return <Open checkout={checkout} purchase={purchase} seats={seats} reload={reload} />;
}

function Over({ why, seats }: { why: Hold["status"]; seats: string }) {
  const w = words().checkout;
  if (why === "booked")
    return <Notice title={w.booked} text={w.bookedText} testid="hold-booked"><a class="button" href="/tickets">{words().shell.tickets}</a></Notice>;
  return (
    <Notice title={w.expired} text={w.expiredText} tone="warn" testid="hold-expired">
      <a class="button" href={seats} data-testid="choose-again">{w.again}</a>
    </Notice>
  );
}

function Open({ checkout, purchase, seats, reload }: { checkout: Checkout; purchase: Purchase; seats: string; reload(): void }) {
  const w = words();
  const { hold, schedule } = checkout;
  const { booking } = purchase;
  const due = booking?.due ?? hold.total;
  const [benefits, setBenefits] = useState<Benefits>({});
  const plain = Object.keys(benefits).length === 0;
  return (
    <div class="wrap checkout">
      <h1>{w.checkout.title}</h1>
      <p class="checkout__clock" data-testid="hold-clock">
        {w.checkout.heldFor} <Countdown to={booking?.expires_at ?? hold.expires_at} onEnd={reload} testid="hold-countdown" />
      </p>
      <section class="panel checkout__order">
        <h2>{schedule.title}</h2>
        <p class="muted">{moment(schedule.starts_at)} · {schedule.hall_name}</p>
        <SeatLines seats={booking?.seats ?? hold.seats} />
        {booking && <PriceLines booking={booking} />}
        {!booking && <BenefitsForm hold={hold} schedule={schedule} onChange={setBenefits} />}
        {!booking && <p class="checkout__total"><span>{plain ? w.checkout.total : w.tickets.price}</span><strong data-testid="checkout-total">{money(due)}</strong></p>}
      </section>
      <section class="panel checkout__pay">
        {purchase.trouble && <p class="form__problem" role="alert" data-testid="payment-problem">{purchase.trouble}</p>}
        {purchase.payable ? (
          <PayMethods purchase={purchase} due={due} until={booking?.expires_at ?? hold.expires_at} />
        ) : (
          <>
            <p class="muted">{plain ? w.checkout.intro : w.checkout.exact}</p>
            <button type="button" class="button button--wide" disabled={purchase.busy} data-testid="buy"
              onClick={() => void purchase.buy(benefits)}>{plain ? w.checkout.buy(money(due)) : w.checkout.next}</button>
          </>
        )}
        <button type="button" class="button button--quiet button--wide" disabled={purchase.busy} data-testid="checkout-back"
          onClick={() => navigate(seats)}>{w.checkout.back}</button>
      </section>
    </div>
  );
}

/* A page that the browser kept while the buyer was at the provider's shows what was true before. */
function useFreshOnBack(): void {
  useEffect(() => {
    const fresh = (event: PageTransitionEvent) => event.persisted && location.reload();
    addEventListener("pageshow", fresh);
    return () => removeEventListener("pageshow", fresh);
  }, []);
}

/* Going back to the map gives the seats back; going elsewhere keeps them for as long as the hold lasts. */
function useReleaseOnBack(purchase: Purchase, hold: Hold, seats: string): void {
  const latest = useRef(purchase);
  latest.current = purchase;
  useEffect(() => () => {
    const { payable, result } = latest.current;
    if (place.peek().path === seats && !result && (payable || hold.status === "active")) releaseHold(hold.id).catch(() => undefined);
  }, []);
}
