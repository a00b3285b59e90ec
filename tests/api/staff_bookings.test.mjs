/* Bookings as staff sees them, the box office, and what staff may do for a buyer. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { FREE, HELD, SOLD, World, day, hour } from '../lib/world.mjs';

let world, hall, producer, rival, sale, manager, staff;

before(async () => {
  world = await World.open();
  producer = await world.user(['PRODUCER']);
  rival = await world.user(['PRODUCER']);
  manager = await world.user(['MANAGER']);
  staff = await world.user(['STAFF']);
  hall = await world.hall({ rows: 30, seats: 10 });
  sale = await world.sale({ as: producer, hall, limit: 4 });
});
after(() => world.close());

let next_row = 0;
const own_row = () => sale.guids.slice(10 * next_row, 10 * ++next_row);
const admin = (as, path, body, options) => world.api(body ? 'POST' : 'GET', `/api/v1/admin${path}`, body, { as, ...options });
const list = async (as, query = '') => ok(await admin(as, `/bookings${query}`)).items;
const sell = (as, body, options) => admin(as, `/schedules/${sale.id}/sales`, { method: 'cash', ...body }, options);
const state_of = async (guid) => (await world.seats(sale))[sale.guids.indexOf(guid)];

test('bookings are found by schedule, performance, user, status, time and code', async () => {
  const [ann, bob] = [await world.user(), await world.user()];
  const bought = await world.buy(ann, sale, own_row().slice(0, 2));
  const way = await world.checkout(bob, sale, own_row().slice(0, 1));
  const ids = (items) => items.map((item) => item.id);
  const [newest, older] = await list(manager, `?schedule_id=${sale.id}`);
  assert.deepEqual([newest.id, older.id], [way.booking.id, bought.booking.id]);
  assert.equal(older.user_id, ann.id);
  assert.equal(older.method, 'online');
  assert.equal(older.status, 'confirmed');
  assert.deepEqual(older.seats, bought.hold.seats.map((seat) => seat.guid));
  assert.deepEqual(older.total, bought.booking.total);
  for (const [query, expected] of [
    [`?user_id=${ann.id}`, [bought.booking.id]], [`?performance_id=${sale.performance.id}`, [way.booking.id, bought.booking.id]],
    [`?schedule_id=${sale.id}&status=pending`, [way.booking.id]], [`?q=${bought.booking.code}`, [bought.booking.id]],
    [`?q=${bought.booking.code}&user_id=${bob.id}`, []], [`?schedule_id=${sale.id}&q=Evening`, [way.booking.id, bought.booking.id]],
    [`?schedule_id=${sale.id}&q=%25`, []], [`?schedule_id=${sale.id}&from=${world.time(1)}`, []], [`?user_id=${ann.id}&to=${world.time(1)}`, [bought.booking.id]],
    [`?user_id=${ann.id}&to=${world.time()}`, []], [`?performance_id=${sale.performance.id}&schedule_id=${sale.id}&user_id=${bob.id}`, [way.booking.id]],
  ]) assert.deepEqual(ids(await list(manager, query)), expected, query);
  const first = ok(await admin(manager, `/bookings?schedule_id=${sale.id}&limit=1`));
  assert.deepEqual(ids(first.items), [way.booking.id]);
  assert.deepEqual(ids(ok(await admin(manager, `/bookings?schedule_id=${sale.id}&limit=1&cursor=${first.next}`)).items), [bought.booking.id]);
  refused(await admin(manager, `/bookings?from=${world.time(1)}&to=${world.time()}`), 400, 'invalid');

  assert.deepEqual(ids(await list(producer, `?user_id=${ann.id}`)), [bought.booking.id]);
  assert.deepEqual(await list(rival), []);
  refused(await admin(rival, `/bookings/${bought.booking.id}`), 404, 'not_found');
  refused(await admin(ann, '/bookings'), 403, 'forbidden');

  const detail = ok(await admin(producer, `/bookings/${bought.booking.id}`));
  assert.deepEqual(detail.tickets, bought.tickets);
  assert.deepEqual([detail.cancellations, detail.notes], [[], []]);
});

test('notes are written for staff only, and stay', async () => {
  const ann = await world.user();
  const { booking } = await world.buy(ann, sale, own_row().slice(0, 1));
  const path = `/bookings/${booking.id}/notes`;
  const note = ok(await admin(producer, path, { text: 'Wheelchair:\nsecond entrance' }), 201);
  assert.equal(note.author_id, producer.id);
  ok(await admin(manager, path, { text: 'Called back' }), 201);
  assert.deepEqual(ok(await admin(producer, path)).items.map(({ text }) => text), ['Called back', 'Wheelchair:\nsecond entrance']);
  const page = ok(await admin(producer, `${path}?limit=1`));
  assert.deepEqual(ok(await admin(producer, `${path}?limit=1&cursor=${page.next}`)), { items: [note], next: null });
  assert.equal(ok(await admin(manager, `/bookings/${booking.id}`)).notes.length, 2);
  refused(await admin(rival, path, { text: 'x' }), 404, 'not_found');
  refused(await admin(producer, path, { text: '' }), 400, 'invalid');
});

test('staff cancels without a fee, or with the one of the policy, also when it is too late for the buyer', async () => {
  const soon = await world.sale({ as: producer, hall, starts_at: world.time(4 * day), ends_at: world.time(4 * day + 2 * hour), sale_ends_at: world.time(3 * day) });
  const ann = await world.user();
  const [one, two, three] = [await world.buy(ann, soon, soon.guids.slice(0, 1)), await world.buy(ann, soon, soon.guids.slice(1, 2)),
    await world.buy(ann, soon, soon.guids.slice(2, 3))];
  const { amount } = one.payment.amount;
  const with_fee = ok(await admin(producer, `/bookings/${one.booking.id}/cancel`, { reason: 'By telephone', with_fee: true }));
  assert.deepEqual(with_fee.refund, { amount: amount * 0.8, fee: amount * 0.2, currency: 'KRW' });
  assert.equal(with_fee.reason, 'staff');
  assert.equal(ok(await admin(producer, `/bookings/${two.booking.id}/cancel`, { reason: 'Double booking' })).refund.fee, 0);
  await world.advance(3.9 * day);
  refused(await world.api('POST', `/api/v1/bookings/${three.booking.id}/cancel`, {}, { as: ann }), 409, 'too_late_to_cancel');
  refused(await admin(manager, `/bookings/${three.booking.id}/cancel`, { reason: 'x', with_fee: true }), 409, 'too_late_to_cancel');
  refused(await admin(manager, `/bookings/${three.booking.id}/cancel`, {}), 400, 'invalid');
  refused(await admin(rival, `/bookings/${three.booking.id}/cancel`, { reason: 'x' }), 404, 'not_found');
  ok(await admin(manager, `/bookings/${three.booking.id}/cancel`, { reason: 'Goodwill' }));
  await world.advance(0);
  const detail = ok(await admin(manager, `/bookings/${three.booking.id}`));
  assert.equal(detail.status, 'refunded');
  assert.equal(detail.cancellations.length, 1);
  assert.deepEqual(detail.refunded, detail.due);
});

test('the box office sells for cash, with tickets at once', async () => {
  const seats = own_row().slice(0, 6);   /* more than a buyer may have */
  const sold = ok(await sell(producer, { seats, buyer_name: '김철수', buyer_phone: '010-1234-5678' }, { key: 'till-1' }), 201);
  assert.equal(sold.status, 'confirmed');
  assert.equal(sold.method, 'cash');
  assert.equal(sold.user_id, null);
  assert.equal(sold.payment, null);
  assert.equal(sold.sold_by, producer.id);
  assert.equal(sold.buyer_name, '김철수');
  assert.equal(sold.tickets.length, 6);
  assert.ok(sold.tickets.every((ticket) => ticket.status === 'valid' && ticket.code.startsWith('TS1.')));
  assert.ok(sold.due.amount > 0);
  for (const guid of seats) assert.equal(await state_of(guid), SOLD);
  assert.deepEqual(ok(await sell(producer, { seats, buyer_name: '김철수', buyer_phone: '010-1234-5678' }, { key: 'till-1' }), 201), sold);
  refused(await sell(staff, { seats: seats.slice(0, 1) }), 409, 'seat_taken');
  assert.deepEqual((await list(producer, `?q=${encodeURIComponent('김철')}`)).map((item) => item.id), [sold.id]);
  assert.deepEqual((await list(producer, '?q=1234-5678')).map((item) => item.id), [sold.id]);

  const back = ok(await admin(manager, `/bookings/${sold.id}/cancel`, { reason: 'Wrong evening', seats: seats.slice(0, 1) }));
  assert.equal(back.status, 'confirmed');
  assert.notEqual(back.refunded_at, null);
  const all = ok(await admin(manager, `/bookings/${sold.id}/cancel`, { reason: 'Wrong evening' }));
  assert.equal(all.status, 'refunded');
  assert.equal(back.refund.amount + all.refund.amount, sold.due.amount);
  assert.equal(await state_of(seats[0]), FREE);
});

