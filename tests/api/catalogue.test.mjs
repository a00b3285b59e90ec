/* The catalogue: changing and deleting performances, who plays when, searching. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, day, hour } from '../lib/world.mjs';

let world, producer, rival, busan, seoul;

before(async () => {
  world = await World.open();
  [producer, rival] = [await world.user(['PRODUCER']), await world.user(['PRODUCER'])];
  busan = await world.hall({ rows: 3, seats: 4, region: '부산', as: producer });
  seoul = await world.hall({ rows: 3, seats: 4, region: '서울', as: producer });
});
after(() => world.close());

const get = async (path) => ok(await world.api('GET', `/api/v1/${path}`));
const make = (body) => world.performance({ as: producer, ...body });
const change = (show, body, as = producer) => world.api('PATCH', `/api/v1/performances/${show.id}`, body, { as });
const remove = (show, as = producer) => world.api('DELETE', `/api/v1/performances/${show.id}`, undefined, { as });
let next_day = 30;
const play = (show, hall, body = {}) => {
  const starts = (next_day += 2) * day;
  return world.schedule(show, hall, { as: producer, starts_at: world.time(starts), ends_at: world.time(starts + 2 * hour), ...body });
};
/* Titles, in order. */
const found = async (query) => (await get(`performances?${new URLSearchParams(query)}`)).items.map((item) => item.title);

test('what is given is changed, the rest stays', async () => {
  const show = await make({ title: '오페라의 유령', title_en: 'The Phantom of the Opera', genre: 'musical', age_rating: 7, cast: ['조승우'] });
  const changed = ok(await change(show, { runtime_minutes: 150, age_rating: 12, casting: [{ name: '조승우', role: '유령' }, { name: '손지수', role: '크리스틴' }] }));
  assert.deepEqual(changed.cast, ['조승우', '손지수']);
  assert.deepEqual(changed.casting, [{ name: '조승우', role: '유령' }, { name: '손지수', role: '크리스틴' }]);
  assert.deepEqual([changed.title, changed.title_en, changed.runtime_minutes, changed.age_rating], ['오페라의 유령', 'The Phantom of the Opera', 150, 12]);
  assert.deepEqual(await get(`performances/${show.id}`), changed);
  assert.deepEqual(ok(await change(show, { cast: [] })).casting, []);
  assert.deepEqual(ok(await change(show, {})).title, '오페라의 유령');
});

const wrong_changes = [
  ['a blank title', { title: ' ' }, 'title'], ['no title', { title: null }, 'title'], ['an unknown genre', { genre: 'opera' }, 'genre'], ['an age rating that is none', { age_rating: 13 }, 'age_rating'],
  ['a poster in the clear', { poster_url: 'http://example.com/a.png' }, 'poster_url'], ['another owner', { owner_id: 'x' }, 'owner_id'],
  ['a status', { status: 'on_sale' }, 'status'], ['a nameless role', { casting: [{ role: 'Anna' }] }, 'casting[0].name'],
  ['two casts', { cast: ['A'], casting: [{ name: 'B' }] }, 'casting'],
];
for (const [name, body, field] of wrong_changes)
  test(`a change to ${name} names the field and changes nothing`, async () => {
    const show = await make({ title: 'Unchanged' });
    assert.deepEqual(refused(await change(show, body), 400, 'invalid').errors.map((error) => error.field), [field]);
    assert.deepEqual(await get(`performances/${show.id}`), show);
  });

