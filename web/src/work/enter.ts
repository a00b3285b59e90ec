/* Joining a waiting room. Where it asks for work, that is done first, and may have been done long before; a place is asked for again with it. */
import { signal } from "@preact/signals";
import { getChallenge, joinQueue } from "../api/calls";
import { asProblem } from "../api/problem";
import type { JoinWork, QueuePlace } from "../api/shapes/queue";
import { serverNow } from "../app/clock";
import { solve } from "./solve";

/* What is being worked on; null: nothing. */
export const working = signal<{ schedule: string; part: number; parts: number } | null>(null);

interface Done {
  work: JoinWork | null;
  expiresAt: string | null;
}

const kept = new Map<string, Promise<Done>>();

async function work(schedule: string): Promise<Done> {
  const { challenge, bits, parts, expires_at } = await getChallenge(schedule);
  if (challenge === null) return { work: null, expiresAt: null };
  working.value = { schedule, part: 0, parts };
  try {
    const solution = await solve({ challenge, bits, parts }, (part) => (working.value = { schedule, part, parts }));
    return { work: { challenge, solution }, expiresAt: expires_at };
  } finally {
    working.value = null;
  }
}

/* Does the work once for all who ask; a failure is not kept. */
export async function prepare(schedule: string): Promise<JoinWork | null> {
  const known = await kept.get(schedule)?.catch(() => null);
  if (known?.work && known.expiresAt && Date.parse(known.expiresAt) > serverNow() + 5_000) return known.work;
  const begun = work(schedule);
  kept.set(schedule, begun);
  begun.then((done) => done.work || kept.delete(schedule), () => kept.delete(schedule));
  return (await begun).work;
}

/* So often what was done may have expired, or be too little since many have come from the same network. */
const tries = 3;

export async function enter(schedule: string, stop?: AbortSignal, code?: string): Promise<QueuePlace> {
  let done = await kept.get(schedule)?.then((known) => known.work, () => null) ?? null;
  for (let i = 0; ; i++) {
    try {
      return await joinQueue(schedule, stop, { code, work: done ?? undefined });
    } catch (error) {
      if (stop?.aborted || i === tries || !asProblem(error).code.startsWith("work_")) throw error;
      if (done) kept.delete(schedule);
      done = await prepare(schedule);
      if (!done) throw error;
    }
  }
}
