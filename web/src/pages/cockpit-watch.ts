/* A waiting room's figures, asked for as often as the server says, and its curve, which changes by the minute. */
import { useEffect, useState } from "preact/hooks";
import { backoff, pause } from "../api/client";
import { asProblem, type Problem } from "../api/problem";
import { getCurve, getRoom } from "../api/room";
import type { QueueMinute, QueueStatus } from "../api/shapes/queue";

export interface RoomState {
  room: QueueStatus | null;
  minutes: QueueMinute[];
  /* Why there is nothing to see. */
  problem: Problem | null;
  /* The last question went unanswered: the figures shown may be old. */
  stale: boolean;
}

export interface RoomWatch {
  signal: AbortSignal;
  look(signal: AbortSignal): Promise<QueueStatus>;
  curve(signal: AbortSignal): Promise<{ minutes: QueueMinute[] }>;
  wait(ms: number, signal: AbortSignal): Promise<void>;
  now(): number;
  show(change: Partial<RoomState>): void;
}

const curveEvery = 10_000;

/* Runs until stopped, or until it turns out that there is nothing to see for this person. */
export async function watchRoom({ signal, look, curve, wait, now, show }: RoomWatch): Promise<void> {
  let curveDue = -Infinity;
  let rest = 2_000;
  for (let failures = 0; !signal.aborted; ) {
    try {
      const room = await look(signal);
      rest = Math.max(1_000, room.poll_after_ms);
      const change: Partial<RoomState> = { room, problem: null, stale: false };
      if (now() >= curveDue) {
        change.minutes = (await curve(signal)).minutes;
        curveDue = now() + curveEvery;
      }
      failures = 0;
      if (!signal.aborted) show(change);
    } catch (error) {
      if (signal.aborted) return;
      const problem = asProblem(error);
      if (problem.status >= 400 && problem.status < 500 && problem.status !== 429) {
        show({ room: null, problem });
        return;
      }
      failures++;
      show({ problem, stale: true });
      if (problem.retryAfterMs) await wait(problem.retryAfterMs, signal);
    }
    await wait(failures === 0 ? rest : Math.max(rest, backoff(failures)), signal);
  }
}

export function useRoom(schedule: string): RoomState & { again(): void } {
  const [state, setState] = useState<RoomState>({ room: null, minutes: [], problem: null, stale: false });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    watchRoom({
      signal: stop.signal,
      look: (signal) => getRoom(schedule, signal),
      curve: (signal) => getCurve(schedule, signal),
      wait: pause,
      now: Date.now,
      show: (change) => setState((before) => ({ ...before, ...change })),
    }).catch(() => undefined);
    return () => stop.abort();
  }, [schedule, round]);
  return { ...state, again: () => setRound((n) => n + 1) };
}

/* ---- figures as people read them ---- */

export const percent = (permille: number): string => `${permille % 10 === 0 ? permille / 10 : (permille / 10).toFixed(1)} %`;

/* Columns for the chart: seconds since 1970, then one for each line. */
export function columns(minutes: QueueMinute[]): [number[], number[], number[], number[]] {
  return [
    minutes.map(({ at }) => Date.parse(at) / 1000),
    minutes.map(({ joined }) => joined),
    minutes.map(({ admitted }) => admitted),
    minutes.map(({ booked }) => booked),
  ];
}

export function sums(minutes: QueueMinute[]): { joined: number; admitted: number; booked: number } {
  const sum = (name: "joined" | "admitted" | "booked") => minutes.reduce((all, one) => all + one[name], 0);
  return { joined: sum("joined"), admitted: sum("admitted"), booked: sum("booked") };
}
