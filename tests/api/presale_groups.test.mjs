/* Groups of a presale: codes, times, and lines of their own in the waiting room. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, hour, minute } from '../lib/world.mjs';

let world;
const second = 1000;

before(async () => { world = await World.open(); });
after(() => world.close());

const calm = { mode: 'fifo', admit_per_minute: 60, active_limit: 100, pass_seconds: 600 };
const path = (sale, rest) => `/api/v1/schedules/${sale.id}/${rest}`;
const settle = (sale, change = {}) => world.api('PUT', path(sale, 'queue/settings'), { ...calm, ...change }, { as: world.admin });
const join = (sale, as, code) => world.api('POST', path(sale, 'queue'), code ? { code } : undefined, { as });
const look = async (place) => ok(await world.api('GET', `/api/v1/queue/${place.place_token}`));
const group = (sale, name, body, as = world.admin) => world.api('PUT', path(sale, `queue/groups/${encodeURIComponent(name)}`), body, { as });
const groups = async (sale) => ok(await world.api('GET', path(sale, 'queue/groups'), undefined, { as: world.admin })).items;
const give_codes = (sale, name, text, as = world.admin) =>
  world.api('PUT', path(sale, `presale/groups/${encodeURIComponent(name)}/codes`), Buffer.from(text), { as });

/* Time passes in which nobody asks; then they are back, and it is their turn. */
async function pass_time(ms, ...places) {
  await world.advance(ms);
  for (const place of places) await look(place);
  await world.advance(2500);
}

/* The fan club from in an hour, card holders from in two, everybody from in three. */
async function presale(change = {}) {
  const sale = await presale_without_lines(change);
  ok(await group(sale, '팬클럽', { admit_per_minute: 60 }));
  ok(await group(sale, 'Card', { admit_per_minute: 120, opens_at: world.time(hour + 30 * minute) }));
  return sale;
}

async function presale_without_lines(change = {}) {
  const sale = await world.sale({ hall: { rows: 3, seats: 20 }, sale_starts_at: world.time(3 * hour) });
  ok(await world.terms(sale, { presale: {
    starts_at: world.time(hour), ends_at: world.time(3 * hour),
    groups: [
      { name: '팬클럽', starts_at: world.time(hour), ends_at: world.time(2 * hour), codes: ['FAN-001', 'FAN-002', 'FAN-003'], uses_per_code: 1 },
      { name: 'Card', starts_at: world.time(2 * hour), ends_at: world.time(3 * hour), codes: ['CARD-HOLDER'], uses_per_code: 1000 },
    ],
  } }));
  ok(await settle(sale, change));
  return sale;
}

test('each group has a line of its own, at a rate and a time of its own', async () => {
  const sale = await presale();
  ok(await group(sale, '팬클럽', { admit_per_minute: 6 }));
  const [fan, other_fan, card, anyone] = await world.crowd(4);
  const first = ok(await join(sale, anyone), 201);
  const in_club = ok(await join(sale, fan, ' fan-001'), 201), second_in_club = ok(await join(sale, other_fan, 'FAN-002'), 201);
  assert.deepEqual([first.position, in_club.position, second_in_club.position], [1, 1, 2]);
  refused(await join(sale, card, 'CARD-HOLDER'), 409, 'group_not_open');
  assert.deepEqual((await groups(sale)).map(({ name, admit_per_minute, joined, waiting }) => [name, admit_per_minute, joined, waiting]),
    [['팬클럽', 6, 2, 2], ['Card', 120, 0, 0]]);

  await world.advance(hour - minute);
  for (const place of [first, in_club, second_in_club]) await look(place);
  await pass_time(minute - 2000, first, in_club, second_in_club);
  assert.equal((await look(first)).state, 'waiting');
  const let_in = await look(in_club);
  assert.equal(let_in.state, 'admitted');
  assert.equal((await look(second_in_club)).position, 1);
  ok(await world.hold(fan, sale, [sale.guids[0]], { pass: let_in.pass }), 201);
  refused(await world.hold(anyone, sale, [sale.guids[1]], { pass: let_in.pass }), 403, 'pass_required');

  await world.advance(40 * minute);
  const holder = ok(await join(sale, card, 'card-holder'), 201);
  assert.equal(holder.position, 1);
  await pass_time(20 * minute, holder);
  assert.equal((await look(holder)).state, 'admitted');
  await look(first);
  assert.equal(ok(await join(sale, anyone), 201).position, 1);
  await world.crash();
  assert.equal((await groups(sale))[0].joined, 2);
  assert.equal(ok(await join(sale, card), 201).place_token, holder.place_token);
});

