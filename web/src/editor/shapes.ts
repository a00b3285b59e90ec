/* Where seats stand: rows, arcs, blocks, tables. Everything is in pitches; y grows down the page, away from the stage. */
import type { Point } from "./plan";

export interface Spacing {
  /* Between neighbours, and between rows. */
  seat: number;
  row: number;
}

/* No gesture makes more than this at once. */
const most = 20_000;

const steps = (length: number, step: number) => Math.max(1, Math.min(most, Math.floor(length / step + 1e-6) + 1));

/* Seats from one point towards another, as many as fit. */
export function line(from: Point, to: Point, step: number): Point[] {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const [ux, uy] = length > 0 ? [(to.x - from.x) / length, (to.y - from.y) / length] : [1, 0];
  return Array.from({ length: steps(length, step) }, (_, i) => ({ x: from.x + ux * step * i, y: from.y + uy * step * i }));
}

/* Rows that fill a rectangle, the first at its top. */
export function block(a: Point, b: Point, spacing: Spacing): Point[][] {
  const [left, top] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  const columns = steps(Math.abs(b.x - a.x), spacing.seat);
  const rows = Math.max(1, Math.min(steps(Math.abs(b.y - a.y), spacing.row), Math.floor(most / columns)));
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (__, c) => ({ x: left + c * spacing.seat, y: top + r * spacing.row })));
}

/* A block of so many rows and seats, without a pointer. */
export const blockOf = (at: Point, rows: number, seats: number, spacing: Spacing): Point[][] =>
  block(at, { x: at.x + (seats - 1) * spacing.seat, y: at.y + (rows - 1) * spacing.row }, spacing);

/* Rows along circles around one centre. The first goes through both points and is `bow` times their distance deep, to the side that is down the page
   from a line drawn from left to right; each further row is one row's distance further out. */
export function arcs(from: Point, to: Point, bow: number, rows: number, spacing: Spacing): Point[][] {
  const [left, right] = from.x <= to.x ? [from, to] : [to, from];
  const chord = Math.hypot(right.x - left.x, right.y - left.y);
  if (chord < spacing.seat || bow < 0.005)
    return Array.from({ length: rows }, (_, r) => line({ x: left.x, y: left.y + r * spacing.row }, { x: right.x, y: right.y + r * spacing.row }, spacing.seat));
  const depth = bow * chord;
  const radius = (chord * chord) / 4 / (2 * depth) + depth / 2;
  const [ux, uy] = [(right.x - left.x) / chord, (right.y - left.y) / chord];
  /* (-uy, ux) points to the side of the bow. */
  const inward = radius - depth;
  const centre = { x: (left.x + right.x) / 2 + uy * inward, y: (left.y + right.y) / 2 - ux * inward };
  const middle = Math.atan2(ux, -uy);
  const half = Math.acos(Math.max(-1, Math.min(1, inward / radius)));
  return Array.from({ length: rows }, (_, r) => along(centre, radius + r * spacing.row, middle, half, spacing.seat));
}

/* Seats along a circle from the left end to the right one, in the middle of what is free. */
function along(centre: Point, radius: number, middle: number, half: number, step: number): Point[] {
  const count = steps(2 * half * radius, step);
  return Array.from({ length: count }, (_, i) => {
    const angle = middle - ((i - (count - 1) / 2) * step) / radius;
    return { x: centre.x + radius * Math.cos(angle), y: centre.y + radius * Math.sin(angle) };
  });
}

/* Seats around a round table, the first at its top, clockwise; the table is as large as they need. */
export function table(centre: Point, seats: number, step: number): Point[] {
  const radius = Math.max(step * 0.9, (seats * step * 1.05) / (2 * Math.PI));
  return Array.from({ length: seats }, (_, i) => {
    const angle = -Math.PI / 2 + (2 * Math.PI * i) / seats;
    return { x: centre.x + radius * Math.cos(angle), y: centre.y + radius * Math.sin(angle) };
  });
}

export const rectangle = (a: Point, b: Point): Point[] => [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