test('the box office sells by person type, and prints what it sold', async () => {
  const other = await world.sale({ as: producer, hall, starts_at: world.time(60 * day), ends_at: world.time(60 * day + hour) });
  ok(await world.terms(other, { person_types: [{ name: 'teen', percent: 50, proof_at_door: true }] }, { as: producer }));
  const at_counter = (as, body) => admin(as, `/schedules/${other.id}/sales`, { method: 'cash', ...body });
  const seats = other.guids.slice(0, 2);
  assert.equal(refused(await at_counter(staff, { seats, types: ['teen', 'senior'] }), 400, 'invalid').errors[0].field, 'types[1]');
  assert.equal(refused(await at_counter(staff, { seats, types: ['teen', 'teen', 'teen'] }), 400, 'invalid').errors[0].field, 'types');
  assert.equal((await world.seats(other))[0], FREE, 'what was refused took nothing');
  const sold = ok(await at_counter(staff, { seats, types: ['adult', 'teen'] }), 201);
  const [full] = other.map.grades;
  assert.equal(sold.total.amount, full.price.amount + full.price.amount / 2);
  assert.deepEqual(sold.tickets.map((ticket) => [ticket.person_type, ticket.proof_at_door]), [['adult', false], ['teen', true]]);
  const [ticket] = sold.tickets;
  const qr = (as) => world.api('GET', `/api/v1/tickets/${ticket.id}/qr.svg`, undefined, { as });
  for (const as of [staff, producer, manager]) assert.equal((await qr(as)).status, 200);
  for (const as of [rival, await world.user()]) refused(await qr(as), 404, 'not_found');
  const bought = await world.buy(await world.user(), other, other.guids.slice(10, 11));
  refused(await world.api('GET', `/api/v1/tickets/${bought.tickets[0].id}/qr.svg`, undefined, { as: staff }), 404, 'not_found');
});

