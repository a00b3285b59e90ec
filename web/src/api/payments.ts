/* The calls about paying: who can take the money, a payment from its beginning to its receipt. */
import { query, withPass } from "./calls";
import { call } from "./client";
import type { Page } from "./shapes/common";
import type { Deposit, PayMethod, Payment, ProviderState, Receipt, RefundAccount } from "./shapes/payment";

type Signal = AbortSignal | undefined;
const path = (payment: string) => `/payments/${encodeURIComponent(payment)}`;

export const listProviders = (signal?: Signal) => call<{ items: ProviderState[] }>("/payments/providers", { signal });

/* The answer's provider is another one when the one that was asked for does not answer and a second takes over. */
export const createPayment = (booking: string, provider: string, method: PayMethod | undefined, key: string, pass: string | null) =>
  call<Payment>("/payments", { method: "POST", body: { booking_id: booking, provider, method }, key, ...withPass(pass), retries: 1 });

export const confirmPayment = (payment: string, paymentKey: string, amount: number, key: string) =>
  call<Payment>(`${path(payment)}/confirm`, {
    method: "POST", body: { payment_key: paymentKey, amount }, key, retries: 1,
  });

export const getPayment = (payment: string, signal?: Signal) => call<Payment>(path(payment), { signal });

/* Newest first. */
export const listPayments = (booking: string, signal?: Signal) =>
  call<Page<Payment>>(`/payments${query({ booking_id: booking })}`, { signal });

/* 404 unless the provider waits for a transfer. */
export const getDeposit = (payment: string, signal?: Signal) => call<Deposit>(`${path(payment)}/deposit`, { signal });

/* Where money that came by bank transfer goes back to; naming it again replaces it. */
export const sendRefundAccount = (payment: string, account: RefundAccount) =>
  call<RefundAccount>(`${path(payment)}/refund-account`, { method: "POST", body: account, retries: 2 });

export const getReceipt = (payment: string, signal?: Signal) => call<Receipt>(`${path(payment)}/receipt`, { signal });
export const getReceiptPdf = (payment: string) => call<Blob>(`${path(payment)}/receipt.pdf`, { as: "blob" });
