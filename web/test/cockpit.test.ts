import { describe, expect, it } from "vitest";
import { Problem } from "../src/api/problem";
import type { QueueMinute, QueueStatus } from "../src/api/shapes/queue";
import { columns, percent, sums, watchRoom, type RoomState } from "../src/pages/cockpit-watch";
import { wholeWithin } from "../src/room/rules";

const room = (more: Partial<QueueStatus> = {}): QueueStatus => ({
  schedule_id: "s", title: "Show", mode: "fifo", paused: false, draining: false, message: "", message_en: "", sale_starts_at: "", sale_ends_at: "",
  joined: 3, waiting: 2, admitted: 1, active: 1, active_limit: 9, parked: 0, absences: 0, booked: 0, absent_permille: null, conversion_permille: null,
  rate: { set: 60, effective: 60, reason: "rate" }, tail: null, stock: [], poll_after_ms: 2000, ...more,
});
const minute = (at: string, joined: number, admitted = 0, booked = 0): QueueMinute => ({ at, joined, admitted, absent: 0, returned: 0, booked });

async function run(looks: (QueueStatus | Problem)[], rounds = looks.length) {
  const stop = new AbortController();
  const shown: Partial<RoomState>[] = [];
  const waits: number[] = [];
  let now = 0;
  let curves = 0;
  await watchRoom({
    signal: stop.signal,
    look: async () => {
      const next = looks.shift() ?? room();
      if (next instanceof Problem) throw next;
      return next;
    },
    curve: async () => ({ minutes: [minute("2026-11-23T00:00:00Z", ++curves)] }),
    wait: async (ms) => {
      waits.push(ms);
      now += ms;
      if (waits.length >= rounds) stop.abort();
    },
    now: () => now,
    show: (change) => shown.push(change),
  });
  return { shown, waits, curves };
}

describe("watchRoom", () => {
  it("asks as often as the server says, and for the curve every ten seconds", async () => {
    const { waits, shown, curves } = await run([room({ poll_after_ms: 2000 }), room({ poll_after_ms: 9000 }), room(), room()]);
    expect(waits).toEqual([2000, 9000, 2000, 2000]);
    expect(curves).toBe(2);
    expect(shown.map((change) => change.minutes?.length ?? 0)).toEqual([1, 0, 1, 0]);
  });

  it("keeps what it knows while nobody answers, and says that it is old", async () => {
    const silence = new Problem(0, "network", "", "");
    const { shown } = await run([room(), silence, room()]);
    expect(shown.map((change) => change.stale)).toEqual([false, true, false]);
    expect(shown[1].room).toBeUndefined();
  });

  it("stops at what is not for this person", async () => {
    const { shown, waits } = await run([new Problem(404, "not_found", "", "")], 9);
    expect(shown).toHaveLength(1);
    expect(shown[0].problem?.status).toBe(404);
    expect(waits).toEqual([]);
  });
});

describe("figures", () => {
  it("are shares with a decimal where there is one", () => {
    expect([0, 5, 120, 444, 1000].map(percent)).toEqual(["0 %", "0.5 %", "12 %", "44.4 %", "100 %"]);
  });

  it("are numbers that a room can be set to", () => {
    expect(["1", " 600 ", "100000"].map((text) => wholeWithin(text, [1, 100_000]))).toEqual([1, 600, 100_000]);
    for (const text of ["", "0", "-5", "1.5", "1e3", "100001", "many"]) expect(wholeWithin(text, [1, 100_000])).toBeNull();
  });

  it("are columns for the chart", () => {
    const minutes = [minute("2026-11-23T00:00:00Z", 5, 1), minute("2026-11-23T00:01:00Z", 7, 2, 1)];
    const [at, ...lines] = columns(minutes);
    expect(at[1] - at[0]).toBe(60);
    expect(lines).toEqual([[5, 7], [1, 2], [0, 1]]);
    expect(sums(minutes)).toEqual({ joined: 12, admitted: 3, booked: 1 });
  });
});
