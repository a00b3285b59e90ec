/* What a booking costs: the seats, what is taken off, what is to be paid. */
import type { Booking } from "../api/shapes/booking";
import { count, money } from "../app/format";
import { words } from "../app/i18n";

export function PriceLines({ booking }: { booking: Booking }) {
  const w = words().tickets;
  const label = booking.status === "pending" ? words().checkout.total : w.total;
  const { total, discount, mileage_used, due } = booking;
  return (
    <dl class="price" data-testid="price">
      {(discount.amount > 0 || mileage_used > 0) && <div><dt>{w.price}</dt><dd>{money(total)}</dd></div>}
      {discount.amount > 0 && <div><dt>{w.discount}</dt><dd data-testid="price-discount">−{money(discount)}</dd></div>}
      {mileage_used > 0 && <div><dt>{w.mileage}</dt><dd data-testid="price-mileage">−{count(mileage_used)}</dd></div>}
      <div class="price__due"><dt>{label}</dt><dd data-testid="price-due">{money(due)}</dd></div>
    </dl>
  );
}
