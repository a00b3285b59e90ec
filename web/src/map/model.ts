/* A seat map in memory: flat arrays by seat number (its place in map order), sections and rows as ranges. */
import type { Money } from "../api/shapes/common";
import { seatTraits, type MapRow, type Point, type Rect, type SeatMapData, type SeatTrait } from "../api/shapes/performance";
import { free, notForSale } from "./availability";
import { towards, type Pointer } from "./sight";

export interface Grade {
  name: string;
  color: string;
  price: Money;
}

/* A grade without a price is one without seats, so nobody is asked for this. */
const unpriced: Money = { amount: 0, currency: "KRW" };

/* The bits of SeatMap.traits. */
export const trait = Object.fromEntries(seatTraits.map((name, i) => [name, 1 << i])) as Record<SeatTrait, number>;

export interface SectionInfo {
  name: string;
  kind: "seats" | "area";
  outline: Float32Array;
  box: Rect;
  /* Where its name goes, and the side of a square of its area. */
  label: { x: number; y: number; room: number };
  /* What its seats look at, and an arrow to there at its edge. */
  focus: Point | null;
  pointer: Pointer | null;
  first: number;
  count: number;
  rows: RowInfo[];
  /* Most frequent grade, for the block's colour. */
  grade: number;
  /* All its grades, in the order of the map's. */
  grades: number[];
  free: number;
  /* Grows with every change of a seat in it. */
  revision: number;
}

export interface RowInfo {
  name: string;
  first: number;
  count: number;
}

export class SeatMap {
  readonly count: number;
  readonly pitch: number;
  readonly bounds: Rect;
  readonly stage: Rect | null;
  readonly grades: Grade[];
  /* The grades that have seats. */
  readonly offered: number[];
  readonly sections: SectionInfo[] = [];
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  readonly grade: Uint8Array;
  readonly traits: Uint8Array;
  /* All the traits that there are in this hall. */
  traitsHere = 0;
  /* What the house looks at, where the plan says. */
  readonly focus: Point | null;
  readonly state: Uint8Array;
  readonly sectionOf: Uint16Array;
  readonly freeByGrade: number[];
  readonly totalByGrade: number[];
  private readonly data: SeatMapData;
  private byGuid: Map<string, number> | null = null;

  constructor(data: SeatMapData) {
    this.data = data;
    this.grades = data.grades.map((grade) => ({ ...grade, price: grade.price ?? unpriced }));
    this.bounds = data.bounds;
    this.pitch = data.bounds.pitch && data.bounds.pitch > 0 ? data.bounds.pitch : 1;
    this.stage = data.stage;
    this.count = data.sections.reduce((sum, s) => sum + s.rows.reduce((n, row) => n + row.guids.length, 0), 0);
    this.xs = new Float32Array(this.count);
    this.ys = new Float32Array(this.count);
    this.grade = new Uint8Array(this.count);
    this.traits = new Uint8Array(this.count);
    this.focus = data.focus ?? (data.stage && middle(data.stage));
    this.state = new Uint8Array(this.count).fill(notForSale);
    this.sectionOf = new Uint16Array(this.count);
    this.freeByGrade = this.grades.map(() => 0);
    this.totalByGrade = this.grades.map(() => 0);
    this.lay();
    this.offered = this.grades.flatMap((_, i) => (this.totalByGrade[i] > 0 ? [i] : []));
  }

  private lay(): void {
    let seat = 0;
    this.data.sections.forEach((source, s) => {
      const first = seat;
      const rows: RowInfo[] = [];
      const grades = this.grades.map(() => 0);
      for (const row of source.rows) {
        rows.push({ name: row.name, first: seat, count: row.guids.length });
        for (let i = 0; i < row.guids.length; i++, seat++) {
          const grade = row.grades?.[i] ?? row.grade;
          this.xs[seat] = row.xs[i];
          this.ys[seat] = row.ys[i];
          this.grade[seat] = grade;
          this.sectionOf[seat] = s;
          this.totalByGrade[grade]++;
          grades[grade]++;
        }
        this.mark(row, seat - row.guids.length);
      }
      const box = this.boxOf(source.outline, first, seat);
      const outline = Float32Array.from(source.outline.length >= 6 ? source.outline : corners(box));
      const label = centreOf(outline, box);
      const focus = source.focus ?? this.focus;
      this.sections.push({
        name: source.name, kind: source.kind, box, outline, label, focus, pointer: focus && towards(outline, label, focus), first, count: seat - first, rows,
        grade: grades.indexOf(Math.max(...grades)), grades: grades.flatMap((n, i) => (n > 0 ? [i] : [])),
        free: 0, revision: 0,
      });
    });
  }

