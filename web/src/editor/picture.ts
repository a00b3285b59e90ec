/* From a plan to what the map's renderer draws, and back from a seat map to a plan. What an edit did not touch is not worked out again. */
import { seatTraits, type MapRow, type MapSection, type Rect, type SeatMapData } from "../api/shapes/performance";
import { SeatMap } from "../map/model";
import {
  boxAround, idsOf, isArea, prefixOf, ungraded, type AreaSection, type Plan, type Point, type Row, type Seat, type SeatSection, type Section,
} from "./plan";

export interface Picture {
  map: SeatMap;
  /* The id of each seat in map order; of a place of an area, the area's. */
  ids: Float64Array;
}

/* Drawn for seats without a grade; always the last. */
const grey = { name: "", color: "#8a8f98", price: null };

export function pictureOf(plan: Plan): Picture {
  const last = plan.grades.length;
  const sections = plan.sections.map((section): MapSection => ({ ...drawnSection(section, last), name: section.name }));
  const map = new SeatMap({
    schedule_id: "", hall: { id: "", name: "" }, seat_count: 0, bounds: { ...roomFor(plan, sections), pitch: 1 }, stage: plan.stage,
    grades: [...plan.grades.map((grade) => ({ ...grade, price: null })), grey], sections,
  });
  map.setAll(new Uint8Array(map.count));
  const ids = new Float64Array(map.count);
  plan.sections.forEach((section, s) => {
    const { first, count } = map.sections[s];
    if (isArea(section)) ids.fill(section.id, first, first + count);
    else ids.set(idsOf(section), first);
  });
  return { map, ids };
}

/* All that is drawn, and room to draw more. */
function roomFor(plan: Plan, sections: readonly MapSection[]): Rect {
  const corners: Point[] = plan.sections.length > 0 ? [] : [{ x: -16, y: -10 }, { x: 16, y: 16 }];
  if (plan.stage) corners.push(plan.stage, { x: plan.stage.x + plan.stage.width, y: plan.stage.y + plan.stage.height });
  for (const { outline } of sections) for (let i = 0; i + 1 < outline.length; i += 2) corners.push({ x: outline[i], y: outline[i + 1] });
  const box = boxAround(corners) as Rect;
  /* Never less than an empty plan has, so that the first strokes do not pull the view. */
  const [width, height] = [Math.max(box.width, 32), Math.max(box.height, 26)];
  const margin = 3 + 0.05 * Math.max(width, height);
  return {
    x: box.x - (width - box.width) / 2 - margin, y: box.y - (height - box.height) / 2 - margin, width: width + 2 * margin, height: height + 2 * margin,
  };
}

/* ---- pieces that are kept as long as what they were made from ---- */

interface Kept<T> {
  last: number;
  made: T;
}

const sectionsKept = new WeakMap<Section, Kept<MapSection>>();
const rowsKept = new WeakMap<Row, Kept<MapRow>>();

function kept<K extends object, T>(memory: WeakMap<K, Kept<T>>, key: K, last: number, make: () => T): T {
  const found = memory.get(key);
  if (found?.last === last) return found.made;
  const made = make();
  memory.set(key, { last, made });
  return made;
}

const drawnSection = (section: Section, last: number): MapSection =>
  kept(sectionsKept, section, last, () => (isArea(section) ? drawnArea(section, last) : {
    name: section.name, kind: "seats", outline: [...(section.outline ?? hullOf(section))],
    rows: section.rows.map((row) => kept(rowsKept, row, last, () => drawnRow(row, last))),
  }));

const mark = (grade: number, last: number) => (grade === ungraded ? last : grade);

function drawnRow({ name, seats }: Row, last: number): MapRow {
  return {
    name, grade: 0, guids: seats.map(() => ""), numbers: seats.map((seat) => seat.number), xs: seats.map((seat) => seat.x),
    ys: seats.map((seat) => seat.y), grades: seats.map((seat) => mark(seat.grade, last)),
  };
}

