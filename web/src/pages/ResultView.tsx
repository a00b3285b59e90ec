/* How a purchase ended, or that it has not ended yet. */
import type { Deposit, Payment } from "../api/shapes/payment";
import { bankName } from "../app/banks";
import { moment, money } from "../app/format";
import { words } from "../app/i18n";
import { payWords } from "../app/pay-words";
import { PriceLines } from "../ui/PriceLines";
import { SeatLines } from "../ui/SeatLines";
import type { Order, Result } from "./purchase";

interface Props {
  /* Null while it is not known yet. */
  order: Order | null;
  result: Exclude<Result, "expired">;
  /* Instead of the usual words. */
  says?: { title: string; text: string };
}

export function ResultView({ order, result, says }: Props) {
  const w = words();
  const { title, text } = says ?? (result === "deposit" ? payWords().deposit : w.result[result]);
  const booking = order?.booking;
  const tickets = booking && result === "paid" ? `/tickets/${encodeURIComponent(booking.id)}` : "/tickets";
  const waiting = result === "pending" || result === "checking" || result === "deposit";
  return (
    <section class={`panel result result--${result}`} data-testid="result" data-result={result} aria-live="polite">
      <p class="result__mark" aria-hidden="true">{waiting ? "…" : result === "paid" ? "✓" : "!"}</p>
      <h1>{title}</h1>
      <p>{text}</p>
      {result === "deposit" && order?.deposit && order.payment && <DepositFacts deposit={order.deposit} payment={order.payment} />}
      {booking && (
        <div class="result__order">
          <p><strong>{booking.title}</strong></p>
          <p class="muted">{moment(booking.starts_at)} · {booking.hall_name}</p>
          <SeatLines seats={booking.seats} />
          <PriceLines booking={booking} />
          <p class="muted">{w.tickets.code} <code data-testid="booking-code">{booking.code}</code></p>
        </div>
      )}
      <a class="button button--wide" href={tickets} data-testid="to-tickets">
        {result === "paid" ? w.result.show : w.result.mine}
      </a>
      {result === "refunded" && booking &&
        <a class="button button--quiet button--wide" href={`/schedules/${encodeURIComponent(booking.schedule_id)}/seats`}>{w.checkout.again}</a>}
    </section>
  );
}

/* Where to transfer the money, and until when. */
function DepositFacts({ deposit, payment }: { deposit: Deposit; payment: Payment }) {
  const w = payWords().deposit;
  return (
    <dl class="facts result__deposit" data-testid="deposit">
      <div><dt>{w.bank}</dt><dd>{bankName(deposit.bank)}</dd></div>
      <div><dt>{w.number}</dt><dd><code data-testid="deposit-number">{deposit.account_number}</code></dd></div>
      {deposit.holder && <div><dt>{w.holder}</dt><dd>{deposit.holder}</dd></div>}
      <div><dt>{w.amount}</dt><dd><b>{money(payment.amount)}</b></dd></div>
      {deposit.until && <div><dt>{w.until}</dt><dd><b>{moment(deposit.until)}</b></dd></div>}
    </dl>
  );
}
