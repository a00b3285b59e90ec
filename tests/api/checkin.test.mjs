/* Tickets at the door: each lets in one, the same question has the same answer, and gates without network are reconciled by time. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, day, hour, minute } from '../lib/world.mjs';

let world, sale, ann, staff, tickets, serial = 0;

before(async () => {
  world = await World.open();
  staff = await world.user(['STAFF']);
  ann = await world.user();
  sale = await world.sale({ hall: { rows: 3, seats: 20 }, limit: 20 });
  ({ tickets } = await world.buy(ann, sale, sale.guids.slice(0, 20)));
});
after(() => world.close());

const ask = (body, as = staff) => world.api('POST', '/api/v1/checkin', { gate: 'North', nonce: `n${++serial}`, ...body }, { as });
const scan = async (code, more = {}, as) => ok(await ask({ code, ...more }, as));
const reason = async (...args) => (await scan(...args)).reason;
const sync = async (scans) => ok(await world.api('POST', '/api/v1/checkin/sync', { scans }, { as: staff }));
const ticket = async (id, as = ann) => ok(await world.api('GET', `/api/v1/tickets/${id}`, undefined, { as }));

test('before the doors open nobody comes in', async () => {
  assert.equal(await reason(tickets[0].code), 'too_early');
  await world.advance(20 * day - 3 * hour - 1000);
  assert.equal(await reason(tickets[0].code), 'too_early');
  await world.advance(2000);
  assert.equal((await ticket(tickets[0].id)).status, 'valid');
});

test('a ticket lets in one', async () => {
  const first = await scan(tickets[0].code, { schedule_id: sale.id });
  assert.equal(first.result, 'ok');
  assert.equal(first.reason, null);
  assert.deepEqual(first.seat, tickets[0].seat);
  assert.equal((await ticket(tickets[0].id)).status, 'used');
  const again = await scan(tickets[0].code, { gate: 'South' });
  assert.deepEqual([again.result, again.reason, again.admitted_gate, again.admitted_at], ['refused', 'already_used', 'North', first.admitted_at]);
});

test('the same nonce has the same answer, and no other code', async () => {
  const body = { code: tickets[1].code, gate: 'East', nonce: 'kept' };
  const first = await ask(body);
  assert.equal(ok(first).result, 'ok');
  await world.advance(minute);
  assert.equal((await ask(body)).text, first.text);
  refused(await ask({ ...body, code: tickets[2].code }), 409, 'nonce_used');
  assert.equal((await ticket(tickets[2].id)).status, 'valid');
});

test('of fifty gates at once one lets in', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => scan(tickets[2].code, { gate: `Gate ${i}` })));
  assert.equal(answers.filter((answer) => answer.result === 'ok').length, 1);
  assert.ok(answers.every((answer) => answer.result === 'ok' || answer.reason === 'already_used'));
  assert.equal(new Set(answers.map((answer) => answer.admitted_gate)).size, 1);
});

test('what is no code of ours is forged', async () => {
  const { code } = tickets[3];
  const [version, payload, signature] = code.split('.');
  const bytes = Buffer.from(payload, 'base64url');
  for (let i = 0; i < bytes.length; i++) {
    const changed = Buffer.from(bytes);
    changed[i] ^= 1;
    assert.equal(await reason([version, changed.toString('base64url'), signature].join('.')), 'forged', `byte ${i}`);
  }
  const other = tickets[4].code.split('.');
  for (const wrong of ['x', 'TS1.', 'TS1..', `${code}=`, `${code}A`, code.slice(0, -1), code.slice(4), `TS2.${payload}.${signature}`, [version, payload, other[2]].join('.')])
    assert.equal(await reason(wrong), 'forged', wrong);
  assert.equal((await ticket(tickets[3].id)).status, 'valid');
});

test('a ticket issued anew has a new code, the old one is void', async () => {
  const old = tickets[5];
  const fresh = ok(await world.api('POST', `/api/v1/tickets/${old.id}/reissue`, undefined, { as: ann }));
  assert.equal(fresh.id, old.id);
  assert.notEqual(fresh.code, old.code);
  assert.equal((await ticket(old.id)).code, fresh.code);
  assert.equal(await reason(old.code), 'void');
  assert.equal((await scan(fresh.code)).result, 'ok');
  refused(await world.api('POST', `/api/v1/tickets/${old.id}/reissue`, undefined, { as: ann }), 409, 'ticket_used');
  refused(await world.api('POST', `/api/v1/tickets/${tickets[6].id}/reissue`, undefined, { as: staff }), 404, 'not_found');
  for (let n = 0; n < 10; n++) ok(await world.api('POST', `/api/v1/tickets/${tickets[6].id}/reissue`, undefined, { as: ann }));
  refused(await world.api('POST', `/api/v1/tickets/${tickets[6].id}/reissue`, undefined, { as: ann }), 409, 'reissue_limit');
});

test('the door is told of whom to ask for a proof', async () => {
  const played = await world.sale({ starts_at: world.time(hour), ends_at: world.time(3 * hour), sale_ends_at: world.time(hour) });
  ok(await world.terms(played, { person_types: [{ name: 'student', percent: 10, proof_at_door: true }] }));
  const bob = await world.user();
  const hold = ok(await world.hold(bob, played, played.guids.slice(0, 2)), 201);
  const people = [{ seat: played.guids[0], type: 'student' }];
  const booking = ok(await world.api('POST', '/api/v1/bookings', { hold_id: hold.id, people }, { as: bob }), 201);
  ok(await world.confirm(bob, ok(await world.pay(bob, booking), 201)));
  for (const { code, seat } of ok(await world.api('GET', `/api/v1/bookings/${booking.id}/tickets`, undefined, { as: bob })).items) {
    const answer = await scan(code);
    assert.equal(answer.result, 'ok');
    assert.deepEqual([answer.person_type, answer.proof_at_door], seat.guid === played.guids[0] ? ['student', true] : ['adult', false]);
  }
});

test('a cancelled ticket is void at once', async () => {
  const soon = { starts_at: world.time(30 * day), ends_at: world.time(30 * day + hour), sale_ends_at: world.time(30 * day) };
  const other = await world.sale(soon);
  const bob = await world.user();
  const bought = await world.buy(bob, other, other.guids.slice(0, 2));
  ok(await world.api('POST', `/api/v1/bookings/${bought.booking.id}/cancel`, {}, { as: bob }));
  for (const { code } of bought.tickets) assert.equal(await reason(code), 'void');
  refused(await world.api('POST', `/api/v1/tickets/${bought.tickets[0].id}/reissue`, undefined, { as: bob }), 409, 'ticket_void');
  refused(await world.api('GET', `/api/v1/tickets/${bought.tickets[0].id}/ticket.pdf`, undefined, { as: bob }), 404, 'ticket_void');
  const told = await sync([{ code: bought.tickets[0].code, gate: 'East', nonce: 'gone', at: world.time() }]);
  assert.equal(told.items[0].reason, 'void');
});

test('a gate of another schedule lets nobody in', async () => {
  const other = await world.sale();
  const answer = await scan(tickets[7].code, { schedule_id: other.id });
  assert.deepEqual([answer.result, answer.reason, answer.schedule_id], ['refused', 'wrong_schedule', sale.id]);
  assert.equal((await ticket(tickets[7].id)).status, 'valid');
});

test('producers keep their own doors only', async () => {
  const [producer, rival] = [await world.user(['PRODUCER']), await world.user(['PRODUCER'])];
  const soon = { starts_at: world.time(hour), ends_at: world.time(3 * hour), sale_ends_at: world.time(hour) };
  const own = await world.sale({ as: producer, ...soon });
  const bought = await world.buy(ann, own, own.guids.slice(0, 2));
  refused(await ask({ code: bought.tickets[0].code, schedule_id: own.id }, rival), 404, 'not_found');
  const stranger = await scan(bought.tickets[0].code, {}, rival);
  assert.deepEqual([stranger.reason, stranger.seat, stranger.ticket_id], ['wrong_schedule', null, null]);
  assert.equal((await scan(bought.tickets[0].code, { schedule_id: own.id }, producer)).result, 'ok');
  assert.equal(await reason(tickets[7].code, {}, producer), 'wrong_schedule');
  refused(await world.api('GET', `/api/v1/schedules/${own.id}/admissions`, undefined, { as: rival }), 404, 'not_found');
  assert.equal(ok(await world.api('GET', `/api/v1/schedules/${own.id}/admissions`, undefined, { as: producer })).items.length, 2);
});

test('gates without network: the earliest counts, everybody else is reported', async () => {
  const at = (minutes) => world.time(-minutes * minute);
  const [a, b, c] = tickets.slice(8, 11);
  const told = await sync([
    { code: a.code, gate: 'East', nonce: 'a2', at: at(5) }, { code: a.code, gate: 'West', nonce: 'a1', at: at(9) },
    { code: b.code, gate: 'East', nonce: 'b1', at: at(4) }, { code: 'x', gate: 'East', nonce: 'x1', at: at(3) },
  ]);
  assert.deepEqual(told.items.map((item) => [item.nonce, item.result, item.reason, item.duplicate]),
    [['a2', 'refused', 'already_used', true], ['a1', 'ok', null, false], ['b1', 'ok', null, false], ['x1', 'refused', 'forged', false]]);
  assert.equal(told.duplicates, 1);

  /* Another gate comes back later with an earlier scan: its one counts; what was said before stays said. */
  const late = await sync([{ code: b.code, gate: 'South', nonce: 'b0', at: at(8) }]);
  assert.deepEqual(late.items.map((item) => [item.result, item.duplicate]), [['ok', true]]);
  assert.equal((await scan(b.code)).admitted_gate, 'South');
  const replay = await sync([{ code: b.code, gate: 'East', nonce: 'b1', at: at(4) }]);
  assert.deepEqual(replay.items.map((item) => [item.result, item.admitted_gate, item.duplicate]), [['ok', 'East', true]]);

  refused(await world.api('POST', '/api/v1/checkin/sync', { scans: [{ code: c.code, gate: 'East', nonce: 'c1', at: world.time(hour) }] }, { as: staff }), 400, 'invalid');
  assert.equal((await ticket(c.id)).status, 'valid');
  refused(await world.api('POST', '/api/v1/checkin/sync', { scans: [{ code: c.code, gate: 'East', nonce: 'b1', at: at(1) }] }, { as: staff }), 409, 'nonce_used');
});