test('one place: with a code one goes over to the group, without it one stays there', async () => {
  const sale = await presale({ paused: true });
  const [ann, bob] = await world.crowd(2);
  const before_ann = ok(await join(sale, ann), 201), bob_general = ok(await join(sale, bob), 201);
  assert.equal(bob_general.position, 2);
  const of_group = ok(await join(sale, ann, 'FAN-001'), 201);
  assert.notEqual(of_group.place_token, before_ann.place_token);
  assert.equal((await look(before_ann)).state, 'left');
  assert.equal((await look(bob_general)).position, 1);
  assert.equal(ok(await join(sale, ann), 201).place_token, of_group.place_token);
  assert.equal(ok(await join(sale, ann, 'FAN-002'), 201).place_token, of_group.place_token);
  ok(await world.api('DELETE', `/api/v1/queue/${of_group.place_token}`, undefined, { as: ann }), 204);
  const again = ok(await join(sale, ann), 201);
  assert.equal((await groups(sale))[0].waiting, 1, 'who came in once needs the code no more');
  assert.equal(again.paused, true);
  assert.equal(ok(await join(sale, bob, 'FAN-002'), 201).position, 2);
});

test('codes: unknown, used, of a group that has ended; a refused join uses none', async () => {
  const sale = await presale();
  const [ann, bob] = await world.crowd(2);
  refused(await join(sale, ann, 'FAN-999'), 403, 'code_unknown');
  refused(await join(sale, ann, 'CARD-HOLDER'), 409, 'group_not_open');
  const waiting = ok(await join(sale, ann, 'FAN-001'), 201);
  refused(await join(sale, bob, 'FAN-001'), 409, 'code_used');
  assert.equal(ok(await join(sale, bob), 201).position, 1);
  await world.advance(2 * hour);
  refused(await join(sale, bob, 'FAN-002'), 409, 'group_not_open');
  await world.advance(hour + second);
  refused(await join(sale, await world.user(), 'FAN-002'), 409, 'group_not_open');
  assert.equal((await look(waiting)).state, 'expired');
});

test('without a waiting room a group buys at its time, with its codes', async () => {
  const sale = await presale({ mode: 'off' });
  const [fan, card] = await world.crowd(2);
  const hold = (as, presale_code) => world.hold(as, sale, { best: { count: 1, grade: 'VIP' }, presale_code });
  await world.advance(hour);
  ok(await hold(fan, 'FAN-001'), 201);
  refused(await hold(card, 'CARD-HOLDER'), 409, 'group_not_open');
  await world.advance(hour);
  ok(await hold(card, 'CARD-HOLDER'), 201);
  ok(await hold(fan), 201);
  refused(await hold(await world.user(), 'FAN-002'), 409, 'group_not_open');
});

test('the limits of the house are one for all lines', async () => {
  const sale = await presale({ active_limit: 1 });
  const [fan, anyone] = await world.crowd(2);
  const in_club = ok(await join(sale, fan, 'FAN-001'), 201), general = ok(await join(sale, anyone), 201);
  await world.advance(3 * hour - 2 * minute);
  assert.equal((await look(in_club)).state, 'expired');
  const back = ok(await join(sale, fan), 201);
  await look(general);
  await pass_time(2 * minute, back, general);
  const states = [(await look(back)).state, (await look(general)).state];
  assert.equal(states.filter((state) => state === 'admitted').length, 1, `only one inside: ${states}`);
  ok(await settle(sale, { active_limit: 2 }));
  await pass_time(second, back, general);
  assert.deepEqual([(await look(back)).state, (await look(general)).state], ['admitted', 'admitted']);
});

