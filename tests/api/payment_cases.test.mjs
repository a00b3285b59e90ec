/* What people have to look at: webhooks that differ from what is stored have no effect but a case, which somebody decides. And refunds at once. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { tell } from '../lib/sandbox.mjs';
import { ok, refused } from '../lib/server.mjs';
import { World, minute } from '../lib/world.mjs';

let world, sale, ann, manager;

before(async () => {
  world = await World.open();
  sale = await world.sale({ hall: { rows: 10, seats: 20 }, limit: 200 });
  [ann, manager] = [await world.user(), await world.user(['MANAGER'])];
});
after(() => world.close());

let next_seat = 0, serial = 0;
const bought = (count = 1) => world.buy(ann, sale, sale.guids.slice(next_seat, next_seat += count));
const show = async (payment) => ok(await world.api('GET', `/api/v1/payments/${payment.id}`, undefined, { as: ann }));
const list = async (query) => ok(await world.api('GET', `/api/v1/admin/payment-cases?${query}`, undefined, { as: manager }));
const cases_of = async (payment) => (await list(`payment_id=${payment.id}`)).items;
const resolve = (found, body) => world.api('POST', `/api/v1/admin/payment-cases/${found.id}/resolve`, body, { as: manager });
const refund = (payment, body) => world.api('POST', `/api/v1/payments/${payment.id}/refunds`, body, { as: manager });
const refunds_of = async (payment) => ok(await world.api('GET', `/api/v1/payments/${payment.id}/refunds?limit=100`, undefined, { as: ann })).items;
const count = async (result) => (await world.server.metrics())[`takenseat_payment_webhooks_total{result="${result}"}`];

async function opened() {
  const { payment } = await bought();
  const wrong = { ...payment.amount, amount: payment.amount.amount + 1 };
  ok(await tell(world, payment, { id: `evt_case_${++serial}`, amount: wrong }), 202);
  const [found] = await cases_of(payment);
  return { payment, found };
}

const wrong_amounts = [
  ['more than was asked for', 'amount', ({ amount, currency }) => ({ amount: amount + 1, currency })],
  ['less than was asked for', 'amount', ({ amount, currency }) => ({ amount: amount - 1, currency })],
  ['another currency', 'currency', ({ amount }) => ({ amount, currency: 'USD' })],
];
for (const [name, about, change] of wrong_amounts)
  test(`a webhook of ${name}: no effect, a case, once`, async () => {
    const { payment } = await bought();
    const stored = await show(payment), amount = change(payment.amount), before_it = await count('mismatched');
    for (let i = 0; i < 3; i++) ok(await tell(world, payment, { id: `evt_wrong_${++serial}`, amount }), 202);
    assert.equal(await count('mismatched') - before_it, 3);
    assert.deepEqual(await show(payment), stored);
    const [found, ...more] = await cases_of(payment);
    assert.equal(more.length, 0);
    assert.deepEqual([found.kind, found.state, found.about, found.proposed], ['webhook_mismatch', 'open', about, 'ask_again']);
    assert.deepEqual([found.told, found.stored], [`${amount.amount} ${amount.currency}`, `${payment.amount.amount} KRW`]);
    assert.deepEqual([found.payment_id, found.booking_id, found.refund_id], [payment.id, payment.booking_id, null]);
    assert.deepEqual(ok(await world.api('GET', `/api/v1/admin/payment-cases/${found.id}`, undefined, { as: manager })), found);
  });

test('a webhook that is five minutes old is refused, one that is replayed has no effect', async () => {
  const { payment } = await bought();
  const forged = await count('forged'), repeated = await count('repeated');
  refused(await tell(world, payment, { id: 'evt_stale', late_ms: 6 * minute }), 401, 'bad_signature');
  assert.equal(await count('forged') - forged, 1);
  ok(await tell(world, payment, { id: 'evt_replayed' }));
  ok(await tell(world, payment, { id: 'evt_replayed' }));
  assert.equal(await count('repeated') - repeated, 1);
  assert.deepEqual(await cases_of(payment), []);
});

test('decided once, with a note, and written down', async () => {
  const { found } = await opened();
  assert.equal(refused(await resolve(found, { action: 'ignore' }), 400, 'invalid').errors[0].field, 'note');
  assert.equal(refused(await resolve(found, { action: 'forget', note: 'x' }), 400, 'invalid').errors[0].field, 'action');
  refused(await resolve(found, { action: 'retry_refund', note: 'There is none' }), 409, 'action_not_possible');
  const done = ok(await resolve(found, { action: 'ignore', note: 'Their mistake, told by telephone' }));
  assert.deepEqual([done.state, done.resolution, done.resolved_by, done.note], ['resolved', 'ignore', manager.id, 'Their mistake, told by telephone']);
  refused(await resolve(found, { action: 'refund', note: 'No' }), 409, 'case_resolved');
  const log = ok(await world.api('GET', `/api/v1/audit-log?object=${found.id}`, undefined, { as: world.admin })).items;
  assert.ok(log.some(({ action, status }) => action === 'payment.case_resolve' && status === 200));
});

test('decided by giving the money back', async () => {
  const { payment, found } = await opened();
  assert.equal(ok(await resolve(found, { action: 'refund', note: 'The buyer asked' })).resolution, 'refund');
  assert.equal((await show(payment)).status, 'refunded');
  const [given] = await refunds_of(payment);
  assert.deepEqual([given.status, given.source, given.attempt, given.reason], ['done', 'staff', 1, 'The buyer asked']);
});

test('decided by asking the provider again', async () => {
  const { payment, found } = await opened();
  assert.equal(ok(await resolve(found, { action: 'ask_again', note: 'It says what we know' })).resolution, 'ask_again');
  assert.equal((await show(payment)).status, 'paid');
});

test('listed by page, kind and state, and as a table', async () => {
  await opened();
  const all = (await list('limit=100')).items, open = (await list('limit=100&state=open&kind=webhook_mismatch&provider=sandbox')).items;
  assert.deepEqual(open, all.filter(({ state }) => state === 'open'));
  assert.deepEqual((await list('kind=books_differ')).items, []);
  const paged = [];
  for (let page = await list('limit=2'); ; page = await list(`limit=2&cursor=${page.next}`)) {
    paged.push(...page.items);
    if (!page.next) break;
  }
  assert.deepEqual(paged, all);
  const csv = await world.api('GET', '/api/v1/admin/payment-cases.csv?state=open', undefined, { as: manager });
  assert.equal(csv.status, 200);
  const rows = csv.text.trim().split('\r\n');
  assert.equal(rows.length, 1 + open.length);
  assert.ok(rows[1].startsWith(`"${open[0].id}",`));
});

test('the people in charge get a mail', async () => {
  const { found } = await opened();
  await world.advance(0);
  const mails = ok(await world.api('GET', '/api/v1/admin/mails?limit=100', undefined, { as: manager })).items.filter(({ kind }) => kind === 'payment_case');
  const told = new Set(mails.map(({ user_id }) => user_id));
  assert.ok(found && told.has(manager.id) && !told.has(ann.id));
});

test('a case survives a crash', async () => {
  const { found } = await opened();
  await world.crash();
  assert.deepEqual(ok(await world.api('GET', `/api/v1/admin/payment-cases/${found.id}`, undefined, { as: manager })), found);
});

/* ---- refunds ---- */

