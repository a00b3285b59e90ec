/* The answers of the API that this client reads, as docs/wire.md tells them. */
import type { Published } from "../draw/proof";


export interface Money {
  amount: number;
  currency: string;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

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

/* Each step holds until so many days before the show; `amount` bounds the percentage. */
export interface CancellationPolicy {
  free_days: number;
  free_days_before: number;
  closes_days_before: number;
  closes_at: string;
  steps: { days_before: number; percent: number; amount?: number | null }[];
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

export const people = ["adult", "child", "teen", "student", "senior", "disabled", "veteran", "soldier"] as const;
export type Person = (typeof people)[number];

/* Who pays less: a percentage, or prices by grade. */
export interface PersonTerms {
  name: Person;
  percent?: number | null;
  prices?: Record<string, Money>;
  proof_at_door?: boolean;
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

export interface Availability {
  version: number;
  seats: string;
}

export interface AvailabilityDelta {
  from: number;
  version: number;
  changes: [seat: number, state: number][];
}

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

export interface DrawData extends Published {
  state: "open" | "closed" | "drawn";
  parts: number;
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

export interface Coupon {
  id: string;
  status: "usable" | "reserved" | "used" | "expired";
  name: string;
  discount_percent: number | null;
  discount_amount: Money | null;
  min_total: Money | null;
  performance_id: string | null;
  starts_at: string;
  expires_at: string;
}

/* A coupon that may be claimed, now or soon. */
export interface OpenCoupon extends Omit<Coupon, "status"> {
  max_discount: Money | null;
  quantity: number;
  left: number;
}

export const reviewSorts = ["recent", "likes", "rating"] as const;
export type ReviewSort = (typeof reviewSorts)[number];

export interface Review {
  id: string;
  author: string;
  rating: number;
  title: string;
  content: string;
  likes: number;
  liked: boolean;
  mine: boolean;
  created_at: string;
  updated_at: string | null;
  hidden: boolean;
  hidden_reason: string | null;
}

/* Average and count are of all pages. */
export interface Reviews extends Page<Review> {
  average: number | null;
  count: number;
}

export type ReviewText = Pick<Review, "rating" | "title" | "content">;

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

/* Somebody who can take a payment; while not `available`, it may be asked again after so many seconds. */
export interface ProviderState {
  provider: string;
  available: boolean;
  retry_after_seconds?: number;
}

/* How a provider that knows several ways is to be paid. */
export const payMethods = ["card", "virtual_account", "transfer", "mobile"] as const;
export type PayMethod = (typeof payMethods)[number];

/* Where a buyer who pays by bank transfer sends the money, and until when; `bank` is a code. */
export interface Deposit {
  bank: string;
  account_number: string;
  holder?: string;
  until: string | null;
}

export interface Payment {
  id: string;
  booking_id: string;
  status: "ready" | "paid" | "pending" | "refunded" | "failed" | "cancelled";
  amount: Money;
  provider: string;
  /* declined, not_payable, superseded, amount_mismatch or too_late. */
  reason?: string;
  /* Where the buyer goes on; only in the answer that makes the payment. */
  client?: { redirect_url?: string };
  /* Its refund waits for the buyer to say where the money shall go. */
  refund_account_needed?: boolean;
}

/* What a buyer was charged: its lines come to what is left after refunds. */
export interface Receipt {
  payment_id: string;
  booking_id: string;
  issuer: string;
  seller: string | null;
  title: string;
  provider: string;
  /* What the provider calls the payment. */
  ref: string | null;
  paid_at: string;
  amount: Money;
  left: Money;
  /* `label` is in the reader's language; refunds are negative. */
  lines: { kind: "tax_exempt" | "supply" | "vat" | "refund"; label: string; amount: Money; at: string }[];
}

/* Where the money of a transfer goes back to; `bank` is a code. */
export interface RefundAccount {
  bank: string;
  account_number: string;
  holder: string;
}

export const caseStates = ["open", "resolved"] as const;
export const caseKinds = ["webhook_mismatch", "foreign_charge", "refund_failed", "unclear_too_long", "charge_unknown", "books_differ"] as const;
export const caseActions = ["ask_again", "refund", "retry_refund", "ignore"] as const;
export type CaseAction = (typeof caseActions)[number];

/* Something about money that people have to decide. */
export interface PaymentCase {
  id: string;
  kind: (typeof caseKinds)[number];
  state: (typeof caseStates)[number];
  provider: string;
  payment_id: string | null;
  refund_id: string | null;
  booking_id: string | null;
  /* What differs. */
  about?: "amount" | "currency" | "order" | "merchant";
  told?: string;
  stored?: string;
  proposed: CaseAction;
  opened_at: string;
  resolution?: CaseAction;
  resolved_at?: string;
  note?: string;
}

/* Minor units of the currency. */
export interface SettlementSums {
  currency: string;
  gross: number;
  refunds: number;
  retained_fees: number;
  retained_by_platform: number;
  platform_fee: number;
  vat: number;
  provider_fee: number;
  net_due: number;
}

export interface SettlementLine extends SettlementSums {
  performance_id: string | null;
  title: string;
  /* 2026-11-23, of the Korean calendar. */
  day: string;
}

/* What an organizer is owed. */
export interface Settlement {
  organizer_id: string;
  lines: SettlementLine[];
  totals: SettlementSums[];
}

/* What moved on a day, by the provider's books and by ours; minor units. */
export interface BookSums {
  currency: string;
  charged_there: number;
  charged_here: number;
  refunded_there: number;
  refunded_here: number;
}

export interface Difference {
  id: string;
  kind: string;
  payment_id: string | null;
  ref: string | null;
  here: Money | null;
  there: Money | null;
  action: string;
  found_at: string;
  settled_at: string | null;
}

/* A day of one provider's books, compared with ours. */
export interface Reconciliation {
  id: string;
  provider: string;
  /* "platform", or the number of an organizer's own account. */
  account: string;
  day: string;
  status: "reading" | "comparing" | "done";
  sums: BookSums[];
  differences: number;
  open: number;
  capped: boolean;
  ended_at: string | null;
  items?: Difference[];
  next: string | null;
}

/* An organizer's own keys at a provider; of secrets the last characters. */
export interface PaymentAccount {
  provider: string;
  merchant?: string;
  secret_key: string;
  webhook_secret?: string;
  webhook_secret_old?: string;
  webhook_url: string;
  created_at: string;
  updated_at: string;
}

/* What is not given stays as it is. */
export interface PaymentAccountChange {
  secret_key: string;
  webhook_secret?: string;
  merchant?: string;
  same_merchant?: boolean;
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

export interface Tokens {
  access_token: string;
  refresh_token: string;
  token_type: string;
  expires_in: number;
}

export interface User {
  id: string;
  email: string;
  name: string;
  phone: string | null;
  lang: "en" | "ko";
  roles: string[];
  email_verified: boolean;
  second_factor: boolean;
}

/* A device that is signed in. */
export interface SignIn {
  id: string;
  device: string;
  address: string;
  seen_at: string;
  current: boolean;
}

export interface Mileage {
  balance: number;
  /* What was taken back after it had been spent. */
  owed: number;
  next_expiry_amount: number | null;
  next_expiry_at: string | null;
}

export interface MileageMove {
  id: string;
  delta: number;
  /* One of a few words, or what staff wrote. */
  reason: string;
  source: "booking" | "cancellation" | "expiry" | "staff";
  booking_id: string | null;
  balance_after: number;
  at: string;
}
