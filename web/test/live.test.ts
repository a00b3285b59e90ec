import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Availability, AvailabilityDelta } from "../src/api/shapes/booking";
import { LiveAvailability } from "../src/map/live";
import { SeatStore } from "../src/map/store";
import { hall } from "./hall";

class FakeSource extends EventTarget {
  readyState = 1;
  close = vi.fn();
  say(event: string, data: unknown) {
    this.dispatchEvent(Object.assign(new Event(event), { data: JSON.stringify(data) }));
  }
}

const empty = (version: number): Availability => ({ version, seats: btoa("\0\0\0") });
const delta = (from: number, version: number, ...changes: [number, number][]): AvailabilityDelta => ({ from, version, changes });

function setUp(snapshots: (() => Promise<Availability>)[]) {
  const sources: FakeSource[] = [];
  const store = new SeatStore(hall(), 4);
  const states: string[] = [];
  const snapshot = vi.fn(() => (snapshots.shift() ?? (() => Promise.resolve(empty(99))))());
  const live = new LiveAvailability({
    open: () => {
      sources.push(new FakeSource());
      return sources[sources.length - 1] as unknown as EventSource;
    },
    snapshot,
    onSnapshot: (availability) => store.takeSnapshot(availability),
    onDelta: (one) => store.takeDelta(one),
    onQueue: () => undefined,
    onState: (state) => states.push(state),
    onFailure: () => states.push("failure"),
  });
  return { live, store, sources, states, snapshot };
}

describe("LiveAvailability", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("applies deltas that follow the snapshot", async () => {
    const { live, store, sources, snapshot } = setUp([() => Promise.resolve(empty(5))]);
    live.start();
    await vi.advanceTimersByTimeAsync(0);
    sources[0].say("availability", delta(5, 5));
    sources[0].say("availability", delta(5, 6, [0, 1], [8, 2]));
    expect(store.map.state[0]).toBe(1);
    expect(store.map.state[8]).toBe(2);
    expect(snapshot).toHaveBeenCalledTimes(1);
  });

  it("keeps deltas that arrive before the snapshot", async () => {
    let answer: (availability: Availability) => void = () => undefined;
    const { live, store, sources } = setUp([() => new Promise((resolve) => (answer = resolve))]);
    live.start();
    sources[0].say("availability", delta(4, 5, [1, 2]));
    sources[0].say("availability", delta(5, 6, [2, 2]));
    answer(empty(5));
    await vi.advanceTimersByTimeAsync(0);
    expect([...store.map.state.subarray(0, 3)]).toEqual([0, 0, 2]);
  });

  it("reads everything again when a delta is missing", async () => {
    const { live, store, sources, snapshot } = setUp([
      () => Promise.resolve(empty(5)),
      () => Promise.resolve({ version: 8, seats: btoa("\x02\0\0") }),
    ]);
    live.start();
    await vi.advanceTimersByTimeAsync(0);
    sources[0].say("availability", delta(7, 8, [3, 1]));
    await vi.advanceTimersByTimeAsync(0);
    expect(snapshot).toHaveBeenCalledTimes(2);
    expect(store.map.state[0]).toBe(2);
    expect(store.map.state[3]).toBe(0);
  });

  it("polls while the stream is down and stops when it is back", async () => {
    const { live, sources, states, snapshot } = setUp([]);
    live.start();
    await vi.advanceTimersByTimeAsync(0);
    sources[0].readyState = 0;
    sources[0].dispatchEvent(new Event("error"));
    await vi.advanceTimersByTimeAsync(14_000);
    const polls = snapshot.mock.calls.length;
    expect(polls).toBeGreaterThanOrEqual(3);
    sources[0].readyState = 1;
    sources[0].dispatchEvent(new Event("open"));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(snapshot.mock.calls.length).toBeLessThanOrEqual(polls + 1);
    expect(states[states.length - 1]).toBe("live");
    live.stop();
    expect(sources[0].close).toHaveBeenCalled();
  });

  it("opens the stream anew when the server closed it for good", async () => {
    const { live, sources } = setUp([]);
    live.start();
    sources[0].readyState = 2;
    sources[0].dispatchEvent(new Event("error"));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(sources).toHaveLength(2);
    live.stop();
  });
});

describe("SeatStore", () => {
  it("chooses up to the limit, only what is free", () => {
    const store = new SeatStore(hall(), 2);
    store.takeSnapshot({ version: 1, seats: btoa("\x01\0\0") });
    expect(store.toggle(0)).toBe("taken");
    expect(store.toggle(1)).toBeNull();
    expect(store.toggle(4)).toBeNull();
    expect(store.toggle(5)).toBe("limit");
    expect(store.toggle(7)).toBe("taken");
    expect(store.total()).toEqual({ amount: 240000, currency: "KRW" });
    expect(store.toggle(4)).toBeNull();
    expect(store.chosen.value).toEqual([1]);
  });

  it("lets go of a chosen seat somebody else got, but not of its own while holding", () => {
    const store = new SeatStore(hall(), 4);
    store.takeSnapshot(empty(1));
    store.toggle(1);
    store.toggle(2);
    store.takeDelta(delta(1, 2, [1, 1]));
    expect(store.chosen.value).toEqual([2]);
    expect(store.lost.value).toEqual([1]);
    store.holding = true;
    store.takeDelta(delta(2, 3, [2, 1]));
    expect(store.chosen.value).toEqual([2]);
  });

  it("marks what a refusal named and keeps the rest", () => {
    const store = new SeatStore(hall(), 4);
    store.takeSnapshot(empty(1));
    store.toggle(1);
    store.toggle(2);
    store.markTaken([1]);
    expect(store.chosen.value).toEqual([2]);
    expect(store.lost.value).toEqual([1]);
    expect(store.map.state[1]).toBe(1);
  });
});
