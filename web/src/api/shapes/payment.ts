/* Payments, receipts, cases, settlements and the books. */
import type { Money } from "./common";

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
