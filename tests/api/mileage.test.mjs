/* Mileage: given and taken by staff with a reason, earned on what was paid, expired by the clock. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, day } from '../lib/world.mjs';

let world, manager;

before(async () => {
  world = await World.open({ settings: { 'mileage.keep_days': 30 } });
  manager = await world.user(['MANAGER']);
});
after(() => world.close());

const adjust = (user, delta, reason = 'sorry for the wait', options = {}) =>
  world.api('POST', `/api/v1/users/${user.id}/mileage`, { delta, reason }, { as: manager, ...options });
const shown = async (as) => ok(await world.api('GET', '/api/v1/mileage', undefined, { as }));
const balance = async (as) => (await shown(as)).balance;
const history = async (as, query = '') => ok(await world.api('GET', `/api/v1/mileage/history${query}`, undefined, { as }));

test('staff gives and takes, and everybody sees why', async () => {
  const ann = await world.user();
  assert.deepEqual(await shown(ann), { balance: 0, owed: 0, next_expiry_amount: null, next_expiry_at: null });
  assert.deepEqual(await history(ann), { items: [], next: null });
  const given = ok(await adjust(ann, 500), 201);
  assert.deepEqual([given.delta, given.balance_after, given.reason, given.source], [500, 500, 'sorry for the wait', 'staff']);
  ok(await adjust(ann, -200, 'a mistake'), 201);
  assert.equal(await balance(ann), 300);
  const { items, next } = await history(ann);
  assert.deepEqual(items.map(({ delta, balance_after, reason }) => [delta, balance_after, reason]),
    [[-200, 300, 'a mistake'], [500, 500, 'sorry for the wait']]);
  assert.equal(next, null);
});

test('a balance is never below zero', async () => {
  const ann = await world.user();
  ok(await adjust(ann, 100), 201);
  refused(await adjust(ann, -101), 409, 'mileage_short');
  assert.equal(await balance(ann), 100);
  const many = await Promise.all(Array.from({ length: 30 }, () => adjust(ann, -10)));
  assert.equal(many.filter((answer) => answer.status === 201).length, 10);
  assert.equal(await balance(ann), 0);
});

test('nonsense is refused by the name of the field', async () => {
  const ann = await world.user();
  const fields = (answer) => refused(answer, 400, 'invalid').errors.map((error) => error.field);
  assert.deepEqual(fields(await adjust(ann, 0)), ['delta']);
  assert.deepEqual(fields(await adjust(ann, 1.5)), ['delta']);
  assert.deepEqual(fields(await adjust(ann, 10 ** 12)), ['delta']);
  assert.deepEqual(fields(await adjust(ann, 5, '   ')), ['reason']);
  assert.deepEqual(fields(await world.api('POST', `/api/v1/users/${ann.id}/mileage`, { delta: 5, reason: 'x', balance: 9 }, { as: manager })), ['balance']);
  refused(await adjust({ id: '0000000000000' }, 5), 404, 'not_found');
  refused(await adjust(ann, 5, 'for me', { as: ann }), 403, 'forbidden');
  assert.equal(await balance(ann), 0);
});

test('a request that is sent again with its key has its effect once', async () => {
  const ann = await world.user();
  for (let i = 0; i < 3; i++) ok(await adjust(ann, 50, 'once', { key: 'adjust-once' }), 201);
  assert.equal(await balance(ann), 50);
});

test('pages of the history', async () => {
  const ann = await world.user();
  for (let i = 1; i <= 5; i++) ok(await adjust(ann, i), 201);
  const seen = [];
  for (let query = '?limit=2', page; query; query = page.next && `?limit=2&cursor=${page.next}`) {
    page = await history(ann, query);
    seen.push(...page.items.map((item) => item.delta));
  }
  assert.deepEqual(seen, [5, 4, 3, 2, 1]);
});

/* What was said is heard when the clock is asked to move, even by nothing. */
const heard = () => world.advance(0);
const cancel = (as, booking) => world.api('POST', `/api/v1/bookings/${booking.id}/cancel`, {}, { as });

test('a purchase earns on what is paid in money, a cancellation takes it back', async () => {
  const sale = await world.sale({ hall: { rows: 3, seats: 20 } });
  const ann = await world.user();
  const { booking } = await world.buy(ann, sale, sale.guids.slice(0, 2));
  await heard();
  const earned = Math.floor(booking.due.amount / 100);
  assert.equal(await balance(ann), earned);
  const [entry] = (await history(ann)).items;
  assert.deepEqual([entry.delta, entry.reason, entry.source, entry.booking_id], [earned, 'earned', 'booking', booking.id]);

  const hold = ok(await world.hold(ann, sale, sale.guids.slice(2, 3)), 201);
  const second = ok(await world.book(ann, hold, { mileage: earned }), 201);
  assert.equal(second.mileage_used, earned);
  assert.equal(await balance(ann), 0);
  const payment = ok(await world.pay(ann, second), 201);
  ok(await world.confirm(ann, payment));
  await heard();
  const later = Math.floor(second.due.amount / 100);
  assert.equal(await balance(ann), later);

  ok(await cancel(ann, booking));
  await heard();
  assert.deepEqual((({ balance: b, owed }) => [b, owed])(await shown(ann)), [0, earned - later], 'what was spent already is owed');
  ok(await cancel(ann, second));
  await heard();
  assert.deepEqual((({ balance: b, owed }) => [b, owed])(await shown(ann)), [0, 0], 'what comes back pays it');
});

test('it expires to the day, what is oldest first', async () => {
  const ann = await world.user();
  ok(await adjust(ann, 100), 201);
  await world.advance(10 * day);
  ok(await adjust(ann, 50), 201);
  ok(await adjust(ann, -30), 201);
  const { next_expiry_amount, next_expiry_at } = await shown(ann);
  assert.equal(next_expiry_amount, 70);
  assert.equal(next_expiry_at, world.time(20 * day).replace('.000', ''));
  await world.advance(20 * day - 1);
  assert.equal(await balance(ann), 120);
  await world.advance(1);
  assert.equal(await balance(ann), 50);
  const { items } = await history(ann, '?limit=1');
  assert.deepEqual([items[0].delta, items[0].reason, items[0].source], [-70, 'expired', 'expiry']);
  await world.advance(10 * day);
  assert.equal(await balance(ann), 0);
});

test('after kill -9 it is what it was', async () => {
  const ann = await world.user();
  ok(await adjust(ann, 77), 201);
  await world.crash();
  assert.equal(await balance(ann), 77);
  ok(await adjust(ann, -77), 201);
  refused(await adjust(ann, -1), 409, 'mileage_short');
});
