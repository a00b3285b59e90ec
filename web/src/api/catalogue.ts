/* What is on: searches, the ranking, what fits a person; a hall and the terms of giving back. */
import { call } from "./client";
import { query } from "./calls";
import type { CancellationPolicy } from "./shapes/booking";
import type { Page } from "./shapes/common";
import type { Hall, Performance } from "./shapes/performance";

const id = encodeURIComponent;

/* `limit` at most 100. */
export const findPerformances = (asked: Record<string, string>, cursor: string | null, limit: number, signal?: AbortSignal) =>
  call<Page<Performance>>(`/performances${query({ ...asked, cursor, limit: String(limit) })}`, { signal });

export interface Ranked extends Performance {
  rank: number;
}

export const getRanking = (limit: number, signal?: AbortSignal) =>
  call<{ items: Ranked[] }>(`/performances/ranking${query({ period: "week", limit: String(limit) })}`, { signal });

export interface Recommended extends Performance {
  reason: { kind: string; text: string };
}

export const getRecommended = (limit: number, signal?: AbortSignal) =>
  call<{ items: Recommended[] }>(`/performances/recommended${query({ limit: String(limit) })}`, { signal });

export const getHall = (hall: string, signal?: AbortSignal) => call<Hall>(`/halls/${id(hall)}`, { signal });

export const getPolicy = (performance: string, signal?: AbortSignal) =>
  call<CancellationPolicy>(`/performances/${id(performance)}/cancellation_policy`, { signal });
