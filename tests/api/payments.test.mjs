/* Paying with the sandbox provider: each way a payment can go ends with a ticket or with all the money back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { FREE, HELD, SOLD, World, minute } from '../lib/world.mjs';

let world, sale;

before(async () => {
  world = await World.open();
  sale = await world.sale({ hall: { rows: 40, seats: 20 } });
});
after(() => world.close());

let next_row = 0;
const own_row = () => sale.guids.slice(20 * next_row, 20 * ++next_row);
const show = async (as, id) => ok(await world.api('GET', `/api/v1/payments/${id}`, undefined, { as }));
const state_of = async (guid) => (await world.seats(sale))[sale.guids.indexOf(guid)];
const tickets_of = async (as, booking) => ok(await world.api('GET', `/api/v1/bookings/${booking.id}/tickets`, undefined, { as })).items;

async function metrics_moved(action) {
  await world.advance(0);   /* what earlier tests left to be done is done by then */
  const earlier = await world.server.metrics();
  await action();
  const later = await world.server.metrics();
  return (name) => later[name] - earlier[name];
}

/* The one end of a way that succeeds. */
async function assert_bought(as, { booking, payment, hold }) {
  const { status, payment: paid_by } = await world.booking(as, booking.id);
  assert.equal(status, 'confirmed');
  assert.equal(paid_by, payment.id);
  assert.equal((await show(as, payment.id)).status, 'paid');
  const tickets = await tickets_of(as, booking);
  assert.deepEqual(tickets.map((ticket) => ticket.seat.guid).sort(), hold.seats.map((seat) => seat.guid).sort());
  assert.ok(tickets.every((ticket) => ticket.status === 'valid'));
  for (const seat of hold.seats) assert.equal(await state_of(seat.guid), SOLD);
}

/* The one end of a way that came too late: everything is given back, no ticket is left. */
async function assert_refunded(as, { booking, payment }) {
  await world.advance(0);   /* booking is told by an event */
  assert.equal((await world.booking(as, booking.id)).status, 'refunded');
  const shown = await show(as, payment.id);
  assert.equal(shown.status, 'refunded');
  assert.equal(shown.reason, 'too_late');
  assert.deepEqual(await tickets_of(as, booking), []);
}

for (const key of ['sandbox-ok', 'sandbox-timeout', 'sandbox-duplicate-webhook'])
  test(`${key}: paid, with tickets for the seats`, async () => {
    const ann = await world.user();
    const way = await world.checkout(ann, sale, own_row().slice(0, 2));
    assert.equal(way.payment.status, 'ready');
    assert.deepEqual(way.payment.amount, way.booking.due);
    assert.equal(ok(await world.confirm(ann, way.payment, key)).status, 'paid');
    await assert_bought(ann, way);
  });

test('a webhook that comes three times has one effect', async () => {
  const ann = await world.user();
  const way = await world.checkout(ann, sale, own_row().slice(0, 1));
  const moved = await metrics_moved(async () => {
    ok(await world.confirm(ann, way.payment, 'sandbox-duplicate-webhook'));
    await world.advance(0);
  });
  assert.equal(moved('takenseat_payment_webhooks_total{result="taken"}') + moved('takenseat_payment_webhooks_total{result="repeated"}'), 3);
  assert.equal(moved('takenseat_payment_webhooks_total{result="taken"}'), 1);
  assert.equal(moved('takenseat_payment_moves_total{to="paid"}'), 1);
  await assert_bought(ann, way);
});

test('sandbox-decline: refused; the booking waits and can be paid again', async () => {
  const ann = await world.user();
  const way = await world.checkout(ann, sale, own_row().slice(0, 2));
  refused(await world.confirm(ann, way.payment, 'sandbox-decline'), 409, 'payment_declined');
  const declined = await show(ann, way.payment.id);
  assert.equal(declined.status, 'failed');
  assert.equal(declined.reason, 'declined');
  assert.equal((await world.booking(ann, way.booking.id)).status, 'pending');
  assert.equal(await state_of(way.hold.seats[0].guid), HELD);
  const second = ok(await world.pay(ann, way.booking), 201);
  assert.notEqual(second.id, way.payment.id);
  assert.equal(ok(await world.confirm(ann, second)).status, 'paid');
  await assert_bought(ann, { ...way, payment: second });
  refused(await world.confirm(ann, way.payment), 409, 'payment_declined');
});

