/* What an organizer changes after a schedule was made: its times, its sale, prices, the limit; seats kept by the house. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { BLOCKED, FREE, HELD, SOLD, World, day, hour, minute } from '../lib/world.mjs';

let world, producer, rival;

before(async () => {
  world = await World.open();
  producer = await world.user(['PRODUCER']);
  rival = await world.user(['PRODUCER']);
});
after(() => world.close());

const krw = (amount) => ({ amount, currency: 'KRW' });
const make = (options = {}) => world.sale({ as: producer, hall: { rows: 3, seats: 10 }, ...options });
const get = async (sale) => ok(await world.api('GET', `/api/v1/schedules/${sale.id}`));
const change = (sale, body, as = producer) => world.api('PATCH', `/api/v1/schedules/${sale.id}`, body, { as });
const house = (sale, holds, as = producer) => world.api('PUT', `/api/v1/schedules/${sale.id}/house_seats`, { holds }, { as });
const kept = async (sale) => ok(await world.api('GET', `/api/v1/schedules/${sale.id}/house_seats`, undefined, { as: producer })).items;
const state = async (sale, guid) => (await world.seats(sale))[sale.guids.indexOf(guid)];
const fields = (answer) => refused(answer, 400, 'invalid').errors.map((error) => error.field);

/* ---- times, prices, limit ---- */

test('times move, and everybody is told the new ones', async () => {
  const sale = await make();
  const ann = await world.user();
  const { booking, tickets } = await world.buy(ann, sale, [sale.guids[0]]);
  const times = { starts_at: world.time(25 * day), ends_at: world.time(25 * day + 3 * hour), sale_ends_at: world.time(24 * day) };
  const changed = ok(await change(sale, times));
  for (const [name, value] of Object.entries(times)) assert.equal(Date.parse(changed[name]), Date.parse(value), name);
  assert.deepEqual(await get(sale), changed);
  assert.equal(Date.parse((await world.booking(ann, booking.id)).starts_at), Date.parse(times.starts_at));
  assert.equal(Date.parse(ok(await world.api('GET', `/api/v1/tickets/${tickets[0].id}`, undefined, { as: ann })).starts_at), Date.parse(times.starts_at));
});

test('a hall plays one thing at a time, also when times move', async () => {
  const hall = await world.hall({ as: producer, rows: 3, seats: 4 });
  const evening = (d) => ({ starts_at: world.time(d * day), ends_at: world.time(d * day + 2 * hour), sale_ends_at: world.time(9 * day) });
  const [first, second] = [await make({ hall, ...evening(30) }), await make({ hall, ...evening(31) })];
  refused(await change(second, { starts_at: world.time(30 * day + hour), ends_at: world.time(30 * day + 3 * hour) }), 409, 'hall_busy');
  ok(await change(second, { starts_at: world.time(30 * day + 2 * hour), ends_at: world.time(30 * day + 4 * hour) }));
  refused(await change(first, { ends_at: world.time(30 * day + 3 * hour) }), 409, 'hall_busy');
  assert.equal(Date.parse((await get(first)).ends_at), Date.parse(evening(30).ends_at));
  ok(await world.api('POST', `/api/v1/schedules/${first.id}/cancel`, { reason: 'moved' }, { as: producer }));
  ok(await change(second, { starts_at: world.time(30 * day), ends_at: world.time(30 * day + 2 * hour) }));
});

test('the sale opens and closes when the organizer says', async () => {
  const sale = await make({ sale_starts_at: world.time(5 * hour) });
  const ann = await world.user();
  refused(await world.hold(ann, sale, [sale.guids[0]]), 409, 'not_on_sale');
  assert.equal(ok(await change(sale, { sale_starts_at: world.time(0) })).status, 'on_sale');
  ok(await world.hold(ann, sale, [sale.guids[0]]), 201);
  refused(await change(sale, { sale_starts_at: world.time(-hour) }), 409, 'sale_begun');
  assert.equal(ok(await change(sale, { sale_ends_at: world.time(hour) })).status, 'on_sale');
  await world.advance(hour);
  assert.equal((await get(sale)).status, 'closed');
  refused(await world.hold(ann, sale, [sale.guids[1]]), 409, 'not_on_sale');
  assert.equal(ok(await change(sale, { sale_ends_at: world.time(day) })).status, 'on_sale');
  ok(await world.hold(ann, sale, [sale.guids[1]]), 201);
});

