/* Waiting rooms: for those who wait and for those who run them; presale lines, draws. */
import type { Published } from "../../draw/proof";
import type { Money } from "./common";

export interface QueueNews {
  serving: number;
  waiting: number;
  paused: boolean;
  message: string;
  message_en: string;
}

/* Work that a waiting room asks for; without a challenge, none. */
export interface QueueChallenge {
  challenge: string | null;
  bits: number;
  parts: number;
  expires_at: string | null;
}

export interface JoinWork {
  challenge: string;
  solution: string;
}

export interface QueueAppeal {
  id: string;
  refused: string;
  text: string;
  state: "open" | "granted" | "denied";
  answer: string;
}

export type EtaReason = "rate" | "payment" | "limit" | "paused" | "draw" | "not_started" | "stock" | "sold_out" | "back";

export interface QueuePlace {
  place_token: string;
  state: "waiting" | "admitted" | "expired" | "left";
  /* Null before the draw. */
  position: number | null;
  ahead: number | null;
  eta_seconds: number | null;
  eta_low_seconds?: number;
  /* Null: nobody knows. */
  eta_high_seconds?: number | null;
  eta_reason?: EtaReason;
  paused?: boolean;
  /* Away when the turn came: lost unless admitted by then. */
  back_by?: string | null;
  poll_after_ms: number;
  draws_at?: string | null;
  stock?: Record<string, number>;
  price_from?: Money | null;
  price_to?: Money | null;
  receipt?: string | null;
  message?: string;
  pass: string | null;
  pass_expires_at: string | null;
  /* Whose the place is: any device's; of one that has to prove itself; of this one; of another, then there is no pass. */
  device?: "any" | "asked" | "this" | "other";
  /* Why staff has ended it. */
  revoked_reason?: string;
}

/* A waiting room as its organizer sees it. */
export interface QueueStatus {
  schedule_id: string;
  title: string | null;
  mode: "off" | "fifo" | "draw";
  paused: boolean;
  draining: boolean;
  message: string;
  message_en: string;
  sale_starts_at: string;
  sale_ends_at: string;
  joined: number;
  waiting: number;
  admitted: number;
  active: number;
  active_limit: number;
  parked: number;
  absences: number;
  booked: number;
  absent_permille: number | null;
  conversion_permille: number | null;
  rate: { set: number; effective: number; reason: EtaReason | null };
  tail: { eta_seconds: number; eta_low_seconds: number; eta_high_seconds: number | null } | null;
  stock: { grade: string; free: number; total: number }[];
  poll_after_ms: number;
}

export interface QueueMinute {
  at: string;
  joined: number;
  admitted: number;
  absent: number;
  returned: number;
  booked: number;
}

export interface QueueControl {
  admit_per_minute?: number;
  active_limit?: number;
  paused?: boolean;
  draining?: boolean;
  message?: string;
  message_en?: string;
}

export const roomModes = ["off", "fifo", "draw"] as const;
export const roomWorks = ["off", "light", "strict"] as const;
export const deviceBindings = ["when_possible", "required", "off"] as const;

/* What an organizer chooses. */
export interface RoomRules {
  mode: (typeof roomModes)[number];
  admit_per_minute: number;
  active_limit: number;
  pass_seconds: number;
  opens_at: string | null;
  paused: boolean;
  draining: boolean;
  device_binding: (typeof deviceBindings)[number];
  work: (typeof roomWorks)[number];
  message: string;
  message_en: string;
}

export interface RoomSettings extends RoomRules {
  schedule_id: string;
  joined: number;
  waiting: number;
  active: number;
}

/* What was chosen for all dates of a performance; a date that is set up by itself afterwards is its `own`. */
export interface PerformanceRoom extends RoomRules {
  performance_id: string;
  /* Null: nothing was, the rest is a proposal. */
  chosen_at: string | null;
  schedules: { schedule_id: string; own: boolean }[];
}

/* The line of a presale's group. */
export interface GroupLine {
  name: string;
  admit_per_minute: number;
  opens_at: string | null;
  /* When the first ones are let in. */
  starts_at: string;
  joined: number;
  serving: number;
  waiting: number;
}

export interface QueueAppealCase extends QueueAppeal {
  user_id: string;
  made_at: string;
  resolved_at: string | null;
}

/* What became of an account's place. */
export interface PlaceLookup {
  user_id: string;
  /* Of the presale; none: the general line. */
  group?: string;
  state: QueuePlace["state"];
  position: number | null;
  pass_expires_at: string | null;
  back_by: string | null;
  revoked_reason?: string;
}

export interface DrawData extends Published {
  state: "open" | "closed" | "drawn";
  parts: number;
}
