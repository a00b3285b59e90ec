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

test('what some seats would give back is told before, and changes nothing', async () => {
  const ann = await world.user();
  const bought = await world.buy(ann, sale, own_row().slice(0, 3));
  const [one, two] = bought.hold.seats;
  const ask = (seats, as = ann) => world.api('POST', `/api/v1/bookings/${bought.booking.id}/cancellation`, { seats }, { as });
  const told = ok(await ask([one.guid, two.guid])).quotes;
  assert.deepEqual(told[0].refund, { amount: one.price.amount + two.price.amount, fee: 0, currency: 'KRW' });
  assert.ok(told.at(-1).refund.fee > 0, 'later there is a fee');
  assert.deepEqual(refused(await ask(['A-999']), 400, 'invalid').errors.map(({ field }) => field), ['seats[0]']);
  refused(await ask([]), 400, 'invalid');
  refused(await ask([one.guid], await world.user()), 404, 'not_found');
  assert.equal((await world.booking(ann, bought.booking.id)).seats.length, 3);
  assert.deepEqual(ok(await cancel(ann, bought.booking, { seats: [one.guid, two.guid] })).refund, told[0].refund);
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
  const again = ok(await cancel(ann, way.booking));
  assert.deepEqual([again.status, again.seats], ['cancelled', done.seats]);

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

/* 19:30 in Seoul, so many days from now by the Korean calendar. */
const evening_in = (days) => new Date(Math.floor((world.now + 9 * hour) / day) * day + days * day + 10.5 * hour);

async function until(moment) {
  await world.advance(moment - world.now);
}

test('the ladder, at each step, quoted and then done', async () => {
  let show = evening_in(30);
  if (show.getUTCDay() === 0) show = evening_in(31);   /* Sundays close earlier */
  const midnight = (before) => new Date(+show - 19.5 * hour - before * day);
  const far = await world.sale({ hall: await world.hall({ rows: 2, seats: 10 }), starts_at: show.toISOString(), ends_at: new Date(+show + 2 * hour).toISOString(),
    sale_ends_at: show.toISOString(), limit: 10 });
  const ann = await world.user();
  const bought = await world.buy(ann, far, far.guids.slice(0, 8));
  const prices = bought.hold.seats.map((seat) => seat.price.amount);
  const sum = (fee) => ({ fee: prices.map(fee).reduce((a, b) => a + b), amount: prices.map((price) => price - fee(price)).reduce((a, b) => a + b), currency: 'KRW' });
  const share = (percent, most = Infinity) => (price) => Math.min(most, Math.floor((price * percent) / 100));
  const steps = [[midnight(22), () => 0], [midnight(9), share(10, 4000)], [midnight(6), share(10)], [midnight(2), share(20)], [new Date(+midnight(1) + 17 * hour), share(30)]];

  const { quotes } = await quote(ann, bought.booking);
  assert.ok(+new Date(quotes[0].until) < +midnight(20));
  assert.deepEqual(quotes.map(({ refund }) => refund), steps.map(([, fee]) => sum(fee)));
  assert.deepEqual(quotes.slice(1).map(({ until: end }) => +new Date(end)), steps.slice(1).map(([end]) => +end));
  for (const [i, [, fee]] of steps.entries()) {
    if (i) await until(+new Date(quotes[i - 1].until));
    assert.deepEqual((await quote(ann, bought.booking)).quotes[0].until, quotes[i].until);
    await until(+new Date(quotes[i].until) - 1);
    const guid = bought.hold.seats[i].guid;
    const { refund } = ok(await cancel(ann, bought.booking, { seats: [guid] }));
    assert.deepEqual(refund, { amount: prices[i] - fee(prices[i]), fee: fee(prices[i]), currency: 'KRW' }, `step ${i}`);
  }
  await world.advance(1);
  refused(await cancel(ann, bought.booking), 409, 'too_late_to_cancel');
  const closed = await quote(ann, bought.booking);
  assert.equal(closed.refusal, 'too_late_to_cancel');
  assert.equal(closed.earlier.length, 5);
});

test('own terms of a performance hold for bookings made from then on', async () => {
  const own = await world.sale({ hall: await world.hall({ rows: 2, seats: 10 }), starts_at: evening_in(40).toISOString(), ends_at: evening_in(41).toISOString(),
    sale_ends_at: evening_in(39).toISOString() });
  const path = `/api/v1/performances/${own.performance.id}/cancellation_policy`;
  const [ann, bob] = [await world.user(), await world.user()];
  assert.equal(ok(await world.api('GET', path)).own, false);
  const before = await world.buy(ann, own, own.guids.slice(0, 1));
  await world.advance(1000);
  const policy = { free_days: 0, free_days_before: 365, closes_days_before: 3, closes_at: '12:00', steps: [{ days_before: 3, percent: 50, amount: 1500 }] };
  const put = ok(await world.api('PUT', path, policy, { as: world.admin }));
  assert.equal(put.own, true);
  assert.deepEqual(ok(await world.api('GET', path)).steps, policy.steps);
  const later = await world.buy(bob, own, own.guids.slice(1, 2));
  assert.equal((await quote(ann, before.booking)).quotes[0].refund.fee, 0);
  assert.equal(ok(await cancel(bob, later.booking)).refund.fee, 1500);
  for (const [change, field] of [[{ closes_at: '24:00' }, 'closes_at'], [{ steps: [{ days_before: 1, percent: 101 }] }, 'steps[0].percent'],
    [{ steps: [{ days_before: 1, percent: 1 }, { days_before: 1, percent: 2 }] }, 'steps[1].days_before'], [{ free_days: -1 }, 'free_days'], [{ refund: 1 }, 'refund']])
    assert.equal(refused(await world.api('PUT', path, { ...policy, ...change }, { as: world.admin }), 400, 'invalid').errors[0].field, field);
  refused(await world.api('GET', '/api/v1/performances/nothing/cancellation_policy'), 404, 'not_found');
});

test('coupon and mileage: each seat gives back its share, the coupon comes with the last one', async () => {
  const ann = await world.user();
  const offer = ok(await world.api('POST', '/api/v1/coupons', { name: 'Tenth', code: 'TENTH-OFF', quantity: 1, discount_percent: 10,
    expires_at: world.time(365 * day) }, { as: world.admin }), 201);
  const coupon = ok(await world.api('POST', `/api/v1/coupons/${offer.id}/claim`, undefined, { as: ann }), 201);
  ok(await world.api('POST', `/api/v1/users/${ann.id}/mileage`, { delta: 1001, reason: 'a gift' }, { as: world.admin }), 201);
  const balance = async () => ok(await world.api('GET', '/api/v1/mileage', undefined, { as: ann })).balance;
  const piece = async () => ok(await world.api('GET', '/api/v1/coupons/mine', undefined, { as: ann })).items.find(({ id }) => id === coupon.id).status;

  const later = await world.sale({ hall: await world.hall({ rows: 1, seats: 10 }), limit: 3 });
  const hold = ok(await world.hold(ann, later, later.guids.slice(0, 3)), 201);
  const booking = ok(await world.book(ann, hold, { coupon_id: coupon.id, mileage: 1001 }), 201);
  assert.equal(booking.discount.amount + booking.mileage_used + booking.due.amount, booking.total.amount);
  ok(await world.confirm(ann, ok(await world.pay(ann, booking), 201)));
  await world.advance(0);
  assert.equal(await piece(), 'used');

  const parts = [];
  for (const { guid } of hold.seats) {
    parts.push(ok(await cancel(ann, booking, { seats: [guid] })));
    await world.advance(0);
    assert.equal(await piece(), parts.at(-1).whole ? 'usable' : 'used');
  }
  assert.deepEqual(parts.map(({ whole }) => whole), [false, false, true]);
  assert.equal(parts.reduce((sum, { refund }) => sum + refund.amount, 0), booking.due.amount);
  assert.deepEqual(parts.map(({ mileage_back }) => mileage_back), [333, 334, 334]);
  assert.equal(await balance(), 1001);
  assert.equal((await world.booking(ann, booking.id)).status, 'refunded');
});

test('a used ticket keeps its seat; the others can be given up', async () => {
  const soon = await world.sale({ hall: await world.hall({ rows: 1, seats: 10 }), starts_at: world.time(4 * day), ends_at: world.time(4 * day + hour),
    sale_ends_at: world.time(4 * day) });
  const [ann, staff] = [await world.user(), await world.user(['STAFF'])];
  const bought = await world.buy(ann, soon, soon.guids.slice(0, 2));
  await world.advance(4 * day - 10 * minute);
  const used = bought.tickets[0];
  assert.equal(ok(await world.api('POST', '/api/v1/checkin', { code: used.code, gate: 'A', nonce: 'n1' }, { as: staff })).result, 'ok');
  const by_staff = (body) => world.api('POST', `/api/v1/admin/bookings/${bought.booking.id}/cancel`, { reason: 'Ill', ...body }, { as: world.admin });
  refused(await by_staff({}), 409, 'ticket_used');
  refused(await by_staff({ seats: [used.seat.guid] }), 409, 'ticket_used');
  const other = bought.tickets[1];
  ok(await by_staff({ seats: [other.seat.guid] }));
  assert.deepEqual(ok(await world.api('POST', '/api/v1/checkin', { code: other.code, gate: 'A', nonce: 'n2' }, { as: staff })).reason, 'void');
});

test('who asks himself once the schedule is cancelled pays no fee, and is never too late', async () => {
  const off = await world.sale({ hall: await world.hall({ rows: 1, seats: 10 }), starts_at: world.time(2 * day), ends_at: world.time(2 * day + hour),
    sale_ends_at: world.time(1 * day) });
  const [ann, bob] = [await world.user(), await world.user()];
  const [one, two] = [await world.buy(ann, off, off.guids.slice(0, 2)), await world.buy(bob, off, off.guids.slice(2, 4))];
  await world.advance(2 * day - hour);
  refused(await cancel(ann, one.booking), 409, 'too_late_to_cancel');
  ok(await world.api('POST', `/api/v1/schedules/${off.id}/cancel`, { reason: 'The singer is ill' }, { as: world.admin }));
  const { amount } = one.payment.amount;     /* the sweep comes before, between or behind the next lines: the answers are the same */
  const free = { amount, fee: 0, currency: 'KRW' };
  for (const { refund } of (await quote(ann, one.booking)).quotes) assert.deepEqual(refund, free);
  assert.deepEqual(ok(await cancel(ann, one.booking)).refund, free);
  const by_staff = { reason: 'Asked by telephone', with_fee: true };
  assert.deepEqual(ok(await world.api('POST', `/api/v1/admin/bookings/${two.booking.id}/cancel`, by_staff, { as: world.admin })).refund, free);
  await world.advance(minute);
  for (const [who, { booking, payment }] of [[ann, one], [bob, two]]) {
    assert.equal((await world.booking(who, booking.id)).status, 'refunded');
    assert.deepEqual((await payment_of(who, payment.id)).refunded, payment.amount);
  }
});

test('when the schedule is cancelled everybody gets everything back', async () => {
  const off = await world.sale({ hall: await world.hall({ rows: 1, seats: 10 }), starts_at: world.time(2 * day), ends_at: world.time(2 * day + hour),
    sale_ends_at: world.time(1 * day) });
  const [ann, bob] = [await world.user(), await world.user()];
  const [one, two] = [await world.buy(ann, off, off.guids.slice(0, 2)), await world.buy(bob, off, off.guids.slice(2, 3))];
  ok(await cancel(ann, one.booking, { seats: [off.guids[0]] }));   /* with a fee of 30 or 20 per cent */
  ok(await world.api('POST', `/api/v1/schedules/${off.id}/cancel`, { reason: 'The singer is ill' }, { as: world.admin }));
  await world.advance(minute);
  for (const [who, { booking, payment }] of [[ann, one], [bob, two]]) {
    assert.equal((await world.booking(who, booking.id)).status, 'refunded');
    const { earlier } = await quote(who, booking);
    assert.equal(earlier.at(-1).reason, 'schedule');
    assert.equal(earlier.at(-1).refund.fee, 0);
    assert.equal((await payment_of(who, payment.id)).refunded.amount, earlier.reduce((sum, { refund }) => sum + refund.amount, 0));
  }
  assert.equal((await payment_of(bob, two.payment.id)).status, 'refunded');
});
