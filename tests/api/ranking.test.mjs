/* What sells best within a day, a week and a month, and what somebody may like. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, day, hour } from '../lib/world.mjs';

let world, shows, people;

const ranking = async (query = '') => ok(await world.api('GET', `/api/v1/performances/ranking${query}`));
const titles = async (query) => (await ranking(query)).items.map((item) => item.title);
const advice = async (as, query = '', lang = 'en') => ok(await world.api('GET', `/api/v1/performances/recommended${query}`, undefined, { as, lang })).items;

/* Events arrive a moment later: moving the clock by nothing waits for them. */
async function buys(who, show, seats) {
  const hold = ok(await world.hold(people[who], shows[show].schedule, { best: { count: seats, grade: 'VIP' } }), 201);
  const booking = ok(await world.book(people[who], hold), 201);
  ok(await world.confirm(people[who], ok(await world.pay(people[who], booking), 201)));
  await world.advance(0);
  return booking;
}

before(async () => {
  world = await World.open();
  const hall = await world.hall({ rows: 3, seats: 40 });
  shows = {};
  for (const [title, genre, starts] of [['Aida', 'musical', 90], ['Bell', 'concert', 91], ['Cats', 'musical', 92], ['Dust', 'play', 93], ['Echo', 'musical', 94]]) {
    const show = await world.performance({ title: `${title} 제목`, title_en: title, genre, max_tickets_per_user: 40 });
    const schedule = await world.schedule(show, hall, { starts_at: world.time(starts * day), ends_at: world.time(starts * day + hour), sale_ends_at: world.time(80 * day) });
    shows[title] = { ...show, schedule };
  }
  people = { ann: await world.user(), ben: await world.user(), cho: await world.user(), dan: await world.user() };
});
after(() => world.close());

test('nothing sold, nothing ranked', async () => {
  for (const period of ['day', 'week', 'month']) assert.deepEqual(await ranking(`?period=${period}`), { period, items: [] });
  assert.equal((await ranking()).period, 'week');
});

test('who has bought nothing yet is told what comes soon', async () => {
  const told = await advice(people.dan);
  assert.deepEqual(told.map((item) => item.title_en), ['Aida', 'Bell', 'Cats', 'Dust', 'Echo']);
  assert.deepEqual(told[0].reason, { kind: 'soon', performance_id: null, text: 'On stage soon' });
  assert.match((await advice(people.dan, '?limit=1', 'ko'))[0].reason.text, /[가-힣]/);
  refused(await world.api('GET', '/api/v1/performances/recommended'), 401, 'unauthenticated');
});

test('the ranking is by seats within the last 24 hours, 7 and 30 days', async () => {
  await buys('ann', 'Aida', 3);
  await buys('ben', 'Aida', 2);
  await buys('cho', 'Aida', 1);
  await buys('ann', 'Bell', 2);
  await buys('ann', 'Bell', 2);
  assert.deepEqual(await titles('?period=day'), ['Aida 제목', 'Bell 제목']);
  const given_back = await buys('dan', 'Echo', 2);
  assert.deepEqual(await titles('?genre=musical'), ['Aida 제목', 'Echo 제목']);
  ok(await world.api('POST', `/api/v1/bookings/${given_back.id}/cancel`, {}, { as: people.dan }));
  await world.advance(0);
  assert.deepEqual(await titles('?genre=musical'), ['Aida 제목']);
  assert.deepEqual((await ranking()).items.map((item) => item.rank), [1, 2]);
  await world.advance(2 * day);
  await buys('ann', 'Cats', 1);
  assert.deepEqual(await titles('?period=day'), ['Cats 제목']);
  assert.deepEqual(await titles('?period=week'), ['Aida 제목', 'Bell 제목', 'Cats 제목']);
  assert.deepEqual(await titles('?period=week&genre=musical'), ['Aida 제목', 'Cats 제목']);
  assert.deepEqual(await titles('?period=week&limit=1'), ['Aida 제목']);
  await world.advance(6 * day);
  assert.deepEqual(await titles('?period=week'), ['Cats 제목']);
  assert.deepEqual(await titles('?period=month'), ['Aida 제목', 'Bell 제목', 'Cats 제목']);
  assert.deepEqual((await ranking('?period=day')).items, []);
});

test('the ranking is the same after a crash', async () => {
  const earlier = [await ranking('?period=week'), await ranking('?period=month')];
  await world.crash();
  await world.sign_in(world.admin);
  for (const who of Object.values(people)) await world.sign_in(who);
  assert.deepEqual([await ranking('?period=week'), await ranking('?period=month')], earlier);
});

test('a search by popularity goes by the week', async () => {
  const { items } = ok(await world.api('GET', '/api/v1/performances?sort=popular'));
  assert.equal(items[0].title_en, 'Cats');
  assert.equal(items.length, 5);
});

test('what others bought besides comes first, and says why', async () => {
  await buys('ben', 'Dust', 1);
  await buys('cho', 'Dust', 1);
  await buys('dan', 'Aida', 1);
  await world.advance(hour);
  const told = await advice(people.dan);
  assert.deepEqual(told.map((item) => [item.title_en, item.reason.kind]), [['Dust', 'seen'], ['Cats', 'seen'], ['Bell', 'seen'], ['Echo', 'genre']]);
  assert.deepEqual(told[0].reason, { kind: 'seen', performance_id: shows.Aida.id, text: 'Because you saw “Aida”' });
  assert.match(told[3].reason.text, /musical/);
  assert.match((await advice(people.dan, '', 'ko'))[0].reason.text, /‘Aida 제목’/);
  assert.deepEqual((await advice(people.dan, '?limit=2')).length, 2);
});

test('what is no longer sold is not recommended', async () => {
  await world.advance(75 * day);
  assert.deepEqual(await advice(people.dan), []);
});

for (const [path, field] of [['ranking?period=year', 'period'], ['ranking?genre=opera', 'genre'], ['ranking?limit=0', 'limit'], ['ranking?cursor=1', 'cursor'], ['recommended?limit=101', 'limit']])
  test(`${path} names the field`, async () => {
    const { errors } = refused(await world.api('GET', `/api/v1/performances/${path}`, undefined, { as: world.admin }), 400, 'invalid');
    assert.deepEqual(errors.map((error) => error.field), [field]);
  });
