/* An organizer who cannot leave it alone: while people buy, prices, limit, house seats and the plan change again and again, the program is killed, and in
 * the end the evening is cancelled. Nobody may lose a seat, be asked for another price than he was told, or go without his money. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { plan_of } from '../lib/plan.mjs';
import { ok } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';
import { BLOCKED, FREE, HELD, SOLD, World, day } from '../lib/world.mjs';

const people_count = 24;
const seconds = 6;

let world, producer, people, sale;
const bought = [];                           /* { as, booking, payment, seats } */
const told = { holds: 0, refused: {}, edits: {} };

before(async () => {
  world = await World.open({ clock: false });
  producer = await world.user(['PRODUCER']);
  people = await world.crowd(people_count);
  sale = await world.sale({ as: producer, hall: { rows: 12, seats: 30 }, limit: 1000 });
});
after(() => world.close());

const any = (list) => list[Math.floor(Math.random() * list.length)];
const path = (rest = '') => `/api/v1/schedules/${sale.id}${rest}`;
const count = (into, name) => { into[name] = (into[name] ?? 0) + 1; };

/* The map and the states of its seats, of one moment: read again when the plan has changed in between. */
async function look() {
  for (;;) {
    const map = (await world.api('GET', path('/map'), undefined, { headers: { 'cache-control': 'no-cache' } })).json;
    const guids = map.sections.flatMap((section) => section.rows.flatMap((row) => row.guids));
    const { seats } = ok(await world.api('GET', path('/availability')));
    const bytes = Buffer.from(seats, 'base64');
    if (bytes.length !== Math.ceil(guids.length / 4)) continue;
    return Object.fromEntries(guids.map((guid, i) => [guid, (bytes[i >> 2] >> (2 * (i & 3))) & 3]));
  }
}

let going = true;
async function buyer(as) {
  while (going) {
    const free = Object.entries(await look()).filter(([, state]) => state === FREE).map(([guid]) => guid);
    const wish = Math.random() < 0.5 && free.length ? { seats: [any(free)] } : { best: { count: 2, grade: any(['VIP', 'R', 'S']) } };
    const held = await world.hold(as, sale, wish);
    if (held.status !== 201) {
      count(told.refused, held.json.code);
      continue;
    }
    told.holds++;
    const hold = held.json;
    if (Math.random() < 0.5) {
      ok(await world.api('DELETE', `/api/v1/holds/${hold.id}`, undefined, { as }), 204);
      continue;
    }
    const booking = ok(await world.book(as, hold), 201);
    assert.deepEqual(booking.total, hold.total, 'the price of a hold stays');
    assert.equal(hold.total.amount, hold.seats.reduce((sum, seat) => sum + seat.price.amount, 0));
    const payment = ok(await world.pay(as, booking), 201);
    assert.equal(ok(await world.confirm(as, payment)).status, 'paid');
    bought.push({ as, booking, payment, seats: hold.seats.map((seat) => seat.guid) });
  }
}

const edits = {
  price: () => world.api('PATCH', path(), { prices: { [any(['VIP', 'R', 'S'])]: { amount: 1000 * Math.ceil(Math.random() * 90), currency: 'KRW' } } }, { as: producer }),
  limit: () => world.api('PATCH', path(), { max_tickets_per_user: any([1, 20, 1000]) }, { as: producer }),
  times: () => world.api('PATCH', path(), { ends_at: world.time(21 * day + Math.ceil(Math.random() * 10) * 60000) }, { as: producer }),
  house: async () => {
    const seats = Object.keys(await look());
    return world.api('PUT', path('/house_seats'), { holds: [{ reason: 'Press', release_at: world.time(1500), seats: [any(seats)] }] }, { as: producer });
  },
  plan: () => {
    const plan = plan_of({ rows: 12 + Math.floor(Math.random() * 3), seats: 29 + Math.floor(Math.random() * 4) });
    return world.api('PUT', path('/plan'), { plan }, { as: producer });
  },
};

/* Each edit in turn, for so long, and until each has been done. */
async function organizer(end) {
  const names = Object.keys(edits);
  for (let i = 0; Date.now() < end || !names.every((name) => told.edits[`${name} 200`]); i++) {
    const name = names[i % names.length];
    const answer = await edits[name]();
    assert.ok(answer.status === 200 || ['seats_in_use', 'too_many_plans'].includes(answer.json.code), `${name}: ${answer.text}`);
    count(told.edits, `${name} ${answer.status}`);
  }
}

async function nobody_lost_a_seat() {
  const states = await look();
  for (const { as, booking, seats } of bought) {
    const now = await world.booking(as, booking.id);
    assert.equal(now.status, 'confirmed');
    assert.deepEqual(now.seats.map((seat) => seat.guid), seats);
    for (const guid of seats) assert.equal(states[guid], SOLD, guid);
  }
  assert.equal(Object.values(states).filter((state) => state === SOLD).length, bought.reduce((n, { seats }) => n + seats.length, 0));
  return states;
}

test(`${people_count} people buy for ${seconds} s while everything is edited`, { timeout: 120000 }, async (t) => {
  const buying = people.map(buyer);
  await organizer(Date.now() + seconds * 1000).finally(() => { going = false; });
  await Promise.all(buying);
  t.diagnostic(JSON.stringify({ ...told, bought: bought.length }));
  assert.ok(bought.length > 5, `${bought.length} bookings`);
  await nobody_lost_a_seat();
});

test('memory and database are equal after a crash', async () => {
  const { remaining } = ok(await world.api('GET', path()));
  const earlier = await look();
  await world.crash();
  const later = await nobody_lost_a_seat();
  for (const [guid, state] of Object.entries(earlier))
    if (state !== later[guid]) assert.ok([HELD, BLOCKED].includes(state) && later[guid] === FREE, `${guid}: ${state}, then ${later[guid]}`);   /* by the clock */
  const again = ok(await world.api('GET', path())).remaining;
  assert.deepEqual(again.map(({ grade, price }) => [grade, price]), remaining.map(({ grade, price }) => [grade, price]));
  await world.server.audit();
});

test('the evening is cancelled: all the money goes back', async () => {
  assert.equal(ok(await world.api('POST', path('/cancel'), { reason: 'Power cut' }, { as: producer })).status, 'cancelled');
  for (const { as, booking } of bought)
    await until('everybody has the money back', async () => (await world.booking(as, booking.id)).status === 'refunded', 60);
  assert.ok(!Object.values(await look()).some((state) => state === SOLD || state === HELD));
});
