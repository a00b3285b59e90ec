/* Holding seats: who gets them, who is refused, and how they come back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { BLOCKED, FREE, HELD, SOLD, World, day, hour, minute } from '../lib/world.mjs';

let world, sale;

before(async () => {
  world = await World.open();
  sale = await world.sale({ hall: { rows: 12, seats: 20 } });
});
after(() => world.close());

/* Each test takes seats of its own: n free seats side by side. */
async function free_seats(n, from = sale) {
  const states = await world.seats(from);
  for (let i = 0; i + n <= states.length; i++)
    if (states.slice(i, i + n).every((state) => state === FREE)) return from.guids.slice(i, i + n);
  throw new Error('no free seats are left for this test');
}

const state_of = async (guid, from = sale) => (await world.seats(from))[from.guids.indexOf(guid)];
const show = (as, id) => world.api('GET', `/api/v1/holds/${id}`, undefined, { as });
const release = (as, id) => world.api('DELETE', `/api/v1/holds/${id}`, undefined, { as });

test('seats by name: told with grade and price, shown as held', async () => {
  const ann = await world.user();
  const wish = await free_seats(2);
  const hold = ok(await world.hold(ann, sale, wish), 201);
  assert.deepEqual(hold.seats.map((seat) => seat.guid), wish);
  assert.deepEqual(hold.seats.map((seat) => seat.grade), ['VIP', 'VIP']);
  assert.deepEqual(hold.total, { amount: 60000, currency: 'KRW' });
  assert.equal(Date.parse(hold.expires_at) - world.now, 8 * minute);
  for (const guid of wish) assert.equal(await state_of(guid), HELD);
  const again = ok(await show(ann, hold.id));
  assert.equal(again.status, 'active');
  assert.deepEqual(again.seats, hold.seats);
});

for (const grade of ['VIP', 'R', 'S'])
  test(`the best of grade ${grade}: side by side in one row of that grade`, async () => {
    const hold = ok(await world.hold(await world.user(), sale, { best: { count: 4, grade } }), 201);
    assert.deepEqual(new Set(hold.seats.map((seat) => seat.grade)), new Set([grade]));
    assert.equal(new Set(hold.seats.map((seat) => seat.row)).size, 1);
    const at = hold.seats.map((seat) => sale.guids.indexOf(seat.guid)).sort((a, b) => a - b);
    assert.equal(at[3] - at[0], 3);
  });

test('the best are asked for until none is left, and none is given twice', async () => {
  const small = await world.sale({ hall: { rows: 3, seats: 4 }, limit: 10 });
  const taken = [];
  for (let i = 0; i < 4; i++)
    taken.push(ok(await world.hold(await world.user(), small, { best: { count: 1, grade: 'VIP' } }), 201).seats[0].guid);
  assert.equal(new Set(taken).size, 4);
  refused(await world.hold(await world.user(), small, { best: { count: 1, grade: 'VIP' } }), 409, 'sold_out');
});

test('all or nothing: one taken seat refuses the others too and is named', async () => {
  const [ann, bob] = [await world.user(), await world.user()];
  const wish = await free_seats(3);
  ok(await world.hold(ann, sale, [wish[1]]), 201);
  const { errors, detail } = refused(await world.hold(bob, sale, wish), 409, 'seat_taken');
  assert.deepEqual(errors.map((error) => error.field), ['seats[1]']);
  assert.ok(errors[0].message.includes(wish[1]) && detail.includes(wish[1]));
  for (const guid of [wish[0], wish[2]]) assert.equal(await state_of(guid), FREE);
});

test('the limit counts what one holds, books and owns', async () => {
  const ann = await world.user();
  await world.buy(ann, sale, await free_seats(2));
  const second = ok(await world.hold(ann, sale, await free_seats(1)), 201);
  refused(await world.hold(ann, sale, await free_seats(2)), 409, 'limit_reached');
  refused(await world.hold(ann, sale, { best: { count: 2, grade: 'R' } }), 409, 'limit_reached');
  ok(await world.hold(ann, sale, await free_seats(1)), 201);
  refused(await world.hold(ann, sale, await free_seats(1)), 409, 'limit_reached');
  ok(await release(ann, second.id), 204);
  ok(await world.hold(ann, sale, await free_seats(1)), 201);
  refused(await world.hold(await world.user(), sale, await free_seats(5)), 409, 'limit_reached');
});

