/* On what terms seats are sold: person types, early prices, presale. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, day, hour, minute } from '../lib/world.mjs';

let world, hall;

before(async () => {
  world = await World.open();
  hall = await world.hall({ rows: 6, seats: 10 });
});
after(() => world.close());

const won = (amount) => ({ amount, currency: 'KRW' });
const schedule = async (sale) => ok(await world.api('GET', `/api/v1/schedules/${sale.id}`));
const grades = () => hall.categories.map(({ name }) => name);
/* Schedules of one hall must not overlap: each has a day of its own. */
let serial = 20;
function new_sale(change = {}) {
  const starts = ++serial * day;
  return world.sale({ hall, limit: 10, starts_at: world.time(starts), ends_at: world.time(starts + hour), ...change });
}
/* A sale with prices by hand: 10,001 each, so that rounding shows. */
const odd_sale = (change) => new_sale({ prices: Object.fromEntries(grades().map((name) => [name, won(10001)])), ...change });

test('without terms there are only adults', async () => {
  const sale = await new_sale();
  assert.deepEqual((await schedule(sale)).terms,
    { person_types: [{ name: 'adult', percent: null }], early_bird: [], percent_off: 0, price_changes_at: null, max_per_user_of_performance: null,
      presale: null });
});

test('person types: percent, price by grade, proof at the door, to the last coin', async () => {
  const sale = await odd_sale();
  const [first] = grades();
  ok(await world.terms(sale, { person_types: [
    { name: 'student', percent: 33, proof_at_door: true },
    { name: 'senior', prices: { [first]: won(4000) } },
    { name: 'disabled', prices: Object.fromEntries(grades().map((name) => [name, won(99999)])) },
    { name: 'child', percent: 100 },
  ] }));
  const ann = await world.user();
  const seats = sale.map.sections.flatMap((section) => section.rows.flatMap((row) => row.guids)).slice(0, 5);
  const hold = ok(await world.hold(ann, sale, seats), 201);
  assert.deepEqual(hold.total, won(50005));
  const people = [{ seat: seats[0], type: 'student' }, { seat: seats[1], type: 'senior' }, { seat: seats[2], type: 'disabled' }, { seat: seats[3], type: 'child' }];
  const booking = ok(await world.book(ann, hold, { people }), 201);
  /* 33 % of 10,001 is 3,300.33: 3,300 are taken off. A price of its own never costs more than the seat. */
  assert.deepEqual(booking.seats.map((seat) => [seat.person_type, seat.price.amount, seat.proof_at_door]),
    [['student', 6701, true], ['senior', 4000, false], ['disabled', 10001, false], ['child', 0, false], ['adult', 10001, false]]);
  assert.deepEqual(booking.total, won(6701 + 4000 + 10001 + 10001));
  assert.deepEqual(booking.due, booking.total);
  assert.deepEqual(booking.discount, won(0));
  assert.equal(ok(await world.book(ann, hold, { people }), 201).id, booking.id);
  refused(await world.book(ann, hold, { people: people.slice(1) }), 409, 'other_benefits');
  assert.deepEqual(await world.booking(ann, booking.id), booking);

  const payment = ok(await world.pay(ann, booking), 201);
  assert.deepEqual(payment.amount, booking.total);
  ok(await world.confirm(ann, payment));
  const { items } = ok(await world.api('GET', `/api/v1/bookings/${booking.id}/tickets`, undefined, { as: ann }));
  assert.deepEqual(items.map((ticket) => [ticket.person_type, ticket.proof_at_door]),
    [['student', true], ['senior', false], ['disabled', false], ['child', false], ['adult', false]]);
  await world.crash();
  assert.equal((await world.booking(ann, booking.id)).total.amount, booking.total.amount);
  assert.equal((await schedule(sale)).terms.person_types.length, 5);
});

test('some seats cancelled: the others keep their types and prices', async () => {
  const sale = await odd_sale();
  ok(await world.terms(sale, { person_types: [{ name: 'senior', percent: 50 }] }));
  const ann = await world.user();
  const seats = sale.guids.slice(0, 3);
  const hold = ok(await world.hold(ann, sale, seats), 201);
  const booking = ok(await world.book(ann, hold, { people: [{ seat: seats[1], type: 'senior' }, { seat: seats[2], type: 'senior' }] }), 201);
  ok(await world.confirm(ann, ok(await world.pay(ann, booking), 201)));
  const done = ok(await world.api('POST', `/api/v1/bookings/${booking.id}/cancel`, { seats: [seats[0], seats[2]] }, { as: ann }));
  assert.equal(done.refund.amount, 10001 + 5001);
  const left = await world.booking(ann, booking.id);
  assert.deepEqual(left.seats.map((seat) => [seat.guid, seat.person_type, seat.price.amount]), [[seats[1], 'senior', 5001]]);
});

