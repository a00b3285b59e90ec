/* Coupons: made by staff, claimed first come first served or by code, one a customer for ever. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, day, hour, minute } from '../lib/world.mjs';

let world, manager;

before(async () => {
  world = await World.open();
  manager = await world.user(['MANAGER']);
});
after(() => world.close());

const won = (amount) => ({ amount, currency: 'KRW' });
const body = (change) => ({ name: 'Ten percent', quantity: 10, discount_percent: 10, expires_at: world.time(day), ...change });
const create = (change, as = manager) => world.api('POST', '/api/v1/coupons', body(change), { as });
const make = async (change) => ok(await create(change), 201);
const claim = (coupon, as, options) => world.api('POST', `/api/v1/coupons/${coupon.id}/claim`, undefined, { as, ...options });
const redeem = (code, as) => world.api('POST', '/api/v1/coupons/redeem_code', { code }, { as });
const change = (coupon, of) => world.api('PATCH', `/api/v1/coupons/${coupon.id}`, of, { as: manager });
const show = (coupon, as) => world.api('GET', `/api/v1/coupons/${coupon.id}`, undefined, { as });
const mine = async (as) => ok(await world.api('GET', '/api/v1/coupons/mine', undefined, { as })).items;
const listed = async (as) => ok(await world.api('GET', '/api/v1/coupons?limit=100', undefined, { as })).items;
const fields = (answer) => refused(answer, 400, 'invalid').errors.map((error) => error.field);

test('a coupon is what was asked for', async () => {
  const made = await make({ code: 'SPRING-30', discount_percent: 30, max_discount: won(20000), min_total: won(50000), starts_at: world.time(-hour) });
  assert.equal(made.code, 'SPRING-30');
  assert.deepEqual([made.discount_percent, made.discount_amount, made.max_discount, made.min_total], [30, null, won(20000), won(50000)]);
  assert.deepEqual([made.quantity, made.left, made.issued, made.open_codes, made.public], [10, 10, 0, 0, true]);
  const amount = await make({ discount_percent: undefined, discount_amount: won(5000) });
  assert.deepEqual([amount.discount_percent, amount.discount_amount], [null, won(5000)]);
  assert.deepEqual(ok(await show(amount, manager)), amount);
});

test('what makes no sense is refused by the name of the field', async () => {
  for (const percent of [0, 101, -10, 10.5, '10']) assert.deepEqual(fields(await create({ discount_percent: percent })), ['discount_percent']);
  assert.deepEqual(fields(await create({ discount_percent: undefined })), ['discount_percent']);
  assert.deepEqual(fields(await create({ discount_amount: won(5000) })), ['discount_amount']);
  assert.deepEqual(fields(await create({ discount_percent: undefined, discount_amount: won(0) })), ['discount_amount.amount']);
  assert.deepEqual(fields(await create({ discount_percent: undefined, discount_amount: won(500), max_discount: won(5) })), ['max_discount']);
  assert.deepEqual(fields(await create({ max_discount: won(500), min_total: { amount: 5, currency: 'USD' } })), ['min_total']);
  assert.deepEqual(fields(await create({ expires_at: world.time(-1000) })), ['expires_at']);
  assert.deepEqual(fields(await create({ starts_at: world.time(2 * day) })), ['expires_at']);
  assert.deepEqual(fields(await create({ name: '   ', code: ' ' })), ['name', 'code']);
  assert.deepEqual(fields(await create({ quantity: 0 })), ['quantity']);
  assert.deepEqual(fields(await create({ quantity: -1 })), ['quantity']);
  assert.deepEqual(fields(await create({ issued: 5, user_id: 'x' })), ['issued', 'user_id']);
  await make({ code: 'Taken' });
  refused(await create({ code: 'TAKEN' }), 409, 'code_taken');
});

test('one a customer, and no more than there are', async () => {
  const coupon = await make({ quantity: 2 });
  const [ann, bob, cid] = await world.crowd(3);
  const piece = ok(await claim(coupon, ann), 201);
  assert.equal(piece.coupon_id, coupon.id);
  assert.equal(piece.status, 'usable');
  refused(await claim(coupon, ann), 409, 'already_claimed');
  ok(await claim(coupon, bob), 201);
  refused(await claim(coupon, cid), 409, 'sold_out');
  refused(await claim(coupon, ann), 409, 'already_claimed');
  const items = await mine(ann);
  assert.deepEqual(items.map((item) => [item.id, item.coupon_id, item.status, item.name, item.booking_id]), [[piece.id, coupon.id, 'usable', 'Ten percent', null]]);
  assert.deepEqual(await mine(cid), []);
  assert.equal(ok(await show(coupon)).left, 0);
});

test('a claim that is sent again with its key is answered with the same bytes', async () => {
  const coupon = await make();
  const ann = await world.user();
  const first = await claim(coupon, ann, { key: 'claim-once' });
  const second = await claim(coupon, ann, { key: 'claim-once' });
  ok(first, 201);
  assert.equal(second.status, 201);
  assert.deepEqual(second.bytes, first.bytes);
});

test('it follows the clock by itself', async () => {
  const coupon = await make({ starts_at: world.time(hour), expires_at: world.time(2 * hour) });
  const [ann, bob] = await world.crowd(2);
  refused(await claim(coupon, ann), 409, 'not_started');
  assert.ok((await listed(ann)).some((item) => item.id === coupon.id));
  await world.advance(hour);
  ok(await claim(coupon, ann), 201);
  assert.equal((await mine(ann))[0].status, 'usable');
  await world.advance(hour);
  assert.equal((await mine(ann))[0].status, 'expired');
  refused(await claim(coupon, bob), 409, 'expired');
  assert.ok(!(await listed(ann)).some((item) => item.id === coupon.id));
  assert.ok((await listed(manager)).some((item) => item.id === coupon.id));
  refused(await change(coupon, { expires_at: world.time(day) }), 409, 'coupon_over');
});

test('customers see what they may claim, staff sees all', async () => {
  const open = await make({ code: 'OPEN-TO-ALL' }), hidden = await make({ public: false });
  const ann = await world.user();
  for (const as of [undefined, ann]) {
    const items = await listed(as);
    const seen = items.find((item) => item.id === open.id);
    assert.equal(seen.left, 10);
    for (const secret of ['code', 'issued', 'open_codes', 'public']) assert.ok(!(secret in seen), `${secret} is shown`);
    assert.ok(!items.some((item) => item.id === hidden.id));
    refused(await show(hidden, as), 404, 'not_found');
  }
  refused(await claim(hidden, ann), 404, 'not_found');
  assert.ok((await listed(manager)).some((item) => item.id === hidden.id && item.public === false));
  const page = ok(await world.api('GET', '/api/v1/coupons?limit=1', undefined, { as: manager }));
  const next = ok(await world.api('GET', `/api/v1/coupons?limit=1&cursor=${page.next}`, undefined, { as: manager }));
  assert.deepEqual([page.items[0].id, next.items[0].id], [hidden.id, open.id]);
});

test("a producer's coupons are for the own performances", async () => {
  const [producer, rival] = [await world.user(['PRODUCER']), await world.user(['PRODUCER'])];
  const performance = await world.performance({ as: producer });
  refused(await create({}, producer), 403, 'forbidden');
  refused(await create({ performance_id: performance.id }, rival), 404, 'not_found');
  assert.ok([400, 404].includes((await create({ performance_id: producer.id })).status), 'an id of something else');
  const coupon = ok(await create({ performance_id: performance.id, public: false, code: 'PRODUCED' }, producer), 201);
  assert.equal(coupon.code, 'PRODUCED');
  const path = `/api/v1/coupons/${coupon.id}`;
  for (const [method, of, body_] of [['GET', path], ['PATCH', path, { quantity: 5 }], ['DELETE', path], ['POST', `${path}/codes`, { count: 1 }], ['GET', `${path}/codes.csv`]])
    refused(await world.api(method, of, body_, { as: rival }), 404, 'not_found');
  assert.ok((await listed(producer)).some((item) => item.id === coupon.id && item.code === 'PRODUCED'));
  assert.ok(!(await listed(rival)).some((item) => item.id === coupon.id));
  assert.equal(ok(await world.api('PATCH', path, { quantity: 5 }, { as: producer })).quantity, 5);
  ok(await world.api('POST', `${path}/codes`, { count: 5 }, { as: producer }), 201);
  ok(await world.api('DELETE', path, undefined, { as: producer }), 204);
});

test('terms that customers rely on stay; number and dates may change', async () => {
  const coupon = await make();
  const [ann, bob, cid] = await world.crowd(3);
  ok(await claim(coupon, ann), 201);
  ok(await claim(coupon, bob), 201);
  assert.deepEqual(fields(await change(coupon, { discount_percent: 1 })), ['discount_percent']);
  refused(await change(coupon, { quantity: 1 }), 409, 'quantity_too_low');
  assert.deepEqual(fields(await change(coupon, { expires_at: world.time(-minute) })), ['expires_at']);
  const changed = ok(await change(coupon, { quantity: 2, name: 'Renamed' }));
  assert.deepEqual([changed.quantity, changed.left, changed.name], [2, 0, 'Renamed']);
  refused(await claim(coupon, cid), 409, 'sold_out');
  ok(await change(coupon, { quantity: 3 }));
  ok(await claim(coupon, cid), 201);
  ok(await world.api('DELETE', `/api/v1/coupons/${coupon.id}`, undefined, { as: manager }), 204);
  refused(await show(coupon, manager), 404, 'not_found');
  assert.equal((await mine(ann)).length, 1, 'what a customer has stays his');
});

test('a code that many share', async () => {
  const coupon = await make({ code: 'Hello-2030', public: false, quantity: 1 });
  const [ann, bob] = await world.crowd(2);
  const piece = ok(await redeem(' hello-2030', ann), 201);
  assert.equal(piece.coupon_id, coupon.id);
  refused(await redeem('HELLO-2030', ann), 409, 'already_claimed');
  refused(await redeem('HELLO-2030', bob), 409, 'sold_out');
});

test('single-use codes: exported, kept a piece each, redeemed once', async () => {
  const coupon = await make({ quantity: 5 });
  const path = `/api/v1/coupons/${coupon.id}/codes`;
  const made = ok(await world.api('POST', path, { count: 3 }, { as: manager }), 201);
  assert.deepEqual([made.made, made.open_codes, made.left], [3, 3, 2]);
  refused(await world.api('POST', path, { count: 3 }, { as: manager }), 409, 'sold_out');
  const sheet = async () => {
    const answer = await world.api('GET', `${path}.csv`, undefined, { as: manager });
    assert.equal(answer.status, 200);
    assert.equal(answer.type, 'text/csv');
    return answer.text.replace(/^\ufeff/, '').trimEnd().split('\r\n').map((line) => line.split(',').map((cell) => JSON.parse(cell)));
  };
  const [head, ...rows] = await sheet();
  assert.deepEqual(head, ['code', 'redeemed_at']);
  assert.equal(new Set(rows.map(([code]) => code)).size, 3);
  for (const [code, at] of rows) {
    assert.match(code, /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{5}$/);
    assert.equal(at, '');
  }
  const [ann, bob] = await world.crowd(2);
  ok(await redeem(rows[0][0].toLowerCase().replaceAll('-', ''), ann), 201);
  refused(await redeem(rows[0][0], bob), 409, 'code_used');
  refused(await redeem(rows[1][0], ann), 409, 'already_claimed');
  ok(await redeem(rows[1][0], bob), 201);
  assert.deepEqual((await sheet()).slice(1).map(([, at]) => at !== ''), [true, true, false]);
  const shown = ok(await show(coupon, manager));
  assert.deepEqual([shown.issued, shown.open_codes, shown.left], [2, 1, 2]);
});

test('codes cannot be tried for long', async () => {
  await make({ code: 'RIGHT-ONE' });
  const [ann, bob] = await world.crowd(2);
  for (let i = 0; i < 10; i++) refused(await redeem(`WRONG-${i}`, ann), 409, 'unknown_code');
  const answer = await redeem('RIGHT-ONE', ann);
  refused(answer, 429, 'too_many');
  assert.ok(Number(answer.headers['retry-after']) <= 601);
  ok(await redeem('RIGHT-ONE', bob), 201);
  await world.advance(10 * minute);
  ok(await redeem('RIGHT-ONE', ann), 201);
});

test('in the language of the caller', async () => {
  const coupon = await make({ quantity: 1 });
  const [ann, bob] = await world.crowd(2);
  ok(await claim(coupon, ann), 201);
  assert.match(refused(await claim(coupon, bob, { lang: 'ko' }), 409, 'sold_out').detail, /소진/);
});
