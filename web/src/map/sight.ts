/* Where one looks from a seat: at what the plan says the house looks at, the stage's middle otherwise. */
import type { Point } from "../api/shapes/performance";
import type { SeatMap } from "./model";

/* An arrow at (x, y) that points along (dx, dy), of length 1. */
export interface Pointer extends Point {
  dx: number;
  dy: number;
}

export type Side = "front" | "left" | "right" | "behind";

/* The arrow where the way from the middle of an outline to `focus` leaves it; null where the focus lies inside. */
export function towards(outline: Float32Array, from: Point, focus: Point): Pointer | null {
  const [rx, ry] = [focus.x - from.x, focus.y - from.y];
  const far = Math.hypot(rx, ry);
  let leaves = 0;
  for (let i = 0, j = outline.length - 2; i < outline.length; j = i, i += 2) {
    const [ex, ey] = [outline[i] - outline[j], outline[i + 1] - outline[j + 1]];
    const cross = rx * ey - ry * ex;
    const [px, py] = [outline[j] - from.x, outline[j + 1] - from.y];
    const along = (px * ey - py * ex) / cross;
    const across = (px * ry - py * rx) / cross;
    if (across >= 0 && across <= 1 && along > leaves && along < 1) leaves = along;
  }
  return leaves > 0 ? { x: from.x + rx * leaves, y: from.y + ry * leaves, dx: rx / far, dy: ry / far } : null;
}

/* The side of the stage on which a seat is, as the house sees it; null where nobody knows: no stage, or one in the middle of the hall. */
export function sideOf(map: SeatMap, seat: number): Side | null {
  const { focus, bounds } = map;
  if (!focus || map.sections[map.sectionOf[seat]].focus !== focus) return null;
  const axis = { x: bounds.x + bounds.width / 2 - focus.x, y: bounds.y + bounds.height / 2 - focus.y };
  if (Math.hypot(axis.x, axis.y) < 0.1 * Math.hypot(bounds.width, bounds.height)) return null;
  const [x, y] = [map.xs[seat] - focus.x, map.ys[seat] - focus.y];
  const ahead = axis.x * x + axis.y * y;
  const left = axis.x * y - axis.y * x;
  const degrees = (Math.atan2(Math.abs(left), ahead) * 180) / Math.PI;
  if (degrees > 110) return "behind";
  return degrees < 40 ? "front" : left > 0 ? "left" : "right";
}