test('a new price is for new holds', async () => {
  const sale = await make();
  const [ann, ben] = [await world.user(), await world.user()];
  const before = ok(await world.hold(ann, sale, [sale.guids[0]]), 201);
  const map_etag = (await world.api('GET', `/api/v1/schedules/${sale.id}/map`)).headers.etag;
  const changed = ok(await change(sale, { prices: { VIP: krw(77000) } }));
  assert.deepEqual(changed.remaining.map(({ grade, price }) => [grade, price.amount]), [['VIP', 77000], ['R', 20000], ['S', 10000]]);
  assert.deepEqual(ok(await world.hold(ben, sale, [sale.guids[1]]), 201).total, krw(77000));
  assert.deepEqual(ok(await world.book(ann, before), 201).total, krw(30000));
  const map = await world.api('GET', `/api/v1/schedules/${sale.id}/map`);
  assert.notEqual(map.headers.etag, map_etag);
  assert.deepEqual(map.json.grades[0].price, krw(77000));
});

test('a limit counts for who comes to it later', async () => {
  const sale = await make({ limit: 4 });
  const [ann, ben] = [await world.user(), await world.user()];
  ok(await world.hold(ann, sale, sale.guids.slice(0, 4)), 201);
  assert.equal(ok(await change(sale, { max_tickets_per_user: 2 })).max_tickets_per_user, 2);
  refused(await world.hold(ann, sale, sale.guids.slice(4, 5)), 409, 'limit_reached');
  refused(await world.hold(ben, sale, sale.guids.slice(4, 7)), 409, 'limit_reached');
  ok(await world.hold(ben, sale, sale.guids.slice(4, 6)), 201);
  ok(await change(sale, { max_tickets_per_user: 6 }));
  ok(await world.hold(ann, sale, sale.guids.slice(8, 10)), 201);
  await world.server.audit();
});

test('what does not go together is refused by name, and changes nothing', async () => {
  const sale = await make();
  const before = await get(sale);
  for (const [body, field] of [
    [{ ends_at: world.time(19 * day) }, ['ends_at', 'sale_ends_at']],
    [{ starts_at: world.time(21 * day) }, ['ends_at']],
    [{ starts_at: world.time(-day), ends_at: world.time(10 * day) }, ['starts_at']],
    [{ sale_ends_at: world.time(30 * day) }, ['sale_ends_at']],
    [{ sale_ends_at: world.time(-hour) }, ['sale_ends_at']],
    [{ prices: { VIP: krw(-1) } }, ['prices.VIP.amount']],
    [{ prices: { Z: krw(1) } }, ['prices.Z']],
    [{ prices: { VIP: { amount: 1, currency: 'USD' }, R: krw(5) } }, ['prices.VIP']],
    [{ prices: {} }, ['prices']],
    [{ max_tickets_per_user: 0 }, ['max_tickets_per_user']],
    [{ hall_id: sale.hall.id }, ['hall_id']],
    [{ status: 'on_sale' }, ['status']],
  ]) {
    const named = fields(await change(sale, body));
    assert.ok(named.length && named.every((name) => field.includes(name)), `${JSON.stringify(body)}: ${named}`);
  }
  refused(await change(sale, { max_tickets_per_user: 1 }, rival), 404, 'not_found');
  refused(await change(sale, { max_tickets_per_user: 1 }, await world.user()), 403, 'forbidden');
  assert.deepEqual(await get(sale), before);
});

