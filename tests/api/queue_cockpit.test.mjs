/* The organizer at the controls of a waiting room: figures, the last hours, and what changes while people wait. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, hour, minute } from '../lib/world.mjs';

let world;
const second = 1000;

before(async () => { world = await World.open(); });
after(() => world.close());

const calm = { mode: 'fifo', admit_per_minute: 6000, active_limit: 100, pass_seconds: 60, paused: true };
const path = (sale, what) => `/api/v1/schedules/${sale.id}/queue${what}`;
const status = async (sale, as = world.admin) => ok(await world.api('GET', path(sale, '/status'), undefined, { as }));
const minutes = async (sale) => ok(await world.api('GET', path(sale, '/curve'), undefined, { as: world.admin })).minutes;
const control = (sale, change, as = world.admin) => world.api('PATCH', path(sale, '/settings'), change, { as });
const join = async (sale, as) => ok(await world.api('POST', path(sale, ''), undefined, { as }), 201);
const look = async (place, headers) => ok(await world.api('GET', `/api/v1/queue/${place.place_token}`, undefined, { headers }));
const total = (curve, what) => curve.reduce((sum, one) => sum + one[what], 0);

async function room(change = {}) {
  const sale = await world.sale({ hall: { rows: 3, seats: 20 } });
  ok(await world.api('PUT', path(sale, '/settings'), { ...calm, ...change }, { as: world.admin }));
  return sale;
}

async function line(sale, n) {
  const people = await world.crowd(n);
  const places = [];
  for (const person of people) places.push(await join(sale, person));
  return { people, places };
}

async function buy(sale, person, place, seats) {
  const { pass } = await look(place);
  const hold = ok(await world.hold(person, sale, sale.guids.slice(0, seats), { pass }), 201);
  const booking = ok(await world.book(person, hold, { pass }), 201);
  ok(await world.confirm(person, ok(await world.pay(person, booking, { pass }), 201), 'sandbox-ok', { pass }));
  await world.advance(0);                    /* the queue has heard of it */
}

test('a room that is off has figures too', async () => {
  const sale = await world.sale({ hall: { rows: 3, seats: 20 } });
  const seen = await status(sale);
  assert.deepEqual([seen.mode, seen.joined, seen.tail, seen.rate.reason, seen.absent_permille, seen.conversion_permille], ['off', 0, null, null, null, null]);
  assert.deepEqual(seen.stock, ['VIP', 'R', 'S'].map((grade) => ({ grade, free: 20, total: 20 })));
  assert.deepEqual(await minutes(sale), []);
});

test('from the first who joins to the first who has bought', async () => {
  const sale = await room();
  const { people, places } = await line(sale, 5);
  let seen = await status(sale);
  assert.deepEqual([seen.joined, seen.waiting, seen.admitted, seen.active], [5, 5, 0, 0]);
  assert.deepEqual(seen.rate, { set: 6000, effective: 0, reason: 'paused' });
  assert.equal(seen.tail.eta_high_seconds, null);
  assert.ok(seen.poll_after_ms >= 1000 && seen.poll_after_ms <= minute);

  await world.advance(20 * minute);
  for (const place of places.slice(1)) await look(place);            /* the first one is away when his turn comes */
  ok(await control(sale, { paused: false }));
  await world.advance(second);
  await buy(sale, people[1], places[1], 2);

  seen = await status(sale);
  assert.deepEqual([seen.waiting, seen.admitted, seen.active, seen.parked, seen.absences, seen.booked], [0, 4, 3, 1, 1, 1]);
  assert.deepEqual([seen.absent_permille, seen.conversion_permille], [200, 1000]);
  assert.deepEqual(seen.rate, { set: 6000, effective: 6000, reason: 'rate' });
  assert.equal(seen.stock[0].free, 18);
  await world.advance(minute);
  assert.equal((await status(sale)).conversion_permille, 250, 'one of four passes');

  const curve = await minutes(sale);
  assert.deepEqual(['joined', 'admitted', 'absent', 'returned', 'booked'].map((what) => total(curve, what)), [5, 4, 1, 0, 1]);
  assert.equal(curve[0].joined, 5);
  for (const [i, one] of curve.entries()) assert.equal(Date.parse(one.at), Date.parse(curve[0].at) + i * minute, 'a minute each');
});

