/* Paying for held seats, while the hold lasts. */
import { useEffect, useRef } from "preact/hooks";
import { cancelBooking, getBooking, getHold, getSchedule, releaseHold } from "../api/calls";
import { randomKey } from "../api/intent";
import type { Booking, Hold, ScheduleDetail } from "../api/shapes";
import { moment, money } from "../app/format";
import { words } from "../app/i18n";
import { useResource } from "../app/resource";
import { navigate, place, type Params } from "../app/router";
import { useTitle } from "../app/Shell";
import { Countdown } from "../ui/Countdown";
import { SeatLines } from "../ui/SeatLines";
import { Await, Notice } from "../ui/states";
import { CardChooser } from "./CardChooser";
import { bookingOf, usePurchase, type Purchase } from "./purchase";
import { ResultView } from "./ResultView";

interface Order {
  hold: Hold;
  schedule: ScheduleDetail;
  booking: Booking | null;
}

async function read(id: string, signal: AbortSignal): Promise<Order> {
  const hold = await getHold(id, signal);
  const known = bookingOf(id);
  const [schedule, booking] = await Promise.all([
    getSchedule(hold.schedule_id, signal),
    known ? getBooking(known, signal) : null,
  ]);
  return { hold, schedule, booking };
}

export default function CheckoutPage({ params }: { params: Params }) {
  const order = useResource((signal) => read(params.holdId, signal), [params.holdId]);
  useTitle(words().checkout.title);
  return <Await of={order}>{(found) => <Checkout order={found} reload={order.reload} />}</Await>;
}

function Checkout({ order, reload }: { order: Order; reload(): void }) {
  const { hold, schedule } = order;
  const purchase = usePurchase(hold, order.booking);
  const seats = `/schedules/${encodeURIComponent(schedule.id)}/seats`;
  useReleaseOnBack(purchase, hold, seats);

  if (purchase.result) return <div class="wrap wrap--narrow"><ResultView purchase={purchase} schedule={schedule} /></div>;
  const over = ended(hold, purchase.booking);
  if (over) return <Over why={over} seats={seats} />;
  return <Open order={order} purchase={purchase} seats={seats} reload={reload} />;
}

function ended(hold: Hold, booking: Booking | null): "expired" | "released" | "booked" | null {
  if (booking) return booking.status === "pending" ? null : "expired";
  return hold.status === "active" ? null : hold.status;
}

function Over({ why, seats }: { why: "expired" | "released" | "booked"; seats: string }) {
  const w = words().checkout;
  if (why === "booked")
    return <Notice title={w.booked} text={w.bookedText} testid="hold-booked"><a class="button" href="/tickets">{words().shell.tickets}</a></Notice>;
  return (
    <Notice title={w.expired} text={w.expiredText} tone="warn" testid="hold-expired">
      <a class="button" href={seats} data-testid="choose-again">{w.again}</a>
    </Notice>
  );
}

function Open({ order, purchase, seats, reload }: { order: Order; purchase: Purchase; seats: string; reload(): void }) {
  const w = words();
  const { hold, schedule } = order;
  const due = purchase.booking?.due ?? hold.total;
  return (
    <div class="wrap checkout">
      <h1>{w.checkout.title}</h1>
      <p class="checkout__clock" data-testid="hold-clock">
        {w.checkout.heldFor} <Countdown to={purchase.booking?.expires_at ?? hold.expires_at} onEnd={reload} testid="hold-countdown" />
      </p>
      <section class="panel checkout__order">
        <h2>{schedule.title}</h2>
        <p class="muted">{moment(schedule.starts_at)} · {schedule.hall_name}</p>
        <SeatLines seats={hold.seats} />
        <p class="checkout__total"><span>{w.checkout.total}</span><strong data-testid="checkout-total">{money(due)}</strong></p>
      </section>
      <section class="panel checkout__pay">
        {purchase.trouble && <p class="form__problem" role="alert" data-testid="payment-problem">{purchase.trouble}</p>}
        {purchase.payable ? (
          <CardChooser due={due} busy={purchase.busy} onPay={purchase.pay} />
        ) : (
          <>
            <p class="muted">{w.checkout.intro}</p>
            <button type="button" class="button button--wide" disabled={purchase.busy} data-testid="buy"
              onClick={() => void purchase.buy()}>{w.checkout.buy(money(due))}</button>
          </>
        )}
        <button type="button" class="button button--quiet button--wide" disabled={purchase.busy} data-testid="checkout-back"
          onClick={() => navigate(seats)}>{w.checkout.back}</button>
      </section>
    </div>
  );
}

/* Going back to the map gives the seats back; going elsewhere keeps them for as long as the hold lasts. */
function useReleaseOnBack(purchase: Purchase, hold: Hold, seats: string): void {
  const latest = useRef(purchase);
  latest.current = purchase;
  useEffect(() => () => {
    const { booking, result } = latest.current;
    if (place.peek().path !== seats || result || hold.status !== "active" && !booking) return;
    const given = booking ? cancelBooking(booking.id, randomKey()) : releaseHold(hold.id);
    given.catch(() => undefined);
  }, []);
}
