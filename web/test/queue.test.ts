import { describe, expect, it, vi } from "vitest";
import { Problem } from "../src/api/problem";
import type { QueuePlace } from "../src/api/shapes/queue";
import { ClockEstimate } from "../src/app/clock";
import { watchPlace, type PlaceState } from "../src/pages/queue-place";

const place = (more: Partial<QueuePlace> = {}): QueuePlace => ({
  place_token: "t", state: "waiting", position: 9, ahead: 8, eta_seconds: 30, poll_after_ms: 2000, pass: null, pass_expires_at: null, ...more,
});
const admitted = place({ state: "admitted", position: 1, ahead: 0, pass: "pass" });

async function run(joined: QueuePlace | Problem, looks: (QueuePlace | Problem)[]) {
  const shown: PlaceState[] = [];
  const waits: number[] = [];
  const give = async (outcome: QueuePlace | Problem) => {
    if (outcome instanceof Problem) throw outcome;
    return outcome;
  };
  const look = vi.fn(() => give(looks.shift() ?? admitted));
  await watchPlace({
    signal: new AbortController().signal, join: () => give(joined), look,
    wait: async (ms) => void waits.push(ms), show: (state) => shown.push(state),
  });
  return { shown, waits, look };
}

describe("watchPlace", () => {
  it("asks as often as the server says, until admitted", async () => {
    const { shown, waits } = await run(place(), [place({ position: 4, poll_after_ms: 1000 }), admitted]);
    expect(waits).toEqual([2000, 1000]);
    expect(shown.map((state) => state.place?.position)).toEqual([9, 4, 1]);
    expect(shown[2].place?.pass).toBe("pass");
  });

  it("keeps the place and slows down while nobody answers", async () => {
    const silence = new Problem(0, "network", "", "");
    const { shown, waits } = await run(place({ poll_after_ms: 500 }), [silence, silence, silence, silence, silence]);
    expect(shown.filter((state) => state.shaky)).toHaveLength(5);
    expect(shown.every((state) => state.place !== null)).toBe(true);
    expect(waits[5]).toBeGreaterThan(waits[0]);
    expect(shown[shown.length - 1].shaky).toBe(false);
  });

  it("honours Retry-After", async () => {
    const busy = new Problem(503, "unavailable", "", "", [], 7000);
    expect((await run(place(), [busy])).waits).toContain(7000);
  });

  it("says when the place is over, or there is none to have", async () => {
    const gone = await run(place(), [new Problem(404, "not_found", "", "")]);
    expect(gone.shown[1].place?.state).toBe("expired");
    const left = await run(place({ state: "left" }), []);
    expect(left.look).not.toHaveBeenCalled();
    const refused = await run(new Problem(409, "not_on_sale", "", ""), []);
    expect(refused.shown[0].problem?.code).toBe("not_on_sale");
  });
});

describe("ClockEstimate", () => {
  it("narrows the server's time from answers with whole seconds", () => {
    const clock = new ClockEstimate();
    clock.observe(10_000, 1000, 4_900, 5_000);
    clock.observe(11_000, 1000, 5_300, 5_350);
    expect(clock.offset).toBeGreaterThan(5_000);
    expect(clock.offset).toBeLessThan(6_000);
  });

  it("prefers an exact time, and starts afresh when the server's clock jumps", () => {
    const clock = new ClockEstimate();
    clock.observe(10_000, 1000, 5_000, 5_010);
    clock.observe(10_500, 0, 5_100, 5_110);
    expect(clock.offset).toBeCloseTo(5_395);
    clock.observe(99_000, 1000, 5_200, 5_210);
    expect(clock.offset).toBeCloseTo(5_395);
    clock.observe(70_500, 0, 5_300, 5_310);
    expect(clock.offset).toBeCloseTo(65_195);
  });

  it("is the device's clock until the server has spoken", () => {
    expect(new ClockEstimate().offset).toBe(0);
  });
});
