/* General admission: areas of so many places, in the same ledger as seats. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { FREE, HELD, World, minute } from '../lib/world.mjs';

let world;
before(async () => { world = await World.open(); });
after(() => world.close());

const square = (x, y) => [{ x, y }, { x: x + 20, y }, { x: x + 20, y: y + 20 }, { x, y: y + 20 }];
const plan = {
  name: 'Club', categories: [{ name: 'R', color: '#e5484d' }, { name: 'Standing', color: '#30a46c' }],
  sections: [
    { name: 'Pit', category: 'Standing', area: { capacity: 6, polygon: square(-40, 0) } },
    { name: 'Yard', category: 'Standing', area: { capacity: 300, polygon: square(0, 0) } },
    { name: 'Balcony', grades: [{ to: 1, category: 'R' }, { category: 'Standing' }], rows: { count: 2, seats: 4, origin: { x: 0, y: 30 } } },
  ],
};
const open = async (limit = 50) => world.sale({ hall: await world.hall({ plan, format: 'venue' }), limit });
const wish = (count, of) => ({ best: { count, ...of } });
const standing = async (sale) => ok(await world.api('GET', `/api/v1/schedules/${sale.id}`)).remaining[1];
/* Free places of a section, counted from what everybody sees. */
async function free_in(sale, name) {
  const states = await world.seats(sale);
  let first = 0;
  for (const section of sale.map.sections) {
    const count = section.rows.reduce((n, row) => n + row.guids.length, 0);
    if (section.name === name) return states.slice(first, first + count).filter((state) => state === FREE).length;
    first += count;
  }
}

test('an area is in the map as one row of so many places', async () => {
  const sale = await open();
  const yard = sale.map.sections.find((section) => section.name === 'Yard');
  assert.equal(yard.kind, 'area');
  assert.deepEqual(yard.rows.map((row) => row.guids.length), [300]);
  const { free, total } = await standing(sale);
  assert.deepEqual([free, total], [310, 310]);
});

test('places of an area are held by count, and what is left is exact', async () => {
  const sale = await open();
  const ann = await world.user();
  const hold = ok(await world.hold(ann, sale, wish(7, { section: 'Yard' })), 201);
  assert.deepEqual(hold.seats.map(({ section, grade }) => `${section} ${grade}`), Array(7).fill('Yard Standing'));
  assert.deepEqual(hold.total, { amount: 70000, currency: 'KRW' });
  assert.deepEqual([await free_in(sale, 'Yard'), (await standing(sale)).free], [293, 303]);
  await world.advance(9 * minute);
  assert.deepEqual([await free_in(sale, 'Yard'), (await standing(sale)).free], [300, 310]);
});

test('people who come together stand in one area', async () => {
  const sale = await open();
  const ann = await world.user();
  ok(await world.hold(ann, sale, wish(5, { section: 'Pit' })), 201);
  ok(await world.hold(ann, sale, wish(4, { section: 'Balcony', grade: 'Standing' })), 201);
  const hold = ok(await world.hold(ann, sale, wish(2, { grade: 'Standing' })), 201);
  assert.deepEqual(new Set(hold.seats.map(({ section }) => section)), new Set(['Yard']));
  refused(await world.hold(ann, sale, wish(2, { section: 'Pit' })), 409, 'sold_out');
  ok(await world.hold(ann, sale, wish(1, { section: 'Pit' })), 201);
  refused(await world.hold(ann, sale, wish(1, { section: 'Pit' })), 409, 'sold_out');
});

test('more buyers than places: each place once, none left over', async () => {
  const sale = await open(4);
  const people = await world.crowd(20);
  const answers = await Promise.all([...people, ...people].map((as) => world.hold(as, sale, wish(2, { section: 'Pit' }))));
  assert.equal(answers.filter((answer) => answer.status === 201).length, 3);
  for (const answer of answers) if (answer.status !== 201) refused(answer, 409, 'sold_out');
  assert.equal((await world.seats(sale)).filter((state) => state === HELD).length, 6);
});

test('a wish that is not clear names the field', async () => {
  const sale = await open();
  const ann = await world.user();
  for (const [of, field] of [[{}, 'best.grade'], [{ section: 'Roof' }, 'best.section'], [{ section: 'Balcony' }, 'best.grade'], [{ grade: 'VIP' }, 'best.grade']])
    assert.deepEqual(refused(await world.hold(ann, sale, wish(1, of)), 400, 'invalid').errors.map((error) => error.field), [field]);
  refused(await world.hold(ann, sale, wish(1, { section: 'Roof', grade: 'Standing' })), 400, 'invalid');
});
