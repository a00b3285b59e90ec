/* 10,000 people claim a coupon of which there are 1,000, everybody twice, at full speed, and the server is killed in the middle: exactly 1,000 are
 * given out, nobody has two, and whoever was told that he has one has it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gather } from '../lib/crowd.mjs';
import { ok } from '../lib/server.mjs';
import { storm } from '../lib/storm.mjs';
import { World, day } from '../lib/world.mjs';

const people_count = 10000;
const pieces = 1000;

let world, tokens;

before(async () => {
  world = await World.open();
  await gather(world, await world.sale({ hall: { rows: 3, seats: 20 } }), people_count);
  const accounts = (await readFile(join(world.server.data, 'accounts.csv'), 'utf8')).trim().split('\n');
  tokens = accounts.map((line) => line.split(',')[2]).filter((text) => text.includes('.'));
  assert.equal(tokens.length, people_count);
});
after(() => world.close());

const make = async (change) => ok(await world.api('POST', '/api/v1/coupons',
  { name: 'First come', quantity: pieces, discount_percent: 10, expires_at: world.time(day), ...change }, { as: world.admin }), 201);
const count = (answers, status, code) => answers.filter((a) => a?.status === status && (!code || a.json.code === code)).length;

/* Everybody twice, the second time in another order. */
function everybody_twice(coupon) {
  const claims = tokens.map((token, who) => ({ who, token, path: `/api/v1/coupons/${coupon.id}/claim` }));
  return [...claims, ...claims.map((_, i) => claims[(i * 7919) % claims.length])];
}

/* What everybody has of it: the id of his piece, or undefined. */
async function holdings(coupon) {
  const answers = await storm(world.server.port, tokens.map((token) => ({ method: 'GET', token, path: '/api/v1/coupons/mine' })));
  return answers.map((answer) => {
    assert.equal(answer?.status, 200);
    const mine = answer.json.items.filter((item) => item.coupon_id === coupon.id);
    assert.ok(mine.length <= 1, 'somebody has two');
    return mine[0]?.id;
  });
}

async function assert_all_gone(coupon, acknowledged) {
  const shown = ok(await world.api('GET', `/api/v1/coupons/${coupon.id}`, undefined, { as: world.admin }));
  assert.deepEqual({ issued: shown.issued, left: shown.left }, { issued: pieces, left: 0 });
  const held = await holdings(coupon);
  assert.equal(held.filter(Boolean).length, pieces);
  for (const [who, id] of acknowledged) assert.equal(held[who], id, 'what was acknowledged is gone');
}

const given = (requests, answers) => requests.flatMap(({ who }, i) => (answers[i]?.status === 201 ? [[who, answers[i].json.id]] : []));

test(`${2 * people_count} claims of ${people_count} people for ${pieces} pieces`, async (t) => {
  const coupon = await make();
  const requests = everybody_twice(coupon);
  const begun = performance.now();
  const answers = await storm(world.server.port, requests);
  const seconds = (performance.now() - begun) / 1000;
  t.diagnostic(`${Math.round(requests.length / seconds)} claims a second`);
  assert.equal(count(answers, 201), pieces);
  assert.equal(count(answers, 409, 'sold_out') + count(answers, 409, 'already_claimed'), requests.length - pieces);
  await assert_all_gone(coupon, given(requests, answers));
});

test('the same with kill -9 in the middle', async (t) => {
  const coupon = await make({ name: 'First come again' });
  const requests = everybody_twice(coupon);
  const enough = Math.floor(pieces / 3);
  let told = 0, dead;
  const first = await storm(world.server.port, requests, {
    ahead: 1,
    heard: ({ status }) => { if (status === 201 && ++told === enough) dead = world.server.kill9(); },
  });
  await dead;
  const before_it = given(requests, first);
  assert.ok(before_it.length >= enough && before_it.length < pieces, 'it was to be killed in the middle');
  await world.server.restart();
  await world.catch_up();

  const second = await storm(world.server.port, requests);
  const after_it = given(requests, second);
  t.diagnostic(`${before_it.length} acknowledged before the end, ${pieces - before_it.length - after_it.length} given out and not told, ${after_it.length} after it`);
  assert.ok(before_it.length + after_it.length <= pieces);
  assert.equal(count(second, 409, 'sold_out') + count(second, 409, 'already_claimed') + after_it.length, requests.length);
  await assert_all_gone(coupon, [...before_it, ...after_it]);
});
