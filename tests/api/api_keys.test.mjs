/* Keys for programs of those who organize. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, day } from '../lib/world.mjs';

let world, producer;

before(async () => {
  world = await World.open();
  producer = await world.user(['CUSTOMER', 'PRODUCER']);
});
after(() => world.close());

const make = (body, as = producer) => world.api('POST', '/api/v1/users/me/api-keys', { name: 'a program', ...body }, { as });
const get = (path, token) => world.api('GET', `/api/v1${path}`, undefined, { token });
const revoke = (id, as = producer) => world.api('DELETE', `/api/v1/users/me/api-keys/${id}`, undefined, { as });

test('a key does what its scopes and the roles of its owner allow, and nothing else', async () => {
  const { key } = ok(await make({ scopes: ['catalogue:write'] }), 201);
  const hall = await world.hall({ as: { token: key } });
  assert.equal((await world.performance({ as: { token: key } })).title, 'An Evening');
  refused(await get('/users/me', key), 403, 'scope_missing');
  refused(await get('/bookings', key), 403, 'scope_missing');
  refused(await make({ scopes: ['sales:read'] }, { token: key }), 403, 'scope_missing');
  refused(await world.api('POST', '/api/v1/auth/logout', undefined, { token: key }), 403, 'scope_missing');
  refused(await world.api('DELETE', `/api/v1/halls/${(await world.hall()).id}`, undefined, { token: key }), 404, 'not_found');
  ok(await world.api('DELETE', `/api/v1/halls/${hall.id}`, undefined, { token: key }), 204);
  ok(await get('/performances', key));
  const reads = ok(await make({ scopes: ['catalogue:read', 'sales:read'] }), 201).key;
  ok(await get('/bookings', reads));
  refused(await world.api('POST', '/api/v1/halls', {}, { token: reads }), 403, 'scope_missing');
});

test('it is shown once, and revoked at once', async () => {
  const made = ok(await make({ scopes: ['sales:read'] }), 201);
  assert.match(made.key, /^tsk_[\w-]{43}$/);
  assert.ok(made.key.startsWith(made.hint));
  const listed = await world.api('GET', '/api/v1/users/me/api-keys', undefined, { as: producer });
  assert.ok(!listed.text.includes(made.key));
  assert.deepEqual(ok(listed).items.find(({ id }) => id === made.id).scopes, ['sales:read']);
  refused(await revoke(made.id, world.admin), 404, 'not_found');
  ok(await get('/bookings', made.key));
  ok(await revoke(made.id), 204);
  refused(await get('/bookings', made.key), 401, 'unauthenticated');
  refused(await revoke(made.id), 404, 'not_found');
  await world.crash();
  refused(await get('/bookings', made.key), 401, 'unauthenticated');
  assert.ok(!(await world.server.log()).includes(made.key));
});

test('it works after a crash, ends by the clock and with its owner', async () => {
  const other = await world.user(['CUSTOMER', 'PRODUCER']);
  const { key } = ok(await make({ scopes: ['sales:read'] }, other), 201);
  const short = ok(await make({ scopes: ['sales:read'], expires_at: world.time(day) }, other), 201).key;
  await world.crash();
  ok(await get('/bookings', short));
  await world.advance(day);
  refused(await get('/bookings', short), 401, 'unauthenticated');
  ok(await get('/bookings', key));
  ok(await world.api('PATCH', `/api/v1/users/${other.id}`, { suspended: true }, { as: world.admin }));
  refused(await get('/bookings', key), 401, 'unauthenticated');
  ok(await world.api('PATCH', `/api/v1/users/${other.id}`, { suspended: false }, { as: world.admin }));
  ok(await get('/bookings', key));
  await world.sign_in(other);
  await world.close_account(other);
  refused(await get('/bookings', key), 401, 'unauthenticated');
});

test('who organizes no more makes no keys, but still sees and revokes those there are', async () => {
  const former = await world.user(['CUSTOMER', 'PRODUCER']);
  const { id, key } = ok(await make({ scopes: ['sales:read'] }, former), 201);
  ok(await world.api('PATCH', `/api/v1/users/${former.id}`, { roles: ['CUSTOMER'] }, { as: world.admin }));
  await world.sign_in(former);
  refused(await make({ scopes: ['sales:read'] }, former), 403, 'forbidden');
  ok(await get('/bookings', key));
  assert.deepEqual(ok(await world.api('GET', '/api/v1/users/me/api-keys', undefined, { as: former })).items.map((one) => one.id), [id]);
  ok(await revoke(id, former), 204);
  refused(await get('/bookings', key), 401, 'unauthenticated');
  const [line] = ok(await world.api('GET', `/api/v1/audit-log?user_id=${former.id}`, undefined, { as: world.admin })).items;
  assert.equal(line.action, 'auth.api_key_revoke');
});

test('a key of an ADMIN does not administer', async () => {
  const { key } = ok(await make({ scopes: ['catalogue:write', 'sales:write', 'coupons:write'] }, world.admin), 201);
  refused(await get('/users', key), 403, 'scope_missing');
  refused(await world.api('POST', '/api/v1/halls', {}, { token: key }), 403, 'forbidden');
});

const mistakes = [['no scope', { scopes: [] }, 'scopes'], ['an unknown scope', { scopes: ['users:write'] }, 'scopes[0]'], ['no name', { name: ' ', scopes: ['sales:read'] }, 'name'],
  ['an end that has passed', { scopes: ['sales:read'], expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'], ['a hash of its own', { scopes: ['sales:read'], key: 'x' }, 'key']];
for (const [name, body, field] of mistakes)
  test(`a key with ${name} is not made`, async () => {
    assert.equal(refused(await make(body), 400, 'invalid').errors[0].field, field);
  });
