/* Sales day by day: a picture, and the same as a table. */
import { useMemo } from "preact/hooks";
import { count, day as dayText, money } from "../app/format";
import { Plot } from "../ui/Plot";
import { salesColumns, type SalesDay } from "./sales";
import { staffWords } from "./words";

const shortest = 7 * 86_400;
const lines = [
  { name: "sold", color: "--curtain", dash: [] as number[] },
  { name: "back", color: "--ink-2", dash: [6, 4] },
  { name: "net", color: "--good", dash: [2, 3] },
] as const;
const looks = { sold: "admitted", back: "joined", net: "booked" };

export function SalesCurve({ days }: { days: SalesDay[] }) {
  const w = staffWords().curve;
  const columns = useMemo(() => salesColumns(days), [days]);
  const sum = (name: "sold" | "back") => days.reduce((all, one) => all + one[name], 0);
  const totals = { sold: sum("sold"), back: sum("back"), net: sum("sold") - sum("back") };
  if (days.length === 0) return <p data-testid="no-sales">{w.none}</p>;
  return (
    <>
      <Plot columns={columns} lines={lines} shortest={shortest} at={(second) => dayText(new Date(second * 1000).toISOString())} testid="sales-curve"
        label={w.is(count(days.length), count(totals.sold), count(totals.back))} />
      <ul class="cockpit__legend">
        {lines.map(({ name }) => <li key={name} class={`cockpit__line cockpit__line--${looks[name]}`}>{w[name]}: {count(totals[name])}</li>)}
      </ul>
      <div class="staff__scroll cockpit__table" role="region" aria-label={w.table} tabIndex={0}>
        <table class="staff__table" data-testid="sales-table">
          <thead>
            <tr>
              <th scope="col">{w.day}</th><th scope="col" class="num">{w.sold}</th><th scope="col" class="num">{w.complimentary}</th>
              <th scope="col" class="num">{w.back}</th><th scope="col" class="num">{w.paid}</th><th scope="col" class="num">{w.refunded}</th>
            </tr>
          </thead>
          <tbody>
            {[...days].reverse().map((one) => (
              <tr key={one.day}>
                <th scope="row">{one.day}</th><td class="num">{count(one.sold)}</td><td class="num">{count(one.complimentary)}</td><td class="num">{count(one.back)}</td>
                <td class="num">{one.currency && money({ amount: one.paid, currency: one.currency })}</td>
                <td class="num">{one.currency && money({ amount: one.refunded, currency: one.currency })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
