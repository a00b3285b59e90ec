/* Finds seats by place: a uniform grid over the hall, the seats of each cell one after another. */
import type { Rect } from "../api/shapes/performance";
import type { SeatMap } from "./model";

export class SeatGrid {
  private readonly size: number;
  private readonly columns: number;
  private readonly lines: number;
  private readonly x0: number;
  private readonly y0: number;
  /* Cell c holds items[starts[c]] .. items[starts[c + 1] - 1]. */
  private readonly starts: Uint32Array;
  private readonly items: Uint32Array;

  constructor(readonly map: SeatMap) {
    this.size = map.pitch * 4;
    let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
    let drawn = 0;
    for (let i = 0; i < map.count; i++) {
      if (map.isArea(i)) continue;
      drawn++;
      x0 = Math.min(x0, map.xs[i]);
      y0 = Math.min(y0, map.ys[i]);
      x1 = Math.max(x1, map.xs[i]);
      y1 = Math.max(y1, map.ys[i]);
    }
    this.x0 = drawn ? x0 : 0;
    this.y0 = drawn ? y0 : 0;
    this.columns = drawn ? Math.floor((x1 - x0) / this.size) + 1 : 1;
    this.lines = drawn ? Math.floor((y1 - y0) / this.size) + 1 : 1;
    this.starts = new Uint32Array(this.columns * this.lines + 1);
    this.items = new Uint32Array(drawn);
    this.fill();
  }

  private fill(): void {
    const { map, starts, items } = this;
    for (let i = 0; i < map.count; i++) if (!map.isArea(i)) starts[this.cellOf(i) + 1]++;
    for (let c = 1; c < starts.length; c++) starts[c] += starts[c - 1];
    const next = starts.slice();
    for (let i = 0; i < map.count; i++) if (!map.isArea(i)) items[next[this.cellOf(i)]++] = i;
  }

  private cellOf(seat: number): number {
    const column = Math.floor((this.map.xs[seat] - this.x0) / this.size);
    const line = Math.floor((this.map.ys[seat] - this.y0) / this.size);
    return line * this.columns + column;
  }

  /* Visits every seat whose centre lies in `rect`, and some just outside. */
  within(rect: Rect, visit: (seat: number) => void): void {
    const column = (x: number) => Math.min(this.columns - 1, Math.max(0, Math.floor((x - this.x0) / this.size)));
    const line = (y: number) => Math.min(this.lines - 1, Math.max(0, Math.floor((y - this.y0) / this.size)));
    const [c0, c1] = [column(rect.x), column(rect.x + rect.width)];
    const [l0, l1] = [line(rect.y), line(rect.y + rect.height)];
    for (let l = l0; l <= l1; l++) {
      const end = this.starts[l * this.columns + c1 + 1];
      for (let at = this.starts[l * this.columns + c0]; at < end; at++) visit(this.items[at]);
    }
  }

  /* The seat nearest to a point, no further than `reach`; -1 where there is none. */
  nearest(x: number, y: number, reach: number): number {
    let best = -1;
    let distance = reach * reach;
    this.within({ x: x - reach, y: y - reach, width: 2 * reach, height: 2 * reach }, (seat) => {
      const dx = this.map.xs[seat] - x;
      const dy = this.map.ys[seat] - y;
      const d = dx * dx + dy * dy;
      if (d <= distance) {
        distance = d;
        best = seat;
      }
    });
    return best;
  }
}

export function insideOutline(outline: Float32Array, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = outline.length - 2; i < outline.length; j = i, i += 2) {
    const [xi, yi, xj, yj] = [outline[i], outline[i + 1], outline[j], outline[j + 1]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}
