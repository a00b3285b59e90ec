/* Performances, schedules, seat maps. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ok, refused } from '../lib/server.mjs';
import { BLOCKED, FREE, HELD, SOLD, World, day, hour, minute } from '../lib/world.mjs';

let world, hall, show;

before(async () => {
  world = await World.open();
  hall = await world.hall({ rows: 6, seats: 10 });
  show = await world.performance({ title: 'The Long Evening', genre: 'musical', age_rating: 12, runtime_minutes: 150, cast: ['Kim', '이서연'] });
});
after(() => world.close());

let next_day = 30;
/* Each schedule of this file plays on a day of its own. */
function times() {
  const starts = (next_day += 2) * day;
  return { starts_at: world.time(starts), ends_at: world.time(starts + 2 * hour) };
}
const ask = (change, as = world.admin, performance = show) =>
  world.api('POST', `/api/v1/performances/${performance.id}/schedules`, world.schedule_body(hall, { ...times(), ...change }), { as });
const get = async (path) => ok(await world.api('GET', `/api/v1/${path}`));

test('a performance tells what it was made of', async () => {
  const shown = await get(`performances/${show.id}`);
  for (const field of ['title', 'genre', 'age_rating', 'runtime_minutes', 'max_tickets_per_user']) assert.deepEqual(shown[field], show[field]);
  assert.deepEqual(shown.cast, ['Kim', '이서연']);
  assert.ok(Array.isArray(shown.schedules));
});

const wrong_shows = [
  ['no title', { title: undefined }, 'title'], ['a blank title', { title: ' ' }, 'title'], ['an unknown genre', { genre: 'opera' }, 'genre'],
  ['no limit', { max_tickets_per_user: undefined }, 'max_tickets_per_user'], ['a limit of 0', { max_tickets_per_user: 0 }, 'max_tickets_per_user'],
  ['an age rating that is none', { age_rating: 13 }, 'age_rating'], ['a poster from a script', { poster_url: 'javascript:alert(1)' }, 'poster_url'],
  ['a poster in the clear', { poster_url: 'http://example.com/a.png' }, 'poster_url'], ['a blank name in the cast', { cast: ['Kim', ' '] }, 'cast[1]'],
];
for (const [name, change, field] of wrong_shows)
  test(`a performance with ${name} names the field`, async () => {
    const answer = await world.api('POST', '/api/v1/performances', { title: 'A', genre: 'play', max_tickets_per_user: 4, ...change }, { as: world.admin });
    assert.deepEqual(refused(answer, 400, 'invalid').errors.map((error) => error.field), [field]);
  });

const hours = (n) => world.time(200 * day + n * hour);
const wrong_schedules = [
  ['ends before it starts', () => ({ starts_at: hours(2), ends_at: hours(1) }), 'ends_at'],
  ['has a sale that ends before it starts', () => ({ sale_starts_at: hours(-2), sale_ends_at: hours(-3), starts_at: hours(0), ends_at: hours(1) }), 'sale_ends_at'],
  ['is sold after it ended', () => ({ sale_ends_at: hours(3), starts_at: hours(0), ends_at: hours(1) }), 'sale_ends_at'],
  ['is on a day that is none', () => ({ starts_at: '2027-02-30T19:00:00Z' }), 'starts_at'],
  ['is in an unknown hall', () => ({ hall_id: show.id }), 'hall_id'],
  ['has no price for a grade', () => ({ prices: { VIP: { amount: 1, currency: 'KRW' }, R: { amount: 1, currency: 'KRW' } } }), 'prices.S'],
  ['has a price for an unknown grade', () => ({ prices: { ...world.schedule_body(hall).prices, Z: { amount: 1, currency: 'KRW' } } }), 'prices.Z'],
  ['has two currencies', () => ({ prices: { ...world.schedule_body(hall).prices, S: { amount: 1, currency: 'USD' } } }), 'prices.'],
  ['has a price below 0', () => ({ prices: { ...world.schedule_body(hall).prices, S: { amount: -1, currency: 'KRW' } } }), 'prices.S.amount'],
  ['blocks an unknown seat', () => ({ blocked_seats: ['1-1', '99-99'] }), 'blocked_seats[1]'],
];
for (const [name, change, field] of wrong_schedules)
  test(`a schedule that ${name} names the field`, async () => {
    const { errors } = refused(await ask(change()), 400, 'invalid');
    assert.equal(errors.length, 1, JSON.stringify(errors));
    assert.ok(errors[0].field.startsWith(field), errors[0].field);
  });