test('who organizes sees what is his, who is in charge everything', async () => {
  const mine = async (as, query = '') => ok(await world.api('GET', `/api/v1/admin/performances${query}`, undefined, { as }));
  const [one, two] = [await make({ title: 'Lighthouse, first' }), await make({ title: '등대', title_en: 'Lighthouse, second' })];
  const foreign = await world.performance({ as: rival, title: 'Lighthouse, foreign' });
  await play(two, seoul);
  const ids = ({ items }) => items.map((item) => item.id);
  assert.deepEqual(ids(await mine(producer, '?q=lighthouse')), [two.id, one.id]);
  assert.deepEqual(ids(await mine(rival)), [foreign.id]);
  assert.deepEqual(ids(await mine(world.admin, '?q=lighthouse')), [foreign.id, two.id, one.id]);
  assert.equal((await mine(producer, '?q=lighthouse')).items[0].venue, seoul.name, 'with the summary of its dates');
  const first = await mine(producer, '?q=lighthouse&limit=1');
  assert.deepEqual([ids(first), ids(await mine(producer, `?q=lighthouse&limit=1&cursor=${first.next}`))], [[two.id], [one.id]]);
  assert.deepEqual(await mine(producer, '?q=100%25'), { items: [], next: null });
  ok(await remove(one), 204);
  assert.deepEqual(ids(await mine(producer, '?q=lighthouse')), [two.id]);
  refused(await world.api('GET', '/api/v1/admin/performances', undefined, { as: await world.user() }), 403, 'forbidden');
});

test('a performance is its producer\'s to change and to delete', async () => {
  const show = await make();
  refused(await change(show, { title: 'Mine' }, rival), 404, 'not_found');
  refused(await remove(show, rival), 404, 'not_found');
  ok(await change(show, { title: 'The house says so' }, world.admin));
  ok(await remove(show, world.admin), 204);
});

test('deleted when nothing is to be played any more, and gone from everywhere but the past', async () => {
  const show = await make({ title: 'Farewell tour' });
  const date = await play(show, seoul, { sale_ends_at: world.time(hour) });
  refused(await remove(show), 409, 'performance_in_use');
  assert.deepEqual(await found({ q: 'farewell' }), ['Farewell tour']);
  await world.advance(60 * day);
  next_day = 30;
  ok(await remove(show), 204);
  refused(await remove(show), 404, 'not_found');
  refused(await change(show, { title: 'Again' }), 404, 'not_found');
  refused(await world.api('GET', `/api/v1/performances/${show.id}`), 404, 'not_found');
  refused(await world.api('POST', `/api/v1/performances/${show.id}/schedules`, world.schedule_body(seoul), { as: producer }), 404, 'not_found');
  assert.deepEqual(await found({ q: 'farewell' }), []);
  assert.equal((await get(`schedules/${date.id}`)).title, 'Farewell tour');
});

test('the limit a user buys by stays while something is sold with it', async () => {
  const show = await make();
  ok(await change(show, { max_tickets_per_user: 8 }));
  await play(show, seoul);
  refused(await change(show, { max_tickets_per_user: 2 }), 409, 'limit_in_use');
  ok(await change(show, { max_tickets_per_user: 8, title: 'The same limit' }));
});

test('each date tells who plays', async () => {
  const show = await make({ casting: [{ name: 'Kim', role: 'Elphaba' }, { name: 'Park', role: 'Elphaba' }] });
  const [first, second] = [await play(show, seoul), await play(show, seoul)];
  const set = (schedule, casting, as = producer) => world.api('PUT', `/api/v1/schedules/${schedule.id}/cast`, { casting }, { as });
  assert.deepEqual(ok(await set(first, [{ name: 'Kim', role: 'Elphaba' }])).casting, [{ name: 'Kim', role: 'Elphaba' }]);
  ok(await set(second, [{ name: 'Kim' }]));
  ok(await set(second, [{ name: 'Park', role: 'Elphaba' }, { name: 'A guest' }]));
  assert.deepEqual((await get(`performances/${show.id}`)).schedules.map((s) => s.casting.map((c) => c.name)), [['Kim'], ['Park', 'A guest']]);
  assert.deepEqual((await get(`schedules/${second.id}`)).casting[1], { name: 'A guest' });
  ok(await set(first, []));
  assert.deepEqual((await get(`schedules/${first.id}`)).casting, []);
  refused(await set(first, [{ name: 'Kim' }], rival), 404, 'not_found');
  assert.deepEqual(refused(await set(first, [{ name: '' }]), 400, 'invalid').errors.map((e) => e.field), ['casting[0].name']);
  refused(await set(first, Array.from({ length: 51 }, () => ({ name: 'x' }))), 400, 'invalid');
});

