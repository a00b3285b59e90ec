/* What happens in a waiting room, minute by minute: a picture, and the same as a table. */
import { useMemo } from "preact/hooks";
import type { QueueMinute } from "../api/shapes/queue";
import { count, timeOfDay } from "../app/format";
import { columns, sums } from "./cockpit-watch";
import { cockpitWords } from "./cockpit-words";
import { Plot } from "../ui/Plot";

const shortest = 600;        /* seconds: a curve that has only begun is not stretched */
const lines = [
  { name: "joined", color: "--ink-2", dash: [6, 4] },
  { name: "admitted", color: "--curtain", dash: [] as number[] },
  { name: "booked", color: "--good", dash: [2, 3] },
] as const;

export function RoomCurve({ minutes }: { minutes: QueueMinute[] }) {
  const w = cockpitWords();
  const all = sums(minutes);
  const data = useMemo(() => columns(minutes), [minutes]);
  return (
    <>
      <Plot columns={data} lines={lines} shortest={shortest} at={(second) => timeOfDay(new Date(second * 1000).toISOString())} testid="curve"
        label={w.curveIs(count(minutes.length), count(all.joined), count(all.admitted), count(all.booked))} />
      <ul class="cockpit__legend">
        {lines.map(({ name }) => <li key={name} class={`cockpit__line cockpit__line--${name}`}>{w.column[name]}: {count(all[name])}</li>)}
      </ul>
    </>
  );
}

export function CurveTable({ minutes }: { minutes: QueueMinute[] }) {
  const w = cockpitWords();
  const names = ["joined", "admitted", "absent", "returned", "booked"] as const;
  return (
    <div class="staff__scroll cockpit__table" role="region" aria-label={w.table} tabIndex={0}>
      <table class="staff__table" data-testid="curve-table">
        <thead><tr><th scope="col">{w.column.at}</th>{names.map((name) => <th key={name} scope="col" class="num">{w.column[name]}</th>)}</tr></thead>
        <tbody>
          {[...minutes].reverse().map((one) => (
            <tr key={one.at}><th scope="row">{timeOfDay(one.at)}</th>{names.map((name) => <td key={name} class="num">{count(one[name])}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
