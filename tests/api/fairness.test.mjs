/* Who may join: work that is asked first, limits of accounts and addresses, reasons that are told and written down, and appeals. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { solve } from '../lib/work.mjs';
import { World, hour, minute } from '../lib/world.mjs';

let world, producer;
const second = 1000;

before(async () => {
  world = await World.open({ settings: {
    'http.trusted_proxies': '127.0.0.1', 'queue.account_joins': '4', 'queue.address_joins': '3', 'queue.address_joins_max': '8',
  } });
  producer = await world.user(['PRODUCER']);
});
after(() => world.close());

const calm = { mode: 'fifo', admit_per_minute: 60, active_limit: 100, pass_seconds: 600, paused: true };
const path = (sale, rest) => `/api/v1/schedules/${sale.id}/queue${rest}`;
const settle = (sale, change) => world.api('PUT', path(sale, '/settings'), { ...calm, ...change }, { as: producer });
async function room(change = {}, of = {}) {
  const sale = await world.sale({ as: producer, hall: { rows: 3, seats: 20 }, ...of });
  ok(await settle(sale, change));
  return sale;
}
/* From an address of its own, unless told otherwise. */
let addresses = 0;
const from = (address) => ({ headers: { 'x-forwarded-for': address ?? `10.1.${addresses >> 8}.${addresses++ & 255}` } });
const join = (sale, as, body, address) => world.api('POST', path(sale, ''), body, { as, ...from(address) });
const challenge = async (sale, as, address) => ok(await world.api('GET', path(sale, '/challenge'), undefined, { as, ...from(address) }));
const look = async (place) => ok(await world.api('GET', `/api/v1/queue/${place.place_token}`));
const leave = (place, as) => world.api('DELETE', `/api/v1/queue/${place.place_token}`, undefined, { as });
const appeal = (sale, as, refused_, text = 'We are a school class.') => world.api('POST', path(sale, '/appeals'), { refused: refused_, text }, { as });
const decide = (sale, id, decision, as = producer, answer) => world.api('POST', path(sale, `/appeals/${id}`), { decision, answer }, { as });
async function audit_of(sale) {
  await world.advance(2 * second);
  return ok(await world.api('GET', `/api/v1/audit-log?object=${sale.id}&action=queue.join`, undefined, { as: world.admin })).items
    .map(({ user_id, status, body }) => [user_id, status, JSON.parse(body)]);
}

test('without work nothing is asked', async () => {
  const sale = await room();
  const ann = await world.user();
  assert.deepEqual(await challenge(sale, ann), { challenge: null, bits: 0, parts: 16, expires_at: null });
  ok(await join(sale, ann), 201);
});

test('with work on a place costs some; who has one is asked for nothing more', async () => {
  const sale = await room({ work: 'light' });
  const ann = await world.user();
  refused(await join(sale, ann), 403, 'work_required');
  const asked = await challenge(sale, ann);
  assert.ok(asked.bits >= 13 && asked.bits <= 20 && Date.parse(asked.expires_at) > world.now);
  const place = ok(await join(sale, ann, { work: solve(asked) }), 201);
  assert.equal(ok(await join(sale, ann), 201).place_token, place.place_token);
  await world.crash();
  assert.equal(ok(await join(sale, ann), 201).place_token, place.place_token);
  assert.equal(ok(await world.api('GET', path(sale, '/settings'), undefined, { as: producer })).work, 'light');
});

test('a challenge can be met before the opening, by whom and for what it was made only', async () => {
  const sale = await room({ work: 'light', opens_at: world.time(hour) }), other = await room({ work: 'light' });
  const [ann, bob] = await world.crowd(2);
  const work = solve(await challenge(sale, ann));
  refused(await join(sale, ann, { work }), 409, 'not_open');
  await world.advance(hour + 30 * minute);
  refused(await join(sale, bob, { work }), 403, 'work_wrong');
  refused(await join(other, ann, { work }), 403, 'work_wrong');
  refused(await join(sale, ann, { work: { ...work, solution: 'A'.repeat(86) } }), 403, 'work_wrong');
  refused(await join(sale, ann, { work: { ...work, challenge: `${work.challenge}A` } }), 403, 'work_wrong');
  const first = ok(await join(sale, ann, { work }), 201);
  assert.equal(ok(await join(sale, ann, { work }), 201).place_token, first.place_token, 'once more: the same place');
  const late = solve(await challenge(sale, bob));
  await world.advance(hour);
  refused(await join(sale, bob, { work: late }), 403, 'work_expired');
});

test('an account that is old and known to be its owner\'s is asked for less', async () => {
  const sale = await room({ work: 'strict', opens_at: world.time(40 * hour) });
  const ann = await world.user();
  const young = (await challenge(sale, ann)).bits;
  await world.advance(25 * hour);
  assert.equal((await challenge(sale, ann)).bits, young - 1);
});

test('many from one address: more work first, a refusal last, and never for those who have a place', async () => {
  const sale = await room();
  const address = '203.0.113.7';
  const people = await world.crowd(10);
  for (const person of people.slice(0, 3)) ok(await join(sale, person, undefined, address), 201);
  const place = ok(await join(sale, people[0], undefined, address), 201);
  refused(await join(sale, people[3], undefined, address), 403, 'work_required');
  ok(await join(sale, people[9], undefined), 201);
  for (const person of people.slice(3, 8)) ok(await join(sale, person, { work: solve(await challenge(sale, person, address)) }, address), 201);
  const answer = await join(sale, people[8], { work: solve(await challenge(sale, people[8], address)) }, address);
  assert.match(refused(answer, 429, 'address_limit').detail, /network/);
  assert.ok(Number(answer.headers['retry-after']) > 0);
  assert.equal(ok(await join(sale, people[0], undefined, address), 201).place_token, place.place_token);
  const codes = (await audit_of(sale)).map(([user, status, { refused: code, times }]) => [user, status, code, times]);
  assert.deepEqual(codes.sort(), [[people[3].id, 403, 'work_required', 1], [people[8].id, 429, 'address_limit', 1]].sort());
  await world.advance(10 * minute);
  ok(await join(sale, people[8], undefined, address), 201);
});

