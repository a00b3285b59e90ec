/* Accounts, sign-ins and roles. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { admin, ok, refused } from '../lib/server.mjs';
import { World, day, minute } from '../lib/world.mjs';

let world;

before(async () => { world = await World.open({ settings: { 'auth.access_seconds': 900 } }); });
after(() => world.close());

const signup = (body) => world.api('POST', '/api/v1/auth/signup', body);
const login = (email, password) => world.api('POST', '/api/v1/auth/login', { email, password });
const refresh = (refresh_token) => world.api('POST', '/api/v1/auth/refresh', { refresh_token });
const me = (token) => world.api('GET', '/api/v1/users/me', undefined, { token });
const give = (user, roles, as) => world.api('PATCH', `/api/v1/users/${user.id}`, { roles }, { as });

const someone = (n) => ({ email: `someone${n}@example.com`, password: `long enough ${n}`, name: `Someone ${n}` });
let serial = 0;

test('sign-up makes a CUSTOMER and tells nothing secret', async () => {
  const body = { ...someone('new'), phone: '+82 10-1234-5678' };
  const answer = await signup(body);
  const user = ok(answer, 201);
  assert.deepEqual(user.roles, ['CUSTOMER']);
  assert.equal(user.email, body.email);
  assert.equal(user.name, body.name);
  assert.ok(!answer.text.includes(body.password) && !answer.text.includes('argon2'));
});

for (const email of ['someone-twice@example.com', 'SOMEONE-twice@Example.COM', ' someone-twice@example.com '])
  test(`an address is taken once, however it is written: "${email}"`, async () => {
    await signup({ ...someone(0), email: 'someone-twice@example.com' });
    refused(await signup({ ...someone(0), email }), 409, 'email_taken');
  });

const mistakes = [
  ['no address', { email: undefined }, 'email'],
  ['an address without @', { email: 'nobody' }, 'email'],
  ['an address without a domain', { email: 'nobody@' }, 'email'],
  ['an address with a line break', { email: 'a@example.com\r\nBcc: b@example.com' }, 'email'],
  ['a short password', { password: 'seven77' }, 'password'],
  ['a password of 129 characters', { password: 'x1'.repeat(64) + 'y' }, 'password'],
  ['one of the most common passwords', { password: 'password1' }, 'password'],
  ['no name', { name: '' }, 'name'],
  ['a blank name', { name: '   ' }, 'name'],
  ['a name of 51 characters', { name: 'x'.repeat(51) }, 'name'],
  ['a telephone number of letters', { phone: 'call me' }, 'phone'],
];
for (const [name, change, field] of mistakes)
  test(`sign-up with ${name} names the field`, async () => {
    const { errors } = refused(await signup({ ...someone(`m${++serial}`), ...change }), 400, 'invalid');
    assert.deepEqual(errors.map((error) => error.field), [field]);
  });

const stolen = { roles: ['ADMIN'], role: 'ADMIN', id: 'x', is_admin: true, password_hash: 'x', created_at: '2026-01-01T00:00:00Z', mileage: 1000 };
for (const [field, value] of Object.entries(stolen))
  test(`nobody makes oneself more by ${field}`, async () => {
    const body = someone(`s${++serial}`);
    const { errors } = refused(await signup({ ...body, [field]: value }), 400, 'invalid');
    assert.equal(errors[0].field, field);
    refused(await login(body.email, body.password), 401, 'bad_credentials');
    const ann = await world.user();
    assert.equal(refused(await world.api('PATCH', '/api/v1/users/me', { [field]: value }, { as: ann }), 400, 'invalid').errors[0].field, field);
    assert.deepEqual(ok(await me(ann.token)).roles, ['CUSTOMER']);
  });

test('who is unknown and who mistypes are told the same', async () => {
  const ann = await world.user();
  const answers = [await login(ann.email, 'not the password'), await login('nobody@example.com', 'not the password')];
  for (const answer of answers) refused(answer, 401, 'bad_credentials');
  assert.deepEqual(answers[0].json, answers[1].json);
});

test('a sign-in gives both tokens and their life', async () => {
  const ann = await world.user();
  const tokens = ok(await login(ann.email.toUpperCase(), ann.password));
  assert.equal(tokens.token_type, 'Bearer');
  assert.equal(tokens.expires_in, 900);
  assert.equal(ok(await me(tokens.access_token)).id, ann.id);
});

test('an access token ends by the clock', async () => {
  const ann = await world.user();
  await world.server.clock(15 * minute - 1000);
  ok(await me(ann.token));
  await world.server.clock(1000);
  refused(await me(ann.token), 401, 'unauthenticated');
  const renewed = ok(await refresh(ann.refresh));
  ok(await me(renewed.access_token));
  await world.sign_in(world.admin);
});

const forged = [
  ['nothing', ''],
  ['a word', 'token'],
  ['another scheme', undefined, 'Basic YTpi'],
  ['one character changed in the signature', (t) => t.slice(0, -2) + (t.at(-2) === 'A' ? 'B' : 'A') + t.at(-1)],
  ['a signature cut off', (t) => t.slice(0, t.lastIndexOf('.') + 1)],
  ['the algorithm none', (t) => `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${t.split('.')[1]}.`],
  ['other roles under the old signature', (t) => {
    const [head, body, mac] = t.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url'));
    return [head, Buffer.from(JSON.stringify({ ...claims, roles: ['ADMIN'] })).toString('base64url'), mac].join('.');
  }],
  ['10,000 characters', () => 'a.'.repeat(5000)],
];
for (const [name, token, scheme] of forged)
  test(`a token that is ${name} is refused`, async () => {
    const ann = await world.user();
    const given = scheme ?? `Bearer ${typeof token === 'function' ? token(ann.token) : token}`;
    const answer = await world.api('GET', '/api/v1/users', undefined, { headers: { authorization: given } });
    assert.ok(answer.status === 401 || answer.status === 431, answer.text);
  });

test('a refresh token works once; used again it ends the whole session', async () => {
  const ann = await world.user();
  const second = ok(await refresh(ann.refresh));
  const third = ok(await refresh(second.refresh_token));
  ok(await me(third.access_token));
  assert.equal((await refresh(ann.refresh)).status, 401);
  assert.equal((await refresh(third.refresh_token)).status, 401);
  for (const token of [ann.token, second.access_token, third.access_token]) refused(await me(token), 401, 'unauthenticated');
});

test('another session lives on when one is ended', async () => {
  const ann = await world.user();
  const other = ok(await login(ann.email, ann.password));
  ok(await refresh(ann.refresh));
  assert.equal((await refresh(ann.refresh)).status, 401);
  ok(await me(other.access_token));
});

test('a sign-out ends both tokens, and a kill does not bring them back', async () => {
  const ann = await world.user();
  const other = ok(await login(ann.email, ann.password));
  ok(await world.api('POST', '/api/v1/auth/logout', undefined, { as: ann }), 204);
  await world.crash();
  refused(await me(ann.token), 401, 'unauthenticated');
  assert.equal((await refresh(ann.refresh)).status, 401);
  ok(await me(other.access_token));
});

test('a session ends after 30 days', async () => {
  const ann = await world.user();
  let token = ann.refresh;
  for (let i = 0; i < 3; i++) {
    await world.server.clock(9 * day);
    token = ok(await refresh(token)).refresh_token;
  }
  await world.server.clock(3 * day);
  assert.equal((await refresh(token)).status, 401);
  await world.sign_in(world.admin);
});

test('one changes name and telephone number, and nothing else', async () => {
  const ann = await world.user();
  const change = (body) => world.api('PATCH', '/api/v1/users/me', body, { as: ann });
  assert.equal(ok(await change({ name: '김지연' })).name, '김지연');
  assert.equal(ok(await change({ phone: '010-1234-5678' })).phone, '010-1234-5678');
  assert.equal(ok(await change({ phone: '' })).phone, null);
  refused(await change({ email: 'other@example.com' }), 400, 'invalid');
  const { name, email } = ok(await me(ann.token));
  assert.deepEqual([name, email], ['김지연', ann.email]);
});

test('an erased account is gone, and its address is free again', async () => {
  const ann = await world.user();
  ok(await world.api('DELETE', '/api/v1/users/me', { password: ann.password }, { as: ann }), 204);
  refused(await me(ann.token), 401, 'unauthenticated');
  refused(await login(ann.email, ann.password), 401, 'bad_credentials');
  const found = ok(await world.api('GET', `/api/v1/users?q=${ann.email}`, undefined, { as: world.admin }));
  assert.deepEqual(found.items, []);
  const again = ok(await signup({ email: ann.email, password: ann.password, name: ann.name }), 201);
  assert.notEqual(again.id, ann.id);
});

test('only an ADMIN gives roles', async () => {
  const [ann, manager, producer] = [await world.user(), await world.user(['MANAGER']), await world.user(['PRODUCER'])];
  for (const as of [ann, manager, producer]) refused(await give(ann, ['ADMIN'], as), 403, 'forbidden');
  assert.equal((await give(ann, ['ADMIN'])).status, 401);
  assert.deepEqual(ok(await me(ann.token)).roles, ['CUSTOMER']);
});

test('new roles end the sessions with the old ones', async () => {
  const ann = await world.user();
  assert.deepEqual(ok(await give(ann, ['CUSTOMER', 'STAFF'], world.admin)).roles, ['CUSTOMER', 'STAFF']);
  refused(await me(ann.token), 401, 'unauthenticated');
  await world.sign_in(ann);
  assert.deepEqual(ok(await me(ann.token)).roles, ['CUSTOMER', 'STAFF']);
});

for (const roles of [[], ['KING'], ['ADMIN', 'KING'], 'ADMIN', [1]])
  test(`roles that cannot be given: ${JSON.stringify(roles)}`, async () => {
    const { errors } = refused(await give(await world.user(), roles, world.admin), 400, 'invalid');
    assert.match(errors[0].field, /^roles/);
  });

test('the last ADMIN stays', async () => {
  const { id } = ok(await me(world.admin.token));
  refused(await give({ id }, ['CUSTOMER'], world.admin), 409, 'last_admin');
  refused(await world.api('DELETE', '/api/v1/users/me', { password: admin.password }, { as: world.admin }), 409, 'last_admin');
});

test('accounts are searched by the people in charge, page by page', async () => {
  const ann = await world.user();
  const manager = await world.user(['MANAGER']);
  const search = async (query, as = manager) => ok(await world.api('GET', `/api/v1/users${query}`, undefined, { as }));
  refused(await world.api('GET', '/api/v1/users', undefined, { as: ann }), 403, 'forbidden');
  assert.deepEqual((await search(`?q=${ann.email}`)).items.map((user) => user.id), [ann.id]);
  assert.deepEqual((await search('?q=%25')).items, []);
  assert.deepEqual((await search(`?q=${encodeURIComponent("' OR 1=1 --")}`)).items, []);
  const seen = new Set();
  for (let query = '?limit=7'; query;) {
    const page = await search(query);
    for (const user of page.items) {
      assert.ok(!seen.has(user.id));
      seen.add(user.id);
    }
    query = page.next && `?limit=7&cursor=${page.next}`;
  }
  assert.ok(seen.has(ann.id) && seen.size > 20);
});

test('no password or token stands in the log', async () => {
  const ann = await world.user();
  await login(ann.email, 'a wrong secret word');
  const log = await world.server.log();
  for (const secret of [ann.password, ann.token, ann.refresh, 'a wrong secret word', admin.password]) assert.ok(!log.includes(secret));
});
