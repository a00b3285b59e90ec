/* A booking in the hands of staff: what is known of it, its tickets, its notes, and its cancellation. */
import { useMemo, useState } from "preact/hooks";
import { getTicketPdf } from "../api/calls";
import { Intent } from "../api/intent";
import { addNote, cancelForBuyer, getStaffBooking, type Note, type StaffBookingDetail } from "../api/staff";
import type { Ticket } from "../api/shapes/booking";
import { count, moment, money } from "../app/format";
import { words } from "../app/i18n";
import { useResource } from "../app/resource";
import { inCharge, mayEnter } from "../app/roles";
import type { Params } from "../app/router";
import { save } from "../app/save";
import { tell } from "../app/toasts";
import { Sure } from "../room/Sure";
import { Check, Text } from "../room/Text";
import { FormProblem, useSending } from "../ui/Form";
import { Await } from "../ui/states";
import { buyerText } from "./BookingsPage";
import { Frame } from "./Frame";
import { staffWords } from "./words";

export default function StaffBookingPage({ params }: { params: Params }) {
  const w = staffWords();
  const booking = useResource((signal) => getStaffBooking(params.id, signal), [params.id]);
  return (
    <Frame title={booking.data ? `${w.booking.code} ${booking.data.code}` : w.bookings}>
      <Await of={booking}>{(found) => (
        <>
          <Facts booking={found} />
          <Tickets booking={found} />
          <Cancellations booking={found} />
          {found.status === "confirmed" && <Cancel key={found.tickets.map(({ status }) => status).join()} booking={found} onDone={booking.reload} />}
          <Notes booking={found} onDone={booking.reload} />
        </>
      )}</Await>
    </Frame>
  );
}

