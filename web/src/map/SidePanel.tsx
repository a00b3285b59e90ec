/* Beside the map: what the marks mean, and seats asked for by number instead of by place. */
import { useEffect, useState } from "preact/hooks";
import { count, money } from "../app/format";
import { words } from "../app/i18n";
import { GradeMark } from "../ui/GradeMark";
import type { SeatStore } from "./store";

export function Legend({ store }: { store: SeatStore }) {
  const w = words();
  void store.revision.value;
  const { map } = store;
  const lit = store.spotlight.value;
  return (
    <div class="legend" data-testid="legend">
      <ul class="legend__grades" aria-label={w.map.legend}>
        {map.offered.map((i) => [map.grades[i], i] as const).map(([grade, i]) => (
          <li key={grade.name}>
            <button type="button" class="legend__grade" aria-pressed={lit === i} title={w.map.spotlight}
              data-testid={`grade-${grade.name}`} onClick={() => store.light(i)}>
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
      </p>
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
}

/* "N seats in grade G, the best there are": also the way to places without numbers. */
export function BestForm({ store, grade, onGrade, busy, disabled, onBest }: BestProps) {
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
    </form>
  );
}
