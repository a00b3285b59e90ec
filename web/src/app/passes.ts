/* Passes out of the waiting room, one a schedule, shared by the tabs until they end. */
import { serverNow } from "./clock";

const name = (schedule: string) => `takenseat.pass.${schedule}`;

export function keepPass(schedule: string, pass: string, expiresAt: string | null): void {
  localStorage.setItem(name(schedule), JSON.stringify({ pass, expiresAt }));
}

export function passFor(schedule: string): { pass: string; expiresAt: string | null } | null {
  try {
    const kept = JSON.parse(localStorage.getItem(name(schedule)) ?? "null") as { pass: string; expiresAt: string | null } | null;
    if (kept && (kept.expiresAt === null || Date.parse(kept.expiresAt) > serverNow())) return kept;
  } catch {
    /* Unreadable is as good as none. */
  }
  dropPass(schedule);
  return null;
}

export function dropPass(schedule: string): void {
  localStorage.removeItem(name(schedule));
}