test('64 requests at once of one person get no more than the limit', async () => {
  const ann = await world.user();
  const wide = await world.sale({ hall: { rows: 8, seats: 10 } });
  const answers = await Promise.all(wide.guids.slice(0, 64).map((guid) => world.hold(ann, wide, [guid])));
  assert.equal(answers.filter((answer) => answer.status === 201).length, 4);
  for (const answer of answers.filter((a) => a.status !== 201)) refused(answer, 409, 'limit_reached');
  assert.equal((await world.seats(wide)).filter((state) => state === HELD).length, 4);
});

const wrong_wishes = [
  ['no seats', { seats: [] }],
  ['neither seats nor best', {}],
  ['both', { seats: ['1-1'], best: { count: 1, grade: 'VIP' } }],
  ['an unknown seat', { seats: ['nowhere-1'] }],
  ['the same seat twice', { seats: ['12-20', '12-20'] }],
  ['an unknown grade', { best: { count: 1, grade: 'Z' } }],
  ['none of a grade', { best: { count: 0, grade: 'R' } }],
  ['less than none', { best: { count: -1, grade: 'R' } }],
];
for (const [name, wish] of wrong_wishes)
  test(`a wish that cannot be: ${name}`, async () => {
    const { errors } = refused(await world.hold(await world.user(), sale, wish), 400, 'invalid');
    assert.ok(errors.length > 0);
  });

test('before the sale and after it nothing can be held', async () => {
  const ann = await world.user();
  const coming = await world.sale({ sale_starts_at: world.time(hour), sale_ends_at: world.time(2 * hour) });
  refused(await world.hold(ann, coming, [coming.guids[0]]), 409, 'not_on_sale');
  await world.advance(hour);
  ok(await world.hold(ann, coming, [coming.guids[0]]), 201);
  await world.advance(hour);
  refused(await world.hold(ann, coming, [coming.guids[1]]), 409, 'not_on_sale');
});

test('a seat that is not for sale is shown so and cannot be held', async () => {
  const some = await world.sale({ hall: { rows: 3, seats: 4 }, blocked_seats: ['1-1', '2-3'] });
  assert.deepEqual((await world.seats(some)).map((state) => state === BLOCKED), some.guids.map((guid) => ['1-1', '2-3'].includes(guid)));
  refused(await world.hold(await world.user(), some, ['1-1']), 409, 'seat_taken');
  const best = ok(await world.hold(await world.user(), some, { best: { count: 3, grade: 'VIP' } }), 201);
  assert.ok(!best.seats.some((seat) => seat.guid === '1-1'));
});

test('a released hold frees its seats; to release it again changes nothing', async () => {
  const [ann, bob] = [await world.user(), await world.user()];
  const wish = await free_seats(2);
  const hold = ok(await world.hold(ann, sale, wish), 201);
  for (let i = 0; i < 2; i++) ok(await release(ann, hold.id), 204);
  assert.equal(ok(await show(ann, hold.id)).status, 'released');
  const next = ok(await world.hold(bob, sale, wish), 201);
  ok(await release(ann, hold.id), 204);
  assert.equal(ok(await show(bob, next.id)).status, 'active');
  assert.equal(await state_of(wish[0]), HELD);
});

test('a hold ends by the clock, to the millisecond', async () => {
  const [ann, bob] = [await world.user(), await world.user()];
  const wish = await free_seats(2);
  const hold = ok(await world.hold(ann, sale, wish), 201);
  await world.advance(8 * minute - 1);
  assert.equal(ok(await show(ann, hold.id)).status, 'active');
  refused(await world.hold(bob, sale, wish), 409, 'seat_taken');
  await world.advance(1);
  assert.equal(ok(await show(ann, hold.id)).status, 'expired');
  assert.equal(await state_of(wish[0]), FREE);
  ok(await world.hold(bob, sale, wish), 201);
  refused(await world.book(ann, hold), 409, 'hold_expired');
  ok(await release(ann, hold.id), 204);
  assert.equal(await state_of(wish[0]), HELD);
});