test('whom seats are for is checked, and a refusal leaves the hold', async () => {
  const sale = await new_sale();
  ok(await world.terms(sale, { person_types: [{ name: 'student', percent: 10 }] }));
  const ann = await world.user();
  const hold = ok(await world.hold(ann, sale, sale.guids.slice(0, 2)), 201);
  const faulty = async (people, field) => {
    const answer = await world.book(ann, hold, { people });
    refused(answer, 400, 'invalid');
    assert.deepEqual(answer.json.errors.map((error) => error.field), [field]);
  };
  await faulty([{ seat: sale.guids[5], type: 'student' }], 'people[0].seat');
  await faulty([{ seat: sale.guids[0], type: 'student' }, { seat: sale.guids[0], type: 'adult' }], 'people[1].seat');
  await faulty([{ seat: sale.guids[0], type: 'senior' }], 'people[0].type');
  await faulty([{ seat: sale.guids[0], type: 'wizard' }], 'people[0].type');
  assert.equal(ok(await world.api('GET', `/api/v1/holds/${hold.id}`, undefined, { as: ann })).status, 'active');
  assert.equal(ok(await world.book(ann, hold, { people: [{ seat: sale.guids[1], type: 'student' }] }), 201).seats[0].person_type, 'adult');
});

test('an early price is that of the time of the hold, and stays', async () => {
  const sale = await odd_sale();
  ok(await world.terms(sale, {
    early_bird: [{ until: world.time(hour), percent: 50 }, { until: world.time(2 * hour), percent: 10 }],
    person_types: [{ name: 'student', percent: 50 }],
  }));
  const ann = await world.user();
  const buy = async () => {
    const hold = ok(await world.hold(ann, sale, { best: { count: 1, grade: grades()[0] } }), 201);
    return { hold, price: hold.total.amount };
  };
  assert.deepEqual([(await schedule(sale)).terms.percent_off, (await schedule(sale)).terms.price_changes_at], [50, world.time(hour)]);
  const first = await buy();
  assert.equal(first.price, 5001);
  await world.advance(hour - 4 * minute);
  const last = await buy();
  await world.advance(5 * minute);
  assert.equal((await schedule(sale)).terms.percent_off, 10);
  const booking = ok(await world.book(ann, last.hold, { people: [{ seat: last.hold.seats[0].guid, type: 'student' }] }), 201);
  assert.equal(booking.total.amount, 2501);
  assert.equal((await buy()).price, 9001);
  await world.advance(hour);
  assert.equal((await buy()).price, 10001);
  assert.deepEqual([(await schedule(sale)).terms.percent_off, (await schedule(sale)).terms.price_changes_at], [0, null]);
});

test('a presale asks for a code, as often as it allows', async () => {
  const sale = await new_sale({ sale_starts_at: world.time(2 * hour) });
  const presale = { starts_at: world.time(hour), ends_at: world.time(2 * hour), codes: ['FANCLUB-1', 'FANCLUB-2'], uses_per_code: 2, max_per_user: 2 };
  const said = ok(await world.terms(sale, { presale }));
  assert.deepEqual([said.presale_codes, said.presale_entered], [2, 0]);
  assert.ok(!JSON.stringify(said).includes('FANCLUB'));
  assert.deepEqual((await schedule(sale)).terms.presale, { starts_at: presale.starts_at, ends_at: presale.ends_at, max_per_user: 2, groups: [] });

  const [ann, bob, cat, dan] = await world.crowd(4);
  const hold = (as, presale_code, count = 1) => world.hold(as, sale, { best: { count, grade: grades()[0] }, presale_code });
  refused(await hold(ann, 'FANCLUB-1'), 409, 'not_on_sale');
  await world.advance(hour);
  refused(await hold(ann), 403, 'presale_code_required');
  refused(await hold(ann, 'FANCLUB-3'), 403, 'presale_code_wrong');
  const first = ok(await hold(ann, ' fanclub-1 '), 201);
  ok(await world.api('DELETE', `/api/v1/holds/${first.id}`, undefined, { as: ann }), 204);
  ok(await hold(ann, undefined, 2), 201);
  refused(await hold(ann, 'FANCLUB-2'), 409, 'limit_reached');
  ok(await hold(bob, 'FANCLUB-1'), 201);
  refused(await hold(cat, 'FANCLUB-1'), 409, 'presale_code_spent');
  await world.crash();
  refused(await hold(cat, 'FANCLUB-1'), 409, 'presale_code_spent');
  ok(await hold(cat, 'FANCLUB-2'), 201);
  refused(await hold(dan), 403, 'presale_code_required');
  assert.equal(ok(await world.api('GET', `/api/v1/schedules/${sale.id}/terms`, undefined, { as: world.admin })).presale_entered, 3);
  await world.advance(hour);
  ok(await hold(dan, undefined, 3), 201);
});

