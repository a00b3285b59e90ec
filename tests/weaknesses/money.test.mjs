/* Weaknesses 9, 11, 19, 20 and 22: tickets without money, money without tickets. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, minute } from '../lib/world.mjs';

let world, buyer, stranger, sale;
let next_seat = 0;

before(async () => {
  world = await World.open();
  [buyer, stranger] = await world.crowd(2);
  sale = await world.sale({ limit: 50 });
});
after(() => world.close());

const seat = () => sale.guids.slice(next_seat, ++next_seat);
const tickets_of = async (booking) => ok(await world.api('GET', `/api/v1/bookings/${booking.id}/tickets`, undefined, { as: buyer })).items;

test('9: asking for a payment, and a payment that is not settled, give no ticket; the seats of who never pays come back', async () => {
  const asked = await world.checkout(buyer, sale, seat());
  assert.equal((await world.booking(buyer, asked.booking.id)).status, 'pending');
  assert.deepEqual(await tickets_of(asked.booking), []);

  const open = await world.checkout(buyer, sale, seat());
  assert.equal(ok(await world.confirm(buyer, open.payment, 'sandbox-late')).status, 'pending');
  assert.equal((await world.booking(buyer, open.booking.id)).status, 'pending');
  assert.deepEqual(await tickets_of(open.booking), []);

  await world.advance(25 * minute);
  assert.equal((await world.booking(buyer, asked.booking.id)).status, 'expired');
  ok(await world.hold(stranger, sale, asked.hold.seats.map(({ guid }) => guid)), 201);
});

test('11: what is confirmed is compared with what was asked: payer, amount, and only once', async () => {
  const { payment, booking } = await world.checkout(buyer, sale, seat());
  refused(await world.confirm(stranger, payment), 404, 'not_found');
  refused(await world.confirm(buyer, payment, 'sandbox-ok', { amount: 100 }), 409, 'amount_mismatch');
  assert.equal((await world.booking(buyer, booking.id)).status, 'pending');
  const other = await world.checkout(buyer, sale, seat());
  refused(await world.confirm(buyer, other.payment, 'sandbox-wrong-amount'), 409, 'amount_mismatch');
  assert.deepEqual(await tickets_of(other.booking), []);
  assert.equal(ok(await world.confirm(buyer, payment)).status, 'paid');
  assert.equal(ok(await world.confirm(buyer, payment)).status, 'paid');
  assert.equal((await tickets_of(booking)).length, 1);
});

test('19: two payments for a booking end with one that is kept, and a stranger cannot make one', async () => {
  const { payment, booking } = await world.checkout(buyer, sale, seat());
  refused(await world.pay(stranger, booking), 404, 'not_found');
  const second = ok(await world.pay(buyer, booking), 201);
  assert.equal(ok(await world.confirm(buyer, second)).status, 'paid');
  if (second.id !== payment.id) {
    const late = await world.confirm(buyer, payment);
    assert.ok(late.status === 409 || late.json.status === 'refunded', late.text);
  }
  assert.equal((await tickets_of(booking)).length, 1);
  assert.equal(ok(await world.api('GET', `/api/v1/payments/${second.id}`, undefined, { as: buyer })).status, 'paid');
});

test('20: a booking that has expired is never charged for nothing: it is confirmed if the seats are free, else paid back', async () => {
  const free = await world.checkout(buyer, sale, seat()), taken = await world.checkout(buyer, sale, seat());
  await world.advance(20 * minute);
  await world.buy(stranger, sale, taken.hold.seats.map(({ guid }) => guid));
  assert.equal(ok(await world.confirm(buyer, free.payment)).status, 'paid');
  assert.equal((await tickets_of(free.booking)).length, 1);
  assert.equal(ok(await world.confirm(buyer, taken.payment)).status, 'refunded');
  assert.deepEqual(await tickets_of(taken.booking), []);
});

test('22: each seat has the price of its own grade; a grade without a price is refused, never free', async () => {
  const hall = await world.hall();
  const performance = await world.performance();
  const { prices, ...rest } = world.schedule_body(hall);
  const [first, ...others] = Object.entries(prices);
  refused(await world.api('POST', `/api/v1/performances/${performance.id}/schedules`, { ...rest, prices: Object.fromEntries(others) }, { as: world.admin }), 400, 'invalid');
  const made = await world.schedule(performance, hall);
  const map = ok(await world.api('GET', `/api/v1/schedules/${made.id}/map`));
  const guids = map.sections.flatMap((section) => section.rows.flatMap((row) => row.guids));
  const hold = ok(await world.hold(buyer, { id: made.id }, [guids[0], guids.at(-1)]), 201);
  for (const held of hold.seats) assert.deepEqual(held.price, prices[held.grade]);
  assert.equal(hold.total.amount, hold.seats.reduce((sum, held) => sum + held.price.amount, 0));
  assert.ok(first[1].amount > 0);
});
