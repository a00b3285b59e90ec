/* Passwords, addresses, sessions and the end of an account; what is told to those who guess. Links that arrive by mail are followed where mail is tested. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, hour, minute } from '../lib/world.mjs';

const agents = {
  phone: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1',
  desk: 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0',
};

let world;

before(async () => { world = await World.open({ settings: { 'http.trusted_proxies': '127.0.0.1', 'auth.hash_queue': 1000 } }); });
after(() => world.close());

const post = (path, body, options) => world.api('POST', `/api/v1${path}`, body, options);
const login = (email, password, headers) => post('/auth/login', { email, password }, { headers });
const me = (token) => world.api('GET', '/api/v1/users/me', undefined, { token });
const sessions = async (token) => ok(await world.api('GET', '/api/v1/users/me/sessions', undefined, { token })).items;

test('an account speaks the language of its sign-up until its owner chooses another', async () => {
  const body = { email: 'korean@example.com', password: 'long enough 1', name: '민지' };
  const user = ok(await post('/auth/signup', body, { lang: 'ko-KR,en;q=0.5' }), 201);
  assert.equal(user.lang, 'ko');
  assert.equal(user.email_verified, false);
  const { access_token: token } = ok(await login(body.email, body.password));
  assert.equal(ok(await world.api('PATCH', '/api/v1/users/me', { lang: 'en' }, { token })).lang, 'en');
  refused(await world.api('PATCH', '/api/v1/users/me', { lang: 'fr' }, { token }), 400, 'invalid');
  assert.equal(ok(await me(token)).lang, 'en');
});

test('a new password ends the other sessions', async () => {
  const ann = await world.user();
  const other = ok(await login(ann.email, ann.password));
  const change = (current_password, new_password) => post('/users/me/password', { current_password, new_password }, { as: ann });
  assert.equal(refused(await change('not mine', 'a fresh password'), 403, 'wrong_password').errors[0].field, 'current_password');
  for (const bad of ['short', 'password123', ann.password, ann.email])
    assert.equal(refused(await change(ann.password, bad), 400, 'invalid').errors[0].field, 'new_password');
  ok(await me(other.access_token));
  ok(await change(ann.password, 'a fresh password'), 204);
  ok(await me(ann.token));
  refused(await me(other.access_token), 401, 'unauthenticated');
  assert.equal((await post('/auth/refresh', { refresh_token: other.refresh_token })).status, 401);
  refused(await login(ann.email, ann.password), 401, 'bad_credentials');
  ann.password = 'a fresh password';
  await world.sign_in(ann);
});

test('sessions are recognised and ended', async () => {
  const ann = await world.user(), bob = await world.user();
  const phone = ok(await login(ann.email, ann.password, { 'user-agent': agents.phone, 'x-forwarded-for': '198.51.100.7' }));
  const desk = ok(await login(ann.email, ann.password, { 'user-agent': agents.desk }));
  const list = await sessions(desk.access_token);
  assert.deepEqual(list.map(({ device, current }) => [device, current]), [['Firefox, Linux', true], ['Safari, iPhone', false], ['', false]]);
  assert.equal(list[1].address, '198.51.100.7');
  const end = (id, token) => world.api('DELETE', `/api/v1/users/me/sessions/${id}`, undefined, { token });
  refused(await end(list[1].id, bob.token), 404, 'not_found');
  ok(await end(list[1].id, desk.access_token), 204);
  refused(await me(phone.access_token), 401, 'unauthenticated');
  ok(await world.api('DELETE', '/api/v1/users/me/sessions', undefined, { token: desk.access_token }), 204);
  refused(await me(ann.token), 401, 'unauthenticated');
  assert.equal((await sessions(desk.access_token)).length, 1);
  ok(await me(bob.token));
});

test('links that are no links open nothing', async () => {
  for (const token of ['x', 'A'.repeat(43)]) {
    refused(await post('/auth/verify', { token }), 409, 'link_invalid');
    refused(await post('/auth/password/reset', { token, new_password: 'a fresh password' }), 409, 'link_invalid');
  }
});

test('a forgotten password: the same is answered for everybody, in the same time', async () => {
  const ann = await world.user();
  const times = { known: [], unknown: [] };
  let told;
  for (let i = 0; i < 60; i++)
    for (const who of i % 2 ? ['known', 'unknown'] : ['unknown', 'known']) {
      const email = who === 'known' ? ann.email : `nobody${i}@example.com`;
      const answer = await post('/auth/password/forgot', { email });
      told ??= answer.text;
      assert.equal(answer.status, 202);
      assert.equal(answer.text, told);
      times[who].push(answer.ms);
    }
  const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
  const ratio = median(times.known) / median(times.unknown);
  assert.ok(ratio > 1 / 3 && ratio < 3, `${ratio}: one of them was not written to disk`);
});

test('mails are asked for a few times an hour', async () => {
  const ann = await world.user();
  for (let i = 0; i < 4; i++) ok(await post('/auth/verify/resend', undefined, { as: ann }), 202);
  refused(await post('/auth/verify/resend', undefined, { as: ann }), 429, 'too_many');
  await world.advance(hour);
  ok(await post('/auth/verify/resend', undefined, { as: ann }), 202);
});

test('another address is promised a mail, taken or not; the account keeps its own until then', async () => {
  const ann = await world.user(), bob = await world.user();
  const change = (email, password) => post('/users/me/email', { email, password }, { as: ann });
  refused(await change('fresh@example.com', 'not mine'), 403, 'wrong_password');
  assert.equal(refused(await change(ann.email, ann.password), 400, 'invalid').errors[0].field, 'email');
  assert.equal((await change('fresh@example.com', ann.password)).text, (await change(bob.email, ann.password)).text);
  assert.equal(ok(await me(ann.token)).email, ann.email);
});

test('closing an account needs its password', async () => {
  const ann = await world.user();
  const close = (body) => world.api('DELETE', '/api/v1/users/me', body, { as: ann });
  assert.equal(refused(await close(undefined), 400, 'invalid').errors[0].field, 'password');
  refused(await close({ password: 'not mine' }), 403, 'wrong_password');
  ok(await me(ann.token));
  await world.close_account(ann);
  refused(await me(ann.token), 401, 'unauthenticated');
});

test('what was bought stays when the buyer has gone', async () => {
  const ann = await world.user(), sale = await world.sale();
  await world.buy(ann, sale, sale.guids.slice(0, 2));
  await world.close_account(ann);
  assert.equal((await world.seats(sale)).filter((state) => state === 2).length, 2);
  refused(await world.api('GET', `/api/v1/users/${ann.id}`, undefined, { as: world.admin }), 404, 'not_found');
});

test('a suspended account is out, and only an ADMIN suspends', async () => {
  const ann = await world.user(), manager = await world.user(['MANAGER']);
  const suspend = (user, suspended, as) => world.api('PATCH', `/api/v1/users/${user.id}`, { suspended }, { as });
  refused(await suspend(ann, true, manager), 403, 'forbidden');
  assert.equal(ok(await suspend(ann, true, world.admin)).suspended, true);
  refused(await me(ann.token), 401, 'unauthenticated');
  refused(await login(ann.email, 'a wrong one'), 401, 'bad_credentials');
  refused(await login(ann.email, ann.password), 401, 'account_suspended');
  assert.equal(ok(await world.api('GET', `/api/v1/users/${ann.id}`, undefined, { as: manager })).suspended, true);
  ok(await suspend(ann, false, world.admin));
  await world.sign_in(ann);
  const { id } = ok(await me(world.admin.token));
  refused(await suspend({ id }, true, world.admin), 409, 'last_admin');
});

test('guessing waits, longer each time, for accounts that are there and for those that are not', async () => {
  const ann = await world.user();
  const seen = {};
  for (const email of [ann.email, 'not.there@example.com']) {
    seen[email] = [];
    for (let i = 0; i < 12; i++) {
      const answer = await login(email, 'a guess');
      seen[email].push([answer.status, answer.headers['retry-after'], answer.text]);
      if (answer.status === 429) await world.advance(1000 * Number(answer.headers['retry-after']));
    }
  }
  assert.deepEqual(seen[ann.email], seen['not.there@example.com']);
  assert.deepEqual(seen[ann.email].map(([status]) => status), [401, 401, 401, 401, 401, 429, 401, 429, 401, 429, 401, 429]);
  await world.crash();
  const blocked = await login(ann.email, 'a guess');
  assert.equal(blocked.status, 401);
  refused(await login(ann.email, ann.password), 429, 'too_many');
  await world.advance(15 * minute);
  ok(await login(ann.email, ann.password));
});

test('many accounts tried from one address: that address waits', async () => {
  const ann = await world.user();
  const from = (address) => ({ 'x-forwarded-for': address });
  const guesses = await Promise.all(Array.from({ length: 110 }, (_, i) => login(`anybody${i}@example.com`, 'a guess', from('198.51.100.99'))));
  assert.equal(guesses.filter(({ status }) => status === 401).length, 100);
  assert.equal(guesses.filter(({ status }) => status === 429).length, 10);
  refused(await login(ann.email, ann.password, from('198.51.100.99')), 429, 'too_many');
  ok(await login(ann.email, ann.password, from('198.51.100.98')));
  await world.advance(minute);
  ok(await login(ann.email, ann.password, from('198.51.100.99')));
});

test('no secret of an account stands in the log', async () => {
  const log = await world.server.log();
  for (const secret of ['a fresh password', 'a guess', 'not mine', 'nobody1@example.com']) assert.ok(!log.includes(secret));
});
