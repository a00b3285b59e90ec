/* Plans as files: our own description (docs/venue-format.md), pretix seating plans, seats.io charts. What a format cannot say is counted. */
import type { Rect } from "../api/shapes/performance";
import { insideOutline } from "../map/grid";
import {
  boxAround, eachSeat, guidOf, isArea, prefixOf, sectionSize, ungraded, type AreaSection, type Plan, type Point, type Seat, type SeatSection,
  type Section,
} from "./plan";

export const formats = ["venue", "pretix", "seatsio"] as const;
export type Format = (typeof formats)[number];

export interface Written {
  document: object;
  /* Seats that this format gives another guid, and areas that become rows of seats. */
  renamed: number;
  areas: number;
}

export function write(plan: Plan, name: string, format: Format): Written {
  const writers = { venue: writeVenue, pretix: writePretix, seatsio: writeSeatsio };
  return writers[format](plan, name);
}

/* Which format a document is in, by what only that format has. */
export function formatOf(document: unknown): Format | null {
  if (typeof document !== "object" || document === null) return null;
  if ("zones" in document && Array.isArray(document.zones)) return "pretix";
  if ("subChart" in document) return "seatsio";
  return "sections" in document ? "venue" : null;
}

const fine = (value: number) => Math.round(value * 1000) / 1000;
const point = ({ x, y }: Point, scale = 1, from: Point = { x: 0, y: 0 }) => ({ x: fine((x - from.x) * scale), y: fine((y - from.y) * scale) });
const gradeName = (plan: Plan, grade: number) => plan.grades[grade]?.name;

