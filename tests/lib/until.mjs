/* Waiting for what comes about by itself. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/* Asks until there is something, and gives it. */
export async function until(what, found, seconds = 30) {
  for (const end = performance.now() + seconds * 1000; ; await sleep(20)) {
    const it = await found();
    if (it) return it;
    assert.ok(performance.now() < end, `not within ${seconds} s: ${what}`);
  }
}
