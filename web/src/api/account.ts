/* The calls about one's own account. */
import { call } from "./client";
import { exchange } from "./http";
import type { Tokens, User } from "./shapes";

export interface Credentials {
  email: string;
  password: string;
  totp?: string;
  recovery_code?: string;
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
