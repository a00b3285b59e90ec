/* The map one reads: sections, then the rows and seats of one, walked with the arrow keys. It can do all the picture can. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { TraitMark, traitBadge } from "../ui/TraitMark";
import { count, money } from "../app/format";
import { words } from "../app/i18n";
import { language } from "../app/language";
import { GradeMark } from "../ui/GradeMark";
import { free, held, sold } from "./availability";
import { trait, type RowInfo } from "./model";
import { moveSeat } from "./roving";
import { seatText } from "./seat-text";
import type { SeatStore } from "./store";
import { mapWords } from "./words";

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
  void store.filter.value;
  const { map } = store;
  const open = map.sections[section];
  const list = useRef<HTMLUListElement>(null);
  const was = useRef(section);

  /* Back from a section, one is where one went in. */
  useEffect(() => {
    if (section < 0) list.current?.querySelectorAll<HTMLElement>(".sections__one")[was.current]?.focus();
    was.current = section;
  }, [section]);

  if (open && open.kind === "seats")
    return (
      <div class="seatlist">
        <button type="button" class="button button--quiet button--small" data-testid="sections-back"
          onClick={() => onSection(-1)}>← {w.map.sections}</button>
        <h3 class="seatlist__name">{open.name} <small>{w.units.left(count(store.leftIn(section)))}</small></h3>
        <p class="muted small">{w.map.gridHint}</p>
        <SeatGridView key={section} store={store} section={section} onToggle={onToggle} onShow={onShow} onLeave={() => onSection(-1)} />
      </div>
    );
  return (
    <ul class="sections" data-testid="sections" ref={list}>
      {map.sections.map((one, i) => {
        const left = store.leftIn(i);
        const names = one.grades.map((g) => map.grades[g].name).join(" · ");
        return (
          <li key={i}>
            <button type="button" class="sections__one" disabled={one.kind === "seats" && left === 0}
              data-testid="section" onClick={() => onSection(i)}>
              <GradeMark index={one.grade} color={map.grades[one.grade].color} />
              <span class="sections__name">{one.name}</span>
              <span class="muted">{names}{one.grades.length === 1 && ` ${money(map.grades[one.grade].price)}`}</span>
              <b>{left || one.free ? w.units.left(count(left)) : w.sale.sold_out}</b>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function SeatGridView({ store, section, onToggle, onShow, onLeave }: Omit<Props, "onSection"> & { onLeave(): void }) {
  const { map } = store;
  const { first, count: size, revision } = map.sections[section];
  const chosen = store.chosen.value;
  const grid = useRef<HTMLDivElement>(null);
  const [here, setAt] = useState(() => firstWanted(store, first, size));
  const rows = rowsShown(store, section);
  const at = rows.some((row) => inRow(row, here)) ? here : (rows[0]?.first ?? -1);

  useEffect(() => grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true }), []);

  const key = (event: KeyboardEvent) => {
    if (event.key === "Escape") return onLeave();
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

  if (!rows.length) return <p class="muted">{mapWords().noneFit}</p>;
  return (
    <div class="seatgrid" role="grid" aria-label={map.sections[section].name} aria-multiselectable="true" ref={grid}
      data-testid="seat-grid" onKeyDown={key} onClick={click}>
      {rows.map((row) => (
        <RowView key={row.first} store={store} row={row} revision={revision} at={inRow(row, at) ? at : -1}
          chosen={chosen.filter((seat) => inRow(row, seat)).join()} />
      ))}
    </div>
  );
}

const inRow = (row: RowInfo, seat: number) => seat >= row.first && seat < row.first + row.count;

/* With a filter, the rows that have something of what it asks for, or of what is chosen. */
function rowsShown(store: SeatStore, section: number): RowInfo[] {
  const { rows } = store.map.sections[section];
  if (store.fit === null && !store.filter.value.onlyFree) return rows;
  const shown = (seat: number) => (store.fit?.[seat] !== 0 && !store.hidden(seat)) || store.chosen.value.includes(seat);
  return rows.filter((row) => {
    for (let seat = row.first; seat < row.first + row.count; seat++) if (shown(seat)) return true;
    return false;
  });
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
  }, [store, row, revision, at, chosen, store.filter.value, language.value]);
}

function Cell({ store, seat, here, selected }: { store: SeatStore; seat: number; here: boolean; selected: boolean }) {
  const { map } = store;
  const state = map.state[seat];
  const fits = store.fit?.[seat] !== 0;
  const look = selected ? "chosen" : state === free ? (fits ? "free" : "other") : state === held ? "held" : state === sold ? "sold" : "closed";
  const badge = traitBadge((name) => (map.traits[seat] & trait[name]) !== 0);
  return (
    <button type="button" role="gridcell" class={`seatcell seatcell--${look}`} data-seat={seat} data-guid={map.guid(seat)}
      style={state === free && fits && !selected ? { borderColor: map.grades[map.grade[seat]].color } : undefined}
      data-testid="seat" tabIndex={here ? 0 : -1} aria-selected={selected} aria-disabled={state !== free && !selected}
      aria-label={seatText(map, seat)}>
      {map.number(seat)}
      {badge && <TraitMark badge={badge} />}
    </button>
  );
}

function firstWanted(store: SeatStore, first: number, size: number): number {
  for (let seat = first; seat < first + size; seat++) if (store.wanted(seat)) return seat;
  return first;
}
