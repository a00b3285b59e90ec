/* The chosen seats, what they cost together, and the step to holding them. */
import { money } from "../app/format";
import { words } from "../app/i18n";
import { GradeMark } from "../ui/GradeMark";
import { seatName } from "./seat-text";
import type { SeatStore } from "./store";

interface Props {
  store: SeatStore;
  busy: boolean;
  disabled: boolean;
  onRemove(seat: number): void;
  onHold(): void;
}

export function Tray({ store, busy, disabled, onRemove, onHold }: Props) {
  const w = words();
  const { map } = store;
  const chosen = store.chosen.value;
  const total = store.total();
  return (
    <section class={chosen.length ? "tray tray--open" : "tray"} aria-label={w.map.tray} data-testid="tray">
      {chosen.length === 0 ? (
        <p class="tray__empty">{w.map.trayEmpty(store.limit)}</p>
      ) : (
        <ul class="tray__seats">
          {chosen.map((seat) => (
            <li key={seat} class="tray__seat" data-testid="tray-seat" data-guid={map.guid(seat)}>
              <GradeMark index={map.grade[seat]} color={map.grades[map.grade[seat]].color} />
              <span class="tray__name">{seatName(map, seat)}</span>
              <span class="tray__price">{money(map.grades[map.grade[seat]].price)}</span>
              <button type="button" class="tray__remove" aria-label={w.map.remove(seatName(map, seat))}
                onClick={() => onRemove(seat)}>×</button>
            </li>
          ))}
        </ul>
      )}
      <div class="tray__end">
        <p class="tray__total" aria-live="polite">
          <span>{w.units.tickets(chosen.length)}</span>
          <strong data-testid="tray-total">{total ? money(total) : ""}</strong>
        </p>
        <button type="button" class="button" disabled={busy || disabled || chosen.length === 0} data-testid="hold"
          onClick={onHold}>{busy ? w.map.holdingNow : w.map.hold}</button>
      </div>
    </section>
  );
}
