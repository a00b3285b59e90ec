/* Giving tickets back: what comes back and until when, which tickets, and what became of the refund. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { cancelBooking, getCancellation, quoteCancellation } from "../api/cancellation";
import { Intent } from "../api/intent";
import type { Booking, Cancelled, CancellationTerms, Refund, RefundQuote, Seat } from "../api/shapes/booking";
import { count, moment, money } from "../app/format";
import { words, type Words } from "../app/i18n";
import { useResource } from "../app/resource";
import { tell } from "../app/toasts";
import { FormProblem, useSending } from "../ui/Form";

/* While a refund is on its way, it is asked for again after as many ms. */
const rest = 4_000;

interface Props {
  booking: Booking;
  onChange(): void;
}

export function CancelPanel({ booking, onChange }: Props) {
  const terms = useResource((signal) => getCancellation(booking.id, signal), [booking.id, booking.status, booking.seats.length]);
  const open = booking.status === "refund_due" || (terms.data?.earlier.some((one) => one.refunded_at === null) ?? false);

  useEffect(() => {
    if (!open) return;
    const timer = setTimeout(() => { terms.reload(); onChange(); }, rest);
    return () => clearTimeout(timer);
  }, [open, booking, terms.data]);

  if (!terms.data) return <FormProblem problem={terms.problem} />;
  return <Panel booking={booking} terms={terms.data} onChange={onChange} />;
}

function Panel({ booking, terms, onChange }: Props & { terms: CancellationTerms }) {
  const w = words().cancel;
  const [choosing, setChoosing] = useState(false);
  const refusal = terms.refusal && w.refusal[terms.refusal as keyof Words["cancel"]["refusal"]];
  if (!terms.cancellable && !refusal && terms.earlier.length === 0) return null;
  return (
    <section class="panel cancel" aria-labelledby="cancel" data-testid="cancel-panel">
      <h2 id="cancel">{w.title}</h2>
      {terms.cancellable && <Terms quotes={terms.quotes} />}
      {refusal && <p data-testid="cancel-refusal">{refusal}</p>}
      {terms.cancellable && (choosing
        ? <Choice booking={booking} onEnd={() => setChoosing(false)} onDone={() => { setChoosing(false); onChange(); }} />
        : <button type="button" class="button button--quiet" data-testid="cancel-begin" onClick={() => setChoosing(true)}>{w.begin}</button>)}
      {terms.earlier.length > 0 && <Earlier list={terms.earlier} />}
    </section>
  );
}

function Terms({ quotes }: { quotes: RefundQuote[] }) {
  const w = words().cancel;
  return (
    <>
      <p class="muted">{w.terms}</p>
      <ul class="cancel__terms" data-testid="cancel-terms">
        {quotes.map(({ until, refund, mileage_back }) => (
          <li key={until}>
            <span>{w.until(moment(until))}</span>
            <b>{money(refund)}</b>
            <small>{[feeText(refund), mileage_back > 0 && w.mileage(count(mileage_back))].filter(Boolean).join(" · ")}</small>
          </li>
        ))}
      </ul>
    </>
  );
}

function feeText({ fee, currency }: Refund): string {
  return fee > 0 ? words().cancel.fee(money({ amount: fee, currency })) : words().cancel.noFee;
}

/* Which tickets, and exactly what they give back, before anything is done. */
function Choice({ booking, onEnd, onDone }: { booking: Booking; onEnd(): void; onDone(): void }) {
  const w = words();
  const [seats, setSeats] = useState(booking.seats.map(({ guid }) => guid));
  const quote = useResource(
    (signal) => (seats.length ? quoteCancellation(booking.id, seats, signal) : Promise.resolve(null)),
    [seats.join("\n")],
  );
  const intent = useMemo(() => new Intent(`takenseat.intent.cancel.${booking.id}`, sessionStorage), [booking.id]);
  const now = quote.data?.quotes[0];
  const { busy, problem, send } = useSending(async () => {
    const some = seats.length < booking.seats.length ? seats : null;
    await intent.carryOut({ some }, (key) => cancelBooking(booking.id, some, key));
    tell(w.cancel.done);
    onDone();
  });
  const toggle = ({ guid }: Seat, chosen: boolean) => setSeats(
    booking.seats.map((seat) => seat.guid).filter((one) => (one === guid ? chosen : seats.includes(one))));

  return (
    <form class="cancel__form" onSubmit={send} data-testid="cancel-form">
      <fieldset class="cancel__pick">
        <legend class="visually-hidden">{w.cancel.which}</legend>
        {booking.seats.map((seat) => (
          <label key={seat.guid} class="choice">
            <input type="checkbox" checked={seats.includes(seat.guid)} data-testid={`cancel-${seat.guid}`}
              onChange={(event) => toggle(seat, event.currentTarget.checked)} />
            <span>{seat.grade} · {w.map.seat(seat.section, seat.row, seat.number)}</span>
          </label>
        ))}
      </fieldset>
      <FormProblem problem={problem ?? quote.problem} fields={[]} />
      {seats.length > 0 && (now ? <Back quote={now} /> : !quote.problem && <p class="muted">{w.cancel.asking}</p>)}
      <div class="cancel__actions">
        <button class="button" disabled={busy || !now} data-testid="cancel-confirm">{w.cancel.confirm(seats.length)}</button>
        <button type="button" class="button button--quiet" disabled={busy} data-testid="cancel-never" onClick={onEnd}>{w.cancel.never}</button>
      </div>
    </form>
  );
}

function Back({ quote: { refund, mileage_back } }: { quote: RefundQuote }) {
  const w = words().cancel;
  return (
    <dl class="price" aria-live="polite">
      {refund.fee > 0 && <div><dt>{w.kept}</dt><dd>{money({ ...refund, amount: refund.fee })}</dd></div>}
      {mileage_back > 0 && <div><dt>{w.mileageBack}</dt><dd>{count(mileage_back)}</dd></div>}
      <div class="price__due"><dt>{w.back}</dt><dd data-testid="cancel-refund">{money(refund)}</dd></div>
    </dl>
  );
}

function Earlier({ list }: { list: Cancelled[] }) {
  const w = words().cancel;
  const state = ({ refunded_at, refund }: Cancelled) =>
    refunded_at === null ? w.onItsWay : refund.amount > 0 ? w.returned(moment(refunded_at)) : w.nothingOwed;
  return (
    <>
      <h3>{w.earlier}</h3>
      <ul class="cancel__earlier" data-testid="cancelled">
        {list.map((one) => (
          <li key={one.id}>
            <span>{w.seats(one.seats.length)}</span>
            <b>{money(one.refund)}</b>
            <small>{[feeText(one.refund), one.mileage_back > 0 && w.mileage(count(one.mileage_back)), state(one)].filter(Boolean).join(" · ")}</small>
          </li>
        ))}
      </ul>
    </>
  );
}
