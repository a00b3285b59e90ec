/* A house of 50,000 seats costs little: to make, to ask for, to keep. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { plan_of } from '../lib/plan.mjs';
import { ok } from '../lib/server.mjs';
import { World } from '../lib/world.mjs';

const rows = 250, seats_a_row = 200;
const create_within_ms = 1000;
const read_within_ms = 1;
const resident_within_mib = 80;

let world, hall, show, sale;

before(async () => {
  world = await World.open({ clock: false });
  hall = await world.hall({ plan: plan_of({ rows, seats: seats_a_row }) });
  show = await world.performance({ max_tickets_per_user: 10 });
  assert.equal(hall.seat_count, 50000);
});
after(() => world.close());

const mib = (bytes) => bytes / 1048576;

/* The most the process has ever held, as the kernel counts it. */
async function peak_mib() {
  const status = await readFile(`/proc/${world.server.child.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)[1]) / 1024;
}

test('a schedule is made within a second', async (t) => {
  const begun = performance.now();
  sale = await world.schedule(show, hall);
  const ms = performance.now() - begun;
  t.diagnostic(`made in ${ms.toFixed(1)} ms`);
  assert.ok(ms < create_within_ms, `${ms} ms`);
});

/* The mean time in the server of n requests, by its own histogram; the two reads of /metrics are among them and only make it longer. */
async function server_ms(n, path) {
  const [sum, count] = ['takenseat_http_seconds_sum', 'takenseat_http_seconds_count'];
  const earlier = await world.server.metrics();
  for (let i = 0; i < n; i++) assert.equal((await world.server.send('GET', path)).status, 200);
  const later = await world.server.metrics();
  return ((later[sum] - earlier[sum]) / (later[count] - earlier[count])) * 1000;
}

test('availability is read within a millisecond', async (t) => {
  const path = `/api/v1/schedules/${sale.id}/availability`;
  assert.equal(Buffer.from(ok(await world.api('GET', path)).seats, 'base64').length, 12500);
  const quiet = await server_ms(1000, path);
  t.diagnostic(`${quiet.toFixed(3)} ms in the server`);
  assert.ok(quiet < read_within_ms, `${quiet} ms`);
});

test('a hold and the best seats are found quickly', async (t) => {
  for (const [name, wish] of [['by name', (i) => ['1-', '2-', '3-'].map((row) => `${row}${i + 1}`)], ['best', () => ({ best: { count: 4, grade: 'R' } })]]) {
    const people = await world.crowd(20);
    const times = [];
    for (const [i, person] of people.entries()) {
      const answer = await world.hold(person, sale, wish(i));
      ok(answer, 201);
      times.push(answer.ms);
    }
    times.sort((a, b) => a - b);
    t.diagnostic(`${name}: ${times[10].toFixed(1)} ms in the middle, ${times.at(-1).toFixed(1)} ms at most, as the client sees it`);
    assert.ok(times[10] < 100);
  }
});

test('the map is made once and known afterwards', async (t) => {
  const path = `/api/v1/schedules/${sale.id}/map`;
  const first = await world.server.send('GET', path, undefined, { 'accept-encoding': 'gzip' });
  const again = await world.server.send('GET', path, undefined, { 'accept-encoding': 'gzip' });
  t.diagnostic(`${(first.bytes.length / 1024).toFixed(0)} KiB compressed; first in ${first.ms.toFixed(0)} ms, again in ${again.ms.toFixed(1)} ms`);
  assert.deepEqual(again.bytes, first.bytes);
  assert.ok(again.ms < first.ms);
});

test('the whole server stays small', async (t) => {
  const fresh = mib((await world.server.metrics()).process_resident_memory_bytes);
  const peak = await peak_mib();
  await world.server.terminate();
  await world.server.restart();
  ok(await world.api('GET', `/api/v1/schedules/${sale.id}/availability`));
  const restarted = mib((await world.server.metrics()).process_resident_memory_bytes);
  t.diagnostic(`${fresh.toFixed(1)} MiB resident with the schedule made and its map in the cache, ${peak.toFixed(1)} MiB at the most while the plan was read, ` +
    `${restarted.toFixed(1)} MiB after a restart`);
  assert.ok(fresh < resident_within_mib && restarted < resident_within_mib, `${fresh} MiB, ${restarted} MiB after a restart`);
});
