/* Server-Sent Events: whoever listens knows what availability says. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Events } from '../lib/events.mjs';
import { ok, refused } from '../lib/server.mjs';
import { FREE, HELD, SOLD, World, minute } from '../lib/world.mjs';

const tick_ms = 250;                         /* so often a stream tells what has changed */
let world, sale;
const open = [];

before(async () => {
  world = await World.open();
  sale = await world.sale({ hall: { rows: 6, seats: 20 }, limit: 10 });
});
after(() => {
  for (const events of open) events.close();
  return world.close();
});

async function listen(of = sale) {
  const events = await Events.open(world.server, `/api/v1/schedules/${of.id}/stream`);
  open.push(events);
  assert.equal(events.status, 200);
  assert.match(events.headers['content-type'], /^text\/event-stream/);
  return events;
}

/* Applies deltas until the version is that of `seats`. */
async function follow(events, known, seats) {
  while (known.version < seats.version) {
    const { data, id } = await events.next('availability');
    assert.equal(data.from, known.version);
    assert.equal(Number(id), data.version);
    for (const [seat, state] of data.changes) known[seat] = state;
    known.version = data.version;
  }
  assert.deepEqual([...known], [...seats]);
}

test('the deltas make of the first availability every later one', async () => {
  const events = await listen();
  const first = (await events.next('availability')).data;
  assert.equal(first.from, first.version);
  assert.deepEqual(first.changes, []);
  const known = await world.seats(sale);
  assert.equal(known.version, first.version);

  const [ann, bob] = [await world.user(), await world.user()];
  const hold = ok(await world.hold(ann, sale, sale.guids.slice(0, 3)), 201);
  await follow(events, known, await world.seats(sale));
  assert.deepEqual(known.slice(0, 4), [HELD, HELD, HELD, FREE]);

  await world.buy(bob, sale, sale.guids.slice(20, 22));
  ok(await world.api('DELETE', `/api/v1/holds/${hold.id}`, undefined, { as: ann }), 204);
  await follow(events, known, await world.seats(sale));
  assert.deepEqual([known[0], known[20]], [FREE, SOLD]);

  ok(await world.hold(ann, sale, sale.guids.slice(40, 42)), 201);
  await world.advance(8 * minute);
  await follow(events, known, await world.seats(sale));
  assert.equal(known[40], FREE);
});

test('many changes come together', async () => {
  const events = await listen();
  const known = await world.seats(sale);
  await events.next('availability');
  const people = await world.crowd(8), begun = performance.now();
  await Promise.all(people.map((person, i) => world.hold(person, sale, [sale.guids[60 + 2 * i], sale.guids[61 + 2 * i]])));
  const ticks = Math.floor((performance.now() - begun) / tick_ms) + 2;         /* the one after the last change among them */
  const seats = await world.seats(sale);
  let messages = 0;
  const count = { next: (kind) => { messages++; return events.next(kind); } };
  await follow(count, known, seats);
  assert.ok(messages <= ticks, `16 changes came in ${messages} messages, at most ${ticks} may`);
});

test('twenty listeners hear the same', async () => {
  const house = await world.sale({ hall: { rows: 3, seats: 10 } });
  const all = await Promise.all(Array.from({ length: 20 }, () => listen(house)));
  const first = await Promise.all(all.map((events) => events.next('availability')));
  ok(await world.hold(await world.user(), house, house.guids.slice(0, 2)), 201);
  const later = await Promise.all(all.map((events) => events.next('availability')));
  for (const { data } of later) assert.deepEqual(data, later[0].data);
  assert.equal(later[0].data.from, first[0].data.version);
  assert.equal((await world.server.metrics()).takenseat_http_streams_open >= 20, true);
});

test('the waiting room tells how far it is', async () => {
  const room = await world.sale();
  const settings = { mode: 'fifo', admit_per_minute: 60, active_limit: 10, pass_seconds: 60, paused: true, message: 'Soon' };
  ok(await world.api('PUT', `/api/v1/schedules/${room.id}/queue/settings`, settings, { as: world.admin }));
  const events = await listen(room);
  for (const person of await world.crowd(3)) ok(await world.api('POST', `/api/v1/schedules/${room.id}/queue`, undefined, { as: person }), 201);
  let told;
  do told = (await events.next('queue')).data; while (told.waiting !== 3);
  assert.deepEqual([told.paused, told.message, told.serving], [true, 'Soon', 0]);
});

test('there is no stream of an unknown schedule', async () =>
  refused(await world.api('GET', `/api/v1/schedules/${sale.hall.id}/stream`), 404, 'not_found'));

test('a stopping server ends its streams', async () => {
  const house = await world.sale();
  const events = await listen(house);
  await events.next('availability');
  const ended = events.next('no such event');
  await Promise.all([assert.rejects(ended, /the stream has ended/), world.server.terminate()]);
  await world.server.restart();
});
