/* The chosen seats, what they cost together, and the step to holding them; and what to do about those that somebody else got. */
import { useEffect, useRef } from "preact/hooks";
import { money } from "../app/format";
import { words } from "../app/i18n";
import { GradeMark } from "../ui/GradeMark";
import { instead } from "./instead";
import { seatName } from "./seat-text";
import type { SeatStore } from "./store";
import { mapWords } from "./words";

interface Props {
  store: SeatStore;
  busy: boolean;
  disabled: boolean;
  onRemove(seat: number): void;
  onShow(seat: number): void;
  onHold(): void;
}

export function Tray({ store, busy, disabled, onRemove, onShow, onHold }: Props) {
  const w = words();
  const { map } = store;
  const chosen = store.chosen.value;
  const total = store.total();
  const hold = useRef<HTMLButtonElement>(null);
  const settled = useRef(false);

  const settle = (seats: readonly number[]) => {
    settled.current = true;
    store.settle(seats);
    if (seats.length) onShow(seats[0]);
  };

  /* The note went, and with it the focus: the next step takes it. */
  useEffect(() => {
    if (settled.current) hold.current?.focus();
    settled.current = false;
  });

  return (
    <section class={chosen.length ? "tray tray--open" : "tray"} aria-label={w.map.tray} data-testid="tray">
      <div class="tray__news" role="alert">{store.lost.value.length > 0 && <Lost store={store} onSettle={settle} />}</div>
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
          ref={hold} onClick={onHold}>{busy ? w.map.holdingNow : w.map.hold}</button>
      </div>
    </section>
  );
}

/* Which seats went, and the nearest equal ones in one tap. */
function Lost({ store, onSettle }: { store: SeatStore; onSettle(seats: readonly number[]): void }) {
  const w = mapWords();
  void store.revision.value;
  const { map } = store;
  const kept = store.chosen.value;
  const lost = store.lost.value;
  const room = store.limit - kept.length;
  const others = instead(map, lost.slice(0, room), kept);
  const named = (seats: readonly number[]) => seats.map((seat) => seatName(map, seat)).join(" · ");
  return (
    <div class="tray__lost" data-testid="lost">
      <p><strong>{w.lost(named(lost))}</strong> {w.kept(kept.length)}</p>
      <button type="button" class="tray__remove" aria-label={w.dismiss} onClick={() => onSettle([])}>×</button>
      {others === null ? <p>{w.noneEqual}</p> : others.length > 0 && (
        <button type="button" class="button button--small" data-testid="take-instead"
          data-guids={others.map((seat) => map.guid(seat)).join(" ")} onClick={() => onSettle(others)}>{w.instead(named(others))}</button>
      )}
    </div>
  );
}
