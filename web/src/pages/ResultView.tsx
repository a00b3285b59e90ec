/* How a purchase ended, or that it has not ended yet. */
import type { ScheduleDetail } from "../api/shapes";
import { moment } from "../app/format";
import { words } from "../app/i18n";
import { PriceLines } from "../ui/PriceLines";
import { SeatLines } from "../ui/SeatLines";
import type { Purchase, Result } from "./purchase";

interface Props {
  purchase: Purchase;
  result: Exclude<Result, "expired">;
  schedule: ScheduleDetail;
}

export function ResultView({ purchase, result, schedule }: Props) {
  const w = words();
  const { title, text } = w.result[result];
  const { booking } = purchase;
  const tickets = booking && result === "paid" ? `/tickets/${encodeURIComponent(booking.id)}` : "/tickets";
  const waiting = result === "pending" || result === "checking";
  return (
    <section class={`panel result result--${result}`} data-testid="result" data-result={result} aria-live="polite">
      <p class="result__mark" aria-hidden="true">{waiting ? "…" : result === "paid" ? "✓" : "!"}</p>
      <h1>{title}</h1>
      <p>{text}</p>
      {booking && (
        <div class="result__order">
          <p><strong>{schedule.title}</strong></p>
          <p class="muted">{moment(schedule.starts_at)} · {schedule.hall_name}</p>
          <SeatLines seats={booking.seats} />
          <PriceLines booking={booking} />
          <p class="muted">{w.tickets.code} <code data-testid="booking-code">{booking.code}</code></p>
        </div>
      )}
      <a class="button button--wide" href={tickets} data-testid="to-tickets">
        {result === "paid" ? w.result.show : w.result.mine}
      </a>
      {result === "refunded" &&
        <a class="button button--quiet button--wide" href={`/schedules/${encodeURIComponent(schedule.id)}/seats`}>{w.checkout.again}</a>}
    </section>
  );
}
