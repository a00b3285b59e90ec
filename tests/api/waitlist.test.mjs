/* The waiting list: seats given up in a sold-out grade go to those who wait, in order, before anybody else sees them. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { FREE, HELD, World, minute } from '../lib/world.mjs';

const seats = 6;               /* of the grade VIP: the first row */
let world, sale, owner, hold;

before(async () => {
  world = await World.open();
});
after(() => world.close());

/* A sale whose VIP seats are held by one person, three in each of two holds. */
beforeEach(async () => {
  sale = await world.sale({ hall: { rows: 3, seats }, limit: seats });
  owner = await world.user();
  hold = [ok(await world.hold(owner, sale, sale.guids.slice(0, 3)), 201), ok(await world.hold(owner, sale, sale.guids.slice(3, 6)), 201)];
});

const join = (as, count = 1, grade = 'VIP') => world.api('POST', `/api/v1/schedules/${sale.id}/waitlist`, { grade, count }, { as });
const mine = async (as) => ok(await world.api('GET', '/api/v1/waitlist/mine', undefined, { as })).items;
const accept = (as, id) => world.api('POST', `/api/v1/waitlist/${id}/accept`, undefined, { as });
const leave = async (as, id) => ok(await world.api('DELETE', `/api/v1/waitlist/${id}`, undefined, { as }), 204);
const release = async (n) => {
  ok(await world.api('DELETE', `/api/v1/holds/${hold[n].id}`, undefined, { as: owner }), 204);
  await world.advance(0);
};
const vip = async () => (await world.seats(sale)).slice(0, seats);
const free = async () => (await vip()).filter((state) => state === FREE).length;
const line = async (...counts) => {
  const people = await world.crowd(counts.length);
  for (const [i, count] of counts.entries()) people[i].entry = ok(await join(people[i], count), 201);
  return people;
};
const states = async (people) => Promise.all(people.map(async (as) => (await mine(as))[0].status));

test('one waits for what is sold out, once, and for no more than one may have', async () => {
  const ann = await world.user();
  refused(await join(ann, 1, 'R'), 409, 'not_sold_out');
  refused(await join(ann, 1, 'X'), 400, 'invalid');
  refused(await join(ann, seats + 1), 409, 'limit_reached');
  refused(await join({}, 1), 401, 'unauthenticated');
  const entry = ok(await join(ann, 2), 201);
  assert.deepEqual([entry.status, entry.ahead, entry.offer, entry.hold_id], ['waiting', 0, null, null]);
  refused(await join(ann, 1), 409, 'already_waiting');
  refused(await accept(ann, entry.id), 409, 'no_offer');
  assert.equal(ok(await join(await world.user()), 201).ahead, 1);
});

test('in the order of joining, whoever fits; the rest goes to the floor', async () => {
  const people = await line(2, 4, 1, 1);
  await release(0);
  assert.deepEqual(await states(people), ['offered', 'waiting', 'offered', 'waiting']);
  const [{ offer }] = await mine(people[0]);
  const at = offer.seats.map((seat) => sale.guids.indexOf(seat.guid)).sort();
  assert.equal(at[1], at[0] + 1, 'side by side');
  assert.deepEqual(offer.total, { amount: 60000, currency: 'KRW' });
  assert.equal(await free(), 0);
  await release(1);
  assert.deepEqual(await states(people), ['offered', 'waiting', 'offered', 'offered']);
  assert.equal(await free(), 2);                 /* too few for the one who wants four */
  await leave(people[0], people[0].entry.id);
  await world.advance(0);
  assert.deepEqual(await states(people), ['left', 'offered', 'offered', 'offered']);
  assert.equal(await free(), 0);
});

test('an accepted offer is a hold like any other', async () => {
  const [ann] = await line(2);
  await release(0);
  await world.advance(20 * minute);
  const held = ok(await accept(ann, ann.entry.id));
  assert.equal(held.status, 'active');
  assert.equal(Date.parse(held.expires_at) - world.now, 8 * minute);
  assert.equal(ok(await accept(ann, ann.entry.id)).id, held.id);
  assert.deepEqual([(await mine(ann))[0].status, (await mine(ann))[0].hold_id], ['accepted', held.id]);
  const booking = ok(await world.book(ann, held), 201);
  const payment = ok(await world.pay(ann, booking), 201);
  assert.equal(ok(await world.confirm(ann, payment)).status, 'paid');
  assert.equal((await world.booking(ann, booking.id)).status, 'confirmed');
});

