/* One's bookings, newest first as the server gives them. */
import { useEffect, useState } from "preact/hooks";
import { listBookings } from "../api/calls";
import { asProblem } from "../api/problem";
import type { Booking, BookingStatus } from "../api/shapes/booking";
import type { Page } from "../api/shapes/common";
import { moment, money } from "../app/format";
import { words } from "../app/i18n";
import { online } from "../app/network";
import { useResource } from "../app/resource";
import { useTitle } from "../app/Shell";
import { readBookings } from "../app/tickets";
import { tell } from "../app/toasts";
import { Countdown } from "../ui/Countdown";
import { Kept } from "../ui/Kept";
import { Await, Notice, problemText } from "../ui/states";
import { VerifyNotice } from "../ui/VerifyNotice";
import { useWaiting, WaitingList } from "../ui/WaitingList";

export default function TicketsPage() {
  const w = words();
  useTitle(w.tickets.title);
  const waiting = useWaiting();
  const first = useResource(readBookings, [online.value]);
  return (
    <div class="wrap wrap--medium">
      <h1>{w.tickets.title}</h1>
      <VerifyNotice />
      <WaitingList waiting={waiting} />
      <Await of={first}>{({ found, keptAt }) => (
        <>
          <Kept at={keptAt} />
          <List first={found} reload={first.reload} />
        </>
      )}</Await>
    </div>
  );
}

function List({ first, reload }: { first: Page<Booking>; reload(): void }) {
  const w = words();
  const [page, setPage] = useState(first);
  useEffect(() => setPage(first), [first]);

  async function more() {
    try {
      const next = await listBookings(page.next);
      setPage({ items: [...page.items, ...next.items], next: next.next });
    } catch (error) {
      tell(problemText(asProblem(error)).title, "warn");
    }
  }

  if (page.items.length === 0)
    return (
      <Notice title={w.tickets.none} text={w.tickets.noneText} testid="empty">
        <a class="button" href="/">{w.tickets.browse}</a>
      </Notice>
    );
  return (
    <>
      <ul class="bookings" data-testid="bookings">
        {page.items.map((booking) => (
          <li key={booking.id} class={`stub stub--${booking.status}`} data-testid="booking">
            <a href={`/tickets/${encodeURIComponent(booking.id)}`}>
              <span class="stub__main">
                <BookingBadge status={booking.status} />
                <strong class="stub__title">{booking.title}</strong>
                <span class="muted">{moment(booking.starts_at)}</span>
                <span class="muted">{booking.hall_name}</span>
              </span>
              <span class="stub__side">
                <b>{w.units.tickets(booking.seats.length)}</b>
                <span>{money(booking.due)}</span>
                <code>{booking.code}</code>
              </span>
            </a>
            <PayOn booking={booking} onEnd={reload} />
          </li>
        ))}
      </ul>
      {page.next && <button type="button" class="button button--quiet more" data-testid="more" onClick={() => void more()}>{w.home.more}</button>}
    </>
  );
}

/* The way back to paying for what is still held. */
export function PayOn({ booking, onEnd }: { booking: Booking; onEnd?: () => void }) {
  if (booking.status !== "pending") return null;
  return (
    <p class="payon">
      <a class="button" href={`/checkout/${encodeURIComponent(booking.hold_id)}`} data-testid="continue-payment">{words().tickets.payOn}</a>
      <span>{words().checkout.heldFor} <Countdown to={booking.expires_at} onEnd={onEnd} /></span>
    </p>
  );
}

export function BookingBadge({ status }: { status: BookingStatus }) {
  return <span class={`badge badge--${status}`} data-testid="booking-status">{words().booking[status] ?? status}</span>;
}
