/* Signing in with an authenticator app, and what becomes of an ADMIN without one. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { secret_bytes, totp } from '../lib/totp.mjs';
import { World, day } from '../lib/world.mjs';

let world;

before(async () => { world = await World.open({ settings: { 'auth.admin_grace_days': 7 } }); });
after(() => world.close());

const post = (path, body, options) => world.api('POST', `/api/v1${path}`, body, options);
const login = (user, more) => post('/auth/login', { email: user.email, password: user.password, ...more });
const clock = async (ms) => { world.now = Date.parse(await world.server.clock(ms)); };
const get = (path, token) => world.api('GET', `/api/v1${path}`, undefined, { token });

async function enrol(user) {
  const { secret, uri } = ok(await post('/users/me/totp', { password: user.password }, { as: user }), 201);
  assert.equal(new URL(uri).searchParams.get('secret'), secret);
  const { recovery_codes } = ok(await post('/users/me/totp/confirm', { code: totp(secret, world.now) }, { as: user }));
  assert.equal(new Set(recovery_codes).size, 10);
  await clock(30000);
  return { secret, recovery_codes };
}

test('password and code, each code once', async () => {
  const ann = await world.user();
  assert.equal(ok(await login(ann)).second_factor_by, undefined);
  const { secret, recovery_codes } = await enrol(ann);
  refused(await login(ann), 401, 'second_factor_required');
  refused(await login({ ...ann, password: 'not it' }, { totp: totp(secret, world.now) }), 401, 'bad_credentials');
  const code = totp(secret, world.now);
  ok(await login(ann, { totp: code }));
  refused(await login(ann, { totp: code }), 401, 'bad_second_factor');
  await clock(30000);
  const both = await Promise.all(Array.from({ length: 8 }, () => login(ann, { totp: totp(secret, world.now) })));
  assert.equal(both.filter(({ status }) => status === 200).length, 1, 'one of eight at the same time');
  await clock(30000);
  ok(await login(ann, { totp: totp(secret, world.now) }));
  ok(await login(ann, { recovery_code: recovery_codes[0] }));
  refused(await login(ann, { recovery_code: recovery_codes[0] }), 401, 'bad_second_factor');
  await world.server.kill9();
  await world.server.restart();
  await world.catch_up();
  refused(await login(ann, { recovery_code: recovery_codes[0] }), 401, 'bad_second_factor');
  ok(await login(ann, { recovery_code: recovery_codes[1].toLowerCase().replaceAll('-', '') }));
});

test('it is given up with password and code', async () => {
  const ann = await world.user();
  const { secret } = await enrol(ann);
  const remove = (body) => world.api('DELETE', '/api/v1/users/me/totp', body, { as: ann });
  refused(await remove({ password: 'not mine', totp: totp(secret, world.now) }), 403, 'wrong_password');
  refused(await remove({ password: ann.password }), 409, 'wrong_code');
  ok(await remove({ password: ann.password, totp: totp(secret, world.now) }), 204);
  ok(await login(ann));
});

test('an ADMIN without one is told until when, then may do nothing but set one up', async () => {
  const admin = await world.user();
  await world.sign_in(world.admin);
  ok(await world.api('PATCH', `/api/v1/users/${admin.id}`, { roles: ['CUSTOMER', 'ADMIN'] }, { as: world.admin }));
  const tokens = ok(await login(admin));
  assert.equal(Date.parse(tokens.second_factor_by), world.now + 7 * day);
  ok(await get('/users', tokens.access_token));

  await clock(7 * day);
  const limited = ok(await login(admin));
  const as = { ...admin, token: limited.access_token };
  for (const path of ['/users', '/bookings', '/users/me/sessions']) refused(await get(path, as.token), 403, 'second_factor_needed');
  refused(await world.api('PATCH', '/api/v1/users/me', { name: 'X' }, { as }), 403, 'second_factor_needed');
  ok(await get('/performances', as.token));
  assert.equal(ok(await get('/users/me', as.token)).second_factor, false);

  const { secret } = await enrol(as);
  refused(await get('/users', as.token), 403, 'second_factor_needed');
  const full = ok(await post('/auth/refresh', { refresh_token: limited.refresh_token }));
  assert.equal(full.second_factor_by, undefined);
  assert.equal(ok(await get('/users/me', full.access_token)).second_factor, true);
  ok(await get('/users', full.access_token));
  ok(await get('/users', ok(await login(admin, { totp: totp(secret, world.now) })).access_token));
});

test('no secret of it stands in the log or in the data', async () => {
  const ann = await world.user();
  const { secret, recovery_codes } = await enrol(ann);
  const log = await world.server.log();
  for (const word of [secret, ...recovery_codes]) assert.ok(!log.includes(word));
  const data = await world.server.store.content();
  for (const word of [secret_bytes(secret), secret, ...recovery_codes, ...recovery_codes.map((code) => code.replaceAll('-', ''))])
    assert.ok(!data.includes(word));
});
