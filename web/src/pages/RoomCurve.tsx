/* What happens in a waiting room, minute by minute: a picture, and the same as a table. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { QueueMinute } from "../api/shapes";
import { count, timeOfDay } from "../app/format";
import { language } from "../app/language";
import { columns, sums } from "./cockpit-watch";
import { cockpitWords } from "./cockpit-words";

const height = 220;
const shortest = 600;        /* seconds: a curve that has only begun is not stretched */
const lines = [
  { name: "joined", color: "--ink-2", dash: [6, 4] },
  { name: "admitted", color: "--curtain", dash: [] as number[] },
  { name: "booked", color: "--good", dash: [2, 3] },
] as const;

export function RoomCurve({ minutes }: { minutes: QueueMinute[] }) {
  const w = cockpitWords();
  const all = sums(minutes);
  return (
    <>
      <Picture key={language.value} minutes={minutes} label={w.curveIs(count(minutes.length), count(all.joined), count(all.admitted), count(all.booked))} />
      <ul class="cockpit__legend">
        {lines.map(({ name }) => <li key={name} class={`cockpit__line cockpit__line--${name}`}>{w.column[name]}: {count(all[name])}</li>)}
      </ul>
    </>
  );
}

function Picture({ minutes, label }: { minutes: QueueMinute[]; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);

  useEffect(() => {
    const place = box.current!;
    const token = (name: string) => getComputedStyle(place).getPropertyValue(name).trim();
    const font = `12px ${getComputedStyle(place).fontFamily}`;
    const axis = { font, stroke: token("--ink-2"), grid: { stroke: token("--line"), width: 1 }, ticks: { show: false } };
    plot.current = new uPlot({
      width: place.clientWidth, height,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { range: (_, from, to) => [Math.min(from, to - shortest), to] }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
      axes: [
        { ...axis, space: 90, values: (_, at) => at.map((second) => timeOfDay(new Date(second * 1000).toISOString())) },
        { ...axis, size: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000], values: (_, at) => at.map(count) },
      ],
      series: [{}, ...lines.map(({ color, dash }) => ({ stroke: token(color), width: 2, dash: [...dash], points: { show: true, size: 5 } }))],
    }, columns(minutes), place);
    const watch = new ResizeObserver(() => plot.current?.setSize({ width: place.clientWidth, height }));
    watch.observe(place);
    return () => {
      watch.disconnect();
      plot.current?.destroy();
    };
  }, []);

  useEffect(() => plot.current?.setData(columns(minutes)), [minutes]);

  return <div ref={box} class="cockpit__curve" role="img" aria-label={label} data-testid="curve" />;
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
