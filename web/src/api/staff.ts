/* The calls of those who organize: performances and their dates, bookings, people, and what keeps a house running. */
import { query } from "./calls";
import { call } from "./client";
import type { User } from "./shapes/auth";
import type { Hold, StaffBooking, Ticket } from "./shapes/booking";
import type { Money, Page } from "./shapes/common";
import type { CastMember, Genre, Performance, ScheduleDetail } from "./shapes/performance";

type Signal = AbortSignal | undefined;
const id = encodeURIComponent;
const show = (performance: string) => `/performances/${id(performance)}`;
const date = (schedule: string) => `/schedules/${id(schedule)}`;
const booking = (one: string) => `/admin/bookings/${id(one)}`;

/* ---- performances ---- */

export interface ShowFacts {
  title: string;
  title_en: string;
  genre: Genre;
  description: string;
  age_rating: number;
  runtime_minutes: number;
  casting: { name: string; role: string }[];
  max_tickets_per_user: number;
}

export const listManaged = (q: string, cursor: string | null, signal?: Signal) =>
  call<Page<Performance>>(`/admin/performances${query({ q, cursor })}`, { signal });
export const createShow = (facts: ShowFacts) => call<Performance>("/performances", { method: "POST", body: facts });
export const changeShow = (performance: string, change: Partial<ShowFacts>) =>
  call<Performance>(show(performance), { method: "PATCH", body: change, retries: 1 });
export const deleteShow = (performance: string) => call<void>(show(performance), { method: "DELETE" });
export const putPoster = (performance: string, picture: Blob) => call<Performance>(`${show(performance)}/poster`, { method: "PUT", body: picture });
export const getSalesCsv = (performance: string) => call<Blob>(`${show(performance)}/sales.csv`, { as: "blob" });
export const getSalesText = (performance: string, signal?: Signal) => call<string>(`${show(performance)}/sales.csv`, { as: "text", signal });

/* ---- dates ---- */

export interface Hall {
  id: string;
  name: string;
  address: string;
  seat_count: number;
}

export interface DateTimes {
  starts_at: string;
  ends_at: string;
  sale_starts_at: string;
  sale_ends_at: string;
}

export const listHalls = (q: string) => call<Page<Hall>>(`/halls${query({ q, limit: "50" })}`);
export const getHall = (hall: string, signal?: Signal) => call<Hall & { categories: { name: string; color: string }[] }>(`/halls/${id(hall)}`, { signal });
export const createDate = (performance: string, body: DateTimes & { hall_id: string; prices: Record<string, Money> }) =>
  call<ScheduleDetail>(`${show(performance)}/schedules`, { method: "POST", body });
export const changeDate = (schedule: string, change: Partial<DateTimes> & { max_tickets_per_user?: number; prices?: Record<string, Money> }) =>
  call<ScheduleDetail>(date(schedule), { method: "PATCH", body: change, retries: 1 });
export const cancelDate = (schedule: string, reason: string) => call<ScheduleDetail>(`${date(schedule)}/cancel`, { method: "POST", body: { reason } });
export const putCast = (schedule: string, casting: { name: string; role: string }[]) =>
  call<ScheduleDetail & { casting: CastMember[] }>(`${date(schedule)}/cast`, { method: "PUT", body: { casting }, retries: 1 });

/* Seats that the house keeps; at `release_at` they go on sale by themselves. */
export interface HouseHold {
  reason: string;
  release_at: string | null;
  seats: string[];
}

export const getHouse = (schedule: string, signal?: Signal) => call<{ items: HouseHold[] }>(`${date(schedule)}/house_seats`, { signal });
export const putHouse = (schedule: string, holds: HouseHold[]) =>
  call<{ items: HouseHold[] }>(`${date(schedule)}/house_seats`, { method: "PUT", body: { holds }, retries: 1 });

/* ---- bookings ---- */

export const bookingStates = ["pending", "confirmed", "cancelled", "expired", "refund_due", "refunded"] as const;
export const saleMethods = ["cash", "card_terminal", "complimentary"] as const;
export type SaleMethod = (typeof saleMethods)[number];

