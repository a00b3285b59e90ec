/* Refusals speak the reader's language; the words for programs stay the same. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { World } from '../lib/world.mjs';

let world, sale, ann;

before(async () => {
  world = await World.open();
  sale = await world.sale();
  ann = await world.user();
});
after(() => world.close());

const hangul = /[가-힣]/;

const refusals = [
  ['not signed in', (lang) => world.api('GET', '/api/v1/bookings', undefined, { lang })],
  ['not allowed', (lang) => world.api('GET', '/api/v1/users', undefined, { as: ann, lang })],
  ['not found', (lang) => world.api('GET', '/api/v1/schedules/x', undefined, { lang })],
  ['no such path', (lang) => world.api('GET', '/api/v1/nowhere', undefined, { lang })],
  ['a wrong field', (lang) => world.api('POST', '/api/v1/auth/signup', { email: 'x', password: 'long enough 1', name: 'A' }, { lang })],
  ['a missing field', (lang) => world.api('POST', '/api/v1/auth/login', {}, { lang })],
  ['an unknown seat', (lang) => world.hold(ann, sale, ['nowhere'], { lang })],
  ['no JSON', (lang) => world.api('POST', '/api/v1/auth/login', Buffer.from('x'), { lang })],
  ['bad credentials', (lang) => world.api('POST', '/api/v1/auth/login', { email: ann.email, password: 'wrong' }, { lang })],
];
for (const [name, ask] of refusals)
  test(`${name}: Korean and English, the same code and fields`, async () => {
    const [ko, en] = [(await ask('ko')).json, (await ask('en')).json];
    assert.equal(ko.code, en.code);
    assert.deepEqual((ko.errors ?? []).map((error) => error.field), (en.errors ?? []).map((error) => error.field));
    assert.match(ko.title, hangul);
    assert.match(ko.detail, hangul);
    for (const { message } of ko.errors ?? []) assert.match(message, hangul);
    assert.doesNotMatch(JSON.stringify([en.title, en.detail, en.errors]), hangul);
  });

const choices = [
  ['ko', true], ['ko-KR', true], ['KO', true], ['ko-KR,ko;q=0.9,en;q=0.8', true], ['fr, ko;q=0.5', true], ['en;q=0.1, ko;q=0.9', true],
  ['en', false], ['en-GB,en;q=0.9,ko;q=0.8', false], ['ko;q=0', false], ['fr', false], ['*', false], ['', false], [';;q=,,', false], ['ko;q=x'.repeat(30), undefined],
];
for (const [lang, korean] of choices)
  test(`Accept-Language: ${lang.slice(0, 40)}`, async () => {
    const answer = await world.api('GET', '/api/v1/bookings', undefined, { headers: { 'accept-language': lang } });
    assert.equal(answer.status, 401);
    if (korean !== undefined) assert.equal(hangul.test(answer.json.detail), korean, answer.json.detail);
  });

test('texts come back as they were written', async () => {
  const names = ['김지연', 'Zoë Ångström', '👩🏽‍🎤 live', 'a"b\\c', '<b>&amp;', 'مسرح'];
  for (const name of names) {
    const user = await world.user();
    const answer = await world.api('PATCH', '/api/v1/users/me', { name }, { as: user });
    assert.equal(answer.json.name, name);
  }
});
