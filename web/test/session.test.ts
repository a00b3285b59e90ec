import { describe, expect, it, vi } from "vitest";
import { Problem } from "../src/api/problem";
import type { Tokens, User } from "../src/api/shapes/auth";
import { keptName, Session, type SessionParts, type Store } from "../src/app/session";

class Shelf implements Store {
  readonly kept = new Map<string, string>();
  getItem = (name: string) => this.kept.get(name) ?? null;
  setItem = (name: string, value: string) => void this.kept.set(name, value);
  removeItem = (name: string) => void this.kept.delete(name);
}

const tokens = (n: number): Tokens => ({ access_token: `access-${n}`, refresh_token: `refresh-${n}`, token_type: "Bearer", expires_in: 900 });

/* Tabs share the lasting shelf and the lock, as tabs of a browser do. */
function browser() {
  const lasting = new Shelf();
  let queue: Promise<unknown> = Promise.resolve();
  const exclusively = <T>(_: string, work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work, work);
    queue = turn.catch(() => undefined);
    return turn;
  };
  let spent = 0;
  const refresh = vi.fn(async (token: string) => {
    if (token !== `refresh-${spent}`) throw new Problem(401, "unauthenticated", "", "");
    return tokens(++spent);
  });
  const clock = { now: 0 };
  const parts = (): SessionParts => ({ lasting, tab: new Shelf(), exclusively, refresh, now: () => clock.now });
  return { lasting, refresh, clock, tab: () => new Session(parts()), parts };
}

describe("Session", () => {
  it("uses the access token until it ends, then renews", async () => {
    const { tab, refresh, clock } = browser();
    const session = tab();
    session.begin(tokens(0));
    expect(await session.accessToken()).toBe("access-0");
    clock.now = 899_000;
    expect(await session.accessToken()).toBe("access-1");
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it("renews once for all who were refused at the same time", async () => {
    const { tab, refresh } = browser();
    const session = tab();
    session.begin(tokens(0));
    const renewed = await Promise.all([session.renew("access-0"), session.renew("access-0"), session.renew("access-0")]);
    expect(renewed).toEqual(["access-1", "access-1", "access-1"]);
    expect(refresh).toHaveBeenCalledTimes(1);
    expect(await session.renew("access-0")).toBe("access-1");
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it("never spends a refresh token twice, even from two tabs at once", async () => {
    const { tab, refresh, lasting } = browser();
    const one = tab();
    one.begin(tokens(0));
    const two = tab();
    const renewed = await Promise.all([one.renew("access-0"), two.accessToken()]);
    expect(renewed).toEqual(["access-1", "access-2"]);
    expect(refresh.mock.calls.map(([token]) => token)).toEqual(["refresh-0", "refresh-1"]);
    expect(lasting.getItem("takenseat.refresh")).toBe("refresh-2");
  });

  it("signs out when the refresh token is refused", async () => {
    const { tab, lasting } = browser();
    const session = tab();
    session.begin({ ...tokens(0), refresh_token: "stolen" });
    expect(await session.renew("access-0")).toBeNull();
    expect(session.signedIn.value).toBe(false);
    expect(lasting.getItem("takenseat.refresh")).toBeNull();
  });

  it("remembers whose a session was that ended by itself, so that the same person goes on", async () => {
    const { tab, lasting } = browser();
    const session = tab();
    session.begin({ ...tokens(0), refresh_token: "too old" });
    session.user.value = { email: "sky@example.com" } as User;
    lasting.setItem(keptName, "[]");
    await session.renew("access-0");
    expect(session.lapsed.value).toEqual({ email: "sky@example.com" });
    expect(session.user.value?.email).toBe("sky@example.com");
    expect(lasting.getItem(keptName)).toBeNull();
    session.resume(tokens(0));
    expect([session.lapsed.value, session.signedIn.value, session.user.value?.email]).toEqual([null, true, "sky@example.com"]);
  });

  it("leaves nothing of a person who signs out, or whose place another takes", () => {
    for (const leave of [(session: Session) => session.end(), (session: Session) => session.begin(tokens(1))]) {
      const { tab, lasting } = browser();
      const session = tab();
      session.begin(tokens(0));
      session.user.value = { email: "sky@example.com" } as User;
      lasting.setItem(keptName, "[]");
      leave(session);
      expect([lasting.getItem(keptName), session.user.value, session.lapsed.value]).toEqual([null, null, null]);
    }
  });

  it("stays signed in when the network fails", async () => {
    const { parts } = browser();
    const session = new Session({ ...parts(), refresh: () => Promise.reject(new Problem(0, "network", "", "")) });
    session.begin(tokens(0));
    await expect(session.renew("access-0")).rejects.toMatchObject({ code: "network" });
    expect(session.signedIn.value).toBe(true);
  });

  it("follows another tab that signs out or in", () => {
    const { tab } = browser();
    const session = tab();
    session.begin(tokens(0));
    session.noticeStorage("takenseat.refresh", null);
    expect(session.signedIn.value).toBe(false);
    session.noticeStorage("takenseat.refresh", "refresh-7");
    expect(session.signedIn.value).toBe(true);
    session.noticeStorage("something.else", null);
    expect(session.signedIn.value).toBe(true);
  });

  it("finds its access token again after a reload", async () => {
    const { parts } = browser();
    const shared = parts();
    new Session(shared).begin(tokens(0));
    expect(await new Session(shared).accessToken()).toBe("access-0");
  });
});
