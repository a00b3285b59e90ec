/* What is sold: seats, holds, bookings and their tickets, terms of a sale, the waiting list. */
import type { Money } from "./common";

/* Each step holds until so many days before the show; `amount` bounds the percentage. */
export interface CancellationPolicy {
  free_days: number;
  free_days_before: number;
  closes_days_before: number;
  closes_at: string;
  steps: { days_before: number; percent: number; amount?: number | null }[];
}

export const people = ["adult", "child", "teen", "student", "senior", "disabled", "veteran", "soldier"] as const;
export type Person = (typeof people)[number];

/* Who pays less: a percentage, or prices by grade. */
export interface PersonTerms {
  name: Person;
  percent?: number | null;
  prices?: Record<string, Money>;
  proof_at_door?: boolean;
}

export interface Availability {
  version: number;
  seats: string;
}

export interface AvailabilityDelta {
  from: number;
  version: number;
  changes: [seat: number, state: number][];
}

export interface PresaleGroup {
  name: string;
  starts_at: string;
  ends_at: string;
}

/* As its organizer sees them. Codes are counted, never shown. */
export interface SaleTerms {
  person_types: PersonTerms[];
  early_bird: { until: string; percent: number }[];
  max_per_user_of_performance: number | null;
  presale: { starts_at: string; ends_at: string; max_per_user: number | null; groups: PresaleGroup[] } | null;
  presale_codes: number;
  presale_entered: number;
  /* Of the codes that are of no group. */
  presale_uses_per_code?: number;
  presale_groups: { name: string; codes: number; uses_per_code: number }[];
}

/* Without codes a group keeps those that it has. */
export interface PresaleGroupChange extends PresaleGroup {
  uses_per_code: number;
  codes?: string[];
}

export interface SaleTermsChange extends Pick<SaleTerms, "person_types" | "early_bird" | "max_per_user_of_performance"> {
  presale?: { starts_at: string; ends_at: string; max_per_user: number | null; uses_per_code?: number; groups: PresaleGroupChange[] };
}

export interface StaffBooking {
  id: string;
  code: string;
  status: BookingStatus;
  method: "online" | "cash" | "card_terminal" | "complimentary";
  schedule_id: string;
  performance_id: string;
  title: string;
  hall_name: string;
  starts_at: string;
  /* Null: sold at the box office. */
  user_id: string | null;
  payment: string | null;
  seats: string[];
  total: Money;
  discount: Money;
  mileage_used: number;
  due: Money;
  refunded: Money;
  buyer_name?: string;
  buyer_phone?: string;
  created_at: string;
}

export interface Seat {
  guid: string;
  grade: string;
  price: Money;
  section: string;
  row: string;
  number: string;
  person_type?: Person;
}

export interface Hold {
  id: string;
  schedule_id: string;
  status: "active" | "booked" | "released" | "expired";
  seats: Seat[];
  total: Money;
  expires_at: string;
}

export type BookingStatus = "pending" | "confirmed" | "cancelled" | "expired" | "refund_due" | "refunded";

export interface Booking {
  id: string;
  code: string;
  status: BookingStatus;
  hold_id: string;
  schedule_id: string;
  total: Money;
  discount: Money;
  mileage_used: number;
  due: Money;
  /* Until when a pending booking keeps its seats. */
  expires_at: string;
  /* The payment that paid it. */
  payment: string | null;
  title: string;
  hall_name: string;
  starts_at: string;
  seats: Seat[];
}

/* What comes back and what is kept, in minor units. */
export interface Refund {
  amount: number;
  fee: number;
  currency: string;
}

/* Holds before `until`. */
export interface RefundQuote {
  until: string;
  refund: Refund;
  mileage_back: number;
}

export interface Cancelled {
  id: string;
  created_at: string;
  seats: string[];
  whole: boolean;
  reason: "buyer" | "staff" | "schedule";
  refund: Refund;
  mileage_back: number;
  /* Since when nothing is owed. */
  refunded_at: string | null;
}

export interface CancellationTerms {
  booking_id: string;
  cancellable: boolean;
  refusal?: string;
  quotes: RefundQuote[];
  earlier: Cancelled[];
}

/* What a buyer brings to a booking. */
export interface Benefits {
  coupon_id?: string;
  mileage?: number;
  people?: { seat: string; type: Person }[];
}

/* A place in the line for a sold-out grade. */
export interface Waiting {
  id: string;
  schedule_id: string;
  title: string;
  starts_at: string;
  grade: string;
  count: number;
  status: "waiting" | "offered" | "accepted" | "lapsed" | "left" | "closed";
  ahead: number | null;
  offer: { seats: Seat[]; total: Money; until: string; pass: string | null } | null;
  hold_id: string | null;
}

export interface Ticket {
  id: string;
  code: string;
  status: "valid" | "used" | "void";
  seat: { guid: string; section: string; row: string; number: string; grade: string };
  person_type?: Person;
  title: string;
  hall_name: string;
  starts_at: string;
}