function Facts({ booking }: { booking: StaffBookingDetail }) {
  const w = staffWords().booking;
  const facts: [string, string | undefined][] = [
    [w.performance, booking.title], [w.schedule, `${moment(booking.starts_at)} · ${booking.hall_name}`], [w.buyer, buyerText(booking)], [w.phone, booking.buyer_phone],
    [w.method, w.methods[booking.method]], [w.reason, booking.reason], [w.seats, booking.seats.join(", ")], [w.total, money(booking.total)], [w.paid, money(booking.due)],
    [w.refunded, booking.refunded.amount ? money(booking.refunded) : undefined], [w.made, moment(booking.created_at)],
  ];
  const people = mayEnter({ roles: inCharge });
  return (
    <section class="panel staff__one">
      <p><span class={`badge badge--${booking.status}`} data-testid="booking-status">{w.states[booking.status]}</span></p>
      <dl class="facts">{facts.map(([name, value]) => value && <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      <div class="cancel__actions">
        <a class="button button--quiet button--small" href={`/admin/schedules/${encodeURIComponent(booking.schedule_id)}`}>{w.schedule}</a>
        {people && booking.user_id && <a class="button button--quiet button--small" href={`/admin/customers?user=${encodeURIComponent(booking.user_id)}`}>{w.account}</a>}
        {people && booking.payment && <a class="button button--quiet button--small" href={`/receipts/${encodeURIComponent(booking.payment)}`}>{w.receipt}</a>}
      </div>
    </section>
  );
}

function Tickets({ booking }: { booking: StaffBookingDetail }) {
  const w = staffWords().booking;
  if (booking.tickets.length === 0) return null;
  return (
    <section class="panel staff__one" aria-labelledby="tickets">
      <h2 id="tickets">{w.tickets}</h2>
      <ul class="staff__lines" data-testid="tickets">
        {booking.tickets.map((ticket) => <TicketLine key={ticket.id} ticket={ticket} prints={booking.user_id === null} />)}
      </ul>
    </section>
  );
}

/* Tickets of an account are that account's to print. */
export function TicketLine({ ticket, prints }: { ticket: Ticket; prints: boolean }) {
  const w = words();
  const { busy, problem, send } = useSending(() => save(`ticket-${ticket.id}.pdf`, getTicketPdf(ticket.id)));
  return (
    <li class="staff__line" data-testid="ticket">
      <span>{w.map.seat(ticket.seat.section, ticket.seat.row, ticket.seat.number)} · {ticket.seat.grade}
        {ticket.person_type && ticket.person_type !== "adult" && ` · ${w.person[ticket.person_type]}`}</span>
      <span class={`badge badge--${ticket.status}`}>{w.ticketStatus[ticket.status]}</span>
      {prints && ticket.status === "valid" && <button type="button" class="linklike" disabled={busy} data-testid="pdf" onClick={send}>{staffWords().booking.print}</button>}
      <FormProblem problem={problem} />
    </li>
  );
}

function Cancellations({ booking }: { booking: StaffBookingDetail }) {
  const w = staffWords().booking;
  if (booking.cancellations.length === 0) return null;
  return (
    <section class="panel staff__one" aria-labelledby="cancelled">
      <h2 id="cancelled">{w.cancellations}</h2>
      <ul class="staff__lines" data-testid="cancellations">
        {booking.cancellations.map(({ id, seats, refund: { amount, fee, currency }, created_at }) => (
          <li key={id}>{w.gave(seats.join(", "), money({ amount, currency }), money({ amount: fee, currency }))} <span class="muted">{moment(created_at)}</span></li>
        ))}
      </ul>
    </section>
  );
}

function Cancel({ booking, onDone }: { booking: StaffBookingDetail; onDone(): void }) {
  const w = staffWords();
  const alive = booking.tickets.filter(({ status }) => status === "valid").map(({ seat }) => seat.guid);
  const [left, setLeft] = useState<string[]>([]);         /* those that stay */
  const [reason, setReason] = useState("");
  const [fee, setFee] = useState(false);
  const [missing, setMissing] = useState(false);
  const [asked, setAsked] = useState(false);
  const seats = alive.filter((guid) => !left.includes(guid));
  const whole = seats.length === alive.length;
  const intent = useMemo(() => new Intent(`takenseat.intent.staff-cancel.${booking.id}`, sessionStorage), [booking.id]);
  const act = async () => {
    const body = { reason, with_fee: fee, ...(whole ? {} : { seats }) };
    await intent.carryOut(body, (key) => cancelForBuyer(booking.id, body, key));
    tell(w.booking.cancelled);
    setAsked(false);
    onDone();
  };
  if (alive.length === 0) return null;
  return (
    <form class="panel form" noValidate aria-labelledby="cancel" data-testid="cancel-form" onSubmit={(event) => {
      event.preventDefault();
      setMissing(!reason.trim());
      setAsked(reason.trim() !== "" && seats.length > 0);
    }}>
      <h2 id="cancel">{w.booking.cancel}</h2>
      {booking.user_id === null && <p class="muted">{w.booking.byHand}</p>}
      {asked
        ? <Sure sentence={whole ? w.booking.sureAll(booking.code) : w.booking.sureSome(count(seats.length))} act={act} onEnd={() => setAsked(false)} />
        : (
          <>
            <fieldset>
              <legend>{w.booking.cancelWhich}</legend>
              {alive.map((guid) => (
                <Check key={guid} label={guid} name={`seat-${guid}`} value={!left.includes(guid)}
                  onValue={(on) => setLeft((before) => (on ? before.filter((one) => one !== guid) : [...before, guid]))} />
              ))}
            </fieldset>
            <Text label={w.booking.cancelWhy} name="reason" max={200} value={reason} onValue={setReason} error={missing ? w.needed : undefined} />
            <Check label={w.booking.withFee} name="with_fee" value={fee} onValue={setFee} />
            <div><button class="button" disabled={seats.length === 0} data-testid="cancel-booking">{w.booking.next}</button></div>
          </>
        )}
    </form>
  );
}

function Notes({ booking, onDone }: { booking: StaffBookingDetail; onDone(): void }) {
  const w = staffWords().booking;
  const [text, setText] = useState("");
  const intent = useMemo(() => new Intent(`takenseat.intent.note.${booking.id}`, sessionStorage), [booking.id]);
  const { busy, problem, send } = useSending(async () => {
    await intent.carryOut({ text }, (key) => addNote(booking.id, text, key));
    setText("");
    onDone();
  });
  return (
    <section class="panel form" aria-labelledby="notes">
      <h2 id="notes">{w.notes}</h2>
      {booking.notes.length === 0 ? <p class="muted">{w.noNotes}</p> : (
        <ul class="staff__lines" data-testid="notes">{booking.notes.map((note: Note) => <li key={note.id}>{note.text} <span class="muted">{moment(note.created_at)}</span></li>)}</ul>
      )}
      <form class="form" onSubmit={send} data-testid="note-form">
        <FormProblem problem={problem} fields={["text"]} />
        <Text label={w.note} name="note" max={2000} value={text} onValue={setText} error={problem?.field("text")} />
        <div><button class="button button--quiet" disabled={busy || !text.trim()} data-testid="add-note">{w.addNote}</button></div>
      </form>
    </section>
  );
}
