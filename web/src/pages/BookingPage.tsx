/* One booking: its tickets with their codes, or what became of it. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { getSchedule, getTicketPdf, reissueTicket } from "../api/calls";
import { Intent } from "../api/intent";
import type { Booking, BookingStatus, Ticket } from "../api/shapes/booking";
import { serverNow } from "../app/clock";
import { moment } from "../app/format";
import { calendarFile } from "../app/ics";
import { words } from "../app/i18n";
import { payWords } from "../app/pay-words";
import { online } from "../app/network";
import { useResource } from "../app/resource";
import type { Params } from "../app/router";
import { save } from "../app/save";
import { useTitle } from "../app/Shell";
import { keepBooking, readBooking, readPicture, type BookingWithTickets } from "../app/tickets";
import { tell } from "../app/toasts";
import { FormProblem, useSending } from "../ui/Form";
import { Kept } from "../ui/Kept";
import { PriceLines } from "../ui/PriceLines";
import { SeatLines } from "../ui/SeatLines";
import { Await } from "../ui/states";
import { CancelPanel } from "./CancelPanel";
import { RefundAccountPanel } from "./RefundAccount";
import { BookingBadge, PayOn } from "./TicketsPage";

export default function BookingPage({ params }: { params: Params }) {
  const w = words();
  const both = useResource((signal) => readBooking(params.bookingId, signal), [params.bookingId, online.value]);
  useTitle(both.data?.found.booking.title ?? w.tickets.title);
  return (
    <div class="wrap wrap--medium">
      <p><a href="/tickets">← {w.tickets.title}</a></p>
      <Await of={both}>{({ found, keptAt }) => (
        <>
          <Kept at={keptAt} />
          <Details {...found} kept={keptAt !== null} reload={both.reload} />
        </>
      )}</Await>
    </div>
  );
}

const paid = new Set<BookingStatus>(["confirmed", "cancelled", "refund_due", "refunded"]);

function Details({ booking, tickets, kept, reload }: BookingWithTickets & { kept: boolean; reload(): void }) {
  const w = words();
  useEffect(() => {
    if (kept) return;
    const stop = new AbortController();
    keepBooking({ booking, tickets }, stop.signal).catch(() => undefined);      /* the next look tries again */
    return () => stop.abort();
  }, [booking, tickets, kept]);
  return (
    <>
      <header class="booking__head">
        <BookingBadge status={booking.status} />
        <h1>{booking.title}</h1>
        <p class="muted">{moment(booking.starts_at)} · {booking.hall_name}</p>
      </header>
      {booking.status !== "confirmed" && <p class="booking__note" data-testid="booking-note">{w.bookingNote[booking.status]}</p>}
      {tickets.length > 0
        ? <ul class="tickets" data-testid="tickets">{tickets.map((ticket) => <TicketCard key={ticket.id} ticket={ticket} booking={booking.id} kept={kept} reload={reload} />)}</ul>
        : <section class="panel"><SeatLines seats={booking.seats} /></section>}
      <section class="panel booking__sum">
        <dl class="facts">
          <div><dt>{w.tickets.code}</dt><dd><code>{booking.code}</code></dd></div>
        </dl>
        <PriceLines booking={booking} />
        {!kept && booking.payment && <a href={`/receipts/${encodeURIComponent(booking.payment)}`} data-testid="to-receipt">{payWords().receipt.link}</a>}
        {!kept && booking.status === "confirmed" && <ToCalendar booking={booking} />}
        <PayOn booking={booking} onEnd={reload} />
      </section>
      {!kept && booking.payment && <RefundAccountPanel payment={booking.payment} since={booking} />}
      {!kept && paid.has(booking.status) && <CancelPanel booking={booking} onChange={reload} />}
    </>
  );
}

function TicketCard({ ticket, booking, kept, reload }: { ticket: Ticket; booking: string; kept: boolean; reload(): void }) {
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
        {!kept && ticket.status === "valid" && <Paper ticket={ticket} />}
        {!kept && ticket.status === "valid" && <NewCode ticket={ticket} done={reload} />}
      </div>
      <div class="ticket__code">{ticket.status === "valid" ? <Picture ticket={ticket} booking={booking} /> : <span class="muted">{w.tickets.noCode}</span>}</div>
    </li>
  );
}

function Picture({ ticket, booking }: { ticket: Ticket; booking: string }) {
  const w = words();
  const picture = useResource((signal) => readPicture(ticket, booking, signal), [ticket.id, ticket.code]);
  if (picture.data)
    return <img class="ticket__qr" alt={w.tickets.qr} data-testid="qr" src={`data:image/svg+xml,${encodeURIComponent(picture.data)}`} />;
  if (picture.problem)
    return <button type="button" class="button button--quiet button--small" onClick={picture.reload}>{w.states.retry}</button>;
  return <span class="muted">{w.states.loading}</span>;
}

/* Somebody else may have seen the code: another one takes its place. */
function NewCode({ ticket, done }: { ticket: Ticket; done(): void }) {
  const w = words().tickets;
  const [sure, setSure] = useState(false);
  const intent = useMemo(() => new Intent(`takenseat.intent.reissue.${ticket.id}`, sessionStorage), [ticket.id]);
  const { busy, problem, send } = useSending(async () => {
    await intent.carryOut({ code: ticket.code }, (key) => reissueTicket(ticket.id, key));
    setSure(false);
    tell(w.newCodeDone);
    done();
  });
  return (
    <>
      {sure && <p class="small">{w.newCodeText}</p>}
      {sure
        ? <button type="button" class="button button--small" disabled={busy} data-testid="new-code-sure" onClick={send}>{w.newCodeSure}</button>
        : <button type="button" class="linklike" data-testid="new-code" onClick={() => setSure(true)}>{w.newCode}</button>}
      <FormProblem problem={problem} />
    </>
  );
}

function ToCalendar({ booking }: { booking: Booking }) {
  const w = words().tickets;
  const { busy, problem, send } = useSending(async () => {
    const { ends_at } = await getSchedule(booking.schedule_id);
    const file = calendarFile({
      uid: `${booking.id}@takenseat`, title: booking.title, place: booking.hall_name, note: w.calendarNote(booking.code), starts: booking.starts_at, ends: ends_at,
    }, serverNow());
    await save(`${booking.code}.ics`, Promise.resolve(new Blob([file], { type: "text/calendar" })));
  });
  return (
    <>
      <button type="button" class="linklike" disabled={busy} data-testid="to-calendar" onClick={send}>{w.calendar}</button>
      <FormProblem problem={problem} />
    </>
  );
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
