/* What is played, where and when: shows, dates, halls and their maps. */
import type { PersonTerms } from "./booking";
import type { Money } from "./common";

export const genres = ["musical", "concert", "play", "classical", "dance", "other"] as const;
export type Genre = (typeof genres)[number];

export type SaleStatus = "upcoming" | "on_sale" | "sold_out" | "closed" | "cancelled";

export interface Performance {
  id: string;
  title: string;
  title_en?: string;
  genre: Genre;
  age_rating: number;
  runtime_minutes: number;
  poster_url: string;
  venue: string;
  from: string;
  to: string;
  price_from: Money | null;
  status: SaleStatus;
  max_tickets_per_user: number;
  /* When the next sale begins, if one is to come. */
  sale_starts_at: string | null;
  description?: string;
  cast?: CastMember[];
  casting?: CastMember[];
  schedules?: Schedule[];
}

export type CastMember = string | { name: string; role?: string };

export interface Hall {
  id: string;
  name: string;
  address: string;
  region: string;
}

export interface GradeStock {
  grade: string;
  price: Money | null;
  color: string;
  free: number;
  total: number;
}

export interface Schedule {
  id: string;
  performance_id: string;
  hall_id: string;
  hall_name: string;
  starts_at: string;
  ends_at: string;
  sale_starts_at: string;
  sale_ends_at: string;
  status: SaleStatus;
  queue_mode: string;
  /* Who plays on this date; empty when it is not told. */
  casting?: { name: string; role?: string }[];
  remaining: GradeStock[];
}

export interface Presale {
  starts_at: string;
  ends_at: string;
  groups: { name: string; starts_at: string; ends_at: string }[];
}

export interface ScheduleDetail extends Schedule {
  title: string;
  terms?: { person_types: PersonTerms[]; presale?: Presale | null; percent_off?: number };
  server_time: string;
  max_tickets_per_user: number;
}

/* A grade without seats need not have a price. */
export interface MapGrade {
  name: string;
  color: string;
  price: Money | null;
}

export interface MapRow {
  name: string;
  grade: number;
  guids: string[];
  numbers: string[];
  xs: number[];
  ys: number[];
  grades?: number[];
  traits?: Partial<Record<SeatTrait, number[]>>;
}

/* What a buyer should know of a seat. */
export const seatTraits = ["wheelchair", "companion", "step_free", "restricted_view"] as const;
export type SeatTrait = (typeof seatTraits)[number];

export interface Point {
  x: number;
  y: number;
}

export interface MapSection {
  name: string;
  kind: "seats" | "area";
  outline: number[];
  focus?: Point;
  rows: MapRow[];
}

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface SeatMapData {
  schedule_id: string;
  hall: { id: string; name: string };
  seat_count: number;
  bounds: Rect & { pitch?: number };
  stage: Rect | null;
  /* What the seats look at, if not the stage's middle. */
  focus?: Point;
  grades: MapGrade[];
  sections: MapSection[];
}

export interface HallSummary {
  id: string;
  name: string;
  address: string;
  region: string;
  seat_count: number;
}

/* A plan as it is sent: a document in one of the formats that the server reads. */
export interface HallPlan {
  plan: object;
  format: "venue" | "pretix" | "seatsio";
  repair?: boolean;
}
