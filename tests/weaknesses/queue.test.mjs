/* Weaknesses 31 to 35: a line that loses people and protects nothing. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, minute } from '../lib/world.mjs';

let world;

before(async () => { world = await World.open(); });
after(() => world.close());

async function room(rules = {}) {
  const sale = await world.sale({ hall: { rows: 20, seats: 20 } });
  ok(await world.api('PUT', `/api/v1/schedules/${sale.id}/queue/settings`,
    { mode: 'fifo', admit_per_minute: 600, active_limit: 1000, pass_seconds: 600, paused: true, ...rules }, { as: world.admin }));
  return sale;
}
const open = (sale, rules = {}) => world.api('PUT', `/api/v1/schedules/${sale.id}/queue/settings`,
  { mode: 'fifo', admit_per_minute: 600, active_limit: 1000, pass_seconds: 600, paused: false, ...rules }, { as: world.admin });
const join = async (as, sale) => ok(await world.api('POST', `/api/v1/schedules/${sale.id}/queue`, undefined, { as }), 201);
const look = async (place) => ok(await world.api('GET', `/api/v1/queue/${place.place_token}`));

test('31: everybody in the line is let in, each once, in order, over a crash in the middle', async () => {
  const sale = await room();
  const people = await world.crowd(120);
  const places = [];
  for (const person of people) places.push(await join(person, sale));
  ok(await open(sale));
  const seen = new Set();
  for (let i = 0; i < 20 && seen.size < people.length; i++) {
    await world.advance(2000);
    if (i === 2) await world.crash();
    const states = await Promise.all(places.map(look));
    const admitted = states.map(({ state }) => state === 'admitted');
    assert.equal(admitted.lastIndexOf(true), admitted.filter(Boolean).length - 1, 'somebody was passed over');
    for (const [n, yes] of admitted.entries()) if (yes) seen.add(n);
  }
  assert.equal(seen.size, people.length);
});

test('32: without a pass nothing is sold, and a sale lets in no more than the rules say', async () => {
  const sale = await room({ active_limit: 1 });
  const [first, second] = await world.crowd(2);
  const place = await join(first, sale), behind = await join(second, sale);
  ok(await open(sale, { active_limit: 1 }));
  await world.advance(5000);
  const { pass } = await look(place);
  refused(await world.hold(second, sale, sale.guids.slice(0, 1)), 403, 'pass_required');
  refused(await world.hold(second, sale, sale.guids.slice(0, 1), { pass }), 403, 'pass_required');
  const hold = ok(await world.hold(first, sale, sale.guids.slice(0, 1), { pass }), 201);
  refused(await world.book(first, hold), 403, 'pass_required');
  ok(await world.book(first, hold, { pass }), 201);
  await world.advance(5000);
  assert.equal((await look(behind)).state, 'waiting');
});

test('33: whose turn it is chooses the seats: nothing is booked behind anybody\'s back', async () => {
  const sale = await room();
  const person = await world.user();
  const place = await join(person, sale);
  ok(await open(sale));
  await world.advance(minute);
  assert.equal((await look(place)).state, 'admitted');
  assert.deepEqual(ok(await world.api('GET', '/api/v1/bookings', undefined, { as: person })).items, []);
  assert.ok((await world.seats(sale)).every((state) => state === 0));
});

test('34: asking again keeps the place; a bad token stops nobody; who left stands at the end', async () => {
  const sale = await room();
  const [first, second, third] = await world.crowd(3);
  const place = await join(first, sale);
  await join(second, sale);
  assert.equal((await join(first, sale)).place_token, place.place_token);
  refused(await world.api('GET', '/api/v1/queue/not-a-token'), 404, 'not_found');
  refused(await world.api('DELETE', `/api/v1/queue/${place.place_token}`, undefined, { as: third }), 404, 'not_found');
  ok(await world.api('DELETE', `/api/v1/queue/${place.place_token}`, undefined, { as: first }), 204);
  const again = await join(first, sale);
  assert.ok(again.position > 1);
  ok(await open(sale));
  await world.advance(5000);
  assert.equal((await look(again)).state, 'admitted');
});

test('35: asking for one\'s place costs the database nothing', async () => {
  const sale = await room();
  const place = await join(await world.user(), sale);
  await world.advance(0);                             /* what signing up has set going is done */
  const earlier = await world.server.metrics();
  for (let i = 0; i < 300; i++) await look(place);
  const later = await world.server.metrics();
  assert.equal(later.takenseat_db_commands_total, earlier.takenseat_db_commands_total);
});
