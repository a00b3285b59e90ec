/* Who sits beside whom: rows cut where an aisle or another grade comes between, by the rule by which the server cuts them. */
import type { RowInfo, SeatMap } from "./model";

/* A gap of so many usual distances is an aisle. */
const aisle = 1.6;

export interface Block {
  section: number;
  row: RowInfo;
  grade: number;
  first: number;
  count: number;
}

function distance(map: SeatMap, a: number, b: number): number {
  return Math.hypot(map.xs[a] - map.xs[b], map.ys[a] - map.ys[b]);
}

const pitches = new WeakMap<RowInfo, number>();

/* The usual distance of neighbours in a row. */
function pitchOf(map: SeatMap, row: RowInfo): number {
  let pitch = pitches.get(row);
  if (pitch === undefined) {
    const steps = new Float64Array(Math.max(0, row.count - 1));
    for (let i = 0; i < steps.length; i++) steps[i] = distance(map, row.first + i, row.first + i + 1);
    pitch = steps.sort()[steps.length >> 1] ?? 0;
    pitches.set(row, pitch);
  }
  return pitch;
}

export function blocksOf(map: SeatMap, section: number): Block[] {
  const blocks: Block[] = [];
  for (const row of map.sections[section].rows) {
    const widest = aisle * pitchOf(map, row);
    for (let i = row.first; i < row.first + row.count; i++)
      if (i === row.first || map.grade[i] !== map.grade[i - 1] || distance(map, i - 1, i) > widest)
        blocks.push({ section, row, grade: map.grade[i], first: i, count: 1 });
      else blocks[blocks.length - 1].count++;
  }
  return blocks;
}

/* Whether one gets up from this seat without passing another: at an aisle, or where the row ends. */
export function edgeOf(map: SeatMap, seat: number): "aisle" | "end" | null {
  const row = map.rowOf(seat);
  const widest = aisle * pitchOf(map, row);
  const last = row.first + row.count - 1;
  if ((seat > row.first && distance(map, seat - 1, seat) > widest) || (seat < last && distance(map, seat, seat + 1) > widest)) return "aisle";
  return seat === row.first || seat === last ? "end" : null;
}