test('the lines of a presale have figures of their own, and there is the sum', async () => {
  const sale = await world.sale({ hall: { rows: 3, seats: 20 }, sale_starts_at: world.time(hour) });
  const times = { starts_at: world.time(minute), ends_at: world.time(hour) };
  ok(await world.terms(sale, { presale: { ...times, groups: [{ name: '팬클럽', ...times, uses_per_code: 9, codes: ['FAN-001'] },
    { name: 'Card', ...times, uses_per_code: 9, codes: ['CARD-01'] }] } }));
  ok(await world.api('PUT', path(sale, '/settings'), { ...calm, pass_seconds: 600, paused: false }, { as: world.admin }));
  for (const [name, rate] of [['팬클럽', 600], ['Card', 1]])
    ok(await world.api('PUT', path(sale, `/groups/${encodeURIComponent(name)}`), { admit_per_minute: rate }, { as: world.admin }));
  const { people } = await line(sale, 3);
  const members = [];
  for (const [code, n] of [['FAN-001', 2], ['CARD-01', 2]])
    for (const person of await world.crowd(n)) members.push({ person, place: ok(await world.api('POST', path(sale, ''), { code }, { as: person }), 201) });
  await world.advance(minute - second);
  for (const { place } of members) await look(place);
  await world.advance(3 * second);

  await buy(sale, members[0].person, members[0].place, 1);
  const seen = await status(sale);
  const figures = (of) => [of.joined, of.waiting, of.admitted, of.active, of.booked, of.conversion_permille];
  assert.deepEqual(figures(seen), [people.length, 3, 0, 2, 0, null], 'the general line waits; active counts all');
  assert.deepEqual(seen.groups.map((group) => [group.number, group.name, group.rate.set, ...figures(group)]),
    [[1, '팬클럽', 600, 2, 0, 2, 1, 1, 1000], [2, 'Card', 1, 2, 1, 1, 1, 0, null]]);
  assert.deepEqual(seen.groups.map((group) => group.starts_at), [times.starts_at, times.starts_at]);
  assert.ok(seen.groups[1].tail.eta_seconds > seen.groups[0].tail.eta_seconds);
  assert.deepEqual(figures(seen.total), [7, 4, 3, 2, 1, 1000]);
  assert.equal(seen.rate.reason, 'not_started');
  await world.crash();
  assert.deepEqual(figures((await status(sale)).total), [7, 4, 3, 2, 1, 1000]);
});

test('the curve survives a kill, and a spreadsheet has it too', async () => {
  const sale = await room({ paused: false });
  await line(sale, 4);
  await world.advance(2 * second);
  await world.advance(minute);
  const before = await minutes(sale);
  assert.deepEqual([total(before, 'joined'), total(before, 'admitted')], [4, 4]);
  await world.crash();
  assert.deepEqual(await minutes(sale), before);

  const { text } = await world.api('GET', path(sale, '/curve.csv'), undefined, { as: world.admin, headers: { 'Accept-Language': 'en' } });
  const rows = text.replace(/^\ufeff/, '').trimEnd().split('\r\n');
  assert.equal(rows[0], '"minute","joined","admitted","absent","returned","booked"');
  assert.deepEqual(rows.slice(1), before.map((one) => `"${one.at}",${one.joined},${one.admitted},${one.absent},${one.returned},${one.booked}`));
});

test('one setting changes, the others stay', async () => {
  const sale = await room({ message: '곧 시작합니다', message_en: 'Starting soon' });
  const [place] = (await line(sale, 1)).places;
  assert.equal((await look(place, { 'Accept-Language': 'ko' })).message, '곧 시작합니다');
  assert.equal((await look(place, { 'Accept-Language': 'en' })).message, 'Starting soon');

  const changed = ok(await control(sale, { admit_per_minute: 30, active_limit: 7 }));
  assert.deepEqual([changed.admit_per_minute, changed.active_limit, changed.paused, changed.pass_seconds, changed.message_en], [30, 7, true, 60, 'Starting soon']);
  ok(await control(sale, { message_en: '' }));
  assert.equal((await look(place, { 'Accept-Language': 'en' })).message, '곧 시작합니다', 'without English words, the others');
  ok(await control(sale, { draining: true, paused: false }));
  refused(await world.api('POST', path(sale, ''), undefined, { as: await world.user() }), 409, 'draining');
  const seen = await status(sale);
  assert.deepEqual([seen.draining, seen.paused, seen.rate.set, seen.active_limit], [true, false, 30, 7]);

  const logged = ok(await world.api('GET', `/api/v1/audit-log?object=${sale.id}&action=queue.control`, undefined, { as: world.admin })).items;
  assert.deepEqual(logged.map(({ body }) => JSON.parse(body)), [{ draining: true, paused: false }, { message_en: '' }, { admit_per_minute: 30, active_limit: 7 }]);
});