/* The grade that most seats of a section have. */
function mainGrade(section: SeatSection): number {
  const counts = new Map<number, number>();
  for (const row of section.rows) for (const { grade } of row.seats) counts.set(grade, (counts.get(grade) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

/* ---- our own ---- */

function writeVenue(plan: Plan, name: string): Written {
  const sections = plan.sections.map((section) => {
    if (isArea(section))
      return {
        name: section.name, prefix: prefixOf(section), category: gradeName(plan, section.grade),
        area: { capacity: section.capacity, polygon: section.corners.map((corner) => point(corner)) },
      };
    const main = mainGrade(section);
    const rows = section.rows.map((row) => ({
      row: row.name,
      seats: row.seats.map((seat) => ({
        guid: guidOf(section, row, seat), number: seat.number, ...point(seat), ...(seat.grade !== main && { category: gradeName(plan, seat.grade) }),
        ...(seat.traits && { traits: seat.traits }),
      })),
    }));
    return { name: section.name, category: gradeName(plan, main), placed: { ...(section.outline && { outline: pairs(section.outline) }), rows } };
  });
  const document = { name, categories: plan.grades.map(({ name: grade, color }) => ({ name: grade, color })), ...(plan.stage && { stage: stageOf(plan.stage) }), sections };
  return { document, renamed: 0, areas: 0 };
}

const stageOf = ({ x, y, width, height }: Rect) => ({ ...point({ x, y }), width: fine(width), height: fine(height) });
const pairs = (flat: readonly number[]) => Array.from({ length: flat.length >> 1 }, (_, i) => point({ x: flat[2 * i], y: flat[2 * i + 1] }));

/* ---- pretix: zones of rows of seats, in its editor's points ---- */

const pretixPitch = 25;

function writePretix(plan: Plan, name: string): Written {
  const size = boxAround(allPoints(plan)) ?? { x: 0, y: 0, width: 0, height: 0 };
  const from = { x: size.x - 2, y: size.y - 2 };
  const seatOut = (guid: string, number: string, at: Point, grade: number) => ({
    seat_guid: guid, seat_number: number, position: point(at, pretixPitch, from), category: gradeName(plan, grade),
  });
  const rowOut = (row: string, seats: object[]) => ({ row_number: row, row_number_position: "both", position: { x: 0, y: 0 }, seats });
  const zones = plan.sections.map((section, i) => ({
    name: section.name, position: { x: 0, y: 0 },
    rows: isArea(section)
      ? [rowOut(section.name, placesOf(section).map((at, n) => seatOut(`${prefixOf(section)}-${n + 1}`, String(n + 1), at, section.grade)))]
      : section.rows.map((row) => rowOut(row.name, row.seats.map((seat) => seatOut(guidOf(section, row, seat), seat.number, seat, seat.grade)))),
    areas: i === 0 && plan.stage ? [pretixStage(plan.stage, from)] : [],
  }));
  return {
    document: {
      name, categories: plan.grades.map(({ name: grade, color }) => ({ name: grade, color })), zones,
      size: { width: fine((size.width + 4) * pretixPitch), height: fine((size.height + 4) * pretixPitch) },
    },
    renamed: 0,
    areas: plan.sections.filter(isArea).length,
  };
}

const pretixStage = (stage: Rect, from: Point) => ({
  shape: "rectangle", position: point(stage, pretixPitch, from), rotation: 0, color: "#2a2a38", border_color: "#ffd27a",
  rectangle: { width: fine(stage.width * pretixPitch), height: fine(stage.height * pretixPitch) },
  text: { text: "Stage", color: "#ffd27a", size: 16, position: { x: fine((stage.width * pretixPitch) / 2), y: fine((stage.height * pretixPitch) / 2) } },
});

function allPoints(plan: Plan): Point[] {
  const points: Point[] = [];
  eachSeat(plan, (seat) => points.push(seat));
  for (const section of plan.sections) if (isArea(section)) points.push(...section.corners);
  if (plan.stage) points.push(plan.stage, { x: plan.stage.x + plan.stage.width, y: plan.stage.y + plan.stage.height });
  return points;
}

/* So many places inside an area, on a grid that gets finer until they fit. */
function placesOf(area: AreaSection): Point[] {
  const box = boxAround(area.corners) as Rect;
  const outline = Float32Array.from(area.corners.flatMap(({ x, y }) => [x, y]));
  let step = Math.sqrt((box.width * box.height) / area.capacity);
  for (let i = 0; i < 60 && step > 0; i++, step *= 0.95) {
    const places: Point[] = [];
    for (let y = box.y + step / 2; y < box.y + box.height && places.length < area.capacity; y += step)
      for (let x = box.x + step / 2; x < box.x + box.width && places.length < area.capacity; x += step)
        if (insideOutline(outline, x, y)) places.push({ x, y });
    if (places.length === area.capacity) return places;
  }
  return Array.from({ length: area.capacity }, () => area.corners[0]);
}

/* ---- seats.io: a chart with a section for each of ours; its guids are section-row-seat ---- */

const seatsioPitch = 20;

function writeSeatsio(plan: Plan, name: string): Written {
  const from = boxAround(allPoints(plan)) ?? { x: 0, y: 0, width: 0, height: 0 };
  const key = (grade: number) => grade + 1;
  const seats = plan.sections.filter((section): section is SeatSection => !isArea(section));
  const areas = plan.sections.filter(isArea);
  const size = { width: fine(from.width * seatsioPitch), height: fine(from.height * seatsioPitch) };
  const stage = plan.stage && { x: plan.stage.x + plan.stage.width / 2, y: plan.stage.y + plan.stage.height / 2 };
  const document = {
    name, version: 5, sectionScaleFactor: 100,
    categories: { list: plan.grades.map((grade, i) => ({ key: key(i), label: grade.name, color: grade.color })), maxCategoryKey: plan.grades.length },
    subChart: {
      ...size, rows: [], tables: [], booths: [], texts: [],
      ...(stage && { focalPoint: point(stage, seatsioPitch, from) }),
      sections: seats.map((section) => seatsioSection(section, from, key)),
      generalAdmissionAreas: areas.map((area) => ({
        label: area.name, type: "polygon", capacity: area.capacity, categoryKey: key(area.grade), points: area.corners.map((corner) => point(corner, seatsioPitch, from)),
      })),
    },
  };
  let renamed = 0;
  eachSeat(plan, (seat, row, section) => void (renamed += Number(guidOf(section, row, { ...seat, guid: null }) !== guidOf(section, row, seat))));
  for (const area of areas) renamed += prefixOf(area) === area.name ? 0 : area.capacity;
  return { document, renamed, areas: 0 };
}

function seatsioSection(section: SeatSection, from: Point, key: (grade: number) => number) {
  const corner = boxAround(section.rows.flatMap((row) => row.seats)) as Rect;
  const seatOut = (seat: Seat) => ({ label: seat.number, ...point(seat, seatsioPitch, corner), categoryKey: key(seat.grade) });
  const outline = section.outline ? pairs(section.outline) : around(corner);
  return {
    label: section.name, categoryKey: key(mainGrade(section)), topLeft: point(corner, seatsioPitch, from), points: outline.map((one) => point(one, seatsioPitch, from)),
    subChart: { rows: section.rows.map((row) => ({ label: row.name, seats: row.seats.map(seatOut) })), tables: [], booths: [], texts: [] },
  };
}

const around = ({ x, y, width, height }: Rect): Point[] =>
  [{ x: x - 1, y: y - 1 }, { x: x + width + 1, y: y - 1 }, { x: x + width + 1, y: y + height + 1 }, { x: x - 1, y: y + height + 1 }];

/* What the plan asks prices for. */
export function gradesInUse(plan: Plan): string[] {
  const used = new Set<number>();
  const take = (section: Section) => (isArea(section) ? used.add(section.grade) : section.rows.forEach((row) => row.seats.forEach((seat) => used.add(seat.grade))));
  plan.sections.filter((section) => sectionSize(section) > 0).forEach(take);
  used.delete(ungraded);
  return plan.grades.flatMap(({ name }, i) => (used.has(i) ? [name] : []));
}