export interface Cancellation {
  id: string;
  seats: string[];
  whole: boolean;
  reason: "buyer" | "staff" | "schedule";
  refund: { amount: number; fee: number; currency: string };
  refunded_at: string | null;
  created_at: string;
}

export interface Note {
  id: string;
  author_id: string;
  text: string;
  created_at: string;
}

export interface StaffBookingDetail extends StaffBooking {
  sold_by: string | null;
  reason?: string;
  tickets: Ticket[];
  cancellations: Cancellation[];
  notes: Note[];
}

export type BookingFilter = Partial<Record<"q" | "status" | "performance_id" | "schedule_id" | "user_id" | "from" | "to", string>>;

export const listStaffBookings = (filter: BookingFilter, cursor: string | null, signal?: Signal) =>
  call<Page<StaffBooking>>(`/admin/bookings${query({ ...filter, cursor })}`, { signal });
export const getBookingsCsv = (filter: BookingFilter) => call<Blob>(`/admin/bookings.csv${query({ ...filter })}`, { as: "blob" });
export const getStaffBooking = (one: string, signal?: Signal) => call<StaffBookingDetail>(booking(one), { signal });
export const cancelForBuyer = (one: string, body: { reason: string; with_fee: boolean; seats?: string[] }, key: string) =>
  call<void>(`${booking(one)}/cancel`, { method: "POST", body, key });
export const addNote = (one: string, text: string, key: string) => call<Note>(`${booking(one)}/notes`, { method: "POST", body: { text }, key });

/* ---- the box office ---- */

/* For a caller, until he has made up his mind. */
export const holdForCaller = (schedule: string, wish: Pick<CounterSale, "seats" | "best">, key: string) =>
  call<Hold>(`/admin/schedules/${id(schedule)}/holds`, { method: "POST", body: wish, key });

export interface CounterSale {
  hold_id?: string;
  seats?: string[];
  best?: { count: number; grade: string };
  types?: string[];
  method: SaleMethod;
  buyer_name?: string;
  buyer_phone?: string;
  reason?: string;
}

export const sellAtDesk = (schedule: string, sale: CounterSale, key: string) =>
  call<StaffBookingDetail>(`/admin/schedules/${id(schedule)}/sales`, { method: "POST", body: sale, key });

/* ---- people ---- */

export const roles = ["CUSTOMER", "PRODUCER", "STAFF", "MANAGER", "ADMIN"] as const;

export interface Customer extends User {
  suspended: boolean;
  created_at: string;
}

export const listCustomers = (q: string, cursor: string | null, signal?: Signal) => call<Page<Customer>>(`/users${query({ q, cursor })}`, { signal });
export const getCustomer = (user: string, signal?: Signal) => call<Customer>(`/users/${id(user)}`, { signal });
export const changeCustomer = (user: string, change: { roles?: string[]; suspended?: boolean }) =>
  call<Customer>(`/users/${id(user)}`, { method: "PATCH", body: change, retries: 1 });

/* ---- reviews ---- */

export interface StaffReview {
  id: string;
  performance_id: string;
  user_id: string;
  author: string;
  rating: number;
  title: string;
  content: string;
  created_at: string;
  hidden: boolean;
  hidden_reason: string | null;
  open_reports: number;
  reasons: string[];
}

const review = (one: string) => `/reviews/${id(one)}`;
export const listStaffReviews = (status: string, cursor: string | null, signal?: Signal) =>
  call<Page<StaffReview>>(`/admin/reviews${query({ status, cursor })}`, { signal });
export const hideReview = (one: string, reason: string) => call<void>(`${review(one)}/hidden`, { method: "PUT", body: { reason }, retries: 1 });
export const showReview = (one: string) => call<void>(`${review(one)}/hidden`, { method: "DELETE", retries: 1 });
export const dropReports = (one: string) => call<void>(`${review(one)}/reports`, { method: "DELETE", retries: 1 });

/* ---- mails, webhooks, keys, the audit log ---- */

export const mailStates = ["queued", "sent", "dropped", "dead"] as const;

export interface Mail {
  id: string;
  user_id: string;
  kind: string;
  status: (typeof mailStates)[number];
  attempts: number;
  why?: string;
  created_at: string;
}

