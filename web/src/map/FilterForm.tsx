/* What somebody wants to see: a price, free seats only, seats for those who cannot climb or want to see all of the stage. */
import { money } from "../app/format";
import { everything, pricesOf, wishes, type Filter } from "./filter";
import { trait } from "./model";
import type { SeatStore } from "./store";
import { mapWords } from "./words";

export function FilterForm({ store }: { store: SeatStore }) {
  const w = mapWords();
  const { map } = store;
  const filter = store.filter.value;
  const on = wishes(filter);
  const prices = pricesOf(map);
  const has = (bit: number) => (map.traitsHere & bit) !== 0;

  const box = (id: string, text: string, checked: boolean, change: (checked: boolean) => Partial<Filter>) => (
    <label class="filter__box">
      <input type="checkbox" checked={checked} data-testid={`filter-${id}`} onChange={(event) => store.sift(change(event.currentTarget.checked))} />
      <span>{text}</span>
    </label>
  );
  const bit = (id: string, text: string, name: "wanted" | "unwanted", one: number) =>
    has(one) && box(id, text, (filter[name] & one) !== 0, (checked) => ({ [name]: checked ? filter[name] | one : filter[name] & ~one }));

  return (
    <details class="filter" data-testid="filter">
      <summary data-testid="filter-open">{w.filter}{on > 0 && <b> · {w.filterOn(on)}</b>}</summary>
      <div class="filter__wishes">
        {prices.length > 1 && (
          <label class="filter__price">
            <span>{w.price}</span>
            <select value={String(filter.most ?? "")} data-testid="filter-price"
              onChange={({ currentTarget: { value } }) => store.sift({ most: value ? Number(value) : null })}>
              <option value="">{w.anyPrice}</option>
              {prices.slice(0, -1).map((price) => <option key={price.amount} value={String(price.amount)}>{w.upTo(money(price))}</option>)}
            </select>
          </label>
        )}
        {box("free", w.onlyFree, filter.onlyFree, (onlyFree) => ({ onlyFree }))}
        {bit("wheelchair", w.wantWheelchair, "wanted", trait.wheelchair)}
        {bit("step-free", w.wantStepFree, "wanted", trait.step_free)}
        {bit("view", w.fullView, "unwanted", trait.restricted_view)}
        {on > 0 && (
          <button type="button" class="button button--quiet button--small" data-testid="filter-clear"
            onClick={() => store.sift({ ...everything, grade: filter.grade })}>{w.clear}</button>
        )}
      </div>
    </details>
  );
}