function drawnArea(area: AreaSection, last: number): MapSection {
  const none = new Array<string>(area.capacity).fill("");
  const zeros = new Array<number>(area.capacity).fill(0);
  const row = { name: "", grade: mark(area.grade, last), guids: none, numbers: none, xs: zeros, ys: zeros };
  return { name: area.name, kind: "area", outline: area.corners.flatMap(({ x, y }) => [x, y]), rows: [row] };
}

/* The convex hull by Andrew's monotone chain, with a margin around each seat. */
export function hullOf(section: SeatSection): number[] {
  const margin = 0.6;
  const points = section.rows.flatMap((row) => ends(row).flatMap(({ x, y }) =>
    [[x - margin, y - margin], [x + margin, y - margin], [x - margin, y + margin], [x + margin, y + margin]]));
  points.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const chain = (list: number[][]) => {
    const hull: number[][] = [];
    for (const [x, y] of list) {
      while (hull.length > 1 && turn(hull[hull.length - 2], hull[hull.length - 1], x, y) <= 0) hull.pop();
      hull.push([x, y]);
    }
    return hull.slice(0, -1);
  };
  return [...chain(points), ...chain(points.reverse())].flat();
}

const turn = ([ox, oy]: number[], [ax, ay]: number[], x: number, y: number) => (ax - ox) * (y - oy) - (ay - oy) * (x - ox);

/* Of a straight row only its ends can be corners of a hull. */
function ends({ seats }: Row): readonly Point[] {
  const [a, b] = [seats[0], seats[seats.length - 1]];
  const straight = seats.every(({ x, y }) => Math.abs((b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x)) < 1e-3
    && x >= Math.min(a.x, b.x) - 1e-3 && x <= Math.max(a.x, b.x) + 1e-3 && y >= Math.min(a.y, b.y) - 1e-3 && y <= Math.max(a.y, b.y) + 1e-3);
  return straight ? [a, b] : seats;
}

/* ---- back ---- */

/* A hall's map as a plan. An area whose places are not named prefix-1 to prefix-n keeps those names, as a section of seats. */
export function planOf(data: Pick<SeatMapData, "grades" | "sections" | "stage">): Plan {
  let next = 1;
  const sections = data.sections.map((section): Section => {
    const area = section.kind === "area" ? areaOf(section) : null;
    if (area) return { ...area, id: next++ };
    const rows = section.rows.filter((row) => row.guids.length > 0).map((row): Row => ({
      name: row.name,
      seats: row.guids.map((guid, i) => ({
        id: next++, guid, number: row.numbers[i], x: row.xs[i], y: row.ys[i], grade: row.grades?.[i] ?? row.grade, ...traitsOf(row, i),
      })),
    }));
    return { id: next++, kind: "seats", name: section.name, rows, outline: section.outline.length >= 6 ? section.outline : null };
  });
  return {
    grades: data.grades.map(({ name, color }) => ({ name, color })), stage: data.stage, next,
    sections: sections.filter((section) => isArea(section) || section.rows.length > 0),
  };
}

function traitsOf(row: MapRow, seat: number): Pick<Seat, "traits"> {
  const traits = row.traits && seatTraits.filter((name) => row.traits?.[name]?.includes(seat));
  return traits?.length ? { traits } : {};
}

function areaOf(section: MapSection): Omit<AreaSection, "id"> | null {
  const guids = section.rows.flatMap((row) => row.guids);
  const prefix = guids[0]?.endsWith("-1") ? guids[0].slice(0, -2) : null;
  if (prefix === null || section.outline.length < 6 || !guids.every((guid, i) => guid === `${prefix}-${i + 1}`)) return null;
  const corners = Array.from({ length: section.outline.length >> 1 }, (_, i) => ({ x: section.outline[2 * i], y: section.outline[2 * i + 1] }));
  const area = { kind: "area" as const, name: section.name, prefix, capacity: guids.length, grade: section.rows[0].grade, corners };
  return prefixOf({ ...area, id: 0, prefix: null }) === prefix ? { ...area, prefix: null } : area;
}
