/* The best seats together, found in the copy of the hall by the rule by which the server finds them (src/services/booking/best.c): rows from the
   nearest to the stage on, in a row the place nearest to its best one, and none that leaves a single seat alone while there is another. Beside the
   first choice stand two others: one in another row, one in another section if there is one. */
import type { Point } from "../api/shapes/performance";
import type { SeatMap } from "./model";
import { blocksOf, type Block } from "./neighbours";

interface Ranked extends Block {
  /* Its seat nearest to the focus, and how far the middle of its row is from there. */
  centre: number;
  away: number;
}

type Open = (seat: number) => boolean;

export class BestSeats {
  /* By grade, the best row first; made when first asked for. */
  private readonly blocks = new Map<number, Ranked[]>();

  constructor(private readonly map: SeatMap) {}

  /* Up to three places of `count` neighbours in `grade`; `open` says which seats may be among them. */
  find(count: number, grade: number, open: Open): number[][] {
    const tidy = this.places(count, grade, open, false);
    const found = tidy.length >= 3 ? tidy : [...tidy, ...this.places(count, grade, open, true)];
    const [first, ...others] = found.filter(({ row }, i) => found.findIndex((one) => one.row === row) === i);
    if (!first) return [];
    const second = others.shift();
    const third = others.find(({ section }) => section !== first.section && section !== second?.section) ?? others[0];
    return [first, second, third].flatMap((place) => (place ? [place.seats] : []));
  }

  /* One a row, the best row first. */
  private places(count: number, grade: number, open: Open, alone: boolean) {
    const found: { row: number; section: number; seats: number[]; off: number }[] = [];
    for (const block of this.blocksIn(grade)) {
      if (block.count < count) continue;
      const start = this.startIn(block, count, open, alone);
      if (start < 0) continue;
      const off = this.offCentre(block, start, count);
      const place = { row: block.row.first, section: block.section, seats: Array.from({ length: count }, (_, i) => start + i), off };
      const before = found[found.length - 1];
      if (before?.row !== place.row) found.push(place);
      else if (off < before.off) found[found.length - 1] = place;
    }
    return found;
  }

  private blocksIn(grade: number): Ranked[] {
    const made = this.blocks.get(grade);
    if (made) return made;
    const { sections, bounds } = this.map;
    const blocks = sections
      .flatMap(({ kind, grades }, s) => (kind === "seats" && grades.includes(grade) ? blocksOf(this.map, s) : []))
      .filter((block) => block.grade === grade)
      .map((block) => {
        const focus = sections[block.section].focus ?? { x: bounds.x + bounds.width / 2, y: bounds.y };
        return { ...block, centre: this.centreOf(block, focus), away: this.awayOf(block, focus) };
      })
      .sort((a, b) => a.away - b.away || a.first - b.first);
    this.blocks.set(grade, blocks);
    return blocks;
  }

  /* Where the place nearest to the block's centre begins; -1 where there is none. */
  private startIn({ first, count: size, centre }: Ranked, count: number, open: Open, alone: boolean): number {
    const isOpen = (seat: number) => seat >= first && seat < first + size && open(seat);
    let best = -1;
    let offset = Infinity;
    for (let start = first, run = 0, end = first; end < first + size; end++) {
      run = open(end) ? run + 1 : 0;
      if (run < count) continue;
      start = end - count + 1;
      const lone = (isOpen(start - 1) && !isOpen(start - 2)) || (isOpen(end + 1) && !isOpen(end + 2));
      const off = Math.abs(start + end - 2 * centre);
      if (off >= offset || (lone && !alone)) continue;
      offset = off;
      best = start;
    }
    return best;
  }

  /* How far the middle of a place is from the middle of its row. */
  private offCentre({ row }: Ranked, start: number, count: number): number {
    const { xs, ys } = this.map;
    const [a, b] = [start + ((count - 1) >> 1), row.first + (row.count >> 1)];
    return Math.hypot(xs[a] - xs[b], ys[a] - ys[b]);
  }

  /* The middle of those that are, within half a seat's width, as near to the focus as the nearest: on an arc around the stage all are. */
  private centreOf({ first, count }: Block, focus: Point): number {
    const { xs, ys, pitch } = this.map;
    const away = Array.from({ length: count }, (_, i) => Math.hypot(xs[first + i] - focus.x, ys[first + i] - focus.y));
    const nearest = Math.min(...away) + pitch / 2;
    const low = away.findIndex((d) => d <= nearest);
    let high = count - 1;
    while (away[high] > nearest) high--;
    return first + ((low + high) >> 1);
  }

  private awayOf({ row }: Block, focus: Point): number {
    const { xs, ys } = this.map;
    let [x, y] = [0, 0];
    for (let i = row.first; i < row.first + row.count; i++) {
      x += xs[i] / row.count;
      y += ys[i] / row.count;
    }
    return Math.hypot(x - focus.x, y - focus.y);
  }
}
