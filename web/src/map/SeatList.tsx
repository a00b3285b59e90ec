/* The map one reads: sections, then the rows and seats of one, walked with the arrow keys. It can do all the picture can. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { count, money } from "../app/format";
import { words } from "../app/i18n";
import { language } from "../app/language";
import { GradeMark } from "../ui/GradeMark";
import { free, held, sold } from "./availability";
import type { RowInfo } from "./model";
import { moveSeat } from "./roving";
import { seatText } from "./seat-text";
import type { SeatStore } from "./store";

interface Props {
  store: SeatStore;
  section: number;
  onSection(section: number): void;
  onToggle(seat: number): void;
  onShow(seat: number): void;
}

export function SeatList({ store, section, onSection, onToggle, onShow }: Props) {
  const w = words();
  void store.revision.value;
  const { map } = store;
  const open = map.sections[section];
  if (open && open.kind === "seats")
    return (
      <div class="seatlist">
        <button type="button" class="button button--quiet button--small" data-testid="sections-back"
          onClick={() => onSection(-1)}>← {w.map.sections}</button>
        <h3 class="seatlist__name">{open.name} <small>{w.units.left(count(open.free))}</small></h3>
        <p class="muted small">{w.map.gridHint}</p>
        <SeatGridView key={section} store={store} section={section} onToggle={onToggle} onShow={onShow} />
      </div>
    );
  return (
    <ul class="sections" data-testid="sections">
      {map.sections.map((one, i) => {
        const names = one.grades.map((g) => map.grades[g].name).join(" · ");
        return (
          <li key={i}>
            <button type="button" class="sections__one" disabled={one.kind === "seats" && one.free === 0}
              data-testid="section" onClick={() => onSection(i)}>
              <GradeMark index={one.grade} color={map.grades[one.grade].color} />
              <span class="sections__name">{one.name}</span>
              <span class="muted">{names}{one.grades.length === 1 && ` ${money(map.grades[one.grade].price)}`}</span>
              <b>{one.free ? w.units.left(count(one.free)) : w.sale.sold_out}</b>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function SeatGridView({ store, section, onToggle, onShow }: Omit<Props, "onSection">) {
  const { map } = store;
  const { rows, first, count: size, revision } = map.sections[section];
  const chosen = store.chosen.value;
  const grid = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(() => firstFree(store, first, size));

  useEffect(() => grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true }), []);

  const key = (event: KeyboardEvent) => {
    const next = moveSeat(rows, map.xs, at, event.key);
    if (next === at) return;
    event.preventDefault();
    setAt(next);
    grid.current?.querySelector<HTMLElement>(`[data-seat="${next}"]`)?.focus();
    onShow(next);
  };

  const click = (event: MouseEvent) => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-seat]") : null;
    if (!cell) return;
    const seat = Number(cell.dataset.seat);
    setAt(seat);
    onToggle(seat);
    onShow(seat);
  };

  return (
    <div class="seatgrid" role="grid" aria-label={map.sections[section].name} aria-multiselectable="true" ref={grid}
      data-testid="seat-grid" onKeyDown={key} onClick={click}>
      {rows.map((row) => (
        <RowView key={row.first} store={store} row={row} revision={revision}
          at={at >= row.first && at < row.first + row.count ? at : -1}
          chosen={chosen.filter((seat) => seat >= row.first && seat < row.first + row.count).join()} />
      ))}
    </div>
  );
}

interface RowProps {
  store: SeatStore;
  row: RowInfo;
  revision: number;
  at: number;
  chosen: string;
}

/* The row is made anew only when something in its section, its focus or its choice changed. */
function RowView({ store, row, revision, at, chosen }: RowProps) {
  return useMemo(() => {
    const picked = new Set(chosen ? chosen.split(",").map(Number) : []);
    const seats = Array.from({ length: row.count }, (_, i) => row.first + i);
    return (
      <div class="seatgrid__row" role="row">
        <span class="seatgrid__name" role="rowheader">{row.name}</span>
        {seats.map((seat) => <Cell key={seat} store={store} seat={seat} here={seat === at} selected={picked.has(seat)} />)}
      </div>
    );
  }, [store, row, revision, at, chosen, language.value]);
}

function Cell({ store, seat, here, selected }: { store: SeatStore; seat: number; here: boolean; selected: boolean }) {
  const { map } = store;
  const state = map.state[seat];
  const look = selected ? "chosen" : state === free ? "free" : state === held ? "held" : state === sold ? "sold" : "closed";
  return (
    <button type="button" role="gridcell" class={`seatcell seatcell--${look}`} data-seat={seat} data-guid={map.guid(seat)}
      style={state === free && !selected ? { borderColor: map.grades[map.grade[seat]].color } : undefined}
      data-testid="seat" tabIndex={here ? 0 : -1} aria-selected={selected} aria-disabled={state !== free && !selected}
      aria-label={seatText(map, seat)}>
      {map.number(seat)}
    </button>
  );
}

function firstFree(store: SeatStore, first: number, size: number): number {
  for (let seat = first; seat < first + size; seat++) if (store.map.state[seat] === free) return seat;
  return first;
}