test('a first line in mid-presale does not stop the general one', async () => {
  const sale = await presale_without_lines(), empty = await presale_without_lines();
  const [fan, next] = await world.crowd(2);
  const first = ok(await join(sale, fan, 'FAN-001'), 201);
  await pass_time(hour, first);
  assert.equal((await look(first)).state, 'admitted', 'a group without a line comes in by the general one');
  refused(await group(sale, '팬클럽', { admit_per_minute: 60 }), 409, 'sale_begun');
  assert.deepEqual(await groups(sale), []);
  const later = ok(await join(sale, next, 'FAN-002'), 201);
  await pass_time(second, later);
  assert.equal((await look(later)).state, 'admitted');
  ok(await group(empty, '팬클럽', { admit_per_minute: 60 }));
});

test('a file of codes takes the place of those a group has', async () => {
  const sale = await presale({ paused: true });
  const [ann, bob, cat, dan] = await world.crowd(4);
  const { place_token } = ok(await join(sale, dan, 'FAN-003'), 201);
  ok(await world.api('DELETE', `/api/v1/queue/${place_token}`, undefined, { as: dan }), 204);
  const many = Array.from({ length: 5000 }, (_, i) => `MEMBER-${i}`);
  assert.deepEqual(ok(await give_codes(sale, '팬클럽', `\ufeffcode,name\r\n"MEMBER-A",Ann\r\n\r\n${many.join('\r\n')}\r\n`)), { group: '팬클럽', codes: 5001 });
  const terms = ok(await world.api('GET', path(sale, 'terms'), undefined, { as: world.admin }));
  assert.equal(terms.presale_codes, 5002);
  assert.deepEqual(terms.presale_groups, [{ name: '팬클럽', codes: 5001, uses_per_code: 1 }, { name: 'Card', codes: 1, uses_per_code: 1000 }]);
  assert.ok(!JSON.stringify(terms).includes('MEMBER'));
  refused(await join(sale, ann, 'FAN-001'), 403, 'code_unknown');
  assert.equal(ok(await join(sale, ann, 'member-a'), 201).position, 1);
  await world.crash();
  assert.equal(ok(await join(sale, bob, 'MEMBER-4999'), 201).position, 2);

  const put = (...codes) => world.terms(sale, { presale: { ...said, groups: said.groups.map((one, i) => ({ ...one, uses_per_code: 1, codes: codes[i] })) } });
  const { presale: said } = terms;
  assert.equal(refused(await put(undefined, ['OTHER-1', 'member-8']), 400, 'invalid').errors[0].field, 'presale.groups[1].codes[1]', 'a code that the first group keeps');
  ok(await put());
  assert.equal(ok(await join(sale, cat, 'MEMBER-7'), 201).position, 3, 'a group that is given without codes keeps those it has');
  assert.equal(ok(await join(sale, dan), 201).position, 4, 'who came in with a code that has been replaced is still of the group');
});

test('a presale has at most 50,000 codes, those that are kept among them', async () => {
  const sale = await presale();
  const rows = (n) => Array.from({ length: n }, (_, i) => `MEMBER-${i}`);
  assert.equal(refused(await give_codes(sale, '팬클럽', rows(50001).join('\n')), 400, 'invalid').errors[0].field, 'codes');
  ok(await give_codes(sale, '팬클럽', rows(49990).join('\n')));
  const { presale: said } = ok(await world.api('GET', path(sale, 'terms'), undefined, { as: world.admin }));
  const [club, card] = said.groups.map((one) => ({ ...one, uses_per_code: 1 }));
  const put = (n) => world.terms(sale, { presale: { ...said, groups: [club, { ...card, codes: rows(n).map((code) => `CARD-${code}`) }] } });
  assert.equal(refused(await put(11), 400, 'invalid').errors[0].field, 'presale.groups[1].codes');
  ok(await put(10));
  ok(await put(10));
});

