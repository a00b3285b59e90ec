/* A waiting room in the hands of its organizer. */
import { query } from "./calls";
import { call } from "./client";
import type { User } from "./shapes/auth";
import type { SaleTerms, SaleTermsChange, StaffBooking } from "./shapes/booking";
import type { Page } from "./shapes/common";
import type {
  GroupLine, PerformanceRoom, PlaceLookup, QueueAppealCase, QueueControl, QueueMinute, QueueStatus, RoomRules, RoomSettings,
} from "./shapes/queue";

type Signal = AbortSignal | undefined;
const id = encodeURIComponent;
const room = (schedule: string) => `/schedules/${id(schedule)}/queue`;

export const getRoom = (schedule: string, signal?: Signal) => call<QueueStatus>(`${room(schedule)}/status`, { signal, retries: 0 });
export const getCurve = (schedule: string, signal?: Signal) => call<{ minutes: QueueMinute[] }>(`${room(schedule)}/curve`, { signal, retries: 0 });
export const getCurveCsv = (schedule: string) => call<Blob>(`${room(schedule)}/curve.csv`, { as: "blob" });
export const controlRoom = (schedule: string, change: QueueControl) => call<void>(`${room(schedule)}/settings`, { method: "PATCH", body: change, retries: 1 });

export const getSettings = (schedule: string, signal?: Signal) => call<RoomSettings>(`${room(schedule)}/settings`, { signal });
export const putSettings = (schedule: string, rules: RoomRules) => call<RoomSettings>(`${room(schedule)}/settings`, { method: "PUT", body: rules, retries: 1 });

const every = (performance: string) => `/performances/${id(performance)}/queue/settings`;
export const getPerformanceRoom = (performance: string, signal?: Signal) => call<PerformanceRoom>(every(performance), { signal });
export const putPerformanceRoom = (performance: string, rules: RoomRules & { all: boolean }) =>
  call<PerformanceRoom>(every(performance), { method: "PUT", body: rules, retries: 1 });

/* The presale: its groups and codes are terms of the sale, their lines the room's. */
const terms = (schedule: string) => `/schedules/${id(schedule)}/terms`;
export const getTerms = (schedule: string, signal?: Signal) => call<SaleTerms>(terms(schedule), { signal });
export const putTerms = (schedule: string, change: SaleTermsChange) => call<SaleTerms>(terms(schedule), { method: "PUT", body: change, retries: 1 });
export const getLines = (schedule: string, signal?: Signal) => call<{ items: GroupLine[] }>(`${room(schedule)}/groups`, { signal });
export const putLine = (schedule: string, group: string, line: Pick<GroupLine, "admit_per_minute" | "opens_at">) =>
  call<GroupLine>(`${room(schedule)}/groups/${id(group)}`, { method: "PUT", body: line, retries: 1 });

export const listAppeals = (schedule: string, state: string, cursor: string | null, signal?: Signal) =>
  call<Page<QueueAppealCase>>(`${room(schedule)}/appeals${query({ state, cursor, limit: "20" })}`, { signal });
export const decideAppeal = (schedule: string, appeal: string, decision: "granted" | "denied", answer: string) =>
  call<QueueAppealCase>(`${room(schedule)}/appeals/${id(appeal)}`, { method: "POST", body: { decision, answer }, retries: 1 });

export const lookUp = (schedule: string, whose: { user_id: string } | { token: string }) =>
  call<PlaceLookup>(`${room(schedule)}/lookups`, { method: "POST", body: whose, retries: 2 });
export const revokePass = (schedule: string, user: string, reason: string) =>
  call<void>(`${room(schedule)}/revocations`, { method: "POST", body: { user_id: user, reason } });

export const getUser = (user: string, signal?: Signal) => call<User>(`/users/${id(user)}`, { signal });
export const findBookings = (schedule: string, q: string) => call<Page<StaffBooking>>(`/admin/bookings${query({ schedule_id: schedule, q, limit: "20" })}`);