test('sandbox-wrong-amount: what was charged goes back, the booking waits', async () => {
  const ann = await world.user();
  const way = await world.checkout(ann, sale, own_row().slice(0, 2));
  refused(await world.confirm(ann, way.payment, 'sandbox-wrong-amount'), 409, 'amount_mismatch');
  const wrong = await show(ann, way.payment.id);
  assert.equal(wrong.status, 'refunded');
  assert.equal(wrong.reason, 'amount_mismatch');
  assert.equal((await world.booking(ann, way.booking.id)).status, 'pending');
  const second = ok(await world.pay(ann, way.booking), 201);
  assert.equal(ok(await world.confirm(ann, second)).status, 'paid');
  await assert_bought(ann, { ...way, payment: second });
});

for (const [name, wrong] of [['one less', -1], ['one more', 1]])
  test(`the amount the buyer saw is ${name}: refused, and nothing was charged`, async () => {
    const ann = await world.user();
    const way = await world.checkout(ann, sale, own_row().slice(0, 1));
    const moved = await metrics_moved(async () =>
      refused(await world.confirm(ann, way.payment, 'sandbox-ok', { amount: way.payment.amount.amount + wrong }), 409, 'amount_mismatch'));
    assert.equal(moved('takenseat_payment_moves_total{to="confirming"}'), 0);
    assert.equal((await show(ann, way.payment.id)).status, 'ready');
    assert.equal(ok(await world.confirm(ann, way.payment)).status, 'paid');
    await assert_bought(ann, way);
  });

test('a key that the provider does not know names its field', async () => {
  const ann = await world.user();
  const { payment } = await world.checkout(ann, sale, own_row().slice(0, 1));
  const { errors } = refused(await world.confirm(ann, payment, 'free-of-charge'), 400, 'invalid');
  assert.equal(errors[0].field, 'payment_key');
});

test('sandbox-late, the seats still free: claimed again and confirmed', async () => {
  const ann = await world.user();
  const way = await world.checkout(ann, sale, own_row().slice(0, 2));
  assert.equal(ok(await world.confirm(ann, way.payment, 'sandbox-late')).status, 'pending');
  assert.equal((await world.booking(ann, way.booking.id)).status, 'pending');
  await world.advance(29 * minute);
  assert.equal((await world.booking(ann, way.booking.id)).status, 'expired');
  assert.equal(await state_of(way.hold.seats[0].guid), FREE);
  await world.advance(minute);
  await assert_bought(ann, way);
});

const late_rivals = [
  ['held by somebody else', (bob, seats) => world.hold(bob, sale, seats)],
  ['sold to somebody else', (bob, seats) => world.buy(bob, sale, seats)],
  ['half of them held', (bob, seats) => world.hold(bob, sale, seats.slice(0, 1))],
];
for (const [name, rival] of late_rivals)
  test(`sandbox-late, the seats ${name}: refunded in full, the rival keeps them`, async () => {
    const [ann, bob] = [await world.user(), await world.user()];
    const seats = own_row().slice(0, 2);
    const way = await world.checkout(ann, sale, seats);
    assert.equal(ok(await world.confirm(ann, way.payment, 'sandbox-late')).status, 'pending');
    await world.advance(28 * minute);
    await rival(bob, seats);
    const before_payment = await Promise.all(seats.map(state_of));
    await world.advance(2 * minute);
    await assert_refunded(ann, way);
    assert.deepEqual(await Promise.all(seats.map(state_of)), before_payment);
  });

test('sandbox-late, the buyer at the limit by then: refunded', async () => {
  const ann = await world.user();
  const row = own_row();
  const way = await world.checkout(ann, sale, row.slice(0, 2));
  ok(await world.confirm(ann, way.payment, 'sandbox-late'));
  await world.advance(15 * minute);
  await world.buy(ann, sale, row.slice(5, 8));
  await world.advance(15 * minute);
  await assert_refunded(ann, way);
  assert.equal(await state_of(row[0]), FREE);
});

