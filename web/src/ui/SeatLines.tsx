import type { Seat } from "../api/shapes";
import { money } from "../app/format";
import { words } from "../app/i18n";

export function SeatLines({ seats }: { seats: Seat[] }) {
  const w = words();
  return (
    <ul class="seatlines" data-testid="seat-lines">
      {seats.map((seat) => (
        <li key={seat.guid}>
          <span class="seatlines__grade">{seat.grade}</span>
          <span>{w.map.seat(seat.section, seat.row, seat.number)}</span>
          <span class="seatlines__price">{money(seat.price)}</span>
        </li>
      ))}
    </ul>
  );
}
