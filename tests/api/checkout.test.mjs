/* Checkout with coupon and mileage: what is due, who is refused, and what comes back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { FREE, World, minute } from '../lib/world.mjs';

let world, sale;

before(async () => {
  world = await World.open();
  sale = await world.sale({ hall: { rows: 30, seats: 10 }, limit: 10 });
});
after(() => world.close());

let next_row = 0;
const own_row = () => sale.guids.slice(10 * next_row, 10 * ++next_row);
const won = (amount) => ({ amount, currency: 'KRW' });

let serial = 0;
/* A coupon, and the piece of it that somebody has claimed. */
async function coupon_of(as, worth) {
  const offer = ok(await world.api('POST', '/api/v1/coupons',
    { name: 'Welcome', code: `WELCOME-${++serial}`, quantity: 10, expires_at: world.time(365 * 24 * 60 * minute), ...worth }, { as: world.admin }), 201);
  return ok(await world.api('POST', `/api/v1/coupons/${offer.id}/claim`, undefined, { as }), 201);
}
const coupon_status = async (as, id) =>
  ok(await world.api('GET', '/api/v1/coupons/mine', undefined, { as })).items.find((piece) => piece.id === id).status;
const give = async (user, delta) =>
  ok(await world.api('POST', `/api/v1/users/${user.id}/mileage`, { delta, reason: 'a gift' }, { as: world.admin }), 201);
const balance = async (as) => ok(await world.api('GET', '/api/v1/mileage', undefined, { as })).balance;
const sums = ({ total, discount, mileage_used, due }) => [total.amount, discount.amount, mileage_used, due.amount];

test('the coupon first, then mileage; what is left is due', async () => {
  const ann = await world.user();
  const coupon = await coupon_of(ann, { discount_percent: 10 });
  await give(ann, 9000);
  const hold = ok(await world.hold(ann, sale, own_row().slice(0, 2)), 201);
  const booking = ok(await world.book(ann, hold, { coupon_id: coupon.id, mileage: 4000, key: 'once' }), 201);
  assert.deepEqual(sums(booking), [60000, 6000, 4000, 50000]);
  assert.equal(booking.coupon_id, coupon.id);
  assert.equal(booking.status, 'pending');
  assert.equal(await balance(ann), 5000);
  assert.deepEqual((await world.book(ann, hold, { coupon_id: coupon.id, mileage: 4000, key: 'once' })).json, booking);
  refused(await world.book(ann, hold, { coupon_id: coupon.id, key: 'once' }), 422, 'idempotency_mismatch');
  assert.deepEqual(ok(await world.book(ann, hold, { coupon_id: coupon.id, mileage: 4000 }), 201), booking);
  assert.deepEqual(ok(await world.book(ann, hold), 201), booking);
  refused(await world.book(ann, hold, { coupon_id: coupon.id, mileage: 3000 }), 409, 'other_benefits');
  refused(await world.book(ann, hold, { mileage: 4000 }), 409, 'other_benefits');

  const payment = ok(await world.pay(ann, booking), 201);
  assert.deepEqual(payment.amount, won(50000));
  assert.equal(ok(await world.confirm(ann, payment)).status, 'paid');
  await world.advance(0);
  assert.equal(await coupon_status(ann, coupon.id), 'used');
  assert.ok(await balance(ann) >= 5000);
  assert.deepEqual(sums(await world.booking(ann, booking.id)), [60000, 6000, 4000, 50000]);
});

test('what is paid by coupon and mileage alone is confirmed at once, and no more mileage is taken than is needed', async () => {
  const ann = await world.user();
  const coupon = await coupon_of(ann, { discount_amount: won(25000) });
  await give(ann, 9000);
  const hold = ok(await world.hold(ann, sale, own_row().slice(0, 1)), 201);
  const booking = ok(await world.book(ann, hold, { coupon_id: coupon.id, mileage: 9000 }), 201);
  assert.deepEqual(sums(booking), [30000, 25000, 5000, 0]);
  assert.equal(booking.status, 'confirmed');
  assert.equal(await balance(ann), 4000);
  refused(await world.pay(ann, booking), 409, 'not_payable');
  assert.equal(ok(await world.api('GET', `/api/v1/bookings/${booking.id}/tickets`, undefined, { as: ann })).items.length, 1);
});

test('a refusal leaves hold, coupon and mileage as they were', async () => {
  const [ann, bob] = await world.crowd(2);
  const coupon = await coupon_of(ann, { discount_percent: 50 });
  const dear = await coupon_of(ann, { discount_percent: 50, min_total: won(1000000) });
  await give(ann, 100);
  const hold = ok(await world.hold(ann, sale, own_row().slice(0, 1)), 201);
  refused(await world.book(ann, hold, { coupon_id: coupon.id, mileage: 101 }), 409, 'mileage_short');
  refused(await world.book(ann, hold, { coupon_id: dear.id, mileage: 100 }), 409, 'coupon_min_total');
  refused(await world.book(ann, hold, { coupon_id: (await coupon_of(bob, { discount_percent: 50 })).id }), 404, 'not_found');
  for (const mileage of [0, -1, 1.5, '1']) refused(await world.book(ann, hold, { mileage }), 400, 'invalid');
  assert.equal(await coupon_status(ann, coupon.id), 'usable');
  assert.equal(await balance(ann), 100);
  assert.equal(ok(await world.api('GET', `/api/v1/holds/${hold.id}`, undefined, { as: ann })).status, 'active');
  assert.deepEqual(ok(await world.api('GET', '/api/v1/bookings', undefined, { as: ann })).items, []);
  assert.deepEqual(sums(ok(await world.book(ann, hold), 201)), [30000, 0, 0, 30000]);
});

