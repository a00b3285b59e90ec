/* One booking: its tickets with their codes, or what became of it. */
import { getBooking, getTicketPdf, getTicketPicture, listTickets } from "../api/calls";
import type { Booking, BookingStatus, Ticket } from "../api/shapes";
import { moment } from "../app/format";
import { words } from "../app/i18n";
import { payWords } from "../app/pay-words";
import { useResource } from "../app/resource";
import type { Params } from "../app/router";
import { save } from "../app/save";
import { useTitle } from "../app/Shell";
import { FormProblem, useSending } from "../ui/Form";
import { PriceLines } from "../ui/PriceLines";
import { SeatLines } from "../ui/SeatLines";
import { Await } from "../ui/states";
import { CancelPanel } from "./CancelPanel";
import { RefundAccountPanel } from "./RefundAccount";
import { BookingBadge, PayOn } from "./TicketsPage";

interface Both {
  booking: Booking;
  tickets: Ticket[];
}

async function read(id: string, signal: AbortSignal): Promise<Both> {
  const booking = await getBooking(id, signal);
  const tickets = booking.status === "confirmed" ? (await listTickets(id, signal)).items : [];
  return { booking, tickets };
}

export default function BookingPage({ params }: { params: Params }) {
  const w = words();
  const both = useResource((signal) => read(params.bookingId, signal), [params.bookingId]);
  useTitle(both.data?.booking.title ?? w.tickets.title);
  return (
    <div class="wrap wrap--medium">
      <p><a href="/tickets">← {w.tickets.title}</a></p>
      <Await of={both}>{({ booking, tickets }) => <Details booking={booking} tickets={tickets} reload={both.reload} />}</Await>
    </div>
  );
}

const paid = new Set<BookingStatus>(["confirmed", "cancelled", "refund_due", "refunded"]);

function Details({ booking, tickets, reload }: Both & { reload(): void }) {
  const w = words();
  return (
    <>
      <header class="booking__head">
        <BookingBadge status={booking.status} />
        <h1>{booking.title}</h1>
        <p class="muted">{moment(booking.starts_at)} · {booking.hall_name}</p>
      </header>
      {booking.status !== "confirmed" && <p class="booking__note" data-testid="booking-note">{w.bookingNote[booking.status]}</p>}
      {tickets.length > 0
        ? <ul class="tickets" data-testid="tickets">{tickets.map((ticket) => <TicketCard key={ticket.id} ticket={ticket} />)}</ul>
        : <section class="panel"><SeatLines seats={booking.seats} /></section>}
      <section class="panel booking__sum">
        <dl class="facts">
          <div><dt>{w.tickets.code}</dt><dd><code>{booking.code}</code></dd></div>
        </dl>
        <PriceLines booking={booking} />
        {booking.payment && <a href={`/receipts/${encodeURIComponent(booking.payment)}`} data-testid="to-receipt">{payWords().receipt.link}</a>}
        <PayOn booking={booking} onEnd={reload} />
      </section>
      {booking.payment && <RefundAccountPanel payment={booking.payment} since={booking} />}
      {paid.has(booking.status) && <CancelPanel booking={booking} onChange={reload} />}
    </>
  );
}

function TicketCard({ ticket }: { ticket: Ticket }) {
  const w = words();
  const { seat } = ticket;
  return (
    <li class={`ticket ticket--${ticket.status}`} data-testid="ticket">
      <div class="ticket__text">
        <span class={`badge badge--${ticket.status}`}>{w.ticketStatus[ticket.status]}</span>
        <strong class="ticket__seat">{w.map.seat(seat.section, seat.row, seat.number)}</strong>
        <span>{seat.grade}</span>
        <span class="muted">{moment(ticket.starts_at)}</span>
        <span class="muted">{ticket.hall_name}</span>
        {ticket.status === "valid" && <Paper ticket={ticket} />}
      </div>
      <div class="ticket__code">{ticket.status === "valid" ? <Picture ticket={ticket} /> : <span class="muted">{w.tickets.noCode}</span>}</div>
    </li>
  );
}

function Picture({ ticket }: { ticket: Ticket }) {
  const w = words();
  const picture = useResource((signal) => getTicketPicture(ticket.id, signal), [ticket.id, ticket.code]);
  if (picture.data)
    return <img class="ticket__qr" alt={w.tickets.qr} data-testid="qr" src={`data:image/svg+xml,${encodeURIComponent(picture.data)}`} />;
  if (picture.problem)
    return <button type="button" class="button button--quiet button--small" onClick={picture.reload}>{w.states.retry}</button>;
  return <span class="muted">{w.states.loading}</span>;
}

/* The ticket to print or keep. */
function Paper({ ticket }: { ticket: Ticket }) {
  const { busy, problem, send } = useSending(() => save(`ticket-${ticket.id}.pdf`, getTicketPdf(ticket.id)));
  return (
    <>
      <button type="button" class="linklike" disabled={busy} data-testid="pdf" onClick={send}>{words().tickets.pdf}</button>
      <FormProblem problem={problem} />
    </>
  );
}
