/* Halls: plans of several formats read, faults named, repairs told. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { houses, published, without_published } from '../lib/layouts.mjs';
import { plan_of } from '../lib/plan.mjs';
import { ok, refused } from '../lib/server.mjs';
import { World, day } from '../lib/world.mjs';

let world;

before(async () => { world = await World.open(); });
after(() => world.close());

const make = (body, as = world.admin) => world.api('POST', '/api/v1/halls', { name: 'House', address: 'Seoul', ...body }, { as });
const show = async (id) => ok(await world.api('GET', `/api/v1/halls/${id}`));

function repeated(guids) {
  const counts = new Map();
  for (const guid of guids) counts.set(guid, (counts.get(guid) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 1).map(([guid]) => guid);
}

const guids_of = (plan) => plan.zones.flatMap((zone) => zone.rows.flatMap((row) => row.seats.map((seat) => seat.seat_guid)));

for (const house of houses.filter(({ repeated: count }) => count)) {
  test(`${house.name}: refused, and each of the ${house.repeated} repeated guids is named once`, { ...house.options }, async () => {
    const plan = house.plan();
    const before_it = ok(await world.api('GET', '/api/v1/halls')).items;
    const twice = repeated(guids_of(plan));
    assert.equal(twice.length, house.repeated);
    const { errors } = refused(await make({ plan }), 400, 'invalid');
    assert.equal(errors.length, house.repeated);
    for (const guid of twice) assert.equal(errors.filter((error) => `${error.field} ${error.message} `.includes(guid)).length > 0, true, guid);
    assert.deepEqual(ok(await world.api('GET', '/api/v1/halls')).items, before_it);
  });

  test(`${house.name} repaired: 738 seats of different names, every change told`, { ...house.options }, async () => {
    const plan = house.plan();
    const hall = ok(await make({ plan, repair: true }), 201);
    assert.equal(hall.seat_count, 738);
    assert.deepEqual(hall.categories.map((category) => category.name), plan.categories.map((category) => category.name));
    assert.deepEqual((await show(hall.id)).warnings, hall.warnings);
    const sale = await world.sale({ hall });
    assert.equal(new Set(sale.guids).size, 738);
    const original = new Set(guids_of(plan));
    assert.equal(sale.guids.filter((guid) => original.has(guid)).length, original.size);
    const told = hall.warnings.join('\n');
    for (const guid of repeated(guids_of(plan))) assert.ok(told.includes(guid), `${guid} is not told`);
  });
}

for (const house of houses.filter(({ seats }) => seats === 8897))
  test(`${house.name}: 8,897 seats with a price for each of its categories`, { ...house.options }, async () => {
    const hall = ok(await make({ ...house.hall, plan: house.plan() }), 201);
    assert.equal(hall.seat_count, 8897);
    const sale = await world.sale({ hall });
    assert.equal(new Set(sale.guids).size, 8897);
    assert.equal(sale.map.sections.length, 4);
    assert.ok(sale.map.grades.length > 0);
  });

for (const file of ['sections', 'tables'])
  test(`${file}.seatsio.json can be sold`, { ...without_published }, async () => {
    const hall = ok(await make({ format: 'seatsio', plan: published(`${file}.seatsio.json`) }), 201);
    assert.ok(hall.seat_count > 0);
    const sale = await world.sale({ hall, limit: 100 });
    assert.equal(new Set(sale.guids).size, hall.seat_count);
    const { hold } = await world.buy(await world.user(), sale, sale.guids.slice(0, 4));
    assert.equal(hold.seats.length, 4);
  });

test('what a buyer should know of a seat is in the map, and what the seats look at', async () => {
  const plan = {
    name: 'Marked', categories: [{ name: 'R' }], focus: { x: 0, y: -5 },
    sections: [{
      name: 'A', category: 'R', rows: { count: 2, seats: 4, origin: { x: 0, y: 0 } },
      marks: [{ trait: 'wheelchair', to: 1, seats: [1] }, { trait: 'companion', to: 1, seats: [2] }, { trait: 'step_free', to: 1 }],
    }],
  };
  const { map } = await world.sale({ hall: ok(await make({ format: 'venue', plan }), 201) });
  const [first, second] = map.sections[0].rows;
  assert.deepEqual(first.traits, { wheelchair: [0], companion: [1], step_free: [0, 1, 2, 3] });
  assert.equal(second.traits, undefined);
  assert.equal(map.focus.y, first.ys[0] - 5);
  const { errors } = refused(await make({ format: 'venue', plan: { ...plan, sections: [{ ...plan.sections[0], marks: [{ trait: 'loud' }] }] } }), 400, 'invalid');
  assert.deepEqual(errors.map(({ field }) => field), ['plan.sections[0].marks[0].trait']);
});

test('errors.seatsio.json: refused, its mistakes told', { ...without_published }, async () => {
  const plan = published('errors.seatsio.json');
  const { errors } = refused(await make({ format: 'seatsio', plan }), 400, 'invalid');
  assert.ok(errors.length > 0);
  for (const { field, message } of errors) assert.ok(field && message);
});

const faults = [
  ['no object', 'a plan', 'plan'],
  ['null', null, 'plan'],
  ['empty', {}, 'plan'],
  ['without seats', { ...plan_of(), zones: [] }, 'plan'],
  ['a seat of an unknown category', change((plan) => { plan.zones[0].rows[0].seats[0].category = 'Z'; }), 'plan.zones[0].rows[0].seats[0].category'],
  ['a seat without guid', change((plan) => { delete plan.zones[0].rows[0].seats[0].seat_guid; }), 'plan.zones[0].rows[0].seats[0].seat_guid'],
  ['a seat without position', change((plan) => { delete plan.zones[0].rows[0].seats[0].position; }), 'plan.zones[0].rows[0].seats[0].position'],
  ['a position that is text', change((plan) => { plan.zones[0].rows[0].seats[0].position.x = '1'; }), 'plan.zones[0].rows[0].seats[0].position.x'],
  ['rows that are no list', change((plan) => { plan.zones[0].rows = {}; }), 'plan.zones[0].rows'],
  ['a category twice', change((plan) => { plan.categories.push(plan.categories[0]); }), 'plan.categories[3]'],
];
function change(edit) {
  const plan = plan_of();
  edit(plan);
  return plan;
}
for (const [name, plan, field] of faults)
  test(`a plan that is wrong: ${name}`, async () => {
    const { errors } = refused(await make({ plan }), 400, 'invalid');
    assert.ok(errors.some((error) => error.field.startsWith(field)), `no error is at ${field}: ${JSON.stringify(errors.slice(0, 5))}`);
  });

test('two faults are both told', async () => {
  const plan = change((p) => {
    p.zones[0].rows[0].seats[0].category = 'Z';
    p.zones[0].rows[1].seats[1].category = 'Y';
  });
  assert.equal(refused(await make({ plan }), 400, 'invalid').errors.length, 2);
});

test('halls are listed, changed by their owner and the people in charge, and deleted', async () => {
  const [producer, other] = [await world.user(['PRODUCER']), await world.user(['PRODUCER'])];
  const hall = ok(await make({ plan: plan_of(), name: 'Blue hall', region: 'Busan' }, producer), 201);
  const change_it = (body, as) => world.api('PATCH', `/api/v1/halls/${hall.id}`, body, { as });
  const remove = (as) => world.api('DELETE', `/api/v1/halls/${hall.id}`, undefined, { as });
  assert.deepEqual(ok(await world.api('GET', '/api/v1/halls?q=Blue')).items.map((item) => item.id), [hall.id]);
  refused(await change_it({ name: 'Mine' }, other), 404, 'not_found');
  assert.equal(ok(await change_it({ name: 'Green hall' }, producer)).name, 'Green hall');
  assert.equal(ok(await change_it({ region: 'Daegu' }, world.admin)).region, 'Daegu');
  refused(await remove(other), 404, 'not_found');
  ok(await remove(producer), 204);
  refused(await world.api('GET', `/api/v1/halls/${hall.id}`), 404, 'not_found');
});

test('a hall in which something is still to be played stays', async () => {
  const sale = await world.sale();
  refused(await world.api('DELETE', `/api/v1/halls/${sale.hall.id}`, undefined, { as: world.admin }), 409, 'hall_in_use');
  await world.advance(30 * day);
  await world.sign_in(world.admin);
  ok(await world.api('DELETE', `/api/v1/halls/${sale.hall.id}`, undefined, { as: world.admin }), 204);
});

test('the plan of a hall is the map of its dates, without prices', async () => {
  const hall = ok(await make({ plan: plan_of() }), 201);
  const drawn = ok(await world.api('GET', `/api/v1/halls/${hall.id}/map`, undefined, { as: world.admin }));
  const sale = await world.sale({ hall });
  const { schedule_id, grades, ...map } = sale.map;
  assert.equal(schedule_id, sale.id);
  assert.deepEqual(drawn, { ...map, grades: grades.map((grade) => ({ ...grade, price: null })) });
});

const placed = () => ({
  name: 'Drawn', categories: [{ name: 'VIP', color: '#b98cff' }, { name: 'R', color: '#ff8c8c' }],
  sections: [{
    name: 'Floor', category: 'R',
    placed: {
      outline: [{ x: -2, y: -2 }, { x: 6, y: -2 }, { x: 6, y: 4 }],
      rows: [
        { row: 'A', seats: [{ guid: 'left', number: '1', x: 0, y: 0, category: 'VIP' }, { guid: 'right', number: '2', x: 1, y: 0.25, traits: ['wheelchair', 'step_free'] }] },
        { row: 'B', seats: [{ guid: 'alone', number: '7', x: 0.5, y: 1 }] },
      ],
    },
  }],
});

test('a venue may give its seats one by one', async () => {
  const hall = ok(await make({ format: 'venue', plan: placed() }), 201);
  assert.equal(hall.seat_count, 3);
  const { sections, bounds, grades } = ok(await world.api('GET', `/api/v1/halls/${hall.id}/map`, undefined, { as: world.admin }));
  const [{ name, rows, outline }] = sections;
  assert.deepEqual([name, rows.map((row) => row.name), outline.length, bounds.pitch], ['Floor', ['A', 'B'], 6, 1]);
  assert.deepEqual(rows.map((row) => row.guids), [['left', 'right'], ['alone']]);
  assert.deepEqual(rows.map((row) => row.numbers), [['1', '2'], ['7']]);
  assert.deepEqual(rows.map((row) => (row.grades ?? [row.grade]).map((grade) => grades[grade].name)), [['VIP', 'R'], ['R']]);
  assert.deepEqual(rows.map((row) => row.traits ?? {}), [{ wheelchair: [1], step_free: [1] }, {}]);
  assert.ok(rows[1].ys[0] > rows[0].ys[1] && rows[0].ys[1] > rows[0].ys[0], 'the places are kept');
});

const wrong_seats = [
  ['a seat without guid', (plan) => { delete plan.sections[0].placed.rows[0].seats[0].guid; }, 'plan.sections[0].placed.rows[0].seats[0].guid'],
  ['a seat of no category', (plan) => { plan.sections[0].placed.rows[0].seats[0].category = 'Z'; }, 'plan.sections[0].placed.rows[0].seats[0].category'],
  ['a seat nowhere', (plan) => { plan.sections[0].placed.rows[1].seats[0].x = 'left'; }, 'plan.sections[0].placed.rows[1].seats[0].x'],
  ['a trait that is none', (plan) => { plan.sections[0].placed.rows[0].seats[1].traits = ['loud']; }, 'plan.sections[0].placed.rows[0].seats[1].traits'],
  ['marks beside seats that have traits of their own', (plan) => { plan.sections[0].marks = [{ trait: 'companion' }]; }, 'plan.sections[0].marks'],
  ['an unknown member', (plan) => { plan.sections[0].placed.rows[1].seats[0].price = 1; }, 'plan.sections[0].placed.rows[1].seats[0].price'],
  ['an outline of two corners', (plan) => { plan.sections[0].placed.outline.pop(); }, 'plan.sections[0].placed.outline'],
  ['rows and seats', (plan) => { plan.sections[0].rows = { count: 1, seats: 1, origin: { x: 0, y: 0 } }; }, 'plan.sections[0]'],
  ['seats that are mirrored', (plan) => { plan.sections[0].mirror = 'Other'; }, 'plan.sections[0].placed'],
  ['a guid twice', (plan) => { plan.sections[0].placed.rows[1].seats[0].guid = 'left'; }, 'left'],
];
for (const [name, edit, field] of wrong_seats)
  test(`seats one by one that are wrong: ${name}`, async () => {
    const plan = placed();
    edit(plan);
    const { errors } = refused(await make({ format: 'venue', plan }), 400, 'invalid');
    assert.ok(errors.some((error) => error.field === field), `no error is at ${field}: ${JSON.stringify(errors)}`);
  });
