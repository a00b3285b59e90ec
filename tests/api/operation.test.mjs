/* What an operator sees: health, metrics, the description of the interface, refusals of HTTP itself. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import core from '@redocly/openapi-core';
import { ok, program, refused } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';
import { World } from '../lib/world.mjs';

const run = promisify(execFile);
let world;

before(async () => { world = await World.open({ settings: { 'registry.enabled': true } }); });
after(() => world.close());

for (const path of ['/health/live', '/health/ready'])
  test(`${path} says ok`, async () => assert.equal(ok(await world.api('GET', path)).status, 'ok'));

test('/metrics is Prometheus text: every series has a type, names and numbers are well-formed', async () => {
  const answer = await world.api('GET', '/metrics');
  assert.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/);
  const types = new Map();
  let series = 0;
  for (const line of answer.text.trimEnd().split('\n')) {
    const [, keyword, name, rest] = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line) ?? [];
    if (keyword === 'TYPE') {
      assert.ok(!types.has(name), `${name} has two types`);
      assert.match(rest, /^(counter|gauge|histogram)$/);
      types.set(name, rest);
    }
    if (line.startsWith('#')) continue;
    const [, of, value] = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?:[a-z_]+="[^"]*",?)*\})? (\S+)$/.exec(line) ?? assert.fail(`not a series: ${line}`);
    assert.ok(Number.isFinite(Number(value)), line);
    const base = types.has(of) ? of : of.replace(/_(bucket|sum|count)$/, '');
    assert.ok(types.has(base), `${of} has no type`);
    if (types.get(base) === 'counter') assert.match(of, /_total$/);
    series++;
  }
  assert.ok(series > 30);
});

test('buckets of the histogram grow to the count', async () => {
  const buckets = Object.entries(await world.server.metrics()).filter(([name]) => name.startsWith('takenseat_http_seconds_bucket'));
  const counts = buckets.map(([, count]) => count);
  assert.deepEqual(counts, [...counts].sort((a, b) => a - b));
  assert.ok(counts.at(-1) > 0);
});

test('requests are counted', async () => {
  const earlier = await world.server.metrics();
  await world.api('GET', '/health/live');
  await world.api('GET', '/api/v1/nowhere');
  const later = await world.server.metrics();
  const moved = (name) => later[name] - earlier[name];
  assert.equal(moved('takenseat_http_answers_total{class="4xx"}'), 1);
  assert.equal(moved('takenseat_http_answers_total{class="2xx"}'), 2);
});

test('/openapi.json passes a linter', async (t) => {
  const { text } = await world.api('GET', '/openapi.json');
  const config = await core.createConfig({ extends: ['recommended'] });
  const problems = await core.lintFromString({ source: text, absoluteRef: '/openapi.json', config });
  const errors = problems.filter((problem) => problem.severity === 'error');
  t.diagnostic(`${problems.length - errors.length} warnings`);
  assert.deepEqual(errors.map(({ ruleId, message, location }) => `${ruleId} ${message} ${location[0]?.pointer}`), []);
});

test('each operation is named once, described, and has a tag', async () => {
  const ids = new Set();
  for (const { operation, name } of world.server.contract.operations) {
    assert.ok(operation.operationId && !ids.has(operation.operationId), name);
    ids.add(operation.operationId);
    assert.ok(operation.summary?.length > 5 && operation.tags?.length > 0, name);
  }
});

test('the description says what is done: no route is missing', async () => {
  const contract = ['POST /api/v1/auth/signup', 'POST /api/v1/halls', 'POST /api/v1/schedules/{schedule_id}/holds', 'POST /api/v1/bookings', 'POST /api/v1/payments',
    'GET /api/v1/schedules/{schedule_id}/availability', 'POST /api/v1/schedules/{schedule_id}/queue', 'GET /api/v1/tickets/{ticket_id}/qr.svg'];
  const offered = new Set(world.server.contract.operations.map((operation) => operation.name));
  for (const name of contract) assert.ok(offered.has(name), name);
});

test('there is no such path', async () => {
  for (const path of ['/api/v1/nowhere', '/api/v1/', '/api/v2/halls', '/api/v1/halls/', '/api/v1//halls'])
    refused(await world.api('GET', path), 404, 'not_found');
});

test('a method that a path does not have: 405 and the ones it has', async () => {
  for (const [method, path, allowed] of [['DELETE', '/api/v1/halls', ['GET', 'POST']], ['POST', '/health/live', ['GET']], ['PUT', '/api/v1/bookings', ['GET', 'POST']]]) {
    const answer = await world.api(method, path, method === 'DELETE' ? undefined : {});
    assert.equal(answer.status, 405, answer.text);
    assert.deepEqual(answer.headers.allow.split(/, */).filter((m) => !['HEAD', 'OPTIONS'].includes(m)).sort(), allowed);
  }
});