test('64 refunds at once never give back more than was paid', async () => {
  const { payment } = await bought(4);
  const paid = payment.amount.amount, part = Math.floor(paid / 10);
  const answers = await Promise.all(Array.from({ length: 64 }, () => refund(payment, { amount: { amount: part, currency: 'KRW' }, reason: 'goodwill' })));
  for (const answer of answers) if (answer.status !== 201) refused(answer, 409, 'refund_too_much');
  assert.equal(answers.filter(({ status }) => status === 201).length, Math.floor(paid / part));
  await world.advance(0);
  const given = await refunds_of(payment);
  assert.ok(given.every(({ status }) => status === 'done'));
  const sum = given.reduce((all, { amount }) => all + amount.amount, 0);
  assert.ok(sum <= paid);
  assert.equal((await show(payment)).refunded.amount, sum);
  await world.server.audit();
});

test('more than was paid, or in another currency, is refused', async () => {
  const { payment } = await bought();
  const { amount } = payment.amount;
  refused(await refund(payment, { amount: { amount: amount + 1, currency: 'KRW' }, reason: 'too much' }), 409, 'refund_too_much');
  assert.equal(refused(await refund(payment, { amount: { amount, currency: 'USD' }, reason: 'dollars' }), 400, 'invalid').errors[0].field, 'amount.currency');
  assert.deepEqual(await refunds_of(payment), []);
});

/* ---- what nobody pays any more ---- */

test('a payment ends with its booking: at once when that is given up, half an hour after the hold expired', async () => {
  const given_up = await world.checkout(ann, sale, [sale.guids[next_seat++]]);
  ok(await world.api('DELETE', `/api/v1/holds/${given_up.hold.id}`, undefined, { as: ann }), 204);
  await world.advance(0);
  assert.deepEqual([(await show(given_up.payment)).status, (await show(given_up.payment)).reason], ['cancelled', 'not_payable']);
  refused(await world.confirm(ann, given_up.payment), 409, 'not_payable');

  const expired = await world.checkout(ann, sale, [sale.guids[next_seat++]]);
  await world.advance(30 * minute);
  assert.equal((await world.booking(ann, expired.booking.id)).status, 'expired');
  assert.equal((await show(expired.payment)).status, 'ready');
  await world.advance(10 * minute);
  assert.equal((await show(expired.payment)).status, 'cancelled');
});
