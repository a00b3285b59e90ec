/* Who has the seats of a date, grade by grade, kept current by its stream. */
import { useEffect, useState } from "preact/hooks";
import { getAvailability, getSeatMap, streamUrl } from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { SeatMapData } from "../api/shapes/performance";
import { decodeSeats, free, held, notForSale, sold } from "../map/availability";
import { LiveAvailability, type LiveState } from "../map/live";

export interface GradeCount {
  grade: string;
  sold: number;
  held: number;
  house: number;
  free: number;
}

/* The grade of each seat in map order. */
export function gradesOf(map: SeatMapData): Uint8Array {
  return Uint8Array.from(map.sections.flatMap(({ rows }) => rows.flatMap((row) => row.grades ?? row.guids.map(() => row.grade))));
}

/* Of the grades that have seats. */
export function countSeats(map: SeatMapData, grades: Uint8Array, states: Uint8Array): GradeCount[] {
  const counts = map.grades.map(({ name }) => ({ grade: name, sold: 0, held: 0, house: 0, free: 0 }));
  const names = { [free]: "free", [held]: "held", [sold]: "sold", [notForSale]: "house" } as const;
  for (const [seat, grade] of grades.entries()) counts[grade][names[states[seat] as keyof typeof names]]++;
  return counts.filter((one) => one.sold + one.held + one.house + one.free > 0);
}

export interface LiveStock {
  counts: GradeCount[] | null;
  state: LiveState;
  problem: Problem | null;
}

export function useLiveStock(schedule: string): LiveStock {
  const [stock, setStock] = useState<LiveStock>({ counts: null, state: "connecting", problem: null });
  useEffect(() => {
    const stop = new AbortController();
    const show = (change: Partial<LiveStock>) => setStock((before) => ({ ...before, ...change }));
    setStock({ counts: null, state: "connecting", problem: null });
    getSeatMap(schedule, stop.signal).then((map) => watch(schedule, map, stop.signal, show), (error) => {
      if (!stop.signal.aborted) show({ problem: asProblem(error) });
    });
    return () => stop.abort();
  }, [schedule]);
  return stock;
}

function watch(schedule: string, map: SeatMapData, stop: AbortSignal, show: (change: Partial<LiveStock>) => void): void {
  if (stop.aborted) return;
  const grades = gradesOf(map);
  let states: Uint8Array = new Uint8Array(grades.length);
  const live = new LiveAvailability({
    open: () => new EventSource(streamUrl(schedule)),
    snapshot: () => getAvailability(schedule, stop),
    onSnapshot: ({ seats }) => {
      states = decodeSeats(seats, grades.length);
      show({ counts: countSeats(map, grades, states), problem: null });
    },
    onDelta: ({ changes }) => {
      for (const [seat, state] of changes) states[seat] = state;
      show({ counts: countSeats(map, grades, states) });
    },
    onQueue: () => undefined,
    onState: (state) => show({ state }),
    onFailure: (error) => show({ problem: asProblem(error) }),
  });
  const follow = () => (document.hidden ? live.pause() : live.resume());
  document.addEventListener("visibilitychange", follow);
  stop.addEventListener("abort", () => {
    document.removeEventListener("visibilitychange", follow);
    live.stop();
  });
  live.start();
}
