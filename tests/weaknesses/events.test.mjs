/* Weaknesses 23 to 30: events that are lost, come twice, come too early, or never end. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ok, refused } from '../lib/server.mjs';
import { FREE, HELD, World, minute } from '../lib/world.mjs';

const run = promisify(execFile);
let world, buyer, other, sale;
let next_seat = 0;

before(async () => {
  world = await World.open();
  [buyer, other] = await world.crowd(2);
  sale = await world.sale({ limit: 50 });
});
after(() => world.close());

const seat = () => sale.guids.slice(next_seat, ++next_seat);
const state_of = async ([guid]) => (await world.seats(sale))[sale.guids.indexOf(guid)];
const sql = (text) => world.server.store.rows(text);

test('23: what was acknowledged and what follows from it are one: a crash right after the answer loses neither', async () => {
  const bought = await world.buy(buyer, sale, seat());
  await world.crash();
  assert.equal((await world.booking(buyer, bought.booking.id)).status, 'confirmed');
  const bodies = await sql("SELECT body FROM outbox WHERE topic = 'booking.confirmed'");
  assert.equal(bodies.filter(([body]) => body.includes(bought.booking.id)).length, 1);
});

test('24: a seat held before a crash comes back when the time of its hold is over', async () => {
  const wish = seat();
  ok(await world.hold(buyer, sale, wish), 201);
  await world.crash();
  assert.equal(await state_of(wish), HELD);
  await world.advance(10 * minute);
  assert.equal(await state_of(wish), FREE);
});

test('25: a hold that ends while the program is down ends when it is back, once', async () => {
  const wish = seat();
  const hold = ok(await world.hold(buyer, sale, wish), 201);
  await world.server.kill9();
  await world.server.restart();
  await world.catch_up();
  await world.advance(10 * minute);
  assert.equal(ok(await world.api('GET', `/api/v1/holds/${hold.id}`, undefined, { as: buyer })).status, 'expired');
  ok(await world.hold(other, sale, wish), 201);
});

test('26: there is no copy that lags: a booking is read as it is, right after each change', async () => {
  const { booking, payment } = await world.checkout(buyer, sale, seat());
  assert.equal((await world.booking(buyer, booking.id)).status, 'pending');
  ok(await world.confirm(buyer, payment));
  assert.equal((await world.booking(buyer, booking.id)).status, 'confirmed');
  assert.equal(ok(await world.api('GET', '/api/v1/bookings', undefined, { as: buyer })).items[0].status, 'confirmed');
});

test('27: a refusal is an answer, and the buyer can go on: declined, then paid', async () => {
  const { booking, payment } = await world.checkout(buyer, sale, seat());
  refused(await world.confirm(buyer, payment, 'sandbox-decline'), 409, 'payment_declined');
  assert.equal((await world.booking(buyer, booking.id)).status, 'pending');
  const again = ok(await world.pay(buyer, booking), 201);
  assert.equal(ok(await world.confirm(buyer, again)).status, 'paid');
});

test('28: the same news several times has one effect', async () => {
  const { booking, payment } = await world.checkout(buyer, sale, seat());
  assert.equal(ok(await world.confirm(buyer, payment, 'sandbox-duplicate-webhook')).status, 'paid');
  await world.advance(minute);
  assert.equal(ok(await world.api('GET', `/api/v1/bookings/${booking.id}/tickets`, undefined, { as: buyer })).items.length, 1);
  const bodies = await sql("SELECT body FROM outbox WHERE topic = 'booking.confirmed'");
  assert.equal(bodies.filter(([body]) => body.includes(booking.id)).length, 1);
});

test('29: an event that is refused for good is parked for people to see and does not hold up the next', async () => {
  const unit = fileURLToPath(new URL('../../build/src/call_test', import.meta.url));
  const { stderr, stdout } = await run(unit);
  assert.match(stdout + stderr, /\[ +OK \] test_events/);
});

test('30: no event grows with the number of accounts', async () => {
  await world.crowd(200);
  const [[longest]] = await sql('SELECT MAX(LENGTH(body)) FROM outbox');
  assert.ok(longest < 16384, `${longest} bytes`);
});