test('sandbox-late, given up by the buyer meanwhile: refunded, the seats stay free', async () => {
  const ann = await world.user();
  const way = await world.checkout(ann, sale, own_row().slice(0, 2));
  ok(await world.confirm(ann, way.payment, 'sandbox-late'));
  ok(await world.api('DELETE', `/api/v1/holds/${way.hold.id}`, undefined, { as: ann }), 204);
  await world.advance(30 * minute);
  await assert_refunded(ann, way);
  assert.equal(await state_of(way.hold.seats[0].guid), FREE);
});

test('confirmed after the hold ended, the seats free: paid', async () => {
  const ann = await world.user();
  const way = await world.checkout(ann, sale, own_row().slice(0, 2));
  await world.advance(8 * minute);
  assert.equal((await world.booking(ann, way.booking.id)).status, 'expired');
  assert.equal(ok(await world.confirm(ann, way.payment)).status, 'paid');
  await assert_bought(ann, way);
});

test('confirmed after the hold ended, the seats taken: refunded', async () => {
  const [ann, bob] = [await world.user(), await world.user()];
  const seats = own_row().slice(0, 2);
  const way = await world.checkout(ann, sale, seats);
  await world.advance(8 * minute);
  ok(await world.hold(bob, sale, [seats[1]]), 201);
  assert.equal(ok(await world.confirm(ann, way.payment)).status, 'refunded');
  await assert_refunded(ann, way);
  assert.deepEqual([await state_of(seats[0]), await state_of(seats[1])], [FREE, HELD]);
});

test('a payment under way keeps the seats beyond the end of the hold, for the grace and no longer', async () => {
  const [ann, bob] = [await world.user(), await world.user()];
  const seats = own_row().slice(0, 1);
  const way = await world.checkout(ann, sale, seats);
  await world.advance(7.5 * minute);
  ok(await world.confirm(ann, way.payment, 'sandbox-late'));
  await world.advance(2 * minute - 1);
  refused(await world.hold(bob, sale, seats), 409, 'seat_taken');
  await world.advance(1);
  ok(await world.hold(bob, sale, seats), 201);
});

test('however often it is tried, the seats come free at the hard end', async () => {
  const [ann, bob] = [await world.user(), await world.user()];
  const seats = own_row().slice(0, 1);
  const way = await world.checkout(ann, sale, seats);
  await world.advance(7.5 * minute);
  refused(await world.confirm(ann, way.payment, 'sandbox-decline'), 409, 'payment_declined');
  for (const wait of [minute, 0.9 * minute]) {
    await world.advance(wait);
    const again = ok(await world.pay(ann, way.booking), 201);
    refused(await world.confirm(ann, again, 'sandbox-decline'), 409, 'payment_declined');
    assert.equal(await state_of(seats[0]), HELD);
  }
  await world.advance(0.6 * minute);
  assert.equal((await world.booking(ann, way.booking.id)).status, 'expired');
  ok(await world.hold(bob, sale, seats), 201);
});

test('no payment can begin for a booking that ended or is paid', async () => {
  const ann = await world.user();
  const bought = await world.buy(ann, sale, own_row().slice(0, 1));
  refused(await world.pay(ann, bought.booking), 409, 'not_payable');
  const hold = ok(await world.hold(ann, sale, own_row().slice(0, 1)), 201);
  const booking = ok(await world.book(ann, hold), 201);
  await world.advance(8 * minute);
  refused(await world.pay(ann, booking), 409, 'not_payable');
});

test('a booking has one open payment', async () => {
  const ann = await world.user();
  const way = await world.checkout(ann, sale, own_row().slice(0, 1));
  assert.equal(ok(await world.pay(ann, way.booking), 201).id, way.payment.id);
  ok(await world.confirm(ann, way.payment, 'sandbox-late'));
  refused(await world.pay(ann, way.booking), 409, 'in_progress');
});

test('confirmed again and again, with a key and without: the same outcome, one charge', async () => {
  const ann = await world.user();
  const way = await world.checkout(ann, sale, own_row().slice(0, 2));
  const moved = await metrics_moved(async () => {
    const first = await world.confirm(ann, way.payment, 'sandbox-ok', { key: 'pay-once' });
    assert.equal(ok(first).status, 'paid');
    assert.deepEqual((await world.confirm(ann, way.payment, 'sandbox-ok', { key: 'pay-once' })).bytes, first.bytes);
    refused(await world.confirm(ann, way.payment, 'sandbox-decline', { key: 'pay-once' }), 422, 'idempotency_mismatch');
    assert.equal(ok(await world.confirm(ann, way.payment)).status, 'paid');
  });
  assert.equal(moved('takenseat_payment_moves_total{to="captured"}'), 1);
});