test('HEAD is GET without a body', async () => {
  for (const path of ['/health/live', '/api/v1/halls', '/openapi.json']) {
    const [head, get] = [await world.server.send('HEAD', path), await world.server.send('GET', path)];
    assert.equal(head.status, get.status);
    assert.equal(head.bytes.length, 0);
    assert.equal(head.headers['content-type'], get.headers['content-type']);
  }
});

test('a body that is too large: 413, and the connection can be used no more', async () => {
  const answer = await world.api('POST', '/api/v1/auth/login', { email: 'x'.repeat(1 << 20), password: 'x' });
  refused(answer, 413, 'too_large');
});

test('/noop answers like a hold and touches nothing', async () => {
  await world.advance(0);
  const earlier = await world.server.metrics();
  const answer = ok(await world.api('POST', '/noop', { seats: ['1-1', '1-2'] }), 201);
  assert.equal(answer.seats.length > 0, true);
  const later = await world.server.metrics();
  assert.equal(later.takenseat_db_commands_total, earlier.takenseat_db_commands_total);
});

test('every API answer forbids sniffing; personal ones are not stored', async () => {
  const me = await world.api('GET', '/api/v1/users/me', undefined, { as: world.admin });
  assert.equal(me.headers['x-content-type-options'], 'nosniff');
  assert.match(me.headers['cache-control'] ?? '', /no-store|private/);
});

test('what is kept is for the owner of the process alone', async () => {
  assert.equal((await stat(world.server.data)).mode & 0o077, 0);
  assert.equal((await stat(join(world.server.data, 'secret'))).mode & 0o077, 0);
});

const standby = process.env.TAKENSEAT_TEST_MARIADB && 'on a server the second one stands by: mariadb/lease.test.mjs';
test('two servers do not share one folder', { skip: standby }, async () => {
  const second = await run(program, ['serve', '--data', world.server.data, '--port', '0', ...world.server.store.settings], { timeout: 60000 }).catch((error) => error);
  assert.ok(second.code > 0, 'a second server started on the same data');
});

test('the test clock and /noop are for loopback addresses only, and not there unless asked for', async () => {
  const open = await run(program, ['serve', '--data', `${world.server.data}-none`, '--test-clock', '--http.host=0.0.0.0', '--port', '0'], { timeout: 60000 }).catch((error) => error);
  assert.ok(open.code > 0);
  assert.match(open.stderr, /loopback/);
});

test('a payment does not wait behind a rush of sign-ins', async () => {
  const busy = await World.open({ settings: { 'auth.argon2_memory_kib': 19456, 'auth.argon2_ops': 4, 'auth.hash_threads': 1 } });
  try {
    const [buyer, ...others] = await busy.crowd(33);
    const sale = await busy.sale();
    const { payment } = await busy.checkout(buyer, sale, sale.guids.slice(0, 1));
    let signed_in = 0;
    const rush = others.map(async ({ email, password }) => {
      ok(await busy.api('POST', '/api/v1/auth/login', { email, password }));
      signed_in++;
    });
    await until('the rush is under way', () => signed_in > 0);
    assert.equal(ok(await busy.confirm(buyer, payment)).status, 'paid');
    assert.ok(signed_in < rush.length, `${signed_in} of ${rush.length} had signed in before`);
    await Promise.all(rush);
  } finally {
    await busy.close();
  }
});

test('SIGTERM: no request that was accepted fails', async () => {
  const sale = await world.sale({ hall: { rows: 20, seats: 20 }, limit: 100 });
  const people = await world.crowd(16);
  const statuses = [];
  let stopping = false;
  const told = (status) => {
    if (statuses.push(status) < people.length || stopping) return;
    stopping = true;
    world.server.child.kill('SIGTERM');
  };
  const buyers = people.map(async (person, i) => {
    for (let n = 0; n < 20; n++) {
      try {
        told((await world.hold(person, sale, [sale.guids[i * 20 + n]])).status);
      } catch (error) {
        assert.ok(stopping, error.message);
        assert.match(error.code ?? error.message, /ECONNREFUSED|ECONNRESET|socket hang up|ended by itself: 0/, `a request failed otherwise: ${error.message}`);
        return;
      }
    }
  });
  await Promise.all(buyers);
  assert.deepEqual(await world.server.ended, { code: 0, signal: null });
  await world.server.restart();
  await world.catch_up();
  assert.ok(stopping && statuses.every((status) => status === 201), `${[...new Set(statuses)]}`);
  assert.equal((await world.seats(sale)).filter((state) => state === 1).length, statuses.length);
});
