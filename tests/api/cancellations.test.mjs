/* Cancelling: what comes back by the ladder, seats and tickets at once, the money by the way of a refund. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { FREE, SOLD, World, day, hour, minute } from '../lib/world.mjs';

let world, sale, hall;

before(async () => {
  world = await World.open();
  hall = await world.hall({ rows: 30, seats: 10 });
  sale = await world.sale({ hall, limit: 8 });
});
after(() => world.close());

let next_row = 0;
const own_row = () => sale.guids.slice(10 * next_row, 10 * ++next_row);
const state_of = async (guid, of = sale) => (await world.seats(of))[of.guids.indexOf(guid)];
const cancel = (as, booking, body = {}, options = {}) => world.api('POST', `/api/v1/bookings/${booking.id}/cancel`, body, { as, ...options });
const quote = async (as, booking) => ok(await world.api('GET', `/api/v1/bookings/${booking.id}/cancellation`, undefined, { as }));
const tickets_of = async (as, booking) => ok(await world.api('GET', `/api/v1/bookings/${booking.id}/tickets`, undefined, { as })).items;
const payment_of = async (as, id) => ok(await world.api('GET', `/api/v1/payments/${id}`, undefined, { as }));
const refunds_of = async (as, id) => ok(await world.api('GET', `/api/v1/payments/${id}/refunds`, undefined, { as })).items;

test('within a week, and ten days before the show: all comes back', async () => {
  const ann = await world.user();
  const bought = await world.buy(ann, sale, own_row().slice(0, 2));
  const { amount } = bought.payment.amount;
  const quoted = await quote(ann, bought.booking);
  assert.equal(quoted.cancellable, true);
  assert.deepEqual(quoted.quotes[0].refund, { amount, fee: 0, currency: 'KRW' });

  const done = ok(await cancel(ann, bought.booking, { reason: 'ill' }));
  assert.deepEqual(done.refund, { amount, fee: 0, currency: 'KRW' });
  assert.equal(done.whole, true);
  assert.equal(done.status, 'refund_due');
  assert.equal(done.refunded_at, null);
  assert.deepEqual(done.seats, bought.hold.seats.map((seat) => seat.guid));
  for (const guid of done.seats) assert.equal(await state_of(guid), FREE);
  assert.ok((await tickets_of(ann, bought.booking)).every((ticket) => ticket.status === 'void'));

  await world.advance(0);
  assert.equal((await world.booking(ann, bought.booking.id)).status, 'refunded');
  const paid = await payment_of(ann, bought.payment.id);
  assert.equal(paid.status, 'refunded');
  assert.deepEqual(paid.refunded, paid.amount);
  const [refund, ...more] = await refunds_of(ann, bought.payment.id);
  assert.deepEqual(more, []);
  assert.equal(refund.status, 'done');
  assert.equal(refund.source, 'cancellation');
  assert.deepEqual(refund.amount, paid.amount);
});

test('some seats: they go, the others stay, and each pays its own share', async () => {
  const ann = await world.user();
  const bought = await world.buy(ann, sale, own_row().slice(0, 4));
  const guids = bought.hold.seats.map((seat) => seat.guid);
  const first = ok(await cancel(ann, bought.booking, { seats: [guids[1], guids[3]] }));
  assert.equal(first.whole, false);
  assert.equal(first.status, 'confirmed');
  assert.deepEqual(first.seats, [guids[1], guids[3]]);
  assert.equal(first.refund.amount, bought.hold.seats[1].price.amount + bought.hold.seats[3].price.amount);
  await world.advance(0);
  const left = await world.booking(ann, bought.booking.id);
  assert.equal(left.status, 'confirmed');
  assert.deepEqual(left.seats.map((seat) => seat.guid), [guids[0], guids[2]]);
  assert.deepEqual((await tickets_of(ann, bought.booking)).map(({ status, seat }) => `${seat.guid} ${status}`).sort(),
    [`${guids[0]} valid`, `${guids[1]} void`, `${guids[2]} valid`, `${guids[3]} void`].sort());
  assert.deepEqual([await state_of(guids[0]), await state_of(guids[1])], [SOLD, FREE]);
  assert.equal((await payment_of(ann, bought.payment.id)).status, 'paid');
  refused(await cancel(ann, bought.booking, { seats: [guids[1]] }), 400, 'invalid');

  const rest = ok(await cancel(ann, bought.booking));
  assert.equal(rest.whole, true);
  assert.equal(first.refund.amount + rest.refund.amount, bought.payment.amount.amount);
  await world.advance(0);
  assert.equal((await world.booking(ann, bought.booking.id)).status, 'refunded');
  assert.equal((await payment_of(ann, bought.payment.id)).status, 'refunded');
  assert.deepEqual((await refunds_of(ann, bought.payment.id)).map(({ amount, status }) => [amount.amount, status]),
    [[rest.refund.amount, 'done'], [first.refund.amount, 'done']]);
  assert.equal((await quote(ann, bought.booking)).earlier.length, 2);
});

test('a seat that was given up can be bought again, by the same person within the limit', async () => {
  const ann = await world.user();
  const row = own_row();
  const bought = await world.buy(ann, sale, row.slice(0, 8));
  refused(await world.hold(ann, sale, row.slice(8, 9)), 409, 'limit_reached');
  ok(await cancel(ann, bought.booking, { seats: row.slice(0, 2) }));
  const again = await world.buy(ann, sale, row.slice(0, 2));
  assert.equal(again.booking.status, 'confirmed');
  refused(await world.hold(ann, sale, row.slice(8, 9)), 409, 'limit_reached');
});

test('cancelled again, with a key or without: the same answer, one refund', async () => {
  const ann = await world.user();
  const bought = await world.buy(ann, sale, own_row().slice(0, 1));
  const first = await cancel(ann, bought.booking, {}, { key: 'cancel-1' });
  ok(first);
  assert.deepEqual((await cancel(ann, bought.booking, {}, { key: 'cancel-1' })).bytes, first.bytes);
  const again = ok(await cancel(ann, bought.booking));
  assert.equal(again.cancellation_id, first.json.cancellation_id);
  assert.deepEqual(again.refund, first.json.refund);
  await world.advance(0);
  assert.equal((await refunds_of(ann, bought.payment.id)).length, 1);
});

test('eight cancellations at once: one has the effect', async () => {
  const ann = await world.user();
  const bought = await world.buy(ann, sale, own_row().slice(0, 2));
  const answers = await Promise.all(Array.from({ length: 8 }, () => cancel(ann, bought.booking)));
  assert.equal(new Set(answers.map((answer) => ok(answer).cancellation_id)).size, 1);
  await world.advance(0);
  assert.equal((await refunds_of(ann, bought.payment.id)).length, 1);
});

test('a pending booking is cancelled by the same route; money that comes later goes back', async () => {
  const ann = await world.user();
  const way = await world.checkout(ann, sale, own_row().slice(0, 2));
  refused(await cancel(ann, way.booking, { seats: [way.hold.seats[0].guid] }), 409, 'not_confirmed');
  const done = ok(await cancel(ann, way.booking));
  assert.equal(done.status, 'cancelled');
  assert.equal(done.cancellation_id, null);
  assert.deepEqual(done.refund, { amount: 0, fee: 0, currency: 'KRW' });
  assert.equal(await state_of(way.hold.seats[0].guid), FREE);
  assert.equal(ok(await cancel(ann, way.booking)).status, 'cancelled');

  const late = await world.checkout(ann, sale, own_row().slice(0, 1));
  ok(await world.confirm(ann, late.payment, 'sandbox-late'));
  ok(await cancel(ann, late.booking));
  await world.advance(30 * minute);
  assert.equal((await world.booking(ann, late.booking.id)).status, 'refunded');
  assert.equal((await refunds_of(ann, late.payment.id))[0].source, 'payment');
});

test('what cost nothing is cancelled with nothing to refund', async () => {
  const free = await world.sale({ hall, prices: Object.fromEntries(hall.categories.map(({ name }) => [name, { amount: 0, currency: 'KRW' }])),
    starts_at: world.time(40 * day), ends_at: world.time(40 * day + 2 * hour) });
  const ann = await world.user();
  const booking = ok(await world.book(ann, ok(await world.hold(ann, free, free.guids.slice(0, 2)), 201)), 201);
  assert.equal(booking.status, 'confirmed');
  const done = ok(await cancel(ann, booking));
  assert.equal(done.status, 'cancelled');
  assert.notEqual(done.refunded_at, null);
  assert.equal(await state_of(free.guids[0], free), FREE);
});

test('bad wishes change nothing', async () => {
  const [ann, bob] = [await world.user(), await world.user()];
  const bought = await world.buy(ann, sale, own_row().slice(0, 2));
  const guid = bought.hold.seats[0].guid;
  for (const [body, field] of [[{ seats: ['no such seat'] }, 'seats[0]'], [{ seats: [guid, guid] }, 'seats[1]'], [{ seats: [] }, 'seats'],
    [{ refund: 1 }, 'refund'], [{ with_fee: false }, 'with_fee'], [{ seats: [sale.guids.at(-1)] }, 'seats[0]']]) {
    const { errors } = refused(await cancel(ann, bought.booking, body), 400, 'invalid');
    assert.equal(errors[0].field, field);
  }
  refused(await cancel(bob, bought.booking), 404, 'not_found');
  assert.equal((await world.booking(ann, bought.booking.id)).status, 'confirmed');
  assert.deepEqual(await refunds_of(ann, bought.payment.id), []);
});

test('an expired booking cannot be cancelled', async () => {
  const ann = await world.user();
  const way = await world.checkout(ann, sale, own_row().slice(0, 1));
  await world.advance(10 * minute);
  refused(await cancel(ann, way.booking), 409, 'not_cancellable');
  const quoted = await quote(ann, way.booking);
  assert.equal(quoted.cancellable, false);
  assert.equal(quoted.refusal, 'not_cancellable');
});

test('a cancellation and its refund survive a kill', async () => {
  const ann = await world.user();
  const bought = await world.buy(ann, sale, own_row().slice(0, 3));
  const done = ok(await cancel(ann, bought.booking, { seats: [bought.hold.seats[0].guid] }, { key: 'before-the-kill' }));
  await world.crash();
  await world.advance(0);
  assert.deepEqual(ok(await cancel(ann, bought.booking, { seats: [bought.hold.seats[0].guid] }, { key: 'before-the-kill' })), done);
  assert.equal(await state_of(bought.hold.seats[0].guid), FREE);
  assert.equal(await state_of(bought.hold.seats[1].guid), SOLD);
  assert.equal((await world.booking(ann, bought.booking.id)).seats.length, 2);
  assert.deepEqual((await refunds_of(ann, bought.payment.id)).map(({ status }) => status), ['done']);
});