test('what has begun keeps its beginning, what is over stays as it is', async () => {
  const sale = await make({ starts_at: world.time(hour), ends_at: world.time(3 * hour), sale_ends_at: world.time(2 * hour) });
  await world.advance(hour);
  refused(await change(sale, { starts_at: world.time(hour), ends_at: world.time(5 * hour) }), 409, 'already_begun');
  ok(await change(sale, { ends_at: world.time(3 * hour) }));
  await world.advance(3 * hour);
  refused(await change(sale, { max_tickets_per_user: 1 }), 409, 'schedule_over');
  refused(await house(sale, []), 409, 'schedule_over');
});

test('the waiting room follows the sale', async () => {
  const sale = await make({ sale_ends_at: world.time(hour) });
  const [ann, ben, cem] = [await world.user(), await world.user(), await world.user()];
  ok(await world.api('PUT', `/api/v1/schedules/${sale.id}/queue/settings`,
    { mode: 'fifo', admit_per_minute: 1, active_limit: 1, pass_seconds: 600, paused: true }, { as: producer }));
  const join = (as) => world.api('POST', `/api/v1/schedules/${sale.id}/queue`, undefined, { as });
  const place = ok(await join(ann), 201);
  await world.advance(hour);
  refused(await join(ben), 409, 'not_on_sale');
  await world.crash();                       /* the room of a sale that is over is not even loaded */
  ok(await change(sale, { sale_ends_at: world.time(2 * hour) }));
  await world.advance(1000);
  assert.equal(ok(await join(ben), 201).position, 2);
  assert.equal(ok(await world.api('GET', `/api/v1/queue/${place.place_token}`)).state, 'waiting');
  ok(await world.api('POST', `/api/v1/schedules/${sale.id}/cancel`, { reason: 'over' }, { as: producer }));
  await world.advance(1000);
  refused(await join(cem), 409, 'not_on_sale');
  assert.equal(ok(await world.api('GET', `/api/v1/queue/${place.place_token}`)).state, 'expired');
});

/* ---- seats kept by the house ---- */

test('the house keeps seats, with a reason, and gives them back', async () => {
  const sale = await make();
  const ann = await world.user();
  const [a, b, c] = sale.guids;
  const holds = [{ reason: 'Camera', release_at: null, seats: [a] }, { reason: 'Press', release_at: world.time(2 * hour), seats: [b, c] }];
  const items = ok(await house(sale, holds)).items;
  assert.deepEqual(items.map(({ reason, seats }) => [reason, seats]), [['Camera', [a]], ['Press', [b, c]]]);
  assert.deepEqual(await kept(sale), items);
  assert.deepEqual((await get(sale)).remaining[0], { grade: 'VIP', price: krw(30000), color: '#b98cff', free: 7, total: 7 });
  refused(await world.hold(ann, sale, [a]), 409, 'seat_taken');
  ok(await house(sale, [{ reason: 'Camera', seats: [b] }]));
  assert.deepEqual((await world.seats(sale)).slice(0, 3), [FREE, BLOCKED, FREE]);
  ok(await world.hold(ann, sale, [a]), 201);
  assert.deepEqual(ok(await house(sale, [])).items, []);
  assert.equal(await state(sale, b), FREE);
});

test('house seats go on sale by themselves at their time, after a crash too', async () => {
  const sale = await make();
  const [a, b] = sale.guids;
  ok(await house(sale, [{ reason: 'Press', release_at: world.time(hour), seats: [a] }, { reason: 'Sponsor', release_at: world.time(2 * hour), seats: [b] }]));
  await world.advance(hour - 1);
  assert.equal(await state(sale, a), BLOCKED);
  await world.advance(1);
  assert.deepEqual((await world.seats(sale)).slice(0, 2), [FREE, BLOCKED]);
  await world.crash();
  assert.deepEqual((await world.seats(sale)).slice(0, 2), [FREE, BLOCKED]);
  await world.advance(hour);
  assert.equal(await state(sale, b), FREE);
  assert.deepEqual(await kept(sale), []);
});

