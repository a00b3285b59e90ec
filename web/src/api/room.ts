/* A waiting room in the hands of its organizer. */
import { call } from "./client";
import type { QueueControl, QueueMinute, QueueStatus } from "./shapes";

type Signal = AbortSignal | undefined;
const room = (schedule: string) => `/schedules/${encodeURIComponent(schedule)}/queue`;

export const getRoom = (schedule: string, signal?: Signal) => call<QueueStatus>(`${room(schedule)}/status`, { signal, retries: 0 });
export const getCurve = (schedule: string, signal?: Signal) => call<{ minutes: QueueMinute[] }>(`${room(schedule)}/curve`, { signal, retries: 0 });
export const getCurveCsv = (schedule: string) => call<Blob>(`${room(schedule)}/curve.csv`, { as: "blob" });
export const controlRoom = (schedule: string, change: QueueControl) => call<void>(`${room(schedule)}/settings`, { method: "PATCH", body: change, retries: 1 });
