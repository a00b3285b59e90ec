/* Beside the map: what the marks mean, and seats asked for by number instead of by place. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { seatTraits } from "../api/shapes/performance";
import { count, money } from "../app/format";
import { words } from "../app/i18n";
import { GradeMark } from "../ui/GradeMark";
import { TraitMark, traitBadge } from "../ui/TraitMark";
import { BestSeats } from "./best";
import { FilterForm } from "./FilterForm";
import { trait } from "./model";
import { placeText } from "./seat-text";
import type { SeatStore } from "./store";
import { mapWords } from "./words";

export function Legend({ store }: { store: SeatStore }) {
  const w = words();
  void store.revision.value;
  const { map } = store;
  const lit = store.filter.value.grade;
  return (
    <div class="legend" data-testid="legend">
      <ul class="legend__grades" aria-label={w.map.legend}>
        {map.offered.map((i) => [map.grades[i], i] as const).map(([grade, i]) => (
          <li key={grade.name}>
            <button type="button" class="legend__grade" aria-pressed={lit === i} title={w.map.spotlight}
              data-testid={`grade-${grade.name}`} onClick={() => store.sift({ grade: lit === i ? -1 : i })}>
              <GradeMark index={i} color={grade.color} />
              <span>{grade.name}</span>
              <span class="legend__price">{money(grade.price)}</span>
              <b>{store.ready.value ? w.units.left(count(map.freeByGrade[i])) : "…"}</b>
            </button>
          </li>
        ))}
      </ul>
      <p class="legend__states">
        <span><i class="key key--chosen" />{w.map.chosen}</span>
        <span><i class="key key--held" />{w.map.held}</span>
        <span><i class="key key--sold" />{w.map.sold}</span>
        {seatTraits.map((name) => {
          const badge = traitBadge((one) => one === name);
          return badge && (map.traitsHere & trait[name]) !== 0 && <span key={name}><TraitMark badge={badge} />{mapWords()[name]}</span>;
        })}
        {map.sections.some(({ pointer }) => pointer) && <span><i class="key key--sight" />{mapWords().looksAt}</span>}
      </p>
      <FilterForm store={store} />
    </div>
  );
}

interface BestProps {
  store: SeatStore;
  grade: number;
  onGrade(grade: number): void;
  busy: boolean;
  disabled: boolean;
  onBest(count: number, grade: string): void;
  onPlace(seats: readonly number[]): void;
}

/* "N seats in grade G, the best there are": also the way to places without numbers. */
export function BestForm({ store, grade, onGrade, busy, disabled, onBest, onPlace }: BestProps) {
  const w = words();
  void store.revision.value;
  const { map, limit } = store;
  const [number, setNumber] = useState(Math.min(2, limit));
  const free = map.freeByGrade[grade] ?? 0;
  const most = Math.min(limit, Math.max(1, free));
  const unnumbered = map.sections.every(({ kind, grades }) => kind === "area" || !grades.includes(grade));
  useEffect(() => setNumber((n) => Math.min(n, limit)), [limit]);

  return (
    <form class="best" data-testid="best-form"
      onSubmit={(event) => { event.preventDefault(); onBest(Math.min(number, most), map.grades[grade].name); }}>
      <h2 class="best__title">{w.map.best}</h2>
      <div class="best__row">
        <label class="best__grade">
          <span>{w.map.grade}</span>
          <select value={String(grade)} data-testid="best-grade" onChange={(event) => onGrade(Number(event.currentTarget.value))}>
            {map.offered.map((i) => [map.grades[i], i] as const).map(([one, i]) => (
              <option key={one.name} value={String(i)} disabled={map.freeByGrade[i] === 0 && store.ready.value}>
                {one.name} · {money(one.price)}
              </option>
            ))}
          </select>
        </label>
        <div class="stepper" role="group" aria-label={w.map.howMany}>
          <button type="button" aria-label={w.map.fewer} disabled={number <= 1} data-testid="best-fewer"
            onClick={() => setNumber(number - 1)}>−</button>
          <output aria-live="polite" data-testid="best-count">{Math.min(number, most)}</output>
          <button type="button" aria-label={w.map.moreSeats} disabled={number >= most} data-testid="best-more"
            onClick={() => setNumber(number + 1)}>+</button>
        </div>
      </div>
      {unnumbered && <p class="best__hint">{w.map.areaHint}</p>}
      <button class="button button--wide" disabled={busy || disabled || free === 0} data-testid="best-submit">
        {free === 0 && store.ready.value ? w.sale.sold_out : w.map.takeBest(Math.min(number, most))}
      </button>
      {!unnumbered && store.ready.value && <Proposals store={store} count={Math.min(number, most)} grade={grade} onPlace={onPlace} />}
    </form>
  );
}

/* True once the hall had its turn on the screen: to look through 50,000 seats can wait for that. */
function useAfterPicture(): boolean {
  const [after, setAfter] = useState(false);
  useEffect(() => {
    let later: ReturnType<typeof setTimeout> | undefined;
    const frame = requestAnimationFrame(() => { later = setTimeout(() => setAfter(true)); });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(later);
    };
  }, []);
  return after;
}

/* The first choice and two others, to be chosen in one tap. Places for wheelchairs are proposed to those who ask for them. */
function Proposals({ store, count, grade, onPlace }: { store: SeatStore; count: number; grade: number; onPlace(seats: readonly number[]): void }) {
  const w = mapWords();
  const { map } = store;
  const best = useMemo(() => new BestSeats(map), [map]);
  const shown = useAfterPicture();
  const { wanted } = store.filter.value;
  const reserved = (trait.wheelchair | trait.companion) & ~wanted;
  const places = useMemo(
    () => (shown ? best.find(count, grade, (seat) => store.wanted(seat) && (map.traits[seat] & reserved) === 0) : []),
    [shown, best, count, grade, store.filter.value, store.revision.value],
  );
  const chosen = store.chosen.value;
  if (!shown) return null;
  if (!places.length) return <p class="best__hint" data-testid="no-proposals">{w.noneFit}</p>;
  return (
    <ul class="proposals" aria-label={w.proposals}>
      {places.map((seats, i) => (
        <li key={i}>
          <button type="button" class="proposals__one" aria-pressed={seats.every((seat) => chosen.includes(seat))} data-testid="proposal"
            data-guids={seats.map((seat) => map.guid(seat)).join(" ")} onClick={() => onPlace(seats)}>
            <b>{w.ranks[i]}</b> <span>{placeText(map, seats)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
