import { describe, expect, it, vi } from "vitest";
import type { QueuePlace } from "../src/api/shapes/queue";
import { signProof } from "../src/app/device";
import { watchPlace, type PlaceState } from "../src/pages/queue-place";

const bytes = (text: string) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

describe("signProof", () => {
  it("signs what the request is, with a point and a signature that anyone can check", async () => {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    const proof = await signProof(pair, { method: "POST", path: "/api/v1/bookings", pass: "a.pass" }, 1700000000000);
    const [key, time, nonce, signature] = proof.split(".");
    expect([key.length, time, nonce.length, signature.length]).toEqual([86, "1700000000000", 22, 86]);
    const point = await crypto.subtle.importKey("raw", Uint8Array.from([4, ...bytes(key)]), { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode("a.pass")));
    const named = btoa(String.fromCharCode(...hash)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const statement = new TextEncoder().encode(`takenseat-proof-1\nPOST\n/api/v1/bookings\n${time}\n${nonce}\n${named}`);
    expect(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, point, bytes(signature), statement)).toBe(true);
    expect((await signProof(pair, { method: "POST", path: "/api/v1/bookings" }, 1700000000000)).split(".")[2]).not.toBe(nonce);
  });
});

const place = (more: Partial<QueuePlace> = {}): QueuePlace => ({
  place_token: "t", state: "waiting", position: 9, ahead: 8, eta_seconds: 30, poll_after_ms: 2000, pass: null, pass_expires_at: null, ...more,
});

async function watch(joined: QueuePlace, looks: QueuePlace[]) {
  const shown: PlaceState[] = [];
  const waits: number[] = [];
  const stop = new AbortController();
  const look = vi.fn(async (_token: string, _signal: AbortSignal, _proves: boolean) => {
    const next = looks.shift()!;
    if (!looks.length) stop.abort();
    return next;
  });
  await watchPlace({ signal: stop.signal, join: async () => joined, look, wait: async (ms) => void waits.push(ms), show: (state) => shown.push(state) });
  return { shown, waits, proved: look.mock.calls.map(([, , proves]) => proves) };
}

describe("a place that is bound to a device", () => {
  it("is asked for a proof when its turn comes, at once and not before", async () => {
    const { waits, proved } = await watch(place({ device: "this" }),
      [place({ device: "asked" }), place({ device: "asked", state: "admitted" }), place({ device: "this", state: "admitted", pass: "p" })]);
    expect(proved).toEqual([false, false, true]);
    expect(waits).toEqual([2000, 2000]);
  });

  it("stays another's, also while nothing is asked", async () => {
    const { shown } = await watch(place({ device: "other" }), [place({ device: "asked" }), place({ device: "asked" })]);
    expect(shown.map((state) => state.place?.device)).toEqual(["other", "other"]);
  });

  it("is another's for a browser that has no key", async () => {
    const asked = place({ device: "asked", state: "admitted" });
    const { shown, waits } = await watch(asked, [asked, asked]);
    expect(shown.map((state) => state.place?.device)).toEqual(["asked", "other"]);
    expect(waits).toEqual([2000]);
  });
});
