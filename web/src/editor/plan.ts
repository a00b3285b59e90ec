/* A plan that is being drawn. Nothing in it is ever changed: an edit makes a new plan that shares all it did not touch with the old one. */
import type { Rect, SeatTrait } from "../api/shapes/performance";

export interface Point {
  x: number;
  y: number;
}

export interface Grade {
  name: string;
  color: string;
}

/* What has no grade yet. */
export const ungraded = -1;

export interface Seat extends Point {
  id: number;
  number: string;
  grade: number;
  /* As it was loaded; null: it follows from section, row and number. */
  guid: string | null;
  /* As they were loaded. */
  traits?: readonly SeatTrait[];
}

export interface Row {
  name: string;
  seats: readonly Seat[];
}

export interface SeatSection {
  id: number;
  kind: "seats";
  name: string;
  rows: readonly Row[];
  /* As it was loaded, until a seat moves; null: the hull of the seats. */
  outline: readonly number[] | null;
}

/* General admission: so many places, whose guids are prefix-1, prefix-2 and so on. */
export interface AreaSection {
  id: number;
  kind: "area";
  name: string;
  /* As it was loaded; null: the name. */
  prefix: string | null;
  capacity: number;
  grade: number;
  corners: readonly Point[];
}

export type Section = SeatSection | AreaSection;

export interface Plan {
  grades: readonly Grade[];
  stage: Rect | null;
  sections: readonly Section[];
  /* The next id of a seat or a section; both count together, so that one set can hold chosen seats and areas. */
  next: number;
}

/* Ids of seats and of areas. */
export type Chosen = ReadonlySet<number>;
export const nothing: Chosen = new Set();

/* What the server takes (docs/venue-format.md). */
export const limits = { seats: 100_000, rows: 20_000, sections: 2_000, grades: 60, text: 100 };

const colors = ["#b98cff", "#ff8c8c", "#8cff9a", "#ffd166", "#7ad3ff", "#ff9ee5", "#c5e063", "#f4a261"];

export function nextGrade(plan: Plan): Grade {
  let n = 0;
  while (plan.grades.some(({ name }) => name === gradeName(n))) n++;
  return { name: gradeName(n), color: colors[plan.grades.length % colors.length] };
}

const gradeName = (n: number) => ["VIP", "R", "S", "A", "B", "C"][n] ?? `G${n + 1}`;

export function emptyPlan(): Plan {
  return { grades: [{ name: "R", color: colors[0] }], stage: { x: -9, y: -8, width: 18, height: 5 }, sections: [], next: 1 };
}

export const isArea = (section: Section): section is AreaSection => section.kind === "area";

export function seatCount(plan: Plan): number {
  return plan.sections.reduce((sum, section) => sum + sectionSize(section), 0);
}

export function sectionSize(section: Section): number {
  return isArea(section) ? section.capacity : section.rows.reduce((sum, row) => sum + row.seats.length, 0);
}

export function guidOf(section: SeatSection, row: Row, seat: Seat): string {
  return seat.guid ?? [section.name, row.name, seat.number].filter((part) => part !== "").join("-");
}

export const prefixOf = (area: AreaSection): string => area.prefix ?? area.name;

export function eachSeat(plan: Plan, visit: (seat: Seat, row: Row, section: SeatSection) => void): void {
  for (const section of plan.sections)
    if (!isArea(section)) for (const row of section.rows) for (const seat of row.seats) visit(seat, row, section);
}

/* All that can be chosen of a section. */
export function idsOf(section: Section): number[] {
  return isArea(section) ? [section.id] : section.rows.flatMap((row) => row.seats.map((seat) => seat.id));
}

/* The sections that something chosen is in. */
export function sectionsOf(plan: Plan, chosen: Chosen): Section[] {
  if (chosen.size === 0) return [];
  return plan.sections.filter((section) =>
    isArea(section) ? chosen.has(section.id) : section.rows.some((row) => row.seats.some((seat) => chosen.has(seat.id))));
}

/* A name that no section has: "Floor", then "Floor 2". */
export function freeName(plan: Plan, wanted: string): string {
  const taken = new Set(plan.sections.map(({ name }) => name));
  if (!taken.has(wanted)) return wanted;
  const stem = wanted.replace(/ \d+$/, "");
  let n = 2;
  while (taken.has(`${stem} ${n}`)) n++;
  return `${stem} ${n}`;
}

/* The rectangle around points; null around none. */
export function boxAround(points: Iterable<Point>): Rect | null {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    x0 = Math.min(x0, x);
    y0 = Math.min(y0, y);
    x1 = Math.max(x1, x);
    y1 = Math.max(y1, y);
  }
  return x0 <= x1 ? { x: x0, y: y0, width: x1 - x0, height: y1 - y0 } : null;
}

/* Where the chosen seats and the corners of the chosen areas are. */
export function chosenPoints(plan: Plan, chosen: Chosen): Point[] {
  const points: Point[] = [];
  for (const section of plan.sections)
    if (isArea(section)) {
      if (chosen.has(section.id)) points.push(...section.corners);
    } else for (const row of section.rows) for (const seat of row.seats) if (chosen.has(seat.id)) points.push(seat);
  return points;
}