test('an offer that nobody accepts goes to the next, then to the floor', async () => {
  const [ann, bob] = await line(3, 3);
  await release(0);
  assert.deepEqual(await states([ann, bob]), ['offered', 'waiting']);
  refused(await accept(bob, ann.entry.id), 404, 'not_found');
  await release(1);
  await leave(bob, bob.entry.id);
  await world.advance(0);
  assert.equal(await free(), 3);
  ok(await join(bob, 4), 201);
  await world.advance(30 * minute);
  assert.equal((await mine(ann))[0].status, 'lapsed');
  assert.equal((await mine(bob))[0].status, 'offered');
  refused(await accept(ann, ann.entry.id), 409, 'offer_expired');
  await world.advance(30 * minute);
  assert.equal(await free(), seats);
  refused(await join(ann), 409, 'not_sold_out');
});

test('holds that run out feed the line', async () => {
  const people = await line(2, 2, 2);
  await world.advance(8 * minute + 1000);
  assert.deepEqual(await states(people), ['offered', 'offered', 'offered']);
  assert.equal(await free(), 0);
});

test('a cancelled booking feeds the line', async () => {
  const booking = ok(await world.book(owner, hold[0]), 201);
  const payment = ok(await world.pay(owner, booking), 201);
  ok(await world.confirm(owner, payment));
  const [ann, bob] = await line(2, 1);
  ok(await world.api('POST', `/api/v1/bookings/${booking.id}/cancel`, {}, { as: owner }));
  await world.advance(0);
  assert.deepEqual(await states([ann, bob]), ['offered', 'offered']);
  assert.equal(await free(), 0);
});

test('who changes seats keeps what stays; what is given up is offered', async () => {
  const [ann] = await line(2);
  const change = (wish) => world.api('PUT', `/api/v1/holds/${hold[0].id}/seats`, { seats: wish }, { as: owner });
  assert.equal(ok(await change(sale.guids.slice(0, 3))).seats.length, 3);
  assert.equal(ok(await change(sale.guids.slice(0, 2))).seats.length, 2);
  await world.advance(0);
  assert.deepEqual(await states([ann]), ['waiting']);
  assert.equal(await free(), 1);
  ok(await change([sale.guids[6]]));
  await world.advance(0);
  assert.deepEqual(await states([ann]), ['offered']);
  assert.equal(await free(), 1);
  for (const { guid } of (await mine(ann))[0].offer.seats) refused(await change([guid]), 409, 'seat_taken');
});

test('a cancelled schedule offers nothing more', async () => {
  const [ann, bob] = await line(3, 3);
  await release(0);
  ok(await world.api('POST', `/api/v1/schedules/${sale.id}/cancel`, { reason: 'The singer is ill.' }, { as: world.admin }));
  await world.advance(minute);
  assert.deepEqual(await states([ann, bob]), ['lapsed', 'closed']);
  refused(await accept(ann, ann.entry.id), 409, 'offer_expired');
  refused(await join(await world.user()), 409, 'not_on_sale');
});

test('nobody on the floor comes before those who wait', async () => {
  const [ann] = await line(3);
  const rivals = await world.crowd(20);
  const tries = rivals.map((as) => world.hold(as, sale, { best: { count: 1, grade: 'VIP' } }));
  tries.splice(10, 0, world.api('DELETE', `/api/v1/holds/${hold[0].id}`, undefined, { as: owner }));
  const answers = await Promise.all(tries);
  assert.equal(answers.filter((answer) => answer.status === 201).length, 0);
  await world.advance(0);
  assert.deepEqual(await states([ann]), ['offered']);
});

test('who has found as many elsewhere is passed over, and keeps the place', async () => {
  const [ann, bob] = await line(3, 1);
  const others = ok(await world.hold(ann, sale, sale.guids.slice(6, 10)), 201);
  await release(0);
  assert.deepEqual(await states([ann, bob]), ['waiting', 'offered']);
  assert.equal(await free(), 2);
  ok(await world.api('DELETE', `/api/v1/holds/${others.id}`, undefined, { as: ann }), 204);
  await release(1);
  assert.deepEqual(await states([ann, bob]), ['offered', 'offered']);
});

test('lines and offers outlive the end of the program', async () => {
  const [ann, bob] = await line(3, 2);
  await release(0);
  await world.crash();
  assert.deepEqual(await states([ann, bob]), ['offered', 'waiting']);
  assert.deepEqual(await vip(), Array(seats).fill(HELD));
  await release(1);
  assert.deepEqual(await states([ann, bob]), ['offered', 'offered']);
  assert.equal(ok(await accept(ann, ann.entry.id)).seats.length, 3);
  assert.equal(await free(), 1);
});
