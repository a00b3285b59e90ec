/* Two processes that share Redis behind three sentinels. `keeper` keeps the sessions; `other` has the same keys and a database of its own, so that it can
 * check the keeper's tokens and must hear of their end: as a gateway does. Redis is emptied, killed, taken over and away altogether. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ok, program, refused } from '../lib/server.mjs';
import { World } from '../lib/world.mjs';

const run = promisify(execFile);
const tool = process.env.TAKENSEAT_TEST_REDIS_TOOL;
const unheard_seconds = 2;
let folder, url, keeper, other;

const redis = async (name, ...words) =>
  (await run('redis-cli', ['-p', (await readFile(join(folder, name, 'port'), 'utf8')).trim(), ...words])).stdout.trim();
const stop = (name) => run(tool, ['stop', join(folder, name), '--now']);

before(async () => {
  assert.ok(tool, 'run by tests/lib/redis run');
  folder = await mkdtemp(join(tmpdir(), 'takenseat-redis-'));
  url = (await run(tool, ['guarded', folder])).stdout.trim();
  const settings = { 'kv.url': url, 'http.trusted_proxies': '127.0.0.1', 'queue.address_joins_max': '8' };
  keeper = await World.open({ clock: false, settings });
  other = await World.open({ clock: false, keys_of: keeper.server, settings: { ...settings, 'auth.unheard_seconds': unheard_seconds } });
});
after(async () => {
  await keeper?.close();
  await other?.close();
  await run(tool, ['stop', folder, '--now']);
  await rm(folder, { recursive: true, force: true });
});

const asked = (world, person) => world.api('GET', '/api/v1/bookings', undefined, { as: person });
const sign_out = async (person) => ok(await keeper.api('POST', '/api/v1/auth/logout', undefined, { as: person }), 204);

async function until(what, is_so) {
  for (const give_up = Date.now() + 60000; !await is_so();) {
    assert.ok(Date.now() < give_up, what);
    await sleep(20);
  }
}
const answers = (world, person, status) => until(`it never answers ${status}`, async () => (await asked(world, person)).status === status);

/* The world's process has exchanged with Redis what it had. */
async function exchanged(world) {
  const batches = async () => (await world.server.metrics()).takenseat_kv_batches_total;
  const begun = await batches();
  await until('nothing is exchanged', async () => await batches() >= begun + 12);
}
const health = async (world) => ok(await world.api('GET', '/health/ready'));

/* First of all: later on the other's own sessions have numbers of the keeper's that ended. */
test('joins from one address are counted together', async () => {
  const rooms = await Promise.all([keeper, other].map(async (world) => {
    const sale = await world.sale({ as: await world.user(['PRODUCER']), hall: { rows: 3, seats: 20 } });
    ok(await world.api('PUT', `/api/v1/schedules/${sale.id}/queue/settings`,
      { mode: 'fifo', admit_per_minute: 60, active_limit: 100, pass_seconds: 600, paused: true }, { as: world.admin }));
    return async (address) => world.api('POST', `/api/v1/schedules/${sale.id}/queue`, undefined,
      { as: await world.user(), headers: { 'x-forwarded-for': address } });
  }));
  const [here, there] = rooms, address = '203.0.113.9';
  for (let i = 0; i < 5; i++) ok(await here(address), 201);
  await exchanged(keeper);
  for (let i = 0; i < 3; i++) {
    ok(await there(address), 201);
    await exchanged(other);
  }
  refused(await there(address), 429, 'address_limit');
  await redis('first', 'FLUSHALL');
  refused(await there(address), 429, 'address_limit');
  await exchanged(other);
  ok(await there('203.0.113.10'), 201);
});

test('a session that ends in one process is refused in the other', async () => {
  const [ann, ben] = await keeper.crowd(2);
  await answers(other, ann, 200);
  await sign_out(ann);
  refused(await asked(keeper, ann), 401, 'unauthenticated');
  await answers(other, ann, 401);
  ok(await asked(other, ben));
  assert.deepEqual(await health(other), { status: 'ok' });
});

test('what is lost is told again: nobody gets back in', async () => {
  const ann = await keeper.user();
  await sign_out(ann);
  await answers(other, ann, 401);
  const told = Number(await redis('first', 'XLEN', 'takenseat:auth:ended'));
  assert.ok(told >= 2);
  await redis('first', 'FLUSHALL');
  await until('it is not told again', async () => Number(await redis('first', 'XLEN', 'takenseat:auth:ended')) >= told);
  refused(await asked(other, ann), 401, 'unauthenticated');
});

test('another server takes over: who was signed out meanwhile stays out, who was not is let in again', async () => {
  const [ann, ben, cho] = await keeper.crowd(3);
  await sign_out(ann);
  await answers(other, ann, 401);
  await stop('first');
  await sign_out(ben);                                   /* there is nobody whom that could be told */
  const ended_at = performance.now();
  const most = (unheard_seconds + 1) * 1000;
  await until('nobody takes over', async () => {
    const begun = performance.now();
    const [a, b, c] = [await asked(other, ann), await asked(other, ben), await asked(other, cho)];
    assert.notEqual(a.status, 200);
    assert.ok(b.status !== 200 || begun < ended_at + most, 'a session that ended is let in without word from who keeps it');
    if (c.status !== 200) refused(c, 503, 'sessions_unknown');
    return b.status === 401 && c.status === 200;
  });
  refused(await asked(other, ann), 401, 'unauthenticated');
  ok(await asked(keeper, cho));
  assert.equal(await redis('second', 'ROLE').then((text) => text.split('\n')[0]), 'master');
});

test('with Redis away the keeper serves on and says what it lacks; who depends on hearing refuses', async () => {
  const [ann, ben] = await keeper.crowd(2);
  await answers(other, ann, 200);
  await stop('second');
  await until('it is not told', async () => (await health(keeper)).status === 'degraded');
  assert.deepEqual(await health(keeper), { status: 'degraded', without: ['kv'] });
  ok(await asked(keeper, ann));
  await sign_out(ben);
  refused(await asked(keeper, ben), 401, 'unauthenticated');
  await answers(other, ann, 503);
  await run(tool, ['start', join(folder, 'second')]);
  await answers(other, ann, 200);
  await answers(other, ben, 401);
  await until('it is not told', async () => (await health(keeper)).status === 'ok');
});

for (const [what, settings, said] of [
  ['an address that is none', { 'kv.url': 'redis:/localhost' }, /kv\.url is not of the form redis:/],
  ['a password in the address', { 'kv.url': 'redis://me:sesame@127.0.0.1' }, /kv\.url has a password in it: it belongs into kv\.password/],
  ['a name that the sentinels do not know', () => ({ 'kv.url': `${url}-of-others` }), /kv\.url: the sentinel .* knows no master called seats-of-others/],
  ['a password where none is wanted', () => ({ 'kv.url': process.env.TAKENSEAT_TEST_REDIS, 'kv.password': 'sesame' }), /kv\.password: /],
  ['hearing without anybody to hear', { 'auth.unheard_seconds': 5 }, /auth\.unheard_seconds needs kv\.url/],
])
  test(`refused at the start: ${what}`, async () => {
    const flags = Object.entries(typeof settings === 'function' ? settings() : settings).map(([name, value]) => `--${name}=${value}`);
    const { code, stderr } = await run(program, ['migrate', '--data', join(folder, 'data'), ...flags]).then(() => ({ code: 0 }), (error) => error);
    assert.equal(code, 2, stderr);
    assert.match(stderr, said);
    assert.doesNotMatch(stderr, /sesame/);
  });