test("what is somebody else's is not there", async () => {
  const [ann, bob] = [await world.user(), await world.user()];
  const wish = await free_seats(1);
  const hold = ok(await world.hold(ann, sale, wish), 201);
  refused(await show(bob, hold.id), 404, 'not_found');
  refused(await release(bob, hold.id), 404, 'not_found');
  refused(await world.book(bob, hold), 404, 'not_found');
  assert.equal(await state_of(wish[0]), HELD);
  refused(await world.api('GET', `/api/v1/holds/${hold.id}`), 401, 'unauthenticated');
});

test('the same key and body: the same bytes, one hold', async () => {
  const [ann, bob] = [await world.user(), await world.user()];
  const wish = await free_seats(2);
  const first = await world.hold(ann, sale, wish, { key: 'one-wish' });
  ok(first, 201);
  const again = await world.hold(ann, sale, wish, { key: 'one-wish' });
  assert.equal(again.status, 201);
  assert.deepEqual(again.bytes, first.bytes);
  refused(await world.hold(ann, sale, [wish[0]], { key: 'one-wish' }), 422, 'idempotency_mismatch');
  refused(await world.hold(bob, sale, wish, { key: 'one-wish' }), 409, 'seat_taken');
});

test('a refusal is repeated with its key too', async () => {
  const [ann, bob] = [await world.user(), await world.user()];
  const wish = await free_seats(1);
  const hold = ok(await world.hold(ann, sale, wish), 201);
  const first = await world.hold(bob, sale, wish, { key: 'too-late' });
  refused(first, 409, 'seat_taken');
  ok(await release(ann, hold.id), 204);
  const again = await world.hold(bob, sale, wish, { key: 'too-late' });
  assert.equal(again.status, 409);
  assert.deepEqual(again.bytes, first.bytes);
});

test('a key that is used at once by many requests makes one hold', async () => {
  const ann = await world.user();
  const answers = await Promise.all(Array.from({ length: 20 }, () => world.hold(ann, sale, { best: { count: 1, grade: 'S' } }, { key: 'double-click' })));
  const made = answers.filter((answer) => answer.status === 201);
  assert.ok(made.length > 0);
  for (const answer of made) assert.deepEqual(answer.bytes, made[0].bytes);
  for (const answer of answers) if (answer.status !== 201) refused(answer, 409, 'in_progress');
  const last = await world.hold(ann, sale, { best: { count: 1, grade: 'S' } }, { key: 'double-click' });
  assert.deepEqual(last.bytes, made[0].bytes);
});

test('keys, holds and seats survive a kill and a day', async () => {
  const [ann, bob] = [await world.user(), await world.user()];
  const wish = await free_seats(2);
  const first = await world.hold(ann, sale, wish, { key: 'for-ever' });
  const hold = ok(first, 201);
  const other = await world.buy(bob, sale, await free_seats(1));
  const before_kill = [...await world.seats(sale)];
  await world.crash();
  assert.deepEqual([...await world.seats(sale)], before_kill);
  const again = await world.hold(ann, sale, wish, { key: 'for-ever' });
  assert.equal(again.status, 201);
  assert.deepEqual(again.bytes, first.bytes);
  refused(await world.hold(ann, sale, [wish[0]], { key: 'for-ever' }), 422, 'idempotency_mismatch');
  assert.equal(ok(await show(ann, hold.id)).status, 'active');
  assert.equal(await state_of(other.hold.seats[0].guid), SOLD);
  await world.advance(day - minute);
  assert.equal(await state_of(wish[0]), FREE);
  assert.deepEqual((await world.hold(ann, sale, wish, { key: 'for-ever' })).bytes, first.bytes);
});
