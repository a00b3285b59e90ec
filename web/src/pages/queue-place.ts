/* One's place in the queue, asked for again as often as the server says; slower while it does not answer. */
import { useEffect, useState } from "preact/hooks";
import { getPlace } from "../api/calls";
import { backoff, pause } from "../api/client";
import { asProblem, type Problem } from "../api/problem";
import type { QueuePlace } from "../api/shapes/queue";
import { enter } from "../work/enter";

export interface PlaceState {
  place: QueuePlace | null;
  /* Why there is no place at all. */
  problem: Problem | null;
  /* The last question went unanswered: the place shown may be old, but it is not lost. */
  shaky: boolean;
}

export interface PlaceWatch {
  signal: AbortSignal;
  join(signal: AbortSignal): Promise<QueuePlace>;
  look(token: string, signal: AbortSignal, proves: boolean): Promise<QueuePlace>;
  wait(ms: number, signal: AbortSignal): Promise<void>;
  show(state: PlaceState): void;
}

/* A place that is bound to a device asks it for a proof when its turn has come; that of another one never gets a pass here.
 * Runs until admitted with a pass, refused, or stopped. Joining again gives the same place, so a reload is harmless. */
export async function watchPlace({ signal, join, look, wait, show }: PlaceWatch): Promise<void> {
  let place: QueuePlace;
  try {
    place = await join(signal);
  } catch (error) {
    if (!signal.aborted) show({ place: null, problem: asProblem(error), shaky: false });
    return;
  }
  let failures = 0;
  let elsewhere = place.device === "other";
  while (!signal.aborted) {
    if (failures === 0) show({ place, problem: null, shaky: false });
    if (place.state === "expired" || place.state === "left" || (place.state === "admitted" && place.pass)) return;
    const turn = place.state === "admitted" && place.device === "asked";
    const rest = turn ? 0 : Math.max(500, place.poll_after_ms);
    if (rest || failures) await wait(failures === 0 ? rest : Math.max(rest, backoff(failures)), signal);
    try {
      place = await look(place.place_token, signal, turn);
      failures = 0;
      if (place.device !== "asked") elsewhere = place.device === "other";
      if (elsewhere || (turn && place.device === "asked")) place = { ...place, device: "other" };
    } catch (error) {
      if (signal.aborted) return;
      const problem = asProblem(error);
      if (problem.status === 404) {
        show({ place: { ...place, state: "expired" }, problem: null, shaky: false });
        return;
      }
      if (problem.status === 401) {
        show({ place: null, problem, shaky: false });
        return;
      }
      failures++;
      show({ place, problem: null, shaky: true });
      if (problem.retryAfterMs) await wait(problem.retryAfterMs, signal);
    }
  }
}

export function usePlace(schedule: string): PlaceState & { rejoin(): void } {
  const [state, setState] = useState<PlaceState>({ place: null, problem: null, shaky: false });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setState({ place: null, problem: null, shaky: false });
    watchPlace({
      signal: stop.signal,
      join: (signal) => enter(schedule, signal),
      look: getPlace,
      wait: pause,
      show: setState,
    }).catch(() => undefined);
    return () => stop.abort();
  }, [schedule, round]);
  return { ...state, rejoin: () => setRound((n) => n + 1) };
}
