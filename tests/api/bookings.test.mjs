/* Bookings: made of a hold, listed, ended. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { FREE, SOLD, World, minute } from '../lib/world.mjs';

let world, sale;

before(async () => {
  world = await World.open();
  sale = await world.sale({ hall: { rows: 20, seats: 10 }, limit: 10 });
});
after(() => world.close());

let next_row = 0;
const own_row = () => sale.guids.slice(10 * next_row, 10 * ++next_row);
const list = async (as, query = '') => ok(await world.api('GET', `/api/v1/bookings${query}`, undefined, { as }));

test('a booking has what its hold had, and a code for people', async () => {
  const ann = await world.user();
  const hold = ok(await world.hold(ann, sale, own_row().slice(0, 3)), 201);
  const booking = ok(await world.book(ann, hold), 201);
  assert.equal(booking.status, 'pending');
  assert.match(booking.code, /^[0-9A-Z-]{8,16}$/);
  assert.deepEqual(booking.seats.map((seat) => seat.guid), hold.seats.map((seat) => seat.guid));
  assert.deepEqual(booking.total, hold.total);
  assert.deepEqual(booking.due, hold.total);
  assert.deepEqual(booking.discount, { amount: 0, currency: 'KRW' });
  assert.equal(booking.mileage_used, 0);
  assert.equal(booking.payment, null);
  assert.equal(booking.title, sale.performance.title);
  assert.equal(booking.expires_at, hold.expires_at);
  assert.equal(ok(await world.api('GET', `/api/v1/holds/${hold.id}`, undefined, { as: ann })).status, 'booked');
  assert.deepEqual(await world.booking(ann, booking.id), booking);
});

test('the same hold again is the same booking', async () => {
  const ann = await world.user();
  const hold = ok(await world.hold(ann, sale, own_row().slice(0, 1)), 201);
  const answers = await Promise.all(Array.from({ length: 8 }, () => world.book(ann, hold)));
  assert.equal(new Set(answers.map((answer) => ok(answer, 201).id)).size, 1);
  assert.equal((await list(ann)).items.length, 1);
});

test('a key makes one booking of one hold', async () => {
  const ann = await world.user();
  const row = own_row();
  const holds = [ok(await world.hold(ann, sale, [row[0]]), 201), ok(await world.hold(ann, sale, [row[2]]), 201)];
  const first = await world.book(ann, holds[0], { key: 'k1' });
  ok(first, 201);
  assert.deepEqual((await world.book(ann, holds[0], { key: 'k1' })).bytes, first.bytes);
  refused(await world.book(ann, holds[1], { key: 'k1' }), 422, 'idempotency_mismatch');
});

test('to release the hold of a booking that is not paid cancels it', async () => {
  const ann = await world.user();
  const way = await world.checkout(ann, sale, own_row().slice(0, 1));
  ok(await world.api('DELETE', `/api/v1/holds/${way.hold.id}`, undefined, { as: ann }), 204);
  assert.equal((await world.booking(ann, way.booking.id)).status, 'cancelled');
  assert.equal((await world.seats(sale))[sale.guids.indexOf(way.hold.seats[0].guid)], FREE);
  refused(await world.pay(ann, way.booking), 409, 'not_payable');
  refused(await world.confirm(ann, way.payment), 409, 'not_payable');
});

test('the hold of a booking that is paid is not released', async () => {
  const ann = await world.user();
  const { hold, booking } = await world.buy(ann, sale, own_row().slice(0, 1));
  refused(await world.api('DELETE', `/api/v1/holds/${hold.id}`, undefined, { as: ann }), 409, 'already_booked');
  assert.equal((await world.booking(ann, booking.id)).status, 'confirmed');
});

test('a booking that is not paid ends with its hold, and its seats are free', async () => {
  const ann = await world.user();
  const way = await world.checkout(ann, sale, own_row().slice(0, 2));
  await world.advance(8 * minute);
  assert.equal((await world.booking(ann, way.booking.id)).status, 'expired');
  const states = await world.seats(sale);
  for (const seat of way.hold.seats) assert.equal(states[sale.guids.indexOf(seat.guid)], FREE);
});

test('what costs nothing is confirmed at once', async () => {
  const hall = await world.hall({ rows: 3, seats: 4 });
  const free = await world.sale({ hall, prices: Object.fromEntries(hall.categories.map(({ name }) => [name, { amount: 0, currency: 'KRW' }])) });
  const ann = await world.user();
  const hold = ok(await world.hold(ann, free, free.guids.slice(0, 2)), 201);
  const booking = ok(await world.book(ann, hold), 201);
  assert.equal(booking.status, 'confirmed');
  refused(await world.pay(ann, booking), 409, 'not_payable');
  assert.equal(ok(await world.api('GET', `/api/v1/bookings/${booking.id}/tickets`, undefined, { as: ann })).items.length, 2);
  assert.equal((await world.seats(free))[0], SOLD);
});

test('own bookings are listed, newest first, page by page', async () => {
  const ann = await world.user();
  assert.deepEqual(await list(ann), { items: [], next: null });
  const made = [];
  for (const guid of own_row().slice(0, 5)) made.unshift(ok(await world.book(ann, ok(await world.hold(ann, sale, [guid]), 201)), 201).id);
  const seen = [];
  for (let query = '?limit=2'; query;) {
    const page = await list(ann, query);
    assert.ok(page.items.length <= 2);
    seen.push(...page.items.map((booking) => booking.id));
    query = page.next && `?limit=2&cursor=${page.next}`;
  }
  assert.deepEqual(seen, made);
});

test("somebody else's booking is not there", async () => {
  const [ann, bob] = [await world.user(), await world.user()];
  const { booking } = await world.buy(ann, sale, own_row().slice(0, 1));
  for (const path of [`/api/v1/bookings/${booking.id}`, `/api/v1/bookings/${booking.id}/tickets`])
    refused(await world.api('GET', path, undefined, { as: bob }), 404, 'not_found');
  assert.deepEqual((await list(bob)).items, []);
});

test('a booking and its tickets survive a kill', async () => {
  const ann = await world.user();
  const bought = await world.buy(ann, sale, own_row().slice(0, 2));
  await world.crash();
  assert.deepEqual(await world.booking(ann, bought.booking.id), bought.booking);
  assert.deepEqual(ok(await world.api('GET', `/api/v1/bookings/${bought.booking.id}/tickets`, undefined, { as: ann })).items, bought.tickets);
});
