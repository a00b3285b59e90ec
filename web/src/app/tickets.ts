/* Bookings with their tickets: from the server, or as they were when this device last had a network. */
import { getBooking, getTicketPicture, listBookings, listTickets } from "../api/calls";
import { asProblem } from "../api/problem";
import type { Booking, Ticket } from "../api/shapes/booking";
import type { Page } from "../api/shapes/common";
import { serverNow } from "./clock";
import { findKept, forgetUnless, keep, readKept, worthKeeping, type KeptBooking } from "./kept";
import { online } from "./network";
import { session } from "./session";

export interface Found<T> {
  found: T;
  /* When what is shown was read, if it is not from now. */
  keptAt: string | null;
}

/* Without a network what is kept answers; with one, and no answer, too. */
async function orKept<T>(read: () => Promise<T>, kept: () => Found<T> | null): Promise<Found<T>> {
  const known = kept();
  if (!online.value && known) return known;
  try {
    return { found: await read(), keptAt: null };
  } catch (error) {
    if (known && asProblem(error).offline) return known;
    throw error;
  }
}

export interface BookingWithTickets {
  booking: Booking;
  tickets: Ticket[];
}

export function readBooking(id: string, signal: AbortSignal): Promise<Found<BookingWithTickets>> {
  return orKept(
    async () => {
      const booking = await getBooking(id, signal);
      const tickets = booking.status === "confirmed" ? (await listTickets(id, signal)).items : [];
      forgetUnless(localStorage, [booking], serverNow());
      return { booking, tickets };
    },
    () => {
      const one = findKept(localStorage, id);
      return one && { found: one, keptAt: one.at };
    },
  );
}

export function readBookings(signal: AbortSignal): Promise<Found<Page<Booking>>> {
  return orKept(
    async () => {
      const page = await listBookings(null, signal);
      forgetUnless(localStorage, page.items, serverNow());
      keepAll(page.items, signal).catch(() => undefined);        /* the next look tries again */
      return page;
    },
    () => {
      const all = readKept(localStorage);
      return all.length > 0 ? { found: { items: all.map(({ booking }) => booking), next: null }, keptAt: all[0].at } : null;
    },
  );
}

/* The picture of a ticket's code. It is the server's, or the kept one of the same code. */
export async function readPicture(ticket: Ticket, booking: string, signal: AbortSignal): Promise<string> {
  const one = findKept(localStorage, booking);
  const known = one?.tickets.some(({ id, code }) => id === ticket.id && code === ticket.code) ? one.pictures[ticket.id] : undefined;
  return known ?? getTicketPicture(ticket.id, signal);
}

const fresh = 10 * 60_000;

/* Behind the back of whoever looks at the list; what was kept a moment ago is not asked for again. */
async function keepAll(bookings: readonly Booking[], signal: AbortSignal): Promise<void> {
  for (const booking of bookings.filter((one) => worthKeeping(one, serverNow()))) {
    const known = findKept(localStorage, booking.id);
    if (known && Date.parse(known.at) + fresh > serverNow()) continue;
    const { items: tickets } = await listTickets(booking.id, signal);
    await keepBooking({ booking, tickets }, signal);
  }
}

export async function keepBooking({ booking, tickets }: BookingWithTickets, signal: AbortSignal): Promise<void> {
  if (!worthKeeping(booking, serverNow())) return;
  const pictures: KeptBooking["pictures"] = {};
  for (const ticket of tickets) if (ticket.status === "valid") pictures[ticket.id] = await readPicture(ticket, booking.id, signal);
  if (session.signedIn.value && !signal.aborted) keep(localStorage, { booking, tickets, pictures, at: new Date(serverNow()).toISOString() }, serverNow());
}
