/* The API's calls by name. */
import type { Proof } from "../draw/proof";
import { call, type Call } from "./client";
import type { User } from "./shapes/auth";
import type { Availability, Benefits, Booking, Hold, Ticket } from "./shapes/booking";
import type { Page } from "./shapes/common";
import type { Coupon } from "./shapes/coupon";
import type { Mileage } from "./shapes/mileage";
import type { Performance, ScheduleDetail, SeatMapData } from "./shapes/performance";
import type { DrawData, JoinWork, QueueAppeal, QueueChallenge, QueuePlace } from "./shapes/queue";

type Signal = AbortSignal | undefined;
const id = encodeURIComponent;

export function query(values: Record<string, string | null | undefined>): string {
  const set = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value) set.set(name, value);
  const text = set.toString();
  return text ? `?${text}` : "";
}

export const getPerformance = (performance: string, signal?: Signal) =>
  call<Performance>(`/performances/${id(performance)}`, { signal });

export const getSchedule = (schedule: string, signal?: Signal) =>
  call<ScheduleDetail>(`/schedules/${id(schedule)}`, { signal });

export const getSeatMap = (schedule: string, signal?: Signal) =>
  call<SeatMapData>(`/schedules/${id(schedule)}/map`, { signal });

export const getAvailability = (schedule: string, signal?: Signal) =>
  call<Availability>(`/schedules/${id(schedule)}/availability`, { signal });

export const streamUrl = (schedule: string) => `/api/v1/schedules/${id(schedule)}/stream`;

export const joinQueue = (schedule: string, signal?: Signal, body: { code?: string; work?: JoinWork } = {}) =>
  call<QueuePlace>(`/schedules/${id(schedule)}/queue`, { method: "POST", body, signal, retries: 2, proves: true });

export const getChallenge = (schedule: string) => call<QueueChallenge>(`/schedules/${id(schedule)}/queue/challenge`);

export const getAppeal = (schedule: string, signal?: Signal) => call<QueueAppeal>(`/schedules/${id(schedule)}/queue/appeals/mine`, { signal });

export const makeAppeal = (schedule: string, refused: string, text: string) =>
  call<QueueAppeal>(`/schedules/${id(schedule)}/queue/appeals`, { method: "POST", body: { refused, text } });

export const getPlace = (place: string, signal?: Signal, proves = false) =>
  call<QueuePlace>(`/queue/${id(place)}`, { signal, retries: 0, proves });

/* The place is this device's from now on, and no other's. */
export const moveDevice = (schedule: string) =>
  call<QueuePlace>(`/schedules/${id(schedule)}/queue/device`, { method: "POST", proves: true });

export const getDraw = (schedule: string, signal?: Signal) => call<DrawData>(`/schedules/${id(schedule)}/queue/draw`, { signal });

export const getDrawPart = (schedule: string, part: number) =>
  call<string>(`/schedules/${id(schedule)}/queue/draw/entries?part=${part}`, { as: "text" });

export const getProof = (place: string, signal?: Signal) => call<Proof & { receipt: string }>(`/queue/${id(place)}/proof`, { signal });

export const leaveQueue = (place: string) => call<void>(`/queue/${id(place)}`, { method: "DELETE", retries: 1 });

export type HoldRequest = { seats: string[] } | { best: { count: number; grade: string } };

/* With a pass comes the proof that it is this device's. */
export const withPass = (pass: string | null): Pick<Call, "headers" | "proves"> => (pass ? { headers: { "Queue-Pass": pass }, proves: true } : {});

export const createHold = (schedule: string, body: HoldRequest, key: string, pass: string | null) =>
  call<Hold>(`/schedules/${id(schedule)}/holds`, { method: "POST", body, key, ...withPass(pass) });

export const getHold = (hold: string, signal?: Signal) => call<Hold>(`/holds/${id(hold)}`, { signal });

/* Gives the seats back; a booking of them that is not paid ends with it. */
export const releaseHold = (hold: string) => call<void>(`/holds/${id(hold)}`, { method: "DELETE", retries: 2 });

export const createBooking = (hold: string, benefits: Benefits, key: string, pass: string | null) =>
  call<Booking>("/bookings", { method: "POST", body: { hold_id: hold, ...benefits }, key, ...withPass(pass) });

export const listCoupons = (signal?: Signal) => call<Page<Coupon>>("/coupons/mine?limit=100", { signal });

export const getMileage = (signal?: Signal) => call<Mileage>("/mileage", { signal });

export const listBookings = (cursor: string | null, signal?: Signal) =>
  call<Page<Booking>>(`/bookings${query({ cursor, limit: "20" })}`, { signal });

export const getBooking = (booking: string, signal?: Signal) => call<Booking>(`/bookings/${id(booking)}`, { signal });

export const listTickets = (booking: string, signal?: Signal) =>
  call<Page<Ticket>>(`/bookings/${id(booking)}/tickets`, { signal });

export const getTicketPicture = (ticket: string, signal?: Signal) =>
  call<string>(`/tickets/${id(ticket)}/qr.svg`, { signal, as: "text" });

export const getTicketPdf = (ticket: string) => call<Blob>(`/tickets/${id(ticket)}/ticket.pdf`, { as: "blob" });

/* A new code; the old one is void. */
export const reissueTicket = (ticket: string, key: string) => call<Ticket>(`/tickets/${id(ticket)}/reissue`, { method: "POST", key });

export const getMe = (signal?: Signal) => call<User>("/users/me", { signal });
