/* The settings of a room as they are typed, and what of them is a change. */
import type { RoomRules } from "../api/shapes/queue";

/* Numbers and the time as the fields have them. */
export type TypedRules = Omit<RoomRules, "admit_per_minute" | "active_limit" | "pass_seconds" | "opens_at"> &
  Record<"admit_per_minute" | "active_limit" | "pass_seconds" | "opens_at", string>;

export const ruleNames: (keyof RoomRules)[] = [
  "mode", "opens_at", "paused", "draining", "admit_per_minute", "active_limit", "pass_seconds", "message", "message_en", "work", "device_binding",
];

const ranges = { admit_per_minute: [1, 100_000], active_limit: [1, 1_000_000], pass_seconds: [30, 3600] } as const;
const numbers = Object.keys(ranges) as (keyof typeof ranges)[];

export const rangeOf = (name: keyof RoomRules): readonly [number, number] | null => (name in ranges ? ranges[name as keyof typeof ranges] : null);

/* The number that a text says, if it lies within the range. */
export function wholeWithin(text: string, [low, high]: readonly [number, number]): number | null {
  const value = /^\d{1,9}$/.test(text.trim()) ? Number(text) : -1;
  return value >= low && value <= high ? value : null;
}

export const numbersWrong = (form: TypedRules): (keyof RoomRules)[] => numbers.filter((name) => wholeWithin(form[name], ranges[name]) === null);

/* Of the settings, what an organizer chooses. */
export function rulesOf(settings: RoomRules): RoomRules {
  return Object.fromEntries(ruleNames.map((name) => [name, settings[name]])) as unknown as RoomRules;
}

/* Times are shown to the minute: one that looks the same is the same. */
export function changedRules(before: RoomRules, after: RoomRules): Partial<RoomRules> {
  const minute = (time: string | null) => (time === null ? null : Math.floor(Date.parse(time) / 60_000));
  const same = (name: keyof RoomRules) => (name === "opens_at" ? minute(before.opens_at) === minute(after.opens_at) : before[name] === after[name]);
  return Object.fromEntries(ruleNames.filter((name) => !same(name)).map((name) => [name, after[name]])) as Partial<RoomRules>;
}