test('staff ends what somebody had in every line: also the pass of a group, once it has expired', async () => {
  const sale = await presale({ pass_seconds: 60 });
  const ann = await world.user();
  ok(await join(sale, ann), 201);
  const place = ok(await join(sale, ann, 'FAN-001'), 201);
  await pass_time(hour, place);
  const { pass } = await look(place);
  const hold = ok(await world.hold(ann, sale, [sale.guids[0]], { pass }), 201);
  await world.advance(2 * minute);
  const revoke = () => world.api('POST', path(sale, 'queue/revocations'), { user_id: ann.id, reason: 'The code was sold.' }, { as: world.admin });
  assert.equal(ok(await revoke(), 201).was, 'expired');
  refused(await revoke(), 409, 'already_revoked');
  for (const again of [false, true]) {
    if (again) await world.crash();
    assert.match(refused(await world.book(ann, hold, { pass }), 403, 'pass_revoked').detail, /sold/);
  }
});

test('codes of no group stay where only their uses are given', async () => {
  const sale = await presale({ paused: true });
  const { presale: said } = ok(await world.api('GET', path(sale, 'terms'), undefined, { as: world.admin }));
  const groups = said.groups.map((one) => ({ ...one, uses_per_code: 5 }));
  const change = async (change_) => ok(await world.terms(sale, { presale: { ...said, groups, ...change_ } }));
  assert.equal((await change({ codes: ['FOR-ALL', 'FOR-SOME'], uses_per_code: 50 })).presale_uses_per_code, 50);
  const kept = await change({ uses_per_code: 60 });
  assert.deepEqual([kept.presale_codes, kept.presale_uses_per_code], [6, 60]);
  assert.equal(ok(await join(sale, await world.user(), 'for-all'), 201).position, 1);
  const gone = await change({});
  assert.deepEqual([gone.presale_codes, gone.presale_uses_per_code], [4, undefined]);
});

test('what is refused of groups and codes', async () => {
  const sale = await presale();
  const producer = await world.user(['PRODUCER']);
  for (const [text, field] of [['SHORT', 'row 1'], ['code\nGOOD-ONE\nwith space', 'row 3'], ['SAME-ONE\nsame-one', 'codes[1]'], ['CARD-HOLDER', 'codes[0]']])
    assert.equal(refused(await give_codes(sale, '팬클럽', text), 400, 'invalid').errors[0].field, field);
  refused(await give_codes(sale, 'Nobody', 'GOOD-ONE'), 404, 'group_unknown');
  refused(await give_codes(sale, '팬클럽', 'GOOD-ONE', producer), 404, 'not_found');
  refused(await group(sale, 'Nobody', { admit_per_minute: 60 }), 404, 'group_unknown');
  refused(await group(sale, 'Card', { admit_per_minute: 60 }, producer), 404, 'not_found');
  refused(await group(sale, 'Card', { admit_per_minute: 0 }), 400, 'invalid');
  refused(await group(sale, 'Card', { admit_per_minute: 60, opens_at: world.time(2000 * hour) }), 400, 'invalid');
  ok(await join(sale, await world.user(), 'FAN-001'), 201);

  const one = { name: 'One', starts_at: world.time(hour), ends_at: world.time(2 * hour), uses_per_code: 1, codes: ['ABCDEF'] };
  const times = { starts_at: world.time(hour), ends_at: world.time(3 * hour) };
  const cases = [
    [{ ...times }, 'presale.codes'],
    [{ ...times, codes: ['ABCDEF'] }, 'presale.uses_per_code'],
    [{ ...times, groups: [one, { ...one, codes: ['GHIJKL'] }] }, 'presale.groups[1].name'],
    [{ ...times, groups: [one, { ...one, name: 'Two' }] }, 'presale.groups[1].codes[0]'],
    [{ ...times, groups: [{ ...one, name: 'One/Two' }] }, 'presale.groups[0].name'],
    [{ ...times, groups: [{ ...one, ends_at: world.time(4 * hour) }] }, 'presale.groups[0].ends_at'],
    [{ ...times, groups: [{ ...one, uses_per_code: undefined }] }, 'presale.groups[0].uses_per_code'],
  ];
  for (const [presale_, field] of cases) assert.equal(refused(await world.terms(sale, { presale: presale_ }), 400, 'invalid').errors[0].field, field);
});
