/* The finer part of a search: folded away until it is wanted, open while it has an effect. */
import { useState } from "preact/hooks";
import { refinements, sorts, soughtStatuses, type Filter } from "../app/filter";
import { words } from "../app/i18n";
import { Field, SelectField } from "../ui/Field";

export function Filters({ filter, show }: { filter: Filter; show(filter: Filter): void }) {
  const w = words();
  const [typed, setTyped] = useState(filter);
  const given = refinements(filter);
  const field = (name: keyof Filter, type: string) => (
    <Field label={w.filter[name as "from"]} name={name} type={type} value={typed[name]} onValue={(value) => setTyped({ ...typed, [name]: value })} />
  );
  const choice = (name: "status" | "sort", options: [string, string][]) => (
    <SelectField label={w.filter[name]} name={name} value={typed[name]} options={options} onValue={(value) => setTyped({ ...typed, [name]: value })} />
  );
  return (
    <details class="filters" open={given > 0}>
      <summary data-testid="filters">{given ? w.filter.given(given) : w.filter.title}</summary>
      <form onSubmit={(event) => { event.preventDefault(); show({ ...typed, q: filter.q, genre: filter.genre }); }} data-testid="filter-form">
        {choice("status", [["", w.filter.any], ...soughtStatuses.map((one): [string, string] => [one, w.sale[one]])])}
        {choice("sort", [["", w.filter.any], ...sorts.map((one): [string, string] => [one, w.filter.sorts[one]])])}
        {field("region", "text")}
        {field("from", "date")}
        {field("to", "date")}
        {field("min_price", "number")}
        {field("max_price", "number")}
        <div class="filters__go">
          <button class="button" data-testid="filter-submit">{w.filter.submit}</button>
          {given > 0 && <a class="button button--quiet" href="/">{w.home.clear}</a>}
        </div>
      </form>
    </details>
  );
}