test('words are found in Korean and in English, in parts and in any order', async () => {
  await make({ title: '레미제라블', title_en: 'Les Misérables', cast: ['최재림'] });
  await make({ title: '햄릿', title_en: 'Hamlet', cast: ['조승우', 'Ian McKellen'] });
  for (const [q, expected] of [
    ['햄릿', ['햄릿']], ['햄', ['햄릿']], ['릿', ['햄릿']], ['제라', ['레미제라블']], ['미제라블 레', ['레미제라블']], ['HAML', ['햄릿']], ['amle', ['햄릿']],
    ['les miserables', ['레미제라블']], ['MISÉR', ['레미제라블']], ['mckellen hamlet', ['햄릿']], ['햄릿 최재림', []], ['조승우 ian', ['햄릿']],
    ['햄ㄹ', []], ['%', []], ['_', []], ['\\', []], ["'", []], ['햄*', []], ['"햄릿"', []],
  ]) assert.deepEqual(await found({ q, limit: 100 }), expected, q);
  const [hamlet] = (await get(`performances?${new URLSearchParams({ q: 'hamlet' })}`)).items;
  ok(await change(hamlet, { title: '리어왕', title_en: 'King Lear' }));
  assert.deepEqual(await found({ q: '햄릿' }), []);
  assert.deepEqual(await found({ q: '리어' }), ['리어왕']);
});

test('a date has to fit in time, place and price together', async () => {
  const show = await make({ title: 'Two cities' });
  const prices = (amount) => Object.fromEntries(busan.categories.map(({ name }) => [name, { amount, currency: 'KRW' }]));
  const [first, second] = [await play(show, busan, { prices: prices(1000) }), await play(show, seoul, { prices: prices(9000000) })];
  for (const [query, fits] of [
    [{ region: '부산', max_price: 1000 }, true], [{ region: '부산', max_price: 999 }, false], [{ region: '서울', min_price: 9000000 }, true],
    [{ region: '서울', max_price: 1000 }, false], [{ region: '부', max_price: 1000 }, false], [{ from: second.starts_at, max_price: 1000 }, false],
    [{ to: second.starts_at, max_price: 1000 }, true], [{ from: first.starts_at, to: second.starts_at, min_price: 2000 }, false],
    [{ region: '부산', from: first.starts_at, to: second.starts_at, min_price: 1000, max_price: 1000, genre: 'concert', status: 'on_sale' }, true],
    [{ region: '부산', max_price: 1000, genre: 'play' }, false], [{ status: 'closed' }, false],
  ]) assert.equal((await found({ q: 'two cities', ...query })).length > 0, fits, JSON.stringify(query));
  ok(await world.api('PATCH', `/api/v1/halls/${busan.id}`, { region: '울산' }, { as: producer }));
  assert.deepEqual(await found({ region: '울산', max_price: 1000 }), ['Two cities']);
  assert.deepEqual(await found({ region: '부산' }), []);
});

test('the status follows the clock', async () => {
  const show = await make({ title: 'Clockwork' });
  await play(show, seoul, { sale_starts_at: world.time(hour), sale_ends_at: world.time(2 * hour) });
  const now = async () => (await Promise.all(['upcoming', 'on_sale', 'sold_out', 'closed', 'cancelled'].map(async (status) =>
    ((await found({ q: 'clockwork', status })).length ? status : '')))).join('');
  const seen = [await now()];
  for (const step of [hour - 1, 1, hour - 1, 1]) {
    await world.advance(step);
    seen.push(await now());
  }
  assert.deepEqual(seen, ['upcoming', 'upcoming', 'on_sale', 'on_sale', 'closed']);
});