test('sixteen confirms at once: one charge, one confirmation', async () => {
  const ann = await world.user();
  const way = await world.checkout(ann, sale, own_row().slice(0, 2));
  const moved = await metrics_moved(async () => {
    const answers = await Promise.all(Array.from({ length: 16 }, () => world.confirm(ann, way.payment)));
    for (const answer of answers)
      if (answer.status === 200) assert.equal(answer.json.status, 'paid');
      else refused(answer, 409, 'in_progress');
    assert.ok(answers.some((answer) => answer.status === 200));
  });
  assert.equal(moved('takenseat_payment_moves_total{to="captured"}'), 1);
  assert.equal(moved('takenseat_bookings_confirmed_total'), 1);
  await assert_bought(ann, way);
});

test("somebody else's booking and payment are not there", async () => {
  const [ann, bob] = [await world.user(), await world.user()];
  const way = await world.checkout(ann, sale, own_row().slice(0, 1));
  refused(await world.pay(bob, way.booking), 404, 'not_found');
  refused(await world.confirm(bob, way.payment), 404, 'not_found');
  refused(await world.api('GET', `/api/v1/payments/${way.payment.id}`, undefined, { as: bob }), 404, 'not_found');
  assert.equal((await show(ann, way.payment.id)).status, 'ready');
});

test('payments are listed to their payer, all of them to the people in charge', async () => {
  const [ann, bob, manager] = [await world.user(), await world.user(), await world.user(['MANAGER'])];
  const way = await world.checkout(ann, sale, own_row().slice(0, 1));
  const list = async (as) => ok(await world.api('GET', '/api/v1/payments?limit=100', undefined, { as })).items.map((payment) => payment.id);
  assert.deepEqual(await list(ann), [way.payment.id]);
  assert.deepEqual(await list(bob), []);
  assert.ok((await list(manager)).includes(way.payment.id));
});

const forged = [
  ['no signature', {}],
  ['an empty signature', { 'sandbox-signature': '' }],
  ['no time', { 'sandbox-signature': `v1=${'0'.repeat(64)}` }],
  ['a wrong signature', (now) => ({ 'sandbox-signature': `t=${now},v1=${'0'.repeat(64)}` })],
  ['a wrong signature of another length', (now) => ({ 'sandbox-signature': `t=${now},v1=00` })],
  ['a time beyond all numbers', { 'sandbox-signature': `t=${'9'.repeat(30)},v1=${'0'.repeat(64)}` }],
];
test('forged webhooks change nothing', async (t) => {
  const ann = await world.user();
  const way = await world.checkout(ann, sale, own_row().slice(0, 1));
  ok(await world.confirm(ann, way.payment, 'sandbox-late'));
  const event = { id: 'evt_1', type: 'charge.paid', payment: way.payment.id, amount: way.payment.amount };
  for (const [name, given] of forged)
    await t.test(name, async () => {
      const headers = typeof given === 'function' ? given(Math.floor(world.now / 1000)) : given;
      const moved = await metrics_moved(async () =>
        refused(await world.api('POST', '/api/v1/payments/webhooks/sandbox', event, { headers }), 401, 'bad_signature'));
      assert.equal(moved('takenseat_payment_webhooks_total{result="forged"}'), 1);
      assert.equal((await show(ann, way.payment.id)).status, 'pending');
    });
  await t.test('an unknown provider', async () =>
    refused(await world.api('POST', '/api/v1/payments/webhooks/nobody', event), 404, 'not_found'));
});

test('a payment that waits survives a kill', async () => {
  const ann = await world.user();
  const way = await world.checkout(ann, sale, own_row().slice(0, 2));
  ok(await world.confirm(ann, way.payment, 'sandbox-late', { key: 'before-the-kill' }));
  await world.crash();
  assert.equal((await show(ann, way.payment.id)).status, 'pending');
  await world.advance(30 * minute);
  await assert_bought(ann, way);
});