test('seats are held for a caller, then sold or given back', async () => {
  const keep = (as, body) => admin(as, `/schedules/${sale.id}/holds`, body);
  const seats = own_row().slice(0, 6);   /* more than a buyer may have */
  const held = ok(await keep(staff, { seats, minutes: 30 }), 201);
  assert.equal(Date.parse(held.expires_at) - world.now, 30 * 60000);
  assert.equal(await state_of(seats[0]), HELD);
  refused(await sell(staff, { seats: seats.slice(0, 1) }), 409, 'seat_taken');
  refused(await sell(manager, { hold_id: held.id }), 404, 'not_found');
  assert.equal(refused(await sell(staff, { hold_id: held.id, seats }), 400, 'invalid').errors[0].field, 'hold_id');
  assert.equal(refused(await sell(staff, { hold_id: held.id, types: ['teen'] }), 400, 'invalid').errors[0].field, 'types[0]');
  assert.equal(await state_of(seats[0]), HELD, 'what was refused left the hold as it was');
  const sold = ok(await sell(staff, { hold_id: held.id, buyer_name: '박전화' }), 201);
  assert.deepEqual([sold.seats, sold.status, sold.total], [seats, 'confirmed', held.total]);
  assert.equal(await state_of(seats[0]), SOLD);
  refused(await sell(staff, { hold_id: held.id }), 409, 'hold_expired');
  assert.equal(ok(await world.api('GET', `/api/v1/holds/${held.id}`, undefined, { as: staff })).status, 'released');

  const second = ok(await keep(producer, { best: { count: 2, grade: hall.categories[0].name } }), 201);
  const [guid] = second.seats.map((seat) => seat.guid);
  ok(await world.api('DELETE', `/api/v1/holds/${second.id}`, undefined, { as: producer }), 204);
  assert.equal(await state_of(guid), FREE);
  const third = ok(await keep(producer, { seats: [guid] }), 201);
  await world.advance(15 * 60000 + 1000);
  assert.equal(await state_of(guid), FREE, 'it ends by itself');
  refused(await sell(producer, { hold_id: third.id }), 409, 'hold_expired');
  assert.equal(refused(await keep(staff, { seats: [guid], minutes: 121 }), 400, 'invalid').errors[0].field, 'minutes');
  refused(await keep(rival, { seats: [guid] }), 404, 'not_found');
});

