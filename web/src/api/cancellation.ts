/* The calls about giving tickets back. */
import { call } from "./client";
import type { Cancelled, CancellationTerms } from "./shapes/booking";

const path = (booking: string) => `/bookings/${encodeURIComponent(booking)}`;

export const getCancellation = (booking: string, signal?: AbortSignal) =>
  call<CancellationTerms>(`${path(booking)}/cancellation`, { signal });

/* What some of the seats would give back; nothing changes. */
export const quoteCancellation = (booking: string, seats: string[], signal?: AbortSignal) =>
  call<CancellationTerms>(`${path(booking)}/cancellation`, { method: "POST", body: { seats }, signal, retries: 2 });

export const cancelBooking = (booking: string, seats: string[] | null, key: string) =>
  call<Cancelled>(`${path(booking)}/cancel`, { method: "POST", body: seats ? { seats } : {}, key });