test('the house never takes what somebody holds or owns', async () => {
  const sale = await make();
  const ann = await world.user();
  const [a, b, c] = sale.guids;
  await world.buy(ann, sale, [a]);
  ok(await world.hold(ann, sale, [b]), 201);
  const { errors } = refused(await house(sale, [{ reason: 'Late wish', seats: [a, b, c] }]), 409, 'seats_in_use');
  assert.deepEqual(errors.map((error) => error.field), [a, b]);
  assert.deepEqual((await world.seats(sale)).slice(0, 3), [SOLD, HELD, FREE]);
  assert.deepEqual(await kept(sale), []);
});

test('seats blocked from the start are the house\'s, without a reason', async () => {
  const sale = await make({ blocked_seats: ['1-1', '1-2', '1-1'] });
  assert.deepEqual(await kept(sale), [{ reason: '', release_at: null, seats: ['1-1', '1-2'] }]);
  ok(await house(sale, [{ reason: 'Camera', seats: ['1-2'] }]));
  assert.deepEqual((await world.seats(sale)).slice(0, 2), [FREE, BLOCKED]);
});

test('wrong wishes of the house name the field', async () => {
  const sale = await make();
  for (const [holds, field] of [
    [[{ reason: ' ', seats: ['1-1'] }], 'holds[0].reason'],
    [[{ reason: 'x', seats: [] }], 'holds[0].seats'],
    [[{ reason: 'x', seats: ['9-9'] }], 'holds[0].seats[0]'],
    [[{ reason: 'x', seats: ['1-1'] }, { reason: 'y', seats: ['1-2', '1-1'] }], 'holds[1].seats[1]'],
    [[{ reason: 'x', seats: ['1-1'], release_at: world.time(-1000) }], 'holds[0].release_at'],
    [[{ reason: 'x', seats: ['1-1'], release_at: world.time(40 * day) }], 'holds[0].release_at'],
  ]) assert.deepEqual(fields(await house(sale, holds)), [field], JSON.stringify(holds));
  refused(await house(sale, [{ reason: 'x', seats: ['1-1'] }], rival), 404, 'not_found');
  refused(await world.api('GET', `/api/v1/schedules/${sale.id}/house_seats`, undefined, { as: rival }), 404, 'not_found');
  assert.deepEqual(await kept(sale), []);
});

/* ---- cancelling ---- */

test('a cancelled schedule sells nothing and takes nothing back', async () => {
  const sale = await make();
  const [ann, ben, cem, dan] = [await world.user(), await world.user(), await world.user(), await world.user()];
  const late = await world.checkout(dan, sale, [sale.guids[2]]);
  assert.equal(ok(await world.confirm(dan, late.payment, 'sandbox-late')).status, 'pending');
  const held = ok(await world.hold(ann, sale, [sale.guids[0]]), 201);
  const waits = await world.checkout(ben, sale, [sale.guids[1]]);
  const cancel = (as) => world.api('POST', `/api/v1/schedules/${sale.id}/cancel`, { reason: 'The singer is ill' }, { as });
  refused(await cancel(rival), 404, 'not_found');
  const cancelled = ok(await cancel(producer));
  assert.equal(cancelled.status, 'cancelled');
  assert.ok(cancelled.remaining.every(({ free }) => free === 0));
  refused(await world.hold(cem, sale, [sale.guids[5]]), 409, 'not_on_sale');
  refused(await change(sale, { max_tickets_per_user: 3 }), 409, 'schedule_cancelled');
  refused(await house(sale, []), 409, 'schedule_cancelled');
  assert.equal(ok(await cancel(producer)).status, 'cancelled');
  await world.advance(minute);
  assert.equal(ok(await world.api('GET', `/api/v1/holds/${held.id}`, undefined, { as: ann })).status, 'released');
  assert.equal((await world.booking(ben, waits.booking.id)).status, 'cancelled');
  refused(await world.confirm(ben, waits.payment), 409, 'not_payable');
  await world.advance(30 * minute);
  assert.equal((await world.booking(dan, late.booking.id)).status, 'refunded');
  await world.crash();
  assert.equal((await get(sale)).status, 'cancelled');
  refused(await world.hold(cem, sale, [sale.guids[5]]), 409, 'not_on_sale');
});