const wrong = [[{ admit_per_minute: 0 }, 'admit_per_minute'], [{ active_limit: 'many' }, 'active_limit'], [{ message: 'x'.repeat(201) }, 'message'],
  [{ message_en: 'x'.repeat(201) }, 'message_en'], [{ mode: 'off' }, 'mode'], [{ paused: 1 }, 'paused']];
test('a change that cannot be changes nothing', async (t) => {
  const sale = await room();
  const before = await status(sale);
  for (const [change, field] of wrong)
    await t.test(field, async () => assert.equal(refused(await control(sale, { draining: true, ...change }), 400, 'invalid').errors[0].field, field));
  assert.deepEqual(await status(sale), before);
});

/* ---- without JavaScript ---- */

const page = async (place, language = 'en') => {
  const answer = await world.api('GET', `/wait/${place.place_token}`, undefined, { headers: { 'Accept-Language': language } });
  assert.equal(answer.status, 200);
  assert.equal(answer.type, 'text/html');
  return answer;
};

test('a place is a page that reloads by itself', async () => {
  const sale = await room({ message: '<b>곧</b> & "다시"' });
  const { places } = await line(sale, 3);
  const { text, headers } = await page(places[2]);
  assert.match(text, /<html lang="en">/);
  assert.match(text, /<h1>No\. 3 in line<\/h1>/);
  assert.equal(Number(headers.refresh), Math.ceil((await look(places[2])).poll_after_ms / 1000));
  assert.match(text, /The line is paused/);
  assert.match(text, /<dt>VIP<\/dt><dd>20<\/dd>/);
  assert.match(text, /&lt;b&gt;곧&lt;\/b&gt; &amp; &quot;다시&quot;/);
  assert.doesNotMatch(text, /<b>|<script|style=/);
  assert.match(headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/);
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.equal(headers['cache-control'], 'no-store');
  const still = await world.api('GET', `/wait/${places[2].place_token}?still=true`);
  assert.equal(still.headers.refresh, undefined);
  assert.match(still.text, /Reload by itself/);
  assert.match((await page(places[2], 'ko')).text, /<h1>대기 3번째<\/h1>/);
});

test('the page shows the turn and the end, and counts as presence', async () => {
  const sale = await room();
  const { people, places } = await line(sale, 2);
  await world.advance(5 * minute);
  await page(places[1]);                     /* the first one is away */
  ok(await control(sale, { paused: false }));
  await world.advance(second);
  const turn = (await page(places[1])).text;
  assert.match(turn, /It is your turn/);
  assert.match(turn, new RegExp(`href="/schedules/${sale.id}/queue"`));
  ok(await world.api('DELETE', `/api/v1/queue/${places[1].place_token}`, undefined, { as: people[1] }), 204);
  const end = await page(places[1]);
  assert.match(end.text, /Your wait has ended/);
  assert.equal(end.headers.refresh, undefined);
  refused(await world.api('GET', '/wait/nobody'), 404, 'not_found');
});

test('the page says why staff has ended a place, also one that was over', async () => {
  const sale = await room();
  const { people, places } = await line(sale, 2);
  const revoke = async (i) => ok(await world.api('POST', `/api/v1/schedules/${sale.id}/queue/revocations`,
    { user_id: people[i].id, reason: 'Sold <twice>.' }, { as: world.admin }), 201).was;
  assert.equal(await revoke(0), 'waiting');
  assert.match((await page(places[0])).text, /The organizer has ended your place: Sold &lt;twice&gt;\./);
  ok(await control(sale, { paused: false }));
  await world.advance(second);
  assert.equal((await look(places[1])).state, 'admitted');
  await world.advance(2 * minute);
  assert.equal(await revoke(1), 'expired');
  assert.match((await page(places[1], 'ko')).text, /주최측이 대기를 종료했습니다: Sold/);
  assert.equal((await look(places[1])).revoked_reason, 'Sold <twice>.');
});
