/* The calls about halls and their plans. */
import { query } from "./calls";
import { call } from "./client";
import { Intent } from "./intent";
import type { Page } from "./shapes/common";
import type { HallPlan, HallSummary, Schedule, SeatMapData } from "./shapes/performance";

type Signal = AbortSignal | undefined;
const id = encodeURIComponent;

/* Large plans are read and written for as long as they take, within reason. */
const patient = { patience: 120_000 };

export const listHalls = (q: string, cursor: string | null, signal?: Signal) => call<Page<HallSummary>>(`/halls${query({ q, cursor })}`, { signal });
export const getHall = (hall: string, signal?: Signal) => call<HallSummary>(`/halls/${id(hall)}`, { signal });
/* A hall's plan; without prices. */
export const getHallMap = (hall: string, signal?: Signal) => call<SeatMapData>(`/halls/${id(hall)}/map`, { signal, ...patient });

export interface HallRequest extends HallPlan {
  name: string;
  address: string;
  region: string;
}

export const createHall = (request: HallRequest, key: string) =>
  call<HallSummary & { warnings: string[] }>("/halls", { method: "POST", body: request, key, ...patient });

/* The intention to make a hall. A plan may be too large for what a tab keeps, so this lasts as long as the page. */
export function hallIntent(): Intent {
  const kept = new Map<string, string>();
  return new Intent("hall", {
    getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => void kept.set(name, value), removeItem: (name) => void kept.delete(name),
  });
}

/* `prices` are of grades that the schedule has not had. */
export const putPlan = (schedule: string, change: HallPlan & { prices?: Record<string, { amount: number; currency: string }> }) =>
  call<Schedule>(`/schedules/${id(schedule)}/plan`, { method: "PUT", body: change, retries: 1, ...patient });