export const listMails = (status: string, cursor: string | null, signal?: Signal) => call<Page<Mail>>(`/admin/mails${query({ status, cursor })}`, { signal });
export const retryMail = (one: string) => call<Mail>(`/admin/mails/${id(one)}/retry`, { method: "POST" });

export const hookEvents = ["booking.confirmed", "booking.cancelled", "booking.refunded", "performance.schedule_cancelled"] as const;

export interface Hook {
  id: string;
  url: string;
  events: string[];
  active: boolean;
  why_inactive: "none" | "gone" | "failing" | "owner";
  created_at: string;
  /* Only in the answer that makes it. */
  secret?: string;
}

export interface Delivery {
  id: string;
  type: string;
  status: "queued" | "delivered" | "failed";
  attempts: number;
  http_status?: number;
  why?: string;
  created_at: string;
}

const hook = (one: string) => `/webhooks/${id(one)}`;
export const listHooks = (cursor: string | null, signal?: Signal) => call<Page<Hook>>(`/webhooks${query({ cursor })}`, { signal });
export const createHook = (url: string, events: string[]) => call<Hook>("/webhooks", { method: "POST", body: { url, events } });
export const changeHook = (one: string, change: { active: boolean }) => call<Hook>(hook(one), { method: "PATCH", body: change, retries: 1 });
export const deleteHook = (one: string) => call<void>(hook(one), { method: "DELETE", retries: 1 });
export const listDeliveries = (one: string, cursor: string | null, signal?: Signal) =>
  call<Page<Delivery>>(`${hook(one)}/deliveries${query({ cursor })}`, { signal });
export const redeliver = (one: string) => call<Delivery>(`/webhooks/deliveries/${id(one)}/redeliver`, { method: "POST" });

export const scopes = ["catalogue:read", "catalogue:write", "sales:read", "sales:write", "coupons:read", "coupons:write"] as const;

export interface ApiKey {
  id: string;
  name: string;
  hint: string;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
  /* Only in the answer that makes it. */
  key?: string;
}

export const listKeys = (signal?: Signal) => call<Page<ApiKey>>("/users/me/api-keys", { signal });
export const createKey = (body: { name: string; scopes: string[]; expires_at?: string }) => call<ApiKey>("/users/me/api-keys", { method: "POST", body });
export const revokeKey = (one: string) => call<void>(`/users/me/api-keys/${id(one)}`, { method: "DELETE", retries: 1 });

export interface AuditLine {
  id: string;
  at: string;
  user_id: string;
  roles: string[];
  address: string;
  action: string;
  object: string;
  path: string;
  status: number;
  body: string;
}

export type AuditFilter = Partial<Record<"user_id" | "object" | "action" | "from" | "to", string>>;
export const listAudit = (filter: AuditFilter, cursor: string | null, signal?: Signal) =>
  call<Page<AuditLine>>(`/audit-log${query({ ...filter, cursor })}`, { signal });

/* ---- coupons ---- */

export interface Offer {
  id: string;
  name: string;
  discount_percent: number | null;
  discount_amount: Money | null;
  performance_id: string | null;
  starts_at: string;
  expires_at: string;
  quantity: number;
  left: number;
  /* For who manages it. */
  code?: string;
  public?: boolean;
  issued?: number;
  open_codes?: number;
}

export interface NewOffer {
  name: string;
  code?: string;
  quantity: number;
  discount_percent?: number;
  discount_amount?: Money;
  min_total?: Money;
  performance_id?: string;
  starts_at?: string;
  expires_at: string;
  public: boolean;
}

const offer = (one: string) => `/coupons/${id(one)}`;
export const listOffers = (cursor: string | null, signal?: Signal) => call<Page<Offer>>(`/coupons${query({ cursor })}`, { signal });
export const createOffer = (body: NewOffer, key: string) => call<Offer>("/coupons", { method: "POST", body, key });
export const deleteOffer = (one: string) => call<void>(offer(one), { method: "DELETE", retries: 1 });
export const makeOfferCodes = (one: string, count: number, key: string) =>
  call<{ made: number }>(`${offer(one)}/codes`, { method: "POST", body: { count }, key });
export const getOfferCodes = (one: string) => call<Blob>(`${offer(one)}/codes.csv`, { as: "blob" });