for (const [way, end] of [
  ['its hold ends', () => world.advance(9 * minute)],
  ['its hold is released', async (ann, hold) => ok(await world.api('DELETE', `/api/v1/holds/${hold.id}`, undefined, { as: ann }), 204)],
  ['it is cancelled', async (ann, hold, booking) => ok(await world.api('POST', `/api/v1/bookings/${booking.id}/cancel`, {}, { as: ann }))],
  ['the program is killed, and its hold ends', async () => { await world.crash(); await world.advance(9 * minute); }],
])
  test(`a booking that is not paid gives its benefits back when ${way}`, async () => {
    const ann = await world.user();
    const coupon = await coupon_of(ann, { discount_percent: 10 });
    await give(ann, 1000);
    const [guid] = own_row();
    const hold = ok(await world.hold(ann, sale, [guid]), 201);
    const booking = ok(await world.book(ann, hold, { coupon_id: coupon.id, mileage: 1000 }), 201);
    assert.equal(await balance(ann), 0);
    await end(ann, hold, booking);
    await world.advance(0);
    assert.equal(await coupon_status(ann, coupon.id), 'usable');
    assert.equal(await balance(ann), 1000);
    assert.equal((await world.seats(sale))[sale.guids.indexOf(guid)], FREE);
    const again = ok(await world.book(ann, ok(await world.hold(ann, sale, [guid]), 201), { coupon_id: coupon.id }), 201);
    assert.equal(again.discount.amount, 3000);
  });

test('a coupon is worth something for one booking only, asked for at once', async () => {
  const ann = await world.user();
  const coupon = await coupon_of(ann, { discount_percent: 10 });
  const row = own_row();
  const holds = [];
  for (const guid of row.slice(0, 4)) holds.push(ok(await world.hold(ann, sale, [guid]), 201));
  const answers = await Promise.all(holds.map((hold) => world.book(ann, hold, { coupon_id: coupon.id })));
  assert.equal(answers.filter((answer) => answer.status === 201).length, 1);
  for (const answer of answers.filter(({ status }) => status !== 201)) refused(answer, 409, 'coupon_used');
});

test('the same checkout many times at once is one booking', async () => {
  const ann = await world.user();
  const coupon = await coupon_of(ann, { discount_percent: 10 });
  const hold = ok(await world.hold(ann, sale, own_row().slice(0, 1)), 201);
  const answers = await Promise.all(Array.from({ length: 8 }, () => world.book(ann, hold, { coupon_id: coupon.id })));
  const made = answers.filter((answer) => answer.status === 201);
  assert.ok(made.length >= 1);
  assert.equal(new Set(made.map((answer) => answer.json.id)).size, 1);
  for (const answer of answers.filter(({ status }) => status !== 201)) refused(answer, 409, 'in_progress');
  assert.equal(ok(await world.book(ann, hold, { coupon_id: coupon.id }), 201).id, made[0].json.id);
});

test('killed in the middle of many checkouts: nothing stays reserved, nothing is worth twice', async () => {
  const people = await world.crowd(12);
  const coupons = new Map();
  for (const person of people) {
    coupons.set(person, await coupon_of(person, { discount_amount: won(1000) }));
    await give(person, 500);
  }
  for (let round = 0; round < 3; round++) {
    const row = [...own_row(), ...own_row()];
    const holds = await Promise.all(people.map(async (person, i) => ok(await world.hold(person, sale, [row[i]]), 201)));
    const asked = people.map((person, i) => world.book(person, holds[i], { coupon_id: coupons.get(person).id, mileage: 500 }).catch(() => undefined));
    await new Promise((wake) => setTimeout(wake, 3 * round));
    await world.crash();
    await Promise.all(asked);
    await world.advance(9 * minute);
    for (const person of people) {
      assert.equal(await balance(person), 500);
      assert.equal(await coupon_status(person, coupons.get(person).id), 'usable');
    }
  }
});

test('a cancelled booking gives back what it was paid with', async () => {
  const ann = await world.user();
  const coupon = await coupon_of(ann, { discount_amount: won(10000) });
  await give(ann, 7000);
  const hold = ok(await world.hold(ann, sale, own_row().slice(0, 2)), 201);
  const booking = ok(await world.book(ann, hold, { coupon_id: coupon.id, mileage: 7000 }), 201);
  const payment = ok(await world.pay(ann, booking), 201);
  ok(await world.confirm(ann, payment));
  await world.advance(0);
  const done = ok(await world.api('POST', `/api/v1/bookings/${booking.id}/cancel`, {}, { as: ann }));
  assert.equal(done.refund.amount + done.refund.fee, booking.total.amount - 17000);
  await world.advance(0);
  assert.equal(await coupon_status(ann, coupon.id), 'usable');
  assert.equal(await balance(ann), 7000);
});

test('a checkout without benefits costs one command, with a key too', async () => {
  const ann = await world.user();
  const coupon = await coupon_of(ann, { discount_percent: 10 });
  const row = own_row();
  const holds = [ok(await world.hold(ann, sale, [row[0]]), 201), ok(await world.hold(ann, sale, [row[5]]), 201)];
  const commands = async (work) => {
    await world.advance(0);
    const before = (await world.server.metrics()).takenseat_db_commands_total;
    ok(await work(), 201);
    return (await world.server.metrics()).takenseat_db_commands_total - before;
  };
  assert.equal(await commands(() => world.book(ann, holds[0], { key: 'plain' })), 1);
  assert.ok(await commands(() => world.book(ann, holds[1], { key: 'coupon', coupon_id: coupon.id })) >= 5);
});