test('a gate can take along what it must refuse, and staff see who came', async () => {
  const path = `/api/v1/schedules/${sale.id}/tickets/refused`;
  const refusals = ok(await world.api('GET', `${path}?limit=1000`, undefined, { as: staff })).items;
  const of = (t) => refusals.find((item) => item.ticket_id === t.id);
  assert.deepEqual(of(tickets[0]), { ticket_id: tickets[0].id, issue: 0, status: 'used' });
  assert.deepEqual(of(tickets[6]), { ticket_id: tickets[6].id, issue: 10, status: 'valid' });
  assert.equal(of(tickets[12]), undefined);
  const walked = [];
  for (let next = ''; next !== null;) {
    const page = ok(await world.api('GET', `${path}?limit=2${next && `&cursor=${next}`}`, undefined, { as: staff }));
    walked.push(...page.items);
    next = page.next;
  }
  assert.deepEqual(walked, refusals);
  const { items } = ok(await world.api('GET', `/api/v1/schedules/${sale.id}/admissions?limit=200`, undefined, { as: staff }));
  assert.ok(items.some((item) => item.offline && item.duplicate && item.gate === 'East'));
  assert.equal(items.filter((item) => item.ticket_id === tickets[2].id).length, 50);
});

test('answers outlive the end of the program', async () => {
  const body = { code: tickets[13].code, gate: 'North', nonce: 'before-the-end' };
  const first = await ask(body);
  await world.crash();
  assert.equal((await ask(body)).text, first.text);
  assert.equal(await reason(tickets[13].code), 'already_used');
});
