/* A hold before it is booked: prolonged, and its seats changed. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { FREE, HELD, World, day, hour, minute } from '../lib/world.mjs';

let world, sale;

before(async () => {
  world = await World.open({ settings: { 'booking.hold_extensions': 2, 'booking.hold_extension_seconds': 120 } });
  sale = await world.sale({ hall: { rows: 20, seats: 10 } });
});
after(() => world.close());

let next_row = 0;
const own_row = () => sale.guids.slice(10 * next_row, 10 * ++next_row);
const states = async (guids) => {
  const all = await world.seats(sale);
  return guids.map((guid) => all[sale.guids.indexOf(guid)]);
};
const show = async (as, hold) => ok(await world.api('GET', `/api/v1/holds/${hold.id}`, undefined, { as }));
const extend = (as, hold, options = {}) => world.api('POST', `/api/v1/holds/${hold.id}/extend`, undefined, { as, ...options });
const change = (as, hold, wish) => world.api('PUT', `/api/v1/holds/${hold.id}/seats`, Array.isArray(wish) ? { seats: wish } : wish, { as });

test('a hold is prolonged as often as the house allows, and ends then', async () => {
  const ann = await world.user();
  const [guid] = own_row();
  const hold = ok(await world.hold(ann, sale, [guid]), 201);
  const begun = world.now;
  await world.advance(6 * minute);
  assert.equal(Date.parse(ok(await extend(ann, hold)).expires_at) - begun, 10 * minute);
  await world.advance(3 * minute);
  assert.deepEqual(await states([guid]), [HELD]);
  assert.equal(Date.parse(ok(await extend(ann, hold)).expires_at) - begun, 12 * minute);
  refused(await extend(ann, hold), 409, 'not_extendable');
  assert.equal(Date.parse((await show(ann, hold)).expires_at) - begun, 12 * minute);
  await world.advance(3 * minute);
  refused(await extend(ann, hold), 409, 'hold_expired');
  assert.deepEqual(await states([guid]), [FREE]);
});

test('the same key prolongs once', async () => {
  const ann = await world.user();
  const hold = ok(await world.hold(ann, sale, own_row().slice(0, 1)), 201);
  const first = await extend(ann, hold, { key: 'longer' });
  assert.deepEqual((await extend(ann, hold, { key: 'longer' })).bytes, first.bytes);
  assert.equal((await show(ann, hold)).expires_at, ok(first).expires_at);
});

test('prolonged holds are still so after a kill, and paying has its grace behind them', async () => {
  const ann = await world.user();
  const guids = own_row().slice(0, 1);
  const begun = world.now;
  const hold = ok(await world.hold(ann, sale, guids), 201);
  ok(await extend(ann, hold));
  await world.crash();
  await world.advance(9 * minute);
  assert.deepEqual(await states(guids), [HELD]);
  const booking = ok(await world.book(ann, hold), 201);
  const payment = ok(await world.pay(ann, booking), 201);
  refused(await world.confirm(ann, payment, 'sandbox-decline'), 409, 'payment_declined');
  assert.equal(Date.parse((await world.booking(ann, booking.id)).expires_at) - begun, 11 * minute);
  refused(await extend(ann, hold), 409, 'already_booked');
});

test('seats are changed: what stays keeps its price, the time is the same', async () => {
  const ann = await world.user();
  const early = await world.sale({ hall: sale.hall, starts_at: world.time(40 * day), ends_at: world.time(40 * day + hour) });
  ok(await world.terms(early, { early_bird: [{ until: world.time(minute), percent: 50 }] }));
  const row = early.guids.slice(0, 10);
  const hold = ok(await world.hold(ann, early, row.slice(0, 2)), 201);
  await world.advance(2 * minute);
  const changed = ok(await change(ann, hold, [row[1], row[2], row[3]]));
  assert.deepEqual(changed.seats.map((seat) => [seat.guid, seat.price.amount]), [[row[1], 15000], [row[2], 30000], [row[3], 30000]]);
  assert.equal(changed.total.amount, 75000);
  assert.equal(changed.id, hold.id);
  assert.equal(changed.expires_at, hold.expires_at);
  const all = await world.seats(early);
  assert.deepEqual(row.slice(0, 5).map((guid) => all[early.guids.indexOf(guid)]), [FREE, HELD, HELD, HELD, FREE]);
  await world.crash();
  assert.deepEqual(await show(ann, hold), changed);
  assert.equal(ok(await world.book(ann, hold), 201).total.amount, 75000);
});

test('a change that cannot be is none', async () => {
  const [ann, bob] = await world.crowd(2);
  const row = own_row();
  const hold = ok(await world.hold(ann, sale, row.slice(0, 2)), 201);
  ok(await world.hold(bob, sale, [row[4]]), 201);
  refused(await change(ann, hold, [row[0], row[4]]), 409, 'seat_taken');
  refused(await change(ann, hold, row.slice(5, 10)), 409, 'limit_reached');
  refused(await change(ann, hold, ['nowhere']), 400, 'invalid');
  refused(await change(ann, hold, {}), 400, 'invalid');
  refused(await change(ann, hold, []), 400, 'invalid');
  refused(await change(bob, hold, [row[5]]), 404, 'not_found');
  assert.deepEqual(await states(row), [HELD, HELD, FREE, FREE, HELD, FREE, FREE, FREE, FREE, FREE]);
  assert.deepEqual((await show(ann, hold)).seats, hold.seats);
  /* The limit counts what the hold is to have, not what it had. */
  assert.equal(ok(await change(ann, hold, row.slice(0, 4))).seats.length, 4);
});

test('the best seats instead of those chosen, the own ones among them', async () => {
  const ann = await world.user();
  const small = await world.sale({ hall: { rows: 3, seats: 2 } });
  const hold = ok(await world.hold(ann, small, small.guids.slice(0, 2)), 201);
  const grade = hold.seats[0].grade;
  const changed = ok(await change(ann, hold, { best: { count: 2, grade } }));
  assert.deepEqual(changed.seats.map((seat) => seat.guid).sort(), small.guids.slice(0, 2).sort());
});

test('changed seats are free again when the hold ends, and none besides', async () => {
  const ann = await world.user();
  const row = own_row();
  const hold = ok(await world.hold(ann, sale, row.slice(0, 3)), 201);
  ok(await change(ann, hold, row.slice(2, 5)));
  await world.advance(9 * minute);
  assert.deepEqual(await states(row), row.map(() => FREE));
  refused(await change(ann, hold, row.slice(0, 1)), 409, 'hold_expired');
  ok(await world.hold(ann, sale, row.slice(0, 4)), 201);
});

test('many who change to the same seat at once: one has it', async () => {
  const people = await world.crowd(8);
  const rows = [own_row(), own_row()];
  const holds = await Promise.all(people.map(async (person, i) => ok(await world.hold(person, sale, [rows[0][i]]), 201)));
  const answers = await Promise.all(people.map((person, i) => change(person, holds[i], [rows[1][0]])));
  assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
  assert.equal(answers.filter((answer) => answer.json.code === 'seat_taken').length, 7);
  assert.equal((await states(rows[0])).filter((state) => state === HELD).length, 7);
});
