/* Weaknesses 10, 12 to 18, 21 and 36 to 40: coupons, mileage, refunds, tickets and reviews. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { SOLD, World, day, minute } from '../lib/world.mjs';

let world, buyer, other, sale;
let next_seat = 0, serial = 0;

before(async () => {
  world = await World.open();
  [buyer, other] = await world.crowd(2);
  sale = await world.sale({ limit: 50, hall: { rows: 20, seats: 20 } });
});
after(() => world.close());

const seats = (n = 1) => sale.guids.slice(next_seat, next_seat += n);
const api = (as, method, path, body, options) => world.api(method, `/api/v1${path}`, body, { as, ...options });
const coupon = async (terms = { discount_percent: 10 }, quantity = 10) => ok(await api(world.admin, 'POST', '/coupons',
  { name: 'A coupon', code: `CODE${++serial}`, quantity, expires_at: world.time(30 * day), ...terms }), 201);
const claimed = async (who, offer) => ok(await api(who, 'POST', `/coupons/${offer.id}/claim`), 201);
const status_of = async (who, piece) => ok(await api(who, 'GET', '/coupons/mine?limit=100')).items.find(({ id }) => id === piece.id).status;
const give = async (who, delta) => { await api(world.admin, 'POST', `/users/${who.id}/mileage`, { delta, reason: 'A gift.' }); };
const balance = async (who) => ok(await api(who, 'GET', '/mileage')).balance;
const book = async (who, wish, benefits = {}) => {
  const hold = ok(await world.hold(who, sale, wish), 201);
  return api(who, 'POST', '/bookings', { hold_id: hold.id, ...benefits });
};
const paid = async (who, booking) => ok(await world.confirm(who, ok(await world.pay(who, booking), 201)));
const tickets_of = async (who, booking) => ok(await api(who, 'GET', `/bookings/${booking.id}/tickets`)).items;
const cancel = (who, booking, body = { reason: 'Other plans.' }) => api(who, 'POST', `/bookings/${booking.id}/cancel`, body);

test('10: a ticket is issued anew only for one that is paid for, and the old code dies', async () => {
  const pending = ok(await book(buyer, seats()), 201);
  assert.deepEqual(await tickets_of(buyer, pending), []);
  const bought = await world.buy(buyer, sale, seats());
  const [old] = bought.tickets;
  const fresh = ok(await api(buyer, 'POST', `/tickets/${old.id}/reissue`));
  assert.notEqual(fresh.code, old.code);
  ok(await cancel(buyer, bought.booking));
  refused(await api(buyer, 'POST', `/tickets/${old.id}/reissue`), 409, 'ticket_void');
  assert.ok((await tickets_of(buyer, bought.booking)).every(({ status }) => status === 'void'));
});

test('12: what a discount takes off is not charged', async () => {
  const piece = await claimed(buyer, await coupon({ discount_percent: 25 }));
  const booking = ok(await book(buyer, seats(), { coupon_id: piece.id }), 201);
  assert.equal(booking.discount.amount, booking.total.amount / 4);
  const payment = ok(await world.pay(buyer, booking), 201);
  assert.equal(payment.amount.amount, booking.total.amount - booking.discount.amount);
  ok(await world.confirm(buyer, payment));
  await world.advance(0);
  assert.equal(await status_of(buyer, piece), 'used');
});

test('13: a coupon is its owner\'s alone, also when many have the same', async () => {
  const offer = await coupon();
  const [mine, theirs] = [await claimed(buyer, offer), await claimed(other, offer)];
  refused(await book(buyer, seats(), { coupon_id: theirs.id }), 404, 'not_found');
  ok(await book(buyer, seats(), { coupon_id: mine.id }), 201);
  assert.equal(await status_of(other, theirs), 'usable');
});

test('14: a coupon and mileage are reserved with the first booking: a second one cannot count on them, nor one that has run out', async () => {
  const piece = await claimed(buyer, await coupon());
  await give(buyer, 1000);
  const all = await balance(buyer);
  ok(await book(buyer, seats(), { coupon_id: piece.id, mileage: all }), 201);
  refused(await book(buyer, seats(), { coupon_id: piece.id }), 409, 'coupon_used');
  refused(await book(buyer, seats(), { mileage: 1 }), 409, 'mileage_short');
  const late = await claimed(other, await coupon({ discount_percent: 10, expires_at: world.time(minute) }));
  await world.advance(2 * minute);
  refused(await book(other, seats(), { coupon_id: late.id }), 409, 'coupon_expired');
});

test('15: negative mileage is refused and gives nothing', async () => {
  const earlier = await balance(other);
  for (const mileage of [-1, -100000, 1.5, '5']) {
    const piece = await claimed(other, await coupon());
    refused(await book(other, seats(), { coupon_id: piece.id, mileage }), 400, 'invalid');
  }
  assert.equal(await balance(other), earlier);
});

test('16: mileage alone and a coupon alone work, and come back', async () => {
  const person = await world.user();
  await give(person, 700);
  const by_mileage = ok(await book(person, seats(), { mileage: 700 }), 201);
  assert.equal(by_mileage.due.amount, by_mileage.total.amount - 700);
  await paid(person, by_mileage);
  const piece = await claimed(person, await coupon());
  const by_coupon = ok(await book(person, seats(), { coupon_id: piece.id }), 201);
  await paid(person, by_coupon);
  await world.advance(0);
  assert.equal(await status_of(person, piece), 'used');
  for (const booking of [by_mileage, by_coupon]) ok(await cancel(person, booking));
  await world.advance(minute);
  assert.equal(await balance(person), 700);
  assert.equal(await status_of(person, piece), 'usable');
});

test('17: a benefit that is refused is told at once, and the seats stay held for another try', async () => {
  const hold = ok(await world.hold(other, sale, seats()), 201);
  refused(await api(other, 'POST', '/bookings', { hold_id: hold.id, mileage: 1000000 }), 409, 'mileage_short');
  assert.equal(ok(await api(other, 'GET', `/holds/${hold.id}`)).status, 'active');
  await paid(other, ok(await world.book(other, hold), 201));
});

test('18: money goes back once, never more than was paid, whoever asks how often', async () => {
  const bought = await world.buy(buyer, sale, seats());
  const answers = await Promise.all(Array.from({ length: 8 }, () => cancel(buyer, bought.booking)));
  assert.ok(answers.every(({ status }) => status === 200 || status === 409));
  await world.advance(minute);
  assert.equal((await world.booking(buyer, bought.booking.id)).status, 'refunded');
  const { items } = ok(await api(buyer, 'GET', `/payments/${bought.payment.id}/refunds`));
  assert.equal(items.reduce((sum, { amount }) => sum + amount.amount, 0), bought.payment.amount.amount);
  refused(await api(world.admin, 'POST', `/payments/${bought.payment.id}/refunds`, { amount: { amount: 1, currency: 'KRW' }, reason: 'Once more.' }), 409, 'refund_too_much');
});

test('21: a ticket dies with its booking', async () => {
  const bought = await world.buy(buyer, sale, seats());
  ok(await cancel(buyer, bought.booking));
  assert.ok((await tickets_of(buyer, bought.booking)).every(({ status }) => status === 'void'));
  const door = ok(await api(world.admin, 'POST', '/checkin', { code: bought.tickets[0].code, gate: 'A', nonce: 'weakness-21' }));
  assert.deepEqual([door.result, door.reason], ['refused', 'void']);
});

test('36: mileage spent by many at once is spent once', async () => {
  const person = await world.user();
  await give(person, 1000);
  const answers = await Promise.all(Array.from({ length: 8 }, () => book(person, seats(), { mileage: 600 })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(7).fill(409)]);
  assert.equal(await balance(person), 400);
});

test('37: of many who want the last coupons exactly as many get one, nobody two, and none for somebody else', async () => {
  const offer = await coupon({ discount_percent: 10 }, 5);
  const people = await world.crowd(12);
  const answers = await Promise.all([...people, ...people].map((person) => api(person, 'POST', `/coupons/${offer.id}/claim`)));
  assert.equal(answers.filter(({ status }) => status === 201).length, 5);
  assert.ok(answers.every(({ status }) => status === 201 || status === 409));
  refused(await api(people[0], 'POST', `/coupons/${offer.id}/claim`, { user_id: people[1].id }), 400, 'invalid');
  await world.crash();
  refused(await api(await world.user(), 'POST', `/coupons/${offer.id}/claim`), 409, 'sold_out');
});

test('38, 39: one review a person, a like counts once however often it is clicked, and the average is exact at once', async () => {
  const seen = await world.sale({ starts_at: world.time(2 * day), ends_at: world.time(2 * day + minute), sale_ends_at: world.time(day) });
  const reviews = `/performances/${seen.performance.id}/reviews`;
  assert.equal(ok(await api(buyer, 'GET', reviews)).count, 0);
  for (const [i, person] of [buyer, other].entries()) await world.buy(person, seen, seen.guids.slice(i, i + 1));
  await world.advance(3 * day);
  const write = (person, rating) => api(person, 'POST', reviews, { rating, title: 'Seen', content: 'It was good.' });
  const [first, ...again] = await Promise.all([write(buyer, 5), write(buyer, 5), write(buyer, 5)]);
  assert.deepEqual([first, ...again].map(({ status }) => status).sort(), [201, 409, 409]);
  const review = [first, ...again].find(({ status }) => status === 201).json;
  await Promise.all(Array.from({ length: 8 }, () => api(other, 'PUT', `/reviews/${review.id}/like`)));
  assert.equal(ok(await api(buyer, 'GET', `/reviews/${review.id}`)).likes, 1);
  const second = ok(await write(other, 2), 201);
  assert.deepEqual((({ average, count }) => [average, count])(ok(await api(buyer, 'GET', reviews))), [3.5, 2]);
  ok(await api(other, 'DELETE', `/reviews/${second.id}`), 204);
  assert.deepEqual((({ average, count }) => [average, count])(ok(await api(buyer, 'GET', reviews))), [5, 1]);
});

test('40: what is recommended outlives the program', async () => {
  const shows = [];
  for (let i = 0; i < 3; i++) shows.push(await world.sale({ limit: 10 }));
  const people = await world.crowd(4);
  for (const person of people.slice(0, 3)) for (const [i, show] of shows.slice(0, 2).entries()) await world.buy(person, show, show.guids.slice(people.indexOf(person) * 2 + i, people.indexOf(person) * 2 + i + 1));
  await world.buy(people[3], shows[0], shows[0].guids.slice(9, 10));
  await world.advance(day);
  const read = async () => ok(await api(people[3], 'GET', '/performances/recommended')).items.map(({ id }) => id);
  const told = await read();
  assert.ok(told.includes(shows[1].performance.id), 'who saw the first also saw the second');
  await world.crash();
  assert.deepEqual(await read(), told);
  assert.ok(SOLD);
});
