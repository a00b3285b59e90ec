/* Reviews through the whole program: only who was there, once, and what the public sees of it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, day } from '../lib/world.mjs';

let world, sale, ann, bob, path;

before(async () => {
  world = await World.open();
  sale = await world.sale();
  [ann, bob] = await world.crowd(2);
  await world.buy(ann, sale, sale.guids.slice(0, 1));
  await world.buy(bob, sale, sale.guids.slice(1, 2));
  path = `/api/v1/performances/${sale.performance.id}/reviews`;
});
after(() => world.close());

const review = { rating: 4, title: 'Moving', content: 'Twice.\nAnd again.' };
const write = (as, body = review) => world.api('POST', path, body, { as });
const page = async (query = '', as) => ok(await world.api('GET', `${path}${query}`, undefined, { as }));

test('nobody reviews what is still to be played', async () => {
  refused(await write(ann), 403, 'not_attended');
  assert.deepEqual(await page(), { items: [], average: null, count: 0, next: null });
});

test('who was there does, once; who was not does not', async () => {
  await world.advance(21 * day);
  const stranger = await world.user();
  refused(await write(stranger), 403, 'not_attended');
  refused(await write({}), 401, 'unauthenticated');
  const made = ok(await write(ann), 201);
  assert.equal(made.author, 'P**');
  refused(await write(ann, { ...review, rating: 1 }), 409, 'already_reviewed');
  ok(await write(bob, { ...review, rating: 5 }), 201);
  const { items, average, count } = await page();
  assert.equal(count, 2);
  assert.equal(average, 4.5);
  for (const item of items) assert.ok(!JSON.stringify(item).includes('@'), 'an address is shown');
});

test('ten at once write one', async () => {
  const carl = await world.user();
  const other = await world.sale();
  await world.buy(carl, other, other.guids.slice(0, 1));
  await world.advance(21 * day);
  const answers = await Promise.all(Array.from({ length: 10 }, () => world.api('POST', `/api/v1/performances/${other.performance.id}/reviews`, review, { as: carl })));
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [201, ...Array(9).fill(409)]);
});

test('a like counts once a person, whatever is sent at once', async () => {
  const [{ id }] = (await page()).items;
  const fans = await world.crowd(5);
  await Promise.all(fans.flatMap((as) => [1, 2, 3].map(() => world.api('PUT', `/api/v1/reviews/${id}/like`, undefined, { as }))));
  const seen = ok(await world.api('GET', `/api/v1/reviews/${id}`, undefined, { as: fans[0] }));
  assert.equal(seen.likes, 5);
  assert.equal(seen.liked, true);
  assert.equal(ok(await world.api('DELETE', `/api/v1/reviews/${id}/like`, undefined, { as: fans[0] })).likes, 4);
  assert.equal((await page('?sort=likes')).items[0].id, id);
});

test('pages follow each other in every order', async () => {
  for (const sort of ['recent', 'likes', 'rating']) {
    const whole = (await page(`?sort=${sort}`)).items.map((item) => item.id);
    const first = await page(`?sort=${sort}&limit=1`);
    const second = await page(`?sort=${sort}&limit=1&cursor=${first.next}`);
    assert.deepEqual([...first.items, ...second.items].map((item) => item.id), whole);
    assert.equal(second.next, null);
    refused(await world.api('GET', `${path}?sort=${sort === 'likes' ? 'rating' : 'likes'}&cursor=${first.next}`), 400, 'invalid');
  }
});

test("only the author changes a review; the rating follows at once", async () => {
  const mine = ok(await world.api('GET', '/api/v1/reviews/mine', undefined, { as: ann })).items[0];
  refused(await world.api('PATCH', `/api/v1/reviews/${mine.id}`, { rating: 1 }, { as: bob }), 404, 'not_found');
  assert.ok(ok(await world.api('PATCH', `/api/v1/reviews/${mine.id}`, { rating: 2 }, { as: ann })).updated_at);
  assert.equal((await page()).average, 3.5);
  for (let again = 0; again < 2; again++) ok(await world.api('DELETE', `/api/v1/reviews/${mine.id}`, undefined, { as: ann }), 204);
  assert.equal((await page()).average, 5);
  assert.equal(ok(await write(ann), 201).id, mine.id);
});

test('staff hide what was reported; its author is told why', async () => {
  const manager = await world.user(['MANAGER']);
  const { id } = ok(await world.api('GET', '/api/v1/reviews/mine', undefined, { as: ann })).items[0];
  ok(await world.api('POST', `/api/v1/reviews/${id}/reports`, { reason: 'Tells the end.' }, { as: bob }), 201);
  refused(await world.api('POST', `/api/v1/reviews/${id}/reports`, { reason: 'Again.' }, { as: bob }), 409, 'already_reported');
  const [reported] = ok(await world.api('GET', '/api/v1/admin/reviews?status=reported', undefined, { as: manager })).items;
  assert.equal(reported.id, id);
  assert.deepEqual(reported.reasons, ['Tells the end.']);
  ok(await world.api('PUT', `/api/v1/reviews/${id}/hidden`, { reason: 'It tells the end.' }, { as: manager }));
  refused(await world.api('GET', `/api/v1/reviews/${id}`), 404, 'not_found');
  refused(await world.api('GET', `/api/v1/reviews/${id}`, undefined, { as: bob }), 404, 'not_found');
  assert.equal((await page('', ann)).count, 1);
  assert.equal(ok(await world.api('GET', `/api/v1/reviews/${id}`, undefined, { as: ann })).hidden_reason, 'It tells the end.');
  ok(await world.api('DELETE', `/api/v1/reviews/${id}/hidden`, undefined, { as: manager }), 204);
  assert.equal((await page()).count, 2);
});

test('a review of 10 MB is too large, one of nothing says nothing', async () => {
  refused(await write(ann, { ...review, content: 'x'.repeat(10 << 20) }), 413, 'too_large');
  for (const wrong of [{ rating: 0 }, { rating: 6 }, { title: '   ' }, { content: ' \n\t ' }, { content: 'x'.repeat(2001) }, { title: 'a\u202eb' }, { author: 'me' }]) {
    const [field] = Object.keys(wrong);
    assert.equal(refused(await write(bob, { ...review, ...wrong }), 400, 'invalid').errors[0].field, field);
  }
});
