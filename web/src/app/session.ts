/* Who is signed in. The refresh token rests in localStorage and is shared by all tabs; the access token
   stays with the tab. A refresh token may be spent once only, so tabs renew one after another. */
import { signal } from "@preact/signals";
import { exchange } from "../api/http";
import { Problem } from "../api/problem";
import type { Tokens, User } from "../api/shapes/auth";
import { exclusively } from "./exclusive";
import { lasting, ofTab } from "./storage";

export interface Store {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

export interface SessionParts {
  lasting: Store;
  tab: Store;
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
  refresh(token: string): Promise<Tokens>;
  now(): number;
}

const refreshName = "takenseat.refresh";
const accessName = "takenseat.access";
/* What is kept of this person for when there is no network (kept.ts): it goes with the session. */
export const keptName = "takenseat.kept";
/* Renew a little before the end, so that a request does not expire under way. */
const margin = 5_000;

export class Session {
  readonly signedIn;
  readonly user = signal<User | null>(null);
  /* The session has ended by itself, in the middle of something: whose it was. Signing in again goes on there. */
  readonly lapsed = signal<{ email: string | null } | null>(null);
  private access: { token: string; until: number } | null;
  private renewing: Promise<string | null> | null = null;

  constructor(private readonly parts: SessionParts) {
    this.access = readAccess(parts.tab);
    this.signedIn = signal(parts.lasting.getItem(refreshName) !== null);
    if (!this.signedIn.value) this.dropAccess();
  }

  begin(tokens: Tokens): void {
    this.user.value = null;
    this.parts.lasting.removeItem(keptName);
    this.resume(tokens);
  }

  /* The same person has signed in again. */
  resume(tokens: Tokens): void {
    this.parts.lasting.setItem(refreshName, tokens.refresh_token);
    this.keepAccess(tokens);
    this.lapsed.value = null;
    this.signedIn.value = true;
  }

  /* By the person's own will. */
  end(): void {
    this.forget();
    this.user.value = null;
    this.lapsed.value = null;
    this.signedIn.value = false;
  }

  /* A token fit for use now, or null when nobody is signed in. */
  async accessToken(): Promise<string | null> {
    if (!this.signedIn.value) return null;
    if (this.access && this.access.until - margin > this.parts.now()) return this.access.token;
    return this.renew(this.access?.token ?? "");
  }

  /* The server refused `refused`: one renewal serves everybody who waits for it. */
  renew(refused: string): Promise<string | null> {
    if (this.access && this.access.token !== refused) return Promise.resolve(this.access.token);
    this.renewing ??= this.renewAlone().finally(() => (this.renewing = null));
    return this.renewing;
  }

  /* Another tab signed in, signed out or renewed. */
  noticeStorage(name: string | null, value: string | null): void {
    if (name !== refreshName && name !== null) return;
    if (value === null) this.end();
    else if (!this.signedIn.value) {
      this.user.value = null;
      this.signedIn.value = true;
    }
  }

  private renewAlone(): Promise<string | null> {
    return this.parts.exclusively(refreshName, async () => {
      const token = this.parts.lasting.getItem(refreshName);
      if (!token) {
        this.end();
        return null;
      }
      try {
        const tokens = await this.parts.refresh(token);
        this.parts.lasting.setItem(refreshName, tokens.refresh_token);
        this.keepAccess(tokens);
        return tokens.access_token;
      } catch (error) {
        if (!(error instanceof Problem) || error.status < 400 || error.status >= 500 || error.status === 429) throw error;
        if (this.parts.lasting.getItem(refreshName) === token) this.lapse();
        return null;
      }
    });
  }

  /* The page goes on showing what it shows, and whose it is, until it is known who goes on. */
  private lapse(): void {
    this.forget();
    this.lapsed.value = { email: this.user.value?.email ?? null };
    this.signedIn.value = false;
  }

  private forget(): void {
    this.parts.lasting.removeItem(refreshName);
    this.parts.lasting.removeItem(keptName);
    this.dropAccess();
  }

  private keepAccess(tokens: Tokens): void {
    this.access = { token: tokens.access_token, until: this.parts.now() + tokens.expires_in * 1000 };
    this.parts.tab.setItem(accessName, JSON.stringify(this.access));
  }

  private dropAccess(): void {
    this.access = null;
    this.parts.tab.removeItem(accessName);
  }
}

function readAccess(store: Store): { token: string; until: number } | null {
  try {
    const kept: unknown = JSON.parse(store.getItem(accessName) ?? "null");
    if (typeof kept !== "object" || kept === null || !("token" in kept) || !("until" in kept)) return null;
    return { token: String(kept.token), until: Number(kept.until) };
  } catch {
    return null;
  }
}

export const session = new Session({
  lasting,
  tab: ofTab,
  exclusively,
  refresh: (token) => exchange<Tokens>("/auth/refresh", { method: "POST", body: { refresh_token: token } }),
  now: Date.now,
});

if (typeof window !== "undefined") {
  addEventListener("storage", (event) => session.noticeStorage(event.key, event.newValue));
}
