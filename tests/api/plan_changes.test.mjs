/* A schedule moves to another plan while it is sold: nobody loses a seat, and a seat's state goes with its guid. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { plan_of } from '../lib/plan.mjs';
import { ok, refused } from '../lib/server.mjs';
import { BLOCKED, FREE, HELD, SOLD, World, minute } from '../lib/world.mjs';

let world, producer;
before(async () => {
  world = await World.open();
  producer = await world.user(['PRODUCER']);
});
after(() => world.close());

const make = (options) => world.sale({ as: producer, hall: { rows: 3, seats: 10 }, ...options });
const move = (sale, plan, rest = {}, as = producer) => world.api('PUT', `/api/v1/schedules/${sale.id}/plan`, { plan, ...rest }, { as });
const without = (plan, ...guids) => {
  for (const row of plan.zones[0].rows) row.seats = row.seats.filter((seat) => !guids.includes(seat.seat_guid));
  return plan;
};
const map_of = async (sale) => ok(await world.api('GET', `/api/v1/schedules/${sale.id}/map`));
const guids_in = (map) => map.sections.flatMap((section) => section.rows.flatMap((row) => row.guids));
/* The state of each seat by its guid, as a client puts map and availability together. */
async function states(sale) {
  const guids = guids_in(await map_of(sale));
  const seats = await world.seats({ ...sale, guids });
  return Object.fromEntries(guids.map((guid, i) => [guid, seats[i]]));
}
const remaining = async (sale) => ok(await world.api('GET', `/api/v1/schedules/${sale.id}`)).remaining.map(({ grade, free, total }) => [grade, free, total]);

test('seats are added, and everybody keeps what is theirs', async () => {
  const sale = await make();
  const [ann, ben, cem] = [await world.user(), await world.user(), await world.user()];
  const { booking, tickets } = await world.buy(ann, sale, ['1-1', '3-10']);
  const hold = ok(await world.hold(ben, sale, ['2-5']), 201);
  ok(await world.api('PUT', `/api/v1/schedules/${sale.id}/house_seats`, { holds: [{ reason: 'Camera', seats: ['2-2'] }] }, { as: producer }));

  ok(await move(sale, plan_of({ rows: 4, seats: 12, categories: ['VIP', 'R', 'S'] })));
  const check = async () => {
    const now = await states(sale);
    assert.equal(Object.keys(now).length, 48);
    const taken = { '1-1': SOLD, '3-10': SOLD, '2-5': HELD, '2-2': BLOCKED };
    for (const [guid, state] of Object.entries(now)) assert.equal(state, taken[guid] ?? FREE, guid);
    assert.deepEqual((await world.booking(ann, booking.id)).seats.map((seat) => seat.guid), ['1-1', '3-10']);
    assert.equal(ok(await world.api('GET', `/api/v1/tickets/${tickets[1].id}`, undefined, { as: ann })).seat.guid, '3-10');
    assert.deepEqual(ok(await world.api('GET', `/api/v1/holds/${hold.id}`, undefined, { as: ben })).seats.map((seat) => seat.guid), ['2-5']);
  };
  await check();
  await world.crash();
  await check();
  const more = ok(await world.hold(cem, sale, ['4-12', '1-12']), 201);
  assert.deepEqual(more.seats.map((seat) => [seat.guid, seat.row]), [['4-12', '4'], ['1-12', '1']]);
  refused(await world.hold(cem, sale, ['1-1']), 409, 'seat_taken');
  await world.advance(9 * minute);
  assert.equal((await states(sale))['4-12'], FREE);
  assert.equal((await remaining(sale)).reduce((n, [, free]) => n + free, 0), 48 - 3);
  await world.server.audit();
});

test('a plan that lacks held or sold seats is refused with their list', async () => {
  const sale = await make();
  const [ann, ben] = [await world.user(), await world.user()];
  await world.buy(ann, sale, ['1-3']);
  ok(await world.hold(ben, sale, ['2-7', '2-8']), 201);
  const before = await map_of(sale);
  const lacking = without(plan_of({ rows: 3, seats: 10 }), '1-3', '1-4', '2-8');
  const { errors } = refused(await move(sale, lacking), 409, 'seats_in_use');
  assert.deepEqual(errors.map((error) => error.field), ['1-3', '2-8']);
  assert.deepEqual(await map_of(sale), before);
  assert.equal((await states(sale))['1-4'], FREE);
});