test('sold out is found as such, and as on sale when a hold ends', async () => {
  const show = await make({ title: 'Tiny', max_tickets_per_user: 12 });
  const date = await play(show, seoul);
  const buyer = await world.user();
  for (const grade of ['VIP', 'R', 'S']) ok(await world.hold(buyer, date, { best: { count: 4, grade } }), 201);
  assert.deepEqual(await found({ q: 'tiny', status: 'sold_out' }), ['Tiny']);
  await world.advance(hour);
  assert.deepEqual(await found({ q: 'tiny', status: 'sold_out' }), []);
  assert.deepEqual(await found({ q: 'tiny', status: 'on_sale' }), ['Tiny']);
});

test('orders', async () => {
  const at = (days, amount) => ({ starts_at: world.time(days * day), ends_at: world.time(days * day + hour),
    prices: Object.fromEntries(seoul.categories.map(({ name }) => [name, { amount, currency: 'KRW' }])) });
  const [b, a, c] = [await make({ title: 'order B' }), await make({ title: 'Order a' }), await make({ title: 'order 가' })];
  await play(a, seoul, at(400, 300));
  await play(b, seoul, at(300, 200));
  const q = 'order';
  assert.deepEqual(await found({ q }), [c, a, b].map((s) => s.title));
  assert.deepEqual(await found({ q, sort: 'newest' }), [c, a, b].map((s) => s.title));
  assert.deepEqual(await found({ q, sort: 'title' }), [a, b, c].map((s) => s.title));
  assert.deepEqual(await found({ q, sort: 'soonest' }), [b, a, c].map((s) => s.title));
  assert.deepEqual(await found({ q, sort: 'price' }), [b, a, c].map((s) => s.title));
});

test('a page goes on behind the last item, whatever has come and gone', async () => {
  const made = [];
  for (const n of [0, 1, 2, 3, 4, 5]) made.push(await make({ title: `paged ${n}` }));
  const page = (sort, cursor) => get(`performances?${new URLSearchParams({ q: 'paged', sort, limit: 2, ...(cursor && { cursor }) })}`);
  const first = await page('title');
  assert.deepEqual(first.items.map((i) => i.title), ['paged 0', 'paged 1']);
  ok(await remove(made[1]), 204);
  await make({ title: 'paged 00' });
  const second = await page('title', first.next);
  assert.deepEqual(second.items.map((i) => i.title), ['paged 2', 'paged 3']);
  assert.deepEqual((await page('title', second.next)).items.map((i) => i.title), ['paged 4', 'paged 5']);
  assert.equal((await page('title', second.next)).next, null);
  for (const [sort, cursor] of [['newest', first.next], ['title', 'x'], ['title', `${first.next}!`], ['price', `3${'0'.repeat(39)}`], ['title', 'x'.repeat(2000)]])
    assert.deepEqual(refused(await world.api('GET', `/api/v1/performances?sort=${sort}&cursor=${cursor}`), 400, 'invalid').errors.map((e) => e.field), ['cursor']);
});

const wrong_queries = [
  ['max_price=1&min_price=2', 'max_price'], ['min_price=-1', 'min_price'], ['max_price=1.5', 'max_price'], ['max_price=99999999999999999999', 'max_price'],
  ['sort=cheapest', 'sort'], ['from=2027-01-02T00:00:00Z&to=2027-01-01T00:00:00Z', 'to'], ['from=tomorrow', 'from'], ['status=open', 'status'],
  ['limit=0', 'limit'], ['limit=101', 'limit'], [`q=${'x'.repeat(101)}`, 'q'], ['qq=1', 'qq'],
];
for (const [query, field] of wrong_queries)
  test(`?${query.slice(0, 60)} names the field`, async () => {
    const { errors } = refused(await world.api('GET', `/api/v1/performances?${query}`), 400, 'invalid');
    assert.deepEqual(errors.map((error) => error.field), [field]);
  });

test('what is found is the same after a new start', async () => {
  const ask = async () => (await Promise.all(['newest', 'title', 'soonest', 'price', 'popular'].map((sort) => found({ sort, limit: 100, region: '서울' }))));
  const earlier = await ask();
  assert.ok(earlier[0].length > 5);
  await world.crash();
  assert.deepEqual(await ask(), earlier);
});
