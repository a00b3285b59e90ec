/* Weaknesses 1 to 8 of the system this one replaces: ways to sell a seat twice. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { BLOCKED, FREE, HELD, SOLD, World, day, minute } from '../lib/world.mjs';

let world, people;

before(async () => {
  world = await World.open();
  people = await world.crowd(16);
});
after(() => world.close());

test('1: a seat has one truth: of 16 who ask for it at once one gets it, and a crash does not change whose it is', async () => {
  const sale = await world.sale();
  const answers = await Promise.all(people.map((person) => world.hold(person, sale, sale.guids.slice(0, 1))));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(15).fill(409)]);
  const winner = answers.findIndex(({ status }) => status === 201);
  await world.crash();
  for (const [i, person] of people.entries()) if (i !== winner) refused(await world.hold(person, sale, sale.guids.slice(0, 1)), 409, 'seat_taken');
  assert.equal(ok(await world.api('GET', `/api/v1/holds/${answers[winner].json.id}`, undefined, { as: people[winner] })).status, 'active');
});

test('2: a seat that is not for sale cannot be held, however often it is asked for', async () => {
  const sale = await world.sale({ blocked_seats: ['1-1'] });
  for (const person of people.slice(0, 8)) refused(await world.hold(person, sale, ['1-1']), 409, 'seat_taken');
  assert.equal((await world.seats(sale))[sale.guids.indexOf('1-1')], BLOCKED);
});

test('3: giving up a hold twice does not free the seat of who has it now', async () => {
  const [first, second, third] = people;
  const sale = await world.sale();
  const wish = sale.guids.slice(0, 1);
  const hold = ok(await world.hold(first, sale, wish), 201);
  const release = () => world.api('DELETE', `/api/v1/holds/${hold.id}`, undefined, { as: first });
  ok(await release(), 204);
  await world.buy(second, sale, wish);
  ok(await release(), 204);
  refused(await world.hold(third, sale, wish), 409, 'seat_taken');
  assert.equal((await world.seats(sale))[0], SOLD);
});

test('4: no job brings an old state back: what was sold and held stays so over jobs and restarts', async () => {
  const [buyer, holder] = people;
  const sale = await world.sale();
  await world.buy(buyer, sale, sale.guids.slice(0, 2));
  ok(await world.hold(holder, sale, sale.guids.slice(2, 4)), 201);
  for (let i = 0; i < 3; i++) {
    await world.advance(2 * minute);
    assert.deepEqual((await world.seats(sale)).slice(0, 5), [SOLD, SOLD, HELD, HELD, FREE]);
    await world.crash();
  }
  await world.advance(10 * minute);
  assert.deepEqual((await world.seats(sale)).slice(0, 5), [SOLD, SOLD, FREE, FREE, FREE]);
});

test('5: no route sets the state of a seat for others', async () => {
  const [owner, stranger] = people;
  const sale = await world.sale();
  const hold = ok(await world.hold(owner, sale, sale.guids.slice(0, 1)), 201);
  for (const path of ['/performances/seat/status', '/performances/seat/status/cancel', '/seats/lock', '/seats/lock/cancel'])
    assert.equal((await world.server.send('PUT', `/api/v1${path}`, {}, { authorization: `Bearer ${stranger.token}` })).status, 404);
  refused(await world.api('DELETE', `/api/v1/holds/${hold.id}`, undefined, { as: stranger }), 404, 'not_found');
  assert.equal((await world.seats(sale))[0], HELD);
});

test('6: paying for a booking that is over completes nothing: the money goes back, and no ticket is made', async () => {
  const [late, quick] = people;
  const sale = await world.sale();
  const wish = sale.guids.slice(0, 1);
  const { booking, payment } = await world.checkout(late, sale, wish);
  await world.advance(20 * minute);
  await world.buy(quick, sale, wish);
  assert.equal(ok(await world.confirm(late, payment)).status, 'refunded');
  await world.advance(0);                             /* the news has come to the booking */
  assert.equal((await world.booking(late, booking.id)).status, 'refunded');
  assert.deepEqual(ok(await world.api('GET', `/api/v1/bookings/${booking.id}/tickets`, undefined, { as: late })).items, []);
});

test('7: the sale window and the limit a person hold at every hold', async () => {
  const [buyer] = people;
  const early = await world.sale({ sale_starts_at: world.time(minute) });
  refused(await world.hold(buyer, early, early.guids.slice(0, 1)), 409, 'not_on_sale');
  const sale = await world.sale({ limit: 2, sale_ends_at: world.time(day) });
  refused(await world.hold(buyer, sale, sale.guids.slice(0, 3)), 409, 'limit_reached');
  await world.buy(buyer, sale, sale.guids.slice(0, 2));
  refused(await world.hold(buyer, sale, sale.guids.slice(2, 3)), 409, 'limit_reached');
  await world.advance(day);
  refused(await world.hold(await world.user(), sale, sale.guids.slice(4, 5)), 409, 'not_on_sale');
});

test('8: a hold lasts as long as it was promised, to the second', async () => {
  const [owner, other] = people;
  const sale = await world.sale();
  const hold = ok(await world.hold(owner, sale, sale.guids.slice(0, 1)), 201);
  await world.advance(Date.parse(hold.expires_at) - world.now - 1000);
  refused(await world.hold(other, sale, sale.guids.slice(0, 1)), 409, 'seat_taken');
  await world.advance(2000);
  ok(await world.hold(other, sale, sale.guids.slice(0, 1)), 201);
});