test('nobody is charged for a cancelled schedule, also before its bookings have been ended', async () => {
  const sale = await make();
  const ann = await world.user();
  const { booking, payment } = await world.checkout(ann, sale, [sale.guids[0]]);
  ok(await world.api('POST', `/api/v1/schedules/${sale.id}/cancel`, { reason: 'Flood' }, { as: producer }));
  refused(await world.confirm(ann, payment), 409, 'not_payable');
  await world.advance(minute);
  assert.equal((await world.booking(ann, booking.id)).status, 'cancelled');
  const { status, refunded } = ok(await world.api('GET', `/api/v1/payments/${payment.id}`, undefined, { as: ann }));
  assert.deepEqual([status, refunded.amount], ['cancelled', 0]);
});

test('everybody who has booked a cancelled schedule gets all back, without a fee', async () => {
  const sale = await make({ starts_at: world.time(30 * hour), ends_at: world.time(32 * hour), sale_ends_at: world.time(29 * hour) });
  const people = await Promise.all(Array.from({ length: 5 }, () => world.user()));
  const bought = [];
  for (const [i, as] of people.entries()) bought.push(await world.buy(as, sale, sale.guids.slice(2 * i, 2 * i + 2)));
  await world.advance(26 * hour);            /* when a buyer would get little back */
  ok(await world.api('POST', `/api/v1/schedules/${sale.id}/cancel`, { reason: 'The singer is ill' }, { as: producer }));
  await world.advance(minute);
  for (const [i, as] of people.entries()) {
    const booking = await world.booking(as, bought[i].booking.id);
    assert.equal(booking.status, 'refunded');
    const payment = ok(await world.api('GET', `/api/v1/payments/${bought[i].payment.id}`, undefined, { as }));
    assert.equal(payment.status, 'refunded');
    for (const ticket of ok(await world.api('GET', `/api/v1/bookings/${booking.id}/tickets`, undefined, { as })).items) assert.equal(ticket.status, 'void');
  }
  assert.ok((await world.seats(sale)).every((seat) => seat === FREE));
  await world.server.audit();
});

test('a crash while a schedule is being cancelled loses nobody', async () => {
  const sale = await make({ hall: { rows: 15, seats: 20 } });
  const people = await world.crowd(40);
  const bought = await Promise.all(people.map((as, i) => world.buy(as, sale, sale.guids.slice(4 * i, 4 * i + 4))));
  const [answer] = await Promise.allSettled([
    world.api('POST', `/api/v1/schedules/${sale.id}/cancel`, { reason: 'Flood' }, { as: producer }),
    world.server.kill9(),
  ]);
  await world.server.restart();
  await world.catch_up();
  if (answer.status === 'rejected') ok(await world.api('POST', `/api/v1/schedules/${sale.id}/cancel`, { reason: 'Flood' }, { as: producer }));
  await world.advance(minute);
  for (const [i, as] of people.entries()) assert.equal((await world.booking(as, bought[i].booking.id)).status, 'refunded');
  await world.server.audit();
});

test('what was changed is so after a crash', async () => {
  const sale = await make();
  const ann = await world.user();
  ok(await change(sale, { prices: { S: krw(12345) }, max_tickets_per_user: 1, sale_ends_at: world.time(3 * day) }));
  const before = await get(sale);
  await world.crash();
  assert.deepEqual({ ...await get(sale), server_time: 0 }, { ...before, server_time: 0 });
  assert.deepEqual(ok(await world.hold(ann, sale, [sale.guids.at(-1)]), 201).total, krw(12345));
  refused(await world.hold(ann, sale, [sale.guids[0]]), 409, 'limit_reached');
});