test('a refused hold does not use a code', async () => {
  const sale = await new_sale({ sale_starts_at: world.time(2 * hour) });
  ok(await world.terms(sale, { presale: { starts_at: world.time(-hour), ends_at: world.time(2 * hour), codes: ['ONLY-ONE'], uses_per_code: 1 } }));
  const [ann, bob] = await world.crowd(2);
  refused(await world.hold(ann, sale, { seats: ['nowhere'], presale_code: 'ONLY-ONE' }), 400, 'invalid');
  ok(await world.hold(bob, sale, { seats: [sale.guids[0]], presale_code: 'ONLY-ONE' }), 201);
});

test('the waiting room lets people in when the presale begins', async () => {
  const sale = await new_sale({ sale_starts_at: world.time(5 * hour) });
  const ann = await world.user();
  ok(await world.api('PUT', `/api/v1/schedules/${sale.id}/queue/settings`,
    { mode: 'fifo', admit_per_minute: 60, active_limit: 10, pass_seconds: 600, paused: false }, { as: world.admin }));
  const place = ok(await world.api('POST', `/api/v1/schedules/${sale.id}/queue`, undefined, { as: ann }), 201);
  assert.equal(place.state, 'waiting');
  ok(await world.terms(sale, { presale: { starts_at: world.time(minute), ends_at: world.time(hour), codes: ['EARLY-ONE'], uses_per_code: 9 } }));
  await world.advance(2 * minute);
  const { state, pass } = ok(await world.api('GET', `/api/v1/queue/${place.place_token}`));
  assert.equal(state, 'admitted');
  refused(await world.hold(ann, sale, { seats: [sale.guids[0]], presale_code: 'EARLY-ONE' }), 403, 'pass_required');
  ok(await world.hold(ann, sale, { seats: [sale.guids[0]], presale_code: 'EARLY-ONE' }, { headers: { 'queue-pass': pass } }), 201);
});

test('a limit over all dates of a performance', async () => {
  const days = [await new_sale(), undefined, undefined];
  for (const i of [1, 2]) {
    const starts = ++serial * day;
    const made = await world.schedule(days[0].performance, hall, { starts_at: world.time(starts), ends_at: world.time(starts + hour) });
    days[i] = { ...days[0], id: made.id };
  }
  const ann = await world.user();
  const hold = (i, count) => world.hold(ann, days[i], { best: { count, grade: grades()[0] } });
  const first = ok(await hold(0, 3), 201);
  for (const sale of days) ok(await world.terms(sale, { max_per_user_of_performance: 4 }));
  assert.equal((await schedule(days[0])).terms.max_per_user_of_performance, 4);
  refused(await hold(1, 2), 409, 'limit_reached');
  ok(await hold(1, 1), 201);
  refused(await hold(2, 1), 409, 'limit_reached');
  await world.crash();
  refused(await hold(2, 1), 409, 'limit_reached');
  ok(await world.api('DELETE', `/api/v1/holds/${first.id}`, undefined, { as: ann }), 204);
  ok(await hold(2, 3), 201);
  refused(await hold(2, 1), 409, 'limit_reached');
  ok(await world.terms(days[2], {}));
  ok(await hold(2, 1), 201);
});

