/* Passes out of the waiting room, one a schedule, shared by the tabs until they end. */
import { serverNow } from "./clock";

const name = (schedule: string) => `takenseat.pass.${schedule}`;

export function keepPass(schedule: string, pass: string, expiresAt: string | null): void {
  localStorage.setItem(name(schedule), JSON.stringify({ pass, expiresAt }));
}

interface Kept {
  pass: string;
  expiresAt: string | null;
}

export function passFor(schedule: string): Kept | null {
  const kept = read(schedule);
  return kept && (kept.expiresAt === null || Date.parse(kept.expiresAt) > serverNow()) ? kept : null;
}

/* The pass for seats that are held: those are kept until the hold's end, though the pass may have expired. */
export function passOfHold(schedule: string): string | null {
  return read(schedule)?.pass ?? null;
}

function read(schedule: string): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(name(schedule)) ?? "null") as Kept | null;
  } catch {
    dropPass(schedule);                      /* unreadable is as good as none */
    return null;
  }
}

export function dropPass(schedule: string): void {
  localStorage.removeItem(name(schedule));
}