test('a hall plays one thing at a time', async () => {
  const evening = (from, to) => ({ starts_at: world.time(100 * day + from * hour), ends_at: world.time(100 * day + to * hour) });
  const first = ok(await ask(evening(19, 22)), 201);
  for (const [from, to] of [[19, 22], [18, 20], [21, 23], [20, 21], [10, 30]]) refused(await ask(evening(from, to)), 409, 'hall_busy');
  ok(await ask(evening(17, 19)), 201);
  ok(await ask(evening(22, 24)), 201);
  assert.ok((await get(`performances/${show.id}`)).schedules.some((schedule) => schedule.id === first.id));
});

test('of 16 schedules asked for at once in one hall one is made', async () => {
  const other = await world.hall({ rows: 3, seats: 4 });
  const answers = await Promise.all(Array.from({ length: 16 }, () =>
    world.api('POST', `/api/v1/performances/${show.id}/schedules`, world.schedule_body(other), { as: world.admin })));
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [201, ...Array(15).fill(409)]);
});

test('a schedule goes through its states by the clock', async () => {
  const { id } = ok(await ask({ sale_starts_at: world.time(hour), sale_ends_at: world.time(2 * hour) }), 201);
  const status = async () => (await get(`schedules/${id}`)).status;
  assert.equal(await status(), 'upcoming');
  await world.advance(hour - 1);
  assert.equal(await status(), 'upcoming');
  await world.advance(1);
  assert.equal(await status(), 'on_sale');
  await world.advance(hour - 1);
  assert.equal(await status(), 'on_sale');
  await world.advance(1);
  assert.equal(await status(), 'closed');
});

test('sold out, and on sale again when a hold ends', async () => {
  const sale = await world.sale({ hall: { rows: 3, seats: 4 }, limit: 12 });
  const state = async () => await get(`schedules/${sale.id}`);
  assert.deepEqual((await state()).remaining.map(({ grade, free, total }) => [grade, free, total]), [['VIP', 4, 4], ['R', 4, 4], ['S', 4, 4]]);
  ok(await world.hold(await world.user(), sale, sale.guids.slice(0, 6)), 201);
  assert.deepEqual((await state()).remaining.map(({ free }) => free), [0, 2, 4]);
  ok(await world.hold(await world.user(), sale, sale.guids.slice(6)), 201);
  assert.equal((await state()).status, 'sold_out');
  await world.advance(8 * minute);
  assert.equal((await state()).status, 'on_sale');
  assert.deepEqual((await state()).remaining.map(({ free }) => free), [4, 4, 4]);
});

test('the map has every seat once, with grades and prices', async () => {
  const sale = await world.sale({ hall: { rows: 6, seats: 10 } });
  const { map } = sale;
  assert.equal(map.schedule_id, sale.id);
  assert.equal(map.seat_count, 60);
  assert.deepEqual(map.grades.map((grade) => grade.name), ['VIP', 'R', 'S']);
  for (const { price, name } of map.grades) assert.deepEqual(price, world.schedule_body(sale.hall).prices[name]);
  for (const row of map.sections.flatMap((section) => section.rows))
    for (const list of [row.numbers, row.xs, row.ys]) assert.equal(list.length, row.guids.length);
  assert.equal(new Set(sale.guids).size, 60);
});

test('the map has a strong ETag, is sent compressed, and 304 when known', async () => {
  const { id } = await world.sale();
  const path = `/api/v1/schedules/${id}/map`;
  const plain = await world.api('GET', path);
  assert.match(plain.headers.etag, /^"[^"]+"$/);
  assert.match(plain.headers['cache-control'], /public|max-age/);
  const packed = await world.server.send('GET', path, undefined, { 'accept-encoding': 'gzip' });
  assert.equal(packed.headers['content-encoding'], 'gzip');
  assert.match(packed.headers.vary ?? '', /accept-encoding/i);
  assert.deepEqual(gunzipSync(packed.bytes), plain.bytes);
  assert.ok(packed.bytes.length < plain.bytes.length);
  for (const etag of [plain.headers.etag, `"other", ${plain.headers.etag}`, '*', packed.headers.etag]) {
    const known = await world.api('GET', path, undefined, { headers: { 'if-none-match': etag } });
    assert.equal(known.status, 304, etag);
    assert.equal(known.bytes.length, 0);
  }
  assert.equal((await world.api('GET', path, undefined, { headers: { 'if-none-match': '"other"' } })).status, 200);
});