test('faulty terms are refused by name and change nothing', async () => {
  const sale = await new_sale({ sale_starts_at: world.time(2 * hour) });
  const presale = { starts_at: world.time(0), ends_at: world.time(hour), codes: ['ABCDEF'], uses_per_code: 1 };
  const cases = [
    [{ person_types: [{ name: 'adult', percent: 10 }] }, 'person_types[0].name'],
    [{ person_types: [{ name: 'child', percent: 10 }, { name: 'child', percent: 20 }] }, 'person_types[1].name'],
    [{ person_types: [{ name: 'child', percent: 101 }] }, 'person_types[0].percent'],
    [{ person_types: [{ name: 'child', percent: 0 }] }, 'person_types[0].percent'],
    [{ person_types: [{ name: 'child', percent: -5 }] }, 'person_types[0].percent'],
    [{ person_types: [{ name: 'child' }] }, 'person_types[0].percent'],
    [{ person_types: [{ name: 'child', percent: 1, prices: { [grades()[0]]: won(1) } }] }, 'person_types[0].percent'],
    [{ person_types: [{ name: 'child', prices: { Balcony: won(1) } }] }, 'person_types[0].prices.Balcony'],
    [{ person_types: [{ name: 'child', prices: { [grades()[0]]: { amount: 1, currency: 'USD' } } }] }, `person_types[0].prices.${grades()[0]}`],
    [{ max_per_user_of_performance: 0 }, 'max_per_user_of_performance'],
    [{ early_bird: [{ until: world.time(hour), percent: 100 }] }, 'early_bird[0].percent'],
    [{ early_bird: [{ until: world.time(hour), percent: 9 }, { until: world.time(hour), percent: 8 }] }, 'early_bird[1].until'],
    [{ early_bird: [{ until: world.time(300 * day), percent: 9 }] }, 'early_bird[0].until'],
    [{ presale: { ...presale, ends_at: presale.starts_at } }, 'presale.ends_at'],
    [{ presale: { ...presale, ends_at: world.time(3 * hour) } }, 'presale.ends_at'],
    [{ presale: { ...presale, codes: ['ABCDEF', 'abcdef'] } }, 'presale.codes[1]'],
    [{ presale: { ...presale, codes: ['short'] } }, 'presale.codes[0]'],
    [{ presale: { ...presale, codes: [] } }, 'presale.codes'],
    [{ presale: { ...presale, uses_per_code: 0 } }, 'presale.uses_per_code'],
    [{ price: 1 }, 'price'],
  ];
  for (const [terms, field] of cases) {
    const answer = await world.terms(sale, terms);
    refused(answer, 400, 'invalid');
    assert.deepEqual(answer.json.errors.map((error) => error.field), [field]);
  }
  assert.equal((await schedule(sale)).terms.person_types.length, 1);
});

test('a schedule may be made with its terms', async () => {
  const terms = { person_types: [{ name: 'teen', percent: 40 }], early_bird: [{ until: world.time(90 * minute), percent: 10 }],
    presale: { starts_at: world.time(0), ends_at: world.time(hour), codes: ['MADE-WITH'], uses_per_code: 1 } };
  const sale = await odd_sale({ sale_starts_at: world.time(hour), ...terms });
  const shown = (await schedule(sale)).terms;
  assert.deepEqual([shown.person_types.length, shown.percent_off, shown.presale.starts_at], [2, 10, terms.presale.starts_at]);
  await world.crash();
  const ann = await world.user();
  const hold = ok(await world.hold(ann, sale, { best: { count: 1, grade: grades()[0] }, presale_code: 'made-with' }), 201);
  /* 10 % of 10,001 and then 40 % of what is left, each rounded down: 9,001 and 5,401. */
  assert.equal(hold.total.amount, 9001);
  assert.equal(ok(await world.book(ann, hold, { people: [{ seat: hold.seats[0].guid, type: 'teen' }] }), 201).total.amount, 5401);
  const answer = await world.api('POST', `/api/v1/performances/${sale.performance.id}/schedules`,
    { ...world.schedule_body(hall), person_types: [{ name: 'adult', percent: 1 }] }, { as: world.admin });
  assert.deepEqual(refused(answer, 400, 'invalid').errors.map((error) => error.field), ['person_types[0].name']);
});

test('only who manages a schedule sets its terms', async () => {
  const [maker, rival] = [await world.user(['PRODUCER']), await world.user(['PRODUCER'])];
  const sale = await world.sale({ as: maker, hall: { rows: 3, seats: 4 } });
  ok(await world.terms(sale, { person_types: [{ name: 'teen', percent: 5 }] }, { as: maker }));
  refused(await world.terms(sale, {}, { as: rival }), 404, 'not_found');
  assert.equal((await schedule(sale)).terms.person_types.length, 2);
});