test('seats that the plan lacks are sold no more, until a plan has them again', async () => {
  const sale = await make();
  const ann = await world.user();
  ok(await move(sale, without(plan_of({ rows: 3, seats: 10 }), '1-1', '1-2', '2-10')));
  assert.deepEqual(await remaining(sale), [['VIP', 8, 8], ['R', 9, 9], ['S', 10, 10]]);
  refused(await world.hold(ann, sale, ['1-1']), 409, 'seat_taken');
  ok(await world.api('PUT', `/api/v1/schedules/${sale.id}/house_seats`, { holds: [] }, { as: producer }));
  refused(await world.hold(ann, sale, ['2-10']), 409, 'seat_taken');
  refused(await world.api('PUT', `/api/v1/schedules/${sale.id}/house_seats`, { holds: [{ reason: 'x', seats: ['1-1'] }] }, { as: producer }), 409, 'seats_in_use');
  await world.crash();
  assert.deepEqual(await remaining(sale), [['VIP', 8, 8], ['R', 9, 9], ['S', 10, 10]]);
  ok(await move(sale, plan_of({ rows: 3, seats: 10 })));
  assert.deepEqual(await remaining(sale), [['VIP', 10, 10], ['R', 10, 10], ['S', 10, 10]]);
  ok(await world.hold(ann, sale, ['1-1', '2-10']), 201);
});

test('seats change their grade, and new grades have their price', async () => {
  const sale = await make();
  const ann = await world.user();
  const plan = plan_of({ rows: 3, seats: 10, categories: ['VIP', 'Box', 'S'] });
  assert.deepEqual(refused(await move(sale, plan), 400, 'invalid').errors.map((error) => error.field), ['prices.Box']);
  const price = { amount: 99000, currency: 'KRW' };
  assert.deepEqual(refused(await move(sale, plan, { prices: { Box: price, VIP: price } }), 400, 'invalid').errors.map((e) => e.field), ['prices.VIP']);
  assert.deepEqual(refused(await move(sale, plan, { prices: { Box: { ...price, currency: 'USD' } } }), 400, 'invalid').errors.map((e) => e.field), ['prices.Box']);
  ok(await move(sale, plan, { prices: { Box: price } }));
  assert.deepEqual(await remaining(sale), [['VIP', 10, 10], ['R', 0, 0], ['S', 10, 10], ['Box', 10, 10]]);
  const hold = ok(await world.hold(ann, sale, { best: { count: 2, grade: 'Box' } }), 201);
  assert.deepEqual(hold.seats.map((seat) => [seat.row, seat.price]), [['2', price], ['2', price]]);
});

test('only this schedule moves, and only its organizer moves it', async () => {
  const hall = await world.hall({ as: producer, rows: 3, seats: 10 });
  const sale = await make({ hall });
  const other = await make({ hall, starts_at: world.time(50 * 24 * 60 * minute), ends_at: world.time(50 * 24 * 60 * minute + minute) });
  const plan = plan_of({ rows: 3, seats: 11 });
  refused(await move(sale, plan, {}, await world.user(['PRODUCER'])), 404, 'not_found');
  refused(await move(sale, { zones: [] }), 400, 'invalid');
  ok(await move(sale, plan));
  assert.equal(guids_in(await map_of(sale)).length, 33);
  assert.equal(guids_in(await map_of(other)).length, 30);
  refused(await world.api('POST', `/api/v1/performances/${other.performance.id}/schedules`, world.schedule_body(hall), { as: producer }), 409, 'hall_busy');
  ok(await world.api('POST', `/api/v1/schedules/${sale.id}/cancel`, { reason: 'over' }, { as: producer }));
  refused(await move(sale, plan), 409, 'schedule_cancelled');
});
