/* One's own tickets, kept on the device so that they open at a door without network: what was last read of the coming bookings, their tickets and the
 * pictures of their codes. Nothing else of the API is kept, and it goes when one signs out or somebody else signs in (session.ts).
 *
 * It lies in localStorage beside the session, whose fate it shares. */
import type { Booking, Ticket } from "../api/shapes/booking";
import { keptName, type Store } from "./session";

export interface KeptBooking {
  booking: Booking;
  tickets: Ticket[];
  /* The codes as SVG, by ticket. */
  pictures: Record<string, string>;
  at: string;
}

/* The soonest so many; over so long after their beginning. */
const most = 12;
const afterwards = 24 * 3_600_000;

/* Where there is no room for it, or what lies there is not ours, nothing is kept. */
export function readKept(store: Store): KeptBooking[] {
  try {
    const found: unknown = JSON.parse(store.getItem(keptName) ?? "[]");
    return Array.isArray(found) ? (found as KeptBooking[]) : [];
  } catch {
    return [];
  }
}

function write(store: Store, all: KeptBooking[]): void {
  try {
    store.setItem(keptName, JSON.stringify(all));
  } catch {
    store.removeItem(keptName);
  }
}

export const findKept = (store: Store, booking: string): KeptBooking | null => readKept(store).find((one) => one.booking.id === booking) ?? null;

export const worthKeeping = ({ status, starts_at }: Booking, now: number): boolean => status === "confirmed" && Date.parse(starts_at) + afterwards > now;

/* Takes the place of what was kept of this booking; one that is no longer to be played is dropped. */
export function keep(store: Store, one: KeptBooking, now: number): void {
  const all = [...readKept(store).filter(({ booking }) => booking.id !== one.booking.id), one]
    .filter(({ booking }) => worthKeeping(booking, now))
    .sort((a, b) => a.booking.starts_at.localeCompare(b.booking.starts_at))
    .slice(0, most);
  write(store, all);
}

/* A booking that was read and is not worth keeping (cancelled elsewhere, say) is not shown later as if it were good. */
export function forgetUnless(store: Store, read: readonly Booking[], now: number): void {
  const over = new Set(read.filter((one) => !worthKeeping(one, now)).map(({ id }) => id));
  const all = readKept(store);
  if (all.some(({ booking }) => over.has(booking.id))) write(store, all.filter(({ booking }) => !over.has(booking.id)));
}
