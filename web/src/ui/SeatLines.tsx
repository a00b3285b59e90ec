import type { Seat } from "../api/shapes/booking";
import { money } from "../app/format";
import { words } from "../app/i18n";

export function SeatLines({ seats }: { seats: Seat[] }) {
  const w = words();
  return (
    <ul class="seatlines" data-testid="seat-lines">
      {seats.map((seat) => (
        <li key={seat.guid}>
          <span class="seatlines__grade">{seat.grade}</span>
          <span>
            {w.map.seat(seat.section, seat.row, seat.number)}
            {seat.person_type && seat.person_type !== "adult" && <small class="muted"> · {w.person[seat.person_type]}</small>}
          </span>
          <span class="seatlines__price">{money(seat.price)}</span>
        </li>
      ))}
    </ul>
  );
}
