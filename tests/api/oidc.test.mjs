/* Signing in with an account elsewhere, at a real OpenID Connect provider. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { House } from '../lib/oidc.mjs';
import { ok, refused } from '../lib/server.mjs';
import { totp } from '../lib/totp.mjs';
import { World, minute } from '../lib/world.mjs';

const accounts = {
  minji: { email: 'Minji@Example.com', email_verified: true, name: '김민지' },
  jun: { email: 'jun@example.com', email_verified: true },
  unproven: { email: 'unproven@example.com', email_verified: false },
  nobody: {},
};

let house, world;

before(async () => {
  house = await House.open({ redirect: 'https://tickets.example.com/oidc', accounts });
  world = await World.open({ settings: house.settings() });
});
after(async () => {
  await world.close();
  await house.close();
});

const post = (path, body, options) => world.api('POST', `/api/v1${path}`, body, options);
const start = async () => ok(await post('/auth/oidc/start'));
const finish = ({ code, state }, more) => post('/auth/oidc/callback', { code, state, ...more });
const me = async (tokens) => ok(await world.api('GET', '/api/v1/users/me', undefined, { token: tokens.access_token }));

async function journey(login) {
  const { url, state } = await start();
  const back = await house.visit(url, login);
  assert.equal(back.state, state);
  return back;
}

test('the way there asks for a code, with PKCE, state and nonce of its own', async () => {
  const [one, other] = [new URL((await start()).url), new URL((await start()).url)];
  assert.equal(one.origin, house.issuer);
  const asked = Object.fromEntries(one.searchParams);
  assert.deepEqual([asked.response_type, asked.client_id, asked.redirect_uri, asked.code_challenge_method, asked.scope],
    ['code', 'takenseat', house.redirect, 'S256', 'openid email profile']);
  for (const name of ['state', 'nonce', 'code_challenge']) assert.notEqual(one.searchParams.get(name), other.searchParams.get(name));
});

test('who comes first gets an account, who comes again gets the same', async () => {
  const first = await me(ok(await finish(await journey('minji'))));
  assert.deepEqual([first.email, first.name, first.email_verified, first.roles], ['minji@example.com', '김민지', true, ['CUSTOMER']]);
  accounts.minji.email = 'moved@example.com';
  assert.equal((await me(ok(await finish(await journey('minji'))))).id, first.id);
  refused(await post('/auth/login', { email: first.email, password: 'any' }), 401, 'bad_credentials');
});

test('a code works once, and only with its own state', async () => {
  const one = await journey('jun'), other = await journey('jun');
  refused(await finish({ code: one.code, state: other.state }), 401, 'oidc_refused');
  refused(await finish({ code: 'made-up', state: other.state }), 401, 'oidc_refused');
  for (const state of ['x', 'A'.repeat(200), `${one.state.slice(0, -2)}AA`]) refused(await finish({ code: other.code, state }), 401, 'oidc_refused');
  const fresh = await journey('jun');
  ok(await finish(fresh));
  refused(await finish(fresh), 401, 'oidc_refused');
});

test('a state is good for ten minutes', async () => {
  const back = await journey('jun');
  await world.advance(10 * minute);
  refused(await finish(back), 401, 'oidc_refused');
});

test('an address that nobody vouches for makes no account', async () => {
  for (const login of ['unproven', 'nobody']) refused(await finish(await journey(login)), 409, 'oidc_no_email');
});

test('an account that somebody made with the address of another is not entered', async () => {
  const squatter = await world.user();
  accounts.victim = { email: squatter.email, email_verified: true };
  refused(await finish(await journey('victim')), 409, 'email_taken');
});

test('a suspended account stays out', async () => {
  accounts.gone = { email: 'gone@example.com', email_verified: true };
  const { id } = await me(ok(await finish(await journey('gone'))));
  ok(await world.api('PATCH', `/api/v1/users/${id}`, { suspended: true }, { as: world.admin }));
  refused(await finish(await journey('gone')), 401, 'account_suspended');
});

test('an account with the same address, verified on both sides, is entered, and its second factor is asked for', async () => {
  accounts.boss = { email: world.admin.email, email_verified: true };
  const { id } = await me({ access_token: world.admin.token });
  assert.equal((await me(ok(await finish(await journey('boss'))))).id, id);
  const { secret } = ok(await post('/users/me/totp', { password: world.admin.password }, { as: world.admin }), 201);
  ok(await post('/users/me/totp/confirm', { code: totp(secret, world.now) }, { as: world.admin }));
  refused(await finish(await journey('boss')), 401, 'second_factor_required');
  refused(await finish(await journey('boss'), { totp: totp(secret, world.now) }), 401, 'bad_second_factor');
  world.now = Date.parse(await world.server.clock(30000));
  assert.equal((await me(ok(await finish(await journey('boss'), { totp: totp(secret, world.now) })))).id, id);
});

test('no code or token of the provider stands in the log', async () => {
  const back = await journey('jun');
  ok(await finish(back));
  const log = await world.server.log();
  for (const secret of [back.code, back.state, house.secret]) assert.ok(!log.includes(secret));
});

test('a provider that is away: 503, and nothing is lost', async () => {
  const back = await journey('jun');
  await house.close();
  refused(await finish(back), 503, 'unavailable');
  ok(await world.api('GET', '/api/v1/users/me', undefined, { as: world.admin }));
});

test('a provider that does not answer holds up few, and nobody who signs in with a password', async () => {
  const silent = createServer(() => {});
  await new Promise((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${silent.address().port}`;
  const waiting = await World.open({ settings: { ...house.settings(), 'auth.oidc_issuer': issuer } });
  try {
    let answered = 0;
    const began = Date.now();
    const all = Array.from({ length: 12 }, () => waiting.api('POST', '/api/v1/auth/oidc/start'));
    await new Promise((resolve) => { for (const one of all) one.then(() => { if (++answered === 8) resolve(); }); });
    ok(await waiting.api('POST', '/api/v1/auth/login', { email: waiting.admin.email, password: waiting.admin.password }));
    assert.equal(answered, 8);
    assert.ok(Date.now() - began < 5000);
    silent.closeAllConnections();
    for (const answer of await Promise.all(all)) refused(answer, 503, 'unavailable');
  } finally {
    silent.close();
    await waiting.close();
  }
});

test('without a provider there is no such sign-in', async () => {
  const alone = await World.open();
  try {
    refused(await alone.api('POST', '/api/v1/auth/oidc/start'), 409, 'oidc_off');
    refused(await alone.api('POST', '/api/v1/auth/oidc/callback', { code: 'x', state: 'x' }), 409, 'oidc_off');
  } finally {
    await alone.close();
  }
});
