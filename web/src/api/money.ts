/* The calls of the people who look after the money. */
import { query } from "./calls";
import { call } from "./client";
import type { User } from "./shapes/auth";
import type { Page } from "./shapes/common";
import type { PaymentAccount, PaymentAccountChange, PaymentCase, Reconciliation, Settlement } from "./shapes/payment";

type Signal = AbortSignal | undefined;
const id = encodeURIComponent;

export interface CaseFilter {
  state: string;
  kind: string;
  provider: string;
}

export const listCases = (filter: CaseFilter, cursor: string | null, signal?: Signal) =>
  call<Page<PaymentCase>>(`/admin/payment-cases${query({ ...filter, cursor })}`, { signal });
export const getCasesCsv = (filter: CaseFilter) => call<Blob>(`/admin/payment-cases.csv${query({ ...filter })}`, { as: "blob" });
export const resolveCase = (one: string, action: string, note: string, key: string) =>
  call<PaymentCase>(`/admin/payment-cases/${id(one)}/resolve`, { method: "POST", body: { action, note }, key });

/* Times are RFC 3339; an empty one is open. */
export interface SettlementFilter {
  from: string;
  to: string;
  performance_id: string;
  organizer_id: string;
}

export const getSettlement = (filter: SettlementFilter, signal?: Signal) => call<Settlement>(`/settlements${query({ ...filter })}`, { signal });
export const getSettlementFile = (filter: SettlementFilter, kind: "csv" | "pdf") =>
  call<Blob>(`/settlements.${kind}${query({ ...filter })}`, { as: "blob" });

export const findUsers = (q: string) => call<Page<User>>(`/users${query({ q, limit: "20" })}`);

/* 404: there are none. */
export const getAccount = (provider: string, signal?: Signal) => call<PaymentAccount>(`/payment-accounts/${id(provider)}`, { signal });
export const putAccount = (provider: string, change: PaymentAccountChange) =>
  call<PaymentAccount>(`/payment-accounts/${id(provider)}`, { method: "PUT", body: change });
export const endAccount = (provider: string) => call<void>(`/payment-accounts/${id(provider)}`, { method: "DELETE", retries: 2 });

const reconciliations = "/admin/reconciliations";
export const listReconciliations = (cursor: string | null, signal?: Signal) => call<Page<Reconciliation>>(`${reconciliations}${query({ cursor })}`, { signal });
export const startReconciliation = (provider: string, day: string) =>
  call<Page<Reconciliation>>(reconciliations, { method: "POST", body: { provider, day }, retries: 1 });

/* With a page of its differences. */
export const getReconciliation = (one: string, open: boolean, cursor: string | null, signal?: Signal) =>
  call<Reconciliation>(`${reconciliations}/${id(one)}${query({ open: open ? "true" : null, cursor })}`, { signal });
export const getDifferencesCsv = (one: string, open: boolean) =>
  call<Blob>(`${reconciliations}/${id(one)}/differences.csv${query({ open: open ? "true" : null })}`, { as: "blob" });
