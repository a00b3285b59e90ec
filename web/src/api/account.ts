/* The calls about one's own account. */
import { call } from "./client";
import { exchange } from "./http";
import type { SignIn, Tokens, User } from "./shapes/auth";
import type { Page } from "./shapes/common";

export interface Credentials {
  email: string;
  password: string;
  totp?: string;
  recovery_code?: string;
}

/* Six digits come from the app; all else is a recovery code. */
export function secondFactor(text: string): Pick<Credentials, "totp" | "recovery_code"> {
  const code = text.replace(/\s/g, "");
  return /^\d{6}$/.test(code) ? { totp: code } : { recovery_code: code };
}

export interface NewAccount {
  email: string;
  password: string;
  name: string;
  phone?: string;
}

/* Who is not signed in yet needs no token, and a refusal is no reason to renew one. */
const stranger = <T>(path: string, body: unknown) => exchange<T>(path, { method: "POST", body });

export const signIn = (body: Credentials) => stranger<Tokens>("/auth/login", body);
export const signUp = (body: NewAccount) => stranger<User>("/auth/signup", body);
export const askForReset = (email: string) => stranger<void>("/auth/password/forgot", { email });
export const resetPassword = (token: string, password: string) =>
  stranger<void>("/auth/password/reset", { token, new_password: password });
export const verifyAddress = (token: string) => stranger<User>("/auth/verify", { token });
export const resendVerification = () => call<void>("/auth/verify/resend", { method: "POST" });

export const changeMe = (change: Partial<Pick<User, "name" | "lang">> & { phone?: string }) =>
  call<User>("/users/me", { method: "PATCH", body: change });
export const changePassword = (current: string, next: string) =>
  call<void>("/users/me/password", { method: "POST", body: { current_password: current, new_password: next } });
export const closeAccount = (password: string) => call<void>("/users/me", { method: "DELETE", body: { password } });

export const listSignIns = (signal?: AbortSignal) => call<Page<SignIn>>("/users/me/sessions", { signal });
export const endSignIn = (id: string) => call<void>(`/users/me/sessions/${encodeURIComponent(id)}`, { method: "DELETE", retries: 2 });
export const endOtherSignIns = () => call<void>("/users/me/sessions", { method: "DELETE", retries: 2 });

export interface FactorSecret {
  secret: string;
  uri: string;
}

export const startFactor = (password: string) => call<FactorSecret>("/users/me/totp", { method: "POST", body: { password } });
export const confirmFactor = (code: string) => call<{ recovery_codes: string[] }>("/users/me/totp/confirm", { method: "POST", body: { code } });
export const dropFactor = (body: Omit<Credentials, "email">) => call<void>("/users/me/totp", { method: "DELETE", body });

export const notificationKinds = ["booking_confirmed", "booking_cancelled", "refund_done", "schedule_cancelled", "seat_offered"] as const;

/* Which mails one gets. */
export type Notifications = Record<(typeof notificationKinds)[number], boolean>;

export const getNotifications = (signal?: AbortSignal) => call<Notifications>("/notifications/settings", { signal });

export const changeNotifications = (chosen: Notifications) =>
  call<Notifications>("/notifications/settings", { method: "PATCH", body: Object.fromEntries(notificationKinds.map((kind) => [kind, chosen[kind]])) });