test('one account joins so often and no more, is told why, and can appeal', async () => {
  const sale = await room();
  const [ann, bob] = await world.crowd(2);
  for (let i = 0; i < 4; i++) ok(await leave(ok(await join(sale, ann), 201), ann), 204);
  for (let i = 0; i < 3; i++) refused(await join(sale, ann), 429, 'join_limit');
  const in_korean = await world.api('POST', path(sale, ''), undefined, { as: ann, lang: 'ko', ...from() });
  assert.match(refused(in_korean, 429, 'join_limit').detail, /이의/);
  assert.deepEqual(await audit_of(sale), [[ann.id, 429, { refused: 'join_limit', times: 4 }]]);

  refused(await world.api('GET', path(sale, '/appeals/mine'), undefined, { as: ann }), 404, 'not_found');
  const made = ok(await appeal(sale, ann, 'join_limit'), 201);
  assert.deepEqual([made.state, made.user_id, made.refused, made.resolved_at], ['open', ann.id, 'join_limit', null]);
  refused(await appeal(sale, ann, 'join_limit'), 409, 'already_appealed');
  refused(await appeal(sale, bob, 'no_such_word'), 400, 'invalid');
  refused(await appeal(sale, bob, 'join_limit', '   '), 400, 'invalid');
  refused(await join(sale, ann), 429, 'join_limit');

  const rival = await world.user(['PRODUCER']);
  refused(await decide(sale, made.id, 'granted', rival), 404, 'not_found');
  refused(await decide(await room(), made.id, 'granted'), 404, 'not_found');
  refused(await decide(sale, made.id, 'open'), 400, 'invalid');
  ok(await decide(sale, made.id, 'denied', producer, 'Please wait.'));
  refused(await join(sale, ann), 429, 'join_limit');
  assert.equal(ok(await world.api('GET', path(sale, '/appeals/mine'), undefined, { as: ann })).answer, 'Please wait.');
  ok(await decide(sale, made.id, 'granted'));
  ok(await join(sale, ann), 201);
  const listed = ok(await world.api('GET', path(sale, '/appeals?state=granted'), undefined, { as: producer }));
  assert.deepEqual(listed.items.map(({ id, state }) => [id, state]), [[made.id, 'granted']]);
  assert.deepEqual(ok(await world.api('GET', path(sale, '/appeals?state=open'), undefined, { as: producer })).items, []);
  const decided = ok(await world.api('GET', `/api/v1/audit-log?object=${sale.id}&action=queue.appeal_decide`, undefined, { as: world.admin })).items;
  assert.equal(decided.length, 2);
});

test('who waits in the general line goes over to his group and is asked for nothing again', async () => {
  const sale = await room({ work: 'light' }, { sale_starts_at: world.time(3 * hour) });
  ok(await world.terms(sale, { presale: { starts_at: world.time(hour), ends_at: world.time(3 * hour), groups: [
    { name: 'Fans', starts_at: world.time(hour), ends_at: world.time(3 * hour), codes: ['FAN-001'], uses_per_code: 1 },
  ] } }));
  ok(await world.api('PUT', path(sale, '/groups/Fans'), { admit_per_minute: 60 }, { as: producer }));
  const [ann, bob] = await world.crowd(2);
  const place = ok(await join(sale, ann, { work: solve(await challenge(sale, ann)) }), 201);
  refused(await join(sale, bob, { code: 'FAN-001' }), 403, 'work_required');
  const over = ok(await join(sale, ann, { code: 'FAN-001' }), 201);
  assert.notEqual(over.place_token, place.place_token);
  assert.equal(over.position, 1);
  assert.equal((await look(place)).state, 'left');
  assert.deepEqual((await audit_of(sale)).map(([user]) => user), [bob.id]);
});

test('granted: no work either, also after a restart', async () => {
  const sale = await room({ work: 'strict' });
  const ann = await world.user();
  refused(await join(sale, ann), 403, 'work_required');
  const { id } = ok(await appeal(sale, ann, 'work_required', 'I use no scripts.'), 201);
  ok(await decide(sale, id, 'granted'));
  await world.crash();
  assert.equal((await challenge(sale, ann)).challenge, null);
  ok(await join(sale, ann), 201);
  await world.close_account(ann);
  await world.advance(0);
  assert.equal(ok(await world.api('GET', path(sale, '/appeals'), undefined, { as: producer })).items[0].text, '');
});

test('codes cannot be tried without end', async () => {
  const sale = await room();
  const ann = await world.user();
  for (let i = 0; i < 20; i++) refused(await join(sale, ann, { code: `GUESS-${i}` }), 403, 'code_unknown');
  refused(await join(sale, ann, { code: 'GUESS-20' }), 429, 'code_limit');
  assert.equal(refused(await appeal(sale, ann, 'code_limit'), 400, 'invalid').errors[0].field, 'refused');
  ok(await decide(sale, ok(await appeal(sale, ann, 'code_unknown'), 201).id, 'granted'));
  refused(await join(sale, ann, { code: 'GUESS-21' }), 429, 'code_limit');
  ok(await join(sale, ann), 201);
  assert.deepEqual((await audit_of(sale)).map(([, , { refused: code, times }]) => [code, times]).sort(), [['code_limit', 2], ['code_unknown', 20]]);
});
