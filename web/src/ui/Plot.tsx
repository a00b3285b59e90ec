/* A picture of what happens over time. Whoever shows it also shows its figures as a table. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { count } from "../app/format";
import { language } from "../app/language";

export interface PlotLine {
  /* A token of the style, and how its line is told from others without colour. */
  color: string;
  dash: readonly number[];
}

interface Props {
  /* Seconds since 1970, then a column for each line. */
  columns: [number[], ...number[][]];
  lines: readonly PlotLine[];
  /* The picture in a sentence. */
  label: string;
  /* Seconds: a curve that has only begun is not stretched. */
  shortest: number;
  at(second: number): string;
  testid: string;
}

const height = 220;
const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];

/* From the first moment to the last: of a single one uPlot would make years. */
function span(seconds: ArrayLike<number>, shortest: number): [number, number] {
  const last = seconds[seconds.length - 1];
  return [Math.min(seconds[0], last - shortest), last];
}

/* Another language draws it anew. */
export function Plot(props: Props) {
  return <Picture key={language.value} {...props} />;
}

function Picture({ columns, lines, label, shortest, at, testid }: Props) {
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
      scales: { x: { range: ({ data: [seconds] }) => span(seconds, shortest) }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
      axes: [
        { ...axis, space: 90, values: (_, seconds) => seconds.map(at) },
        { ...axis, size: 56, incrs: steps, values: (_, values) => values.map(count) },
      ],
      series: [{}, ...lines.map(({ color, dash }) => ({ stroke: token(color), width: 2, dash: [...dash], points: { show: true, size: 5 } }))],
    }, columns, place);
    const watch = new ResizeObserver(() => plot.current?.setSize({ width: place.clientWidth, height }));
    watch.observe(place);
    return () => {
      watch.disconnect();
      plot.current?.destroy();
    };
  }, []);

  useEffect(() => plot.current?.setData(columns), [columns]);

  return <div ref={box} class="cockpit__curve" role="img" aria-label={label} data-testid={testid} />;
}
