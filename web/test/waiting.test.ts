import { describe, expect, it } from "vitest";
import { meet } from "../src/pages/queue-call";
import { keptGlance, newsBetween, type Glance } from "../src/pages/queue-news";
import { newsText } from "../src/pages/queue-words";

const seen = (more: Partial<Glance> = {}): Glance => ({ position: 9, paused: false, message: "", stock: { VIP: 10, R: 20 }, ...more });

describe("what changed", () => {
  it("is nothing when nothing did", () => {
    expect(newsBetween(seen(), seen())).toEqual([]);
    expect(newsBetween(seen({ message: "x" }), seen())).toEqual([]);
  });

  it("is told in the order of what matters", () => {
    const news = newsBetween(seen(), seen({ position: 4, paused: true, message: "Soon", stock: { VIP: 0, R: 15 } }));
    expect(news).toEqual([{ kind: "paused" }, { kind: "said" }, { kind: "moved", n: 5 }, { kind: "gone", grade: "VIP" }, { kind: "sold", grade: "R", n: 5 }]);
  });

  it("knows seats that come back, a pause that ends, and a draw", () => {
    expect(newsBetween(seen({ paused: true, stock: { VIP: 0 } }), seen({ stock: { VIP: 2 } }))).toEqual([{ kind: "resumed" }, { kind: "back", grade: "VIP", n: 2 }]);
    expect(newsBetween(seen({ position: null }), seen({ position: 3 }))).toEqual([{ kind: "drawn" }]);
  });

  it("never says that a place has become worse, and tells few grades", () => {
    expect(newsBetween(seen({ position: 3 }), seen({ position: 5 }))).toEqual([]);
    const many = (n: number) => Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`G${i}`, n]));
    expect(newsBetween(seen({ stock: many(9) }), seen({ stock: many(8) }))).toHaveLength(4);
  });

  it("has words", () => {
    expect(newsText({ kind: "moved", n: 1200 }, (n) => n.toLocaleString("en-GB"))).toMatch(/1,200/);
    for (const kind of ["drawn", "paused", "resumed", "said"] as const) expect(newsText({ kind }, String).length).toBeGreaterThan(5);
  });

  it("survives what somebody else wrote into the store", () => {
    for (const text of [null, "", "{", "7", "null", "[]"]) expect(keptGlance("t", { getItem: () => text })).toBeNull();
    expect(keptGlance("t", { getItem: () => JSON.stringify(seen()) })).toEqual(seen());
  });
});

/* Tabs of one browser. */
function street() {
  const channels: { onmessage: ((event: MessageEvent) => void) | null; open: boolean }[] = [];
  return () => {
    const channel = {
      onmessage: null as ((event: MessageEvent) => void) | null,
      open: true,
      postMessage: (data: unknown) => {
        if (!channel.open) throw new Error("closed");
        channels.forEach((other) => other !== channel && other.open && other.onmessage?.({ data } as MessageEvent));
      },
      close: () => void (channel.open = false),
    };
    channels.push(channel);
    return channel;
  };
}

describe("other tabs", () => {
  it("are noticed by both, and missed when they go", () => {
    const open = street();
    const told: Record<string, boolean> = {};
    const endA = meet(open(), "a", (others) => (told.a = others));
    expect(told.a).toBeUndefined();
    const endB = meet(open(), "b", (others) => (told.b = others));
    expect(told).toEqual({ a: true, b: true });
    meet(open(), "c", (others) => (told.c = others));
    endA();
    endA();
    expect(told.b).toBe(true);
    endB();
    expect(told.c).toBe(false);
  });
});
