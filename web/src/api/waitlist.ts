/* The calls about waiting for what is sold out. */
import { withPass } from "./calls";
import { call } from "./client";
import type { Hold, Waiting } from "./shapes/booking";
import type { Page } from "./shapes/common";

const path = (entry: string) => `/waitlist/${encodeURIComponent(entry)}`;

export const joinWaitlist = (schedule: string, grade: string, count: number) =>
  call<Waiting>(`/schedules/${encodeURIComponent(schedule)}/waitlist`, { method: "POST", body: { grade, count } });

export const listWaiting = (signal?: AbortSignal) => call<Page<Waiting>>("/waitlist/mine?limit=100", { signal });

/* Again gives the same hold. */
export const acceptOffer = (entry: string, pass: string | null) => call<Hold>(`${path(entry)}/accept`, { method: "POST", retries: 2, ...withPass(pass) });

export const leaveWaitlist = (entry: string) => call<void>(path(entry), { method: "DELETE", retries: 2 });
