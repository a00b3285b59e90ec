/* What stands behind the price: what each kind of person pays on a date, what giving back costs, where the hall is. */
import { useState } from "preact/hooks";
import { getHall, getPolicy } from "../api/catalogue";
import { getSchedule } from "../api/calls";
import type { ScheduleDetail } from "../api/shapes/performance";
import { money } from "../app/format";
import { words } from "../app/i18n";
import { personPrice, priceNow } from "../app/prices";
import { useResource } from "../app/resource";
import { showWords } from "../app/show-words";
import { offered } from "../ui/GradeMark";
import { problemText } from "../ui/states";

/* Asked for when it is opened, since most buyers are adults. */
export function PersonPrices({ schedule }: { schedule: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="terms" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary data-testid="person-prices">{showWords().prices}</summary>
      {open && <Prices schedule={schedule} />}
    </details>
  );
}

function Prices({ schedule }: { schedule: string }) {
  const found = useResource((signal) => getSchedule(schedule, signal), [schedule]);
  if (found.problem) return <p class="field__error">{problemText(found.problem).detail}</p>;
  return found.data ? <PriceTable of={found.data} /> : <p class="muted">{words().states.loading}</p>;
}

function PriceTable({ of }: { of: ScheduleDetail }) {
  const w = showWords();
  const types = (of.terms?.person_types ?? []).filter(({ name }) => name !== "adult");
  if (types.length === 0) return <p class="muted">{w.sameForAll}</p>;
  const people = words().person;
  return (
    <>
      <div class="terms__scroll" tabIndex={0} role="region" aria-label={w.prices}>
        <table data-testid="price-table">
          <thead>
            <tr><th scope="col">{w.grade}</th><th scope="col">{people.adult}</th>{types.map(({ name }) => <th key={name} scope="col">{people[name]}</th>)}</tr>
          </thead>
          <tbody>
            {offered(of.remaining).map(({ stock: { grade, price } }) => {
              const now = price && priceNow(price, of.terms?.percent_off);
              return now && (
                <tr key={grade}>
                  <th scope="row">{grade}</th>
                  <td>{money(now)}</td>
                  {types.map((type) => <td key={type.name}>{money(personPrice(now, grade, type))}</td>)}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {types.some(({ proof_at_door }) => proof_at_door) && <p class="muted small">{w.proof}</p>}
    </>
  );
}

export function Policy({ performance, currency }: { performance: string; currency: string | undefined }) {
  const w = showWords();
  const { data } = useResource((signal) => getPolicy(performance, signal), [performance]);
  if (!data) return null;
  const most = (amount?: number | null) => (amount && currency ? money({ amount, currency }) : "");
  return (
    <section data-testid="policy">
      <h2>{w.policy}</h2>
      <ul class="terms__list">
        {data.free_days > 0 && <li>{w.policyFree(data.free_days, data.free_days_before)}</li>}
        {data.steps.map((step) => <li key={step.days_before}>{w.policyStep(step.percent, step.days_before, most(step.amount))}</li>)}
        <li>{w.policyCloses(data.closes_days_before, data.closes_at)}</li>
      </ul>
    </section>
  );
}

export function Venue({ hall }: { hall: string }) {
  const { data } = useResource((signal) => getHall(hall, signal), [hall]);
  if (!data) return null;
  return (
    <section data-testid="venue">
      <h2>{showWords().venue}</h2>
      <p><strong>{data.name}</strong></p>
      <address class="muted">{[data.region, data.address].filter(Boolean).join(" · ")}</address>
    </section>
  );
}
