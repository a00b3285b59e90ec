/* The first sale again, while the server is killed every second: what was acknowledged is there, nothing is sold twice. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { acknowledged, assert_kept, gather, rush } from '../lib/crowd.mjs';
import { buyer_count, seat_count, stadium_sale } from '../lib/stadium.mjs';

const kills = 30;
const serve_within_ms = process.env.TAKENSEAT_WATCHED ? 20000 : 1000;         /* a program that is being watched has its own pace */

let world, sale;

before(async () => {
  ({ world, sale } = await stadium_sale({ admit_per_minute: 3000, active_limit: 200 }));
  await gather(world, sale, buyer_count);
});
after(() => world.close());

async function kill_every_second() {
  const restarts = [];
  const killed_at = [];
  for (let i = 0; i < kills; i++) {
    const next = performance.now() + 1000;
    killed_at.push(Date.now());
    await world.server.kill9();
    restarts.push(await world.server.restart());
    await sleep(Math.max(0, next - performance.now()));
  }
  return { restarts: restarts.sort((a, b) => a - b), killed_at };
}

/* Between how many of the kills something was acknowledged: a sale that is over cannot lose anything. */
async function busy_lives(killed_at) {
  const times = (await acknowledged(world)).map((ack) => ack.at_ms);
  return killed_at.slice(0, -1).filter((at, i) => times.some((time) => time >= at && time < killed_at[i + 1])).length;
}

test(`${kills} kills in ${kills} seconds under ${buyer_count} buyers`, async (t) => {
  const rushing = rush(world, sale, buyer_count, ['--arrive-seconds', '25', '--think-ms', '500', '--tries', '200', '--survive-restarts',
    '--retry-share', '0.02', '--leave-share', '0.1', '--payment-mix', 'sandbox-ok=90,sandbox-decline=5,sandbox-timeout=5', '--max-seconds', '45']);
  await sleep(1000);
  const { restarts, killed_at } = await kill_every_second();
  const { told, summary } = await rushing;
  t.diagnostic(`${kills} restarts: ${restarts[kills >> 1].toFixed(0)} ms in the middle, ${restarts.at(-1).toFixed(0)} ms at most`);
  t.diagnostic(`${summary.seats_sold} of ${summary.seats_for_sale} seats sold in ${summary.seconds.toFixed(1)} s, ${summary.paid_bookings} bookings`);
  for (const promise of ['oversold', 'disagreed', 'wrong_seats', 'map_changed']) assert.equal(summary[promise], 0, `${promise}: ${told}`);
  assert.ok(restarts.at(-1) < serve_within_ms, `a restart took ${restarts.at(-1)} ms`);

  const busy = await busy_lives(killed_at);
  t.diagnostic(`something was acknowledged between ${busy} of ${kills - 1} pairs of kills`);
  assert.ok(busy > kills / 2);

  const found = await assert_kept(world, sale);
  t.diagnostic(`acknowledged and found: ${JSON.stringify(found)}`);
  for (const kind of ['place', 'hold', 'booking', 'payment', 'release']) assert.ok(found[kind] > 0, `no ${kind} was acknowledged: the test was too quiet`);
  assert.ok(found.seats_acknowledged <= found.seats_sold && found.seats_sold <= seat_count);
});