test('a sale does not change the map', async () => {
  const sale = await world.sale();
  const path = `/api/v1/schedules/${sale.id}/map`;
  const earlier = await world.api('GET', path);
  await world.buy(await world.user(), sale, sale.guids.slice(0, 2));
  const later = await world.api('GET', path);
  assert.deepEqual(later.bytes, earlier.bytes);
  assert.equal(later.headers.etag, earlier.headers.etag);
});

test('availability has two bits a seat in map order, and its version grows', async () => {
  const sale = await world.sale({ hall: { rows: 3, seats: 5 }, blocked_seats: ['3-5'] });
  const ann = await world.user();
  const versions = [(await world.seats(sale)).version];
  await world.buy(ann, sale, ['1-2']);
  versions.push((await world.seats(sale)).version);
  ok(await world.hold(ann, sale, ['2-1', '2-2']), 201);
  const states = await world.seats(sale);
  versions.push(states.version);
  const expected = { '1-2': SOLD, '2-1': HELD, '2-2': HELD, '3-5': BLOCKED };
  assert.deepEqual([...states], sale.guids.map((guid) => expected[guid] ?? FREE));
  assert.ok(versions[0] < versions[1] && versions[1] < versions[2]);
});

test('performances are searched', async () => {
  const made = {};
  for (const [title, genre, region] of [['Alpha', 'play', 'Seoul'], ['Beta', 'dance', 'Busan'], ['Gamma 100%', 'play', 'Busan']]) {
    const place = await world.hall({ rows: 3, seats: 4, region });
    made[title] = await world.performance({ title, genre });
    await world.schedule(made[title], place, { starts_at: world.time(300 * day), ends_at: world.time(300 * day + hour) });
  }
  const search = async (query) => (await get(`performances?${query}`)).items.map((item) => item.title).filter((title) => made[title]).sort();
  assert.deepEqual(await search('q=alp'), ['Alpha']);
  assert.deepEqual(await search('q=%25'), ['Gamma 100%']);
  assert.deepEqual(await search('q=_'), []);
  assert.deepEqual(await search('genre=play&limit=100'), ['Alpha', 'Gamma 100%']);
  assert.deepEqual(await search('region=Busan'), ['Beta', 'Gamma 100%']);
  assert.deepEqual(await search('region=Busan&genre=dance'), ['Beta']);
  assert.deepEqual(await search(`from=${world.time(299 * day)}&to=${world.time(301 * day)}`), ['Alpha', 'Beta', 'Gamma 100%']);
  assert.deepEqual(await search(`from=${world.time(301 * day)}`), []);
  assert.deepEqual(await search('status=on_sale&limit=100'), ['Alpha', 'Beta', 'Gamma 100%']);
  const listed = (await get('performances?q=Alpha')).items[0];
  assert.deepEqual(listed.price_from, { amount: 10000, currency: 'KRW' });
  assert.equal(listed.venue, 'Small hall');
});

test('performances are listed page by page, each once', async () => {
  for (let i = 0; i < 5; i++) await world.performance({ title: `Page ${i}` });
  for (const sort of ['newest', 'title', 'soonest', 'price', 'popular']) {
    const seen = [];
    for (let query = `?limit=3&sort=${sort}`; query;) {
      const page = await get(`performances${query}`);
      seen.push(...page.items.map((item) => item.id));
      query = page.next && `?limit=3&sort=${sort}&cursor=${page.next}`;
    }
    assert.equal(new Set(seen).size, seen.length);
    assert.ok(seen.length > 5);
  }
});

test('a producer sells what is one\'s own', async () => {
  const [producer, other] = [await world.user(['PRODUCER']), await world.user(['PRODUCER'])];
  const own = await world.performance({ as: producer });
  ok(await ask({}, producer, own), 201);
  refused(await ask({}, other, own), 404, 'not_found');
  refused(await ask({}, await world.user(), own), 403, 'forbidden');
});