  private mark(row: MapRow, first: number): void {
    for (const name of seatTraits)
      for (const i of row.traits?.[name] ?? []) {
        this.traits[first + i] |= trait[name];
        this.traitsHere |= trait[name];
      }
  }

  private boxOf(outline: number[], first: number, end: number): Rect {
    let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
    const take = (x: number, y: number) => {
      x0 = Math.min(x0, x);
      y0 = Math.min(y0, y);
      x1 = Math.max(x1, x);
      y1 = Math.max(y1, y);
    };
    for (let i = 0; i + 1 < outline.length; i += 2) take(outline[i], outline[i + 1]);
    if (outline.length < 6)
      for (let i = first; i < end; i++) {
        take(this.xs[i] - this.pitch, this.ys[i] - this.pitch);
        take(this.xs[i] + this.pitch, this.ys[i] + this.pitch);
      }
    return x0 <= x1 ? { x: x0, y: y0, width: x1 - x0, height: y1 - y0 } : { x: 0, y: 0, width: 0, height: 0 };
  }

  setAll(states: Uint8Array): void {
    this.state.set(states);
    this.freeByGrade.fill(0);
    for (const section of this.sections) {
      section.free = 0;
      section.revision++;
      for (let i = section.first; i < section.first + section.count; i++)
        if (states[i] === free) {
          section.free++;
          this.freeByGrade[this.grade[i]]++;
        }
    }
  }

  /* The seats that really changed; numbers beyond the map are ignored. */
  change(changes: readonly (readonly [seat: number, state: number])[]): number[] {
    const changed: number[] = [];
    for (const [seat, state] of changes) {
      if (!(seat >= 0 && seat < this.count) || this.state[seat] === state) continue;
      const difference = Number(state === free) - Number(this.state[seat] === free);
      const section = this.sections[this.sectionOf[seat]];
      section.free += difference;
      section.revision++;
      this.freeByGrade[this.grade[seat]] += difference;
      this.state[seat] = state;
      changed.push(seat);
    }
    return changed;
  }

  rowOf(seat: number): RowInfo {
    const { rows } = this.sections[this.sectionOf[seat]];
    let low = 0;
    let high = rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (rows[middle].first <= seat) low = middle;
      else high = middle - 1;
    }
    return rows[low];
  }

  guid(seat: number): string {
    return this.sourceRow(seat).guids[seat - this.rowOf(seat).first];
  }

  number(seat: number): string {
    return this.sourceRow(seat).numbers[seat - this.rowOf(seat).first] ?? "";
  }

  seatOf(guid: string): number | undefined {
    if (!this.byGuid) {
      this.byGuid = new Map();
      let seat = 0;
      for (const section of this.data.sections)
        for (const row of section.rows) for (const name of row.guids) this.byGuid.set(name, seat++);
    }
    return this.byGuid.get(guid);
  }

  isArea(seat: number): boolean {
    return this.sections[this.sectionOf[seat]].kind === "area";
  }

  private sourceRow(seat: number) {
    const s = this.sectionOf[seat];
    return this.data.sections[s].rows[this.sections[s].rows.indexOf(this.rowOf(seat))];
  }
}

function middle({ x, y, width, height }: Rect): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

function corners({ x, y, width, height }: Rect): number[] {
  return [x, y, x + width, y, x + width, y + height, x, y + height];
}

/* The centroid of a polygon and the root of its area. */
function centreOf(outline: Float32Array, box: Rect): { x: number; y: number; room: number } {
  let [area, sumX, sumY] = [0, 0, 0];
  for (let i = 0, j = outline.length - 2; i < outline.length; j = i, i += 2) {
    const cross = outline[j] * outline[i + 1] - outline[i] * outline[j + 1];
    area += cross / 2;
    sumX += (outline[j] + outline[i]) * cross;
    sumY += (outline[j + 1] + outline[i + 1]) * cross;
  }
  if (Math.abs(area) < 1e-6) return { x: box.x + box.width / 2, y: box.y + box.height / 2, room: 0 };
  return { x: sumX / (6 * area), y: sumY / (6 * area), room: Math.sqrt(Math.abs(area)) };
}
