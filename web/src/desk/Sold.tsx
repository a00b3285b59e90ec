/* What was sold: its tickets, to be printed; the next sale is one key away. */
import { useEffect, useRef } from "preact/hooks";
import { getTicketPicture } from "../api/calls";
import type { StaffBookingDetail } from "../api/staff";
import type { Ticket } from "../api/shapes/booking";
import { moment, money } from "../app/format";
import { words } from "../app/i18n";
import { useResource } from "../app/resource";
import { mayEnter, organizers } from "../app/roles";
import { deskWords } from "./words";

export function Sold({ booking, onNext }: { booking: StaffBookingDetail; onNext(): void }) {
  const w = deskWords();
  const next = useRef<HTMLButtonElement>(null);
  useEffect(() => next.current?.focus(), []);
  return (
    <section class="panel form" aria-labelledby="sold" data-testid="sold">
      <h2 id="sold"><span role="status">{w.sold(booking.code)} · {money(booking.due)}</span></h2>
      <div class="cancel__actions unprinted">
        <button ref={next} type="button" class="button" data-testid="next-sale" onClick={onNext}>{w.next}</button>
        <button type="button" class="button button--quiet" data-testid="print" onClick={() => print()}>{w.print}</button>
        {mayEnter({ roles: organizers }) && <a class="button button--quiet" href={`/admin/bookings/${encodeURIComponent(booking.id)}`}>{w.booking}</a>}
      </div>
      <ul class="tickets" data-testid="tickets">{booking.tickets.map((ticket) => <Printed key={ticket.id} ticket={ticket} code={booking.code} />)}</ul>
    </section>
  );
}

function Printed({ ticket, code }: { ticket: Ticket; code: string }) {
  const w = words();
  const picture = useResource((signal) => getTicketPicture(ticket.id, signal), [ticket.id]);
  const { seat } = ticket;
  return (
    <li class="ticket ticket--valid" data-testid="ticket">
      <div class="ticket__text">
        <strong>{ticket.title}</strong>
        <strong class="ticket__seat">{w.map.seat(seat.section, seat.row, seat.number)}</strong>
        <span>{seat.grade}{ticket.person_type && ticket.person_type !== "adult" && ` · ${w.person[ticket.person_type]}`}</span>
        <span class="muted">{moment(ticket.starts_at)}</span>
        <span class="muted">{ticket.hall_name} · <code>{code}</code></span>
      </div>
      <div class="ticket__code">
        {picture.data
          ? <img class="ticket__qr" alt={w.tickets.qr} data-testid="qr" src={`data:image/svg+xml,${encodeURIComponent(picture.data)}`} />
          : picture.problem ? <button type="button" class="button button--quiet button--small" onClick={picture.reload}>{w.states.retry}</button>
            : <span class="muted">{w.states.loading}</span>}
      </div>
    </li>
  );
}