test('complimentary tickets cost nothing and say why', async () => {
  const given = ok(await sell(staff, { best: { count: 2, grade: hall.categories[0].name }, method: 'complimentary', reason: 'Press' }), 201);
  assert.equal(given.method, 'complimentary');
  assert.equal(given.reason, 'Press');
  assert.deepEqual(given.total, { amount: 0, currency: 'KRW' });
  assert.equal(given.tickets.length, 2);
  assert.equal(ok(await admin(manager, `/bookings/${given.id}/cancel`, { reason: 'Not coming' })).status, 'cancelled');
});

test('the box office is refused what is not right', async () => {
  const seats = own_row().slice(0, 1);
  for (const [body, field] of [[{ seats, method: 'complimentary' }, 'reason'], [{ seats, reason: 'Friends' }, 'reason'], [{ seats, method: 'online' }, 'method'],
    [{}, 'seats'], [{ seats, best: { count: 1, grade: 'VIP' } }, 'seats'], [{ seats: ['nowhere'] }, 'seats[0]'], [{ seats, total: 1 }, 'total']])
    assert.equal(refused(await sell(producer, body), 400, 'invalid').errors[0].field, field);
  refused(await sell(rival, { seats }), 404, 'not_found');
  refused(await sell(await world.user(), { seats }), 403, 'forbidden');
  assert.equal(await state_of(seats[0]), FREE);
});

test('what the box office sold survives a kill', async () => {
  const seats = own_row().slice(0, 2);
  const sold = ok(await sell(producer, { seats, method: 'card_terminal' }), 201);
  await world.crash();
  assert.deepEqual(ok(await admin(producer, `/bookings/${sold.id}`)), sold);
  assert.equal(await state_of(seats[0]), SOLD);
  ok(await admin(producer, `/bookings/${sold.id}/cancel`, { reason: 'x', seats: seats.slice(1) }));
  assert.equal(await state_of(seats[1]), FREE);
});

test('the table for spreadsheets has a byte order mark and no formulas', async () => {
  const seats = own_row().slice(0, 2);
  const sold = ok(await sell(producer, { seats, buyer_name: '=HYPERLINK("http://x","y")', buyer_phone: '+82-10-1' }), 201);
  const answer = await admin(producer, `/bookings.csv?schedule_id=${sale.id}`);
  assert.equal(answer.status, 200);
  assert.equal(answer.type, 'text/csv');
  assert.deepEqual([...answer.bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  const [header, first, ...others] = answer.text.trimEnd().split('\r\n');
  assert.equal(header.replace('\ufeff', ''),
    '"code","status","method","created_at","title","hall","starts_at","seats","seat_count","total","discount","mileage_used","due","refunded","currency","buyer_name","buyer_phone"');
  assert.ok(first.startsWith(`"${sold.code}","confirmed","cash",`), first);
  assert.ok(first.includes(`"${seats.join(' ')}",2,${sold.total.amount},0,0,${sold.due.amount},0,"KRW"`), first);
  assert.ok(first.endsWith(`"'=HYPERLINK(""http://x"",""y"")","'+82-10-1"`), first);
  assert.equal(others.length + 1, (await list(producer, `?schedule_id=${sale.id}&limit=100`)).length);
  assert.equal((await admin(rival, '/bookings.csv')).text.trimEnd().split('\r\n').length, 1);
});
