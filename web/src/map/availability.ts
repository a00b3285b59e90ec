/* What may be bought: two bits a seat in map order, least significant bits first. */
import type { AvailabilityDelta } from "../api/shapes/booking";

export const free = 0;
export const held = 1;
export const sold = 2;
export const notForSale = 3;

export function decodeSeats(base64: string, count: number): Uint8Array {
  const packed = atob(base64);
  const states = new Uint8Array(count);
  if (packed.length * 4 < count) throw new RangeError(`${packed.length} bytes are too few for ${count} seats`);
  for (let i = 0; i < count; i++) states[i] = (packed.charCodeAt(i >> 2) >> ((i & 3) * 2)) & 3;
  return states;
}

export type DeltaFit = "applies" | "known" | "gap";

/* How a delta fits a copy of version `version`. */
export function fit(version: number, delta: AvailabilityDelta): DeltaFit {
  if (delta.version <= version) return "known";
  return delta.from === version ? "applies" : "gap";
}

export function isDelta(value: unknown): value is AvailabilityDelta {
  const delta = value as AvailabilityDelta | null;
  return typeof delta === "object" && delta !== null && Number.isInteger(delta.from) && Number.isInteger(delta.version)
    && Array.isArray(delta.changes);
}
