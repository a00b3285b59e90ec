import { describe, expect, it } from "vitest";
import type { Booking } from "../src/api/shapes/booking";
import { findKept, forgetUnless, keep, readKept, type KeptBooking } from "../src/app/kept";
import { keptName, type Store } from "../src/app/session";

const now = Date.parse("2026-11-23T00:00:00Z");
const day = 86_400_000;

const shelf = (full = false) => {
  const kept = new Map<string, string>();
  const store: Store = {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => {
      if (full) throw new Error("no room");
      kept.set(name, value);
    },
    removeItem: (name) => void kept.delete(name),
  };
  return { kept, store };
};

const booking = (id: string, days: number, status: Booking["status"] = "confirmed") => ({ id, status, starts_at: new Date(now + days * day).toISOString() }) as Booking;
const one = (id: string, days: number): KeptBooking => ({ booking: booking(id, days), tickets: [], pictures: { t: "<svg/>" }, at: "2026-11-23T00:00:00Z" });

describe("tickets kept on the device", () => {
  it("are the soonest, each once, and found again", () => {
    const { store } = shelf();
    for (let i = 20; i > 0; i--) keep(store, one(`b${i}`, i), now);
    keep(store, one("b1", 1), now);
    expect(readKept(store).map(({ booking }) => booking.id)).toEqual(Array.from({ length: 12 }, (_, i) => `b${i + 1}`));
    expect(findKept(store, "b3")?.pictures).toEqual({ t: "<svg/>" });
    expect(findKept(store, "b13")).toBeNull();
  });

  it("go once they are played or cancelled", () => {
    const { store } = shelf();
    keep(store, one("old", 1), now);
    keep(store, one("next", 5), now);
    keep(store, one("next", 5), now + 3 * day);
    expect(readKept(store).map(({ booking }) => booking.id)).toEqual(["next"]);
    forgetUnless(store, [booking("other", 9, "cancelled")], now);
    expect(findKept(store, "next")).not.toBeNull();
    forgetUnless(store, [booking("next", 5, "cancelled")], now);
    expect(readKept(store)).toEqual([]);
  });

  it("do not stand in the way where there is no room or nonsense", () => {
    const { store, kept } = shelf(true);
    keep(store, one("b", 1), now);
    expect(readKept(store)).toEqual([]);
    for (const nonsense of ["{", "7", "null"]) {
      kept.set(keptName, nonsense);
      expect(readKept(store)).toEqual([]);
    }
  });
});
