/* The sandbox's books compared with ours, its limits, and the waiting room that follows them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, day, hour, minute } from '../lib/world.mjs';

let world, sale, manager;

before(async () => {
  world = await World.open();
  sale = await world.sale({ hall: { rows: 10, seats: 10 } });
  manager = await world.user(['MANAGER']);
});
after(() => world.close());

const korean_day = (offset = 0) => new Date(world.now + 9 * hour + offset).toISOString().slice(0, 10);
const listed = async (query = '') => ok(await world.api('GET', `/api/v1/admin/reconciliations${query}`, undefined, { as: manager })).items;
const shown = async (id, query = '') => ok(await world.api('GET', `/api/v1/admin/reconciliations/${id}${query}`, undefined, { as: manager }));

/* To the next day of Korea, 5:00: the books of the day before have been compared. */
async function end_day() {
  const into = (world.now + 9 * hour) % day;
  await world.advance(day - into + 5 * hour);
}

async function compare(of) {
  const { items } = ok(await world.api('POST', '/api/v1/admin/reconciliations', { provider: 'sandbox', day: of }, { as: manager }), 202);
  assert.equal(items.length, 1);
  assert.equal(items[0].day, of);
  assert.equal(items[0].account, 'platform');
  await world.advance(minute);
  const [made] = (await listed('?provider=sandbox')).filter((r) => r.day === of);
  assert.equal(made.id, items[0].id);
  return made;
}

test('a day is compared by itself, and both sides come to the same', async () => {
  const ann = await world.user();
  const today = korean_day();
  const way = await world.checkout(ann, sale, sale.guids.slice(0, 2));
  assert.equal(ok(await world.confirm(ann, way.payment, 'sandbox-ok')).status, 'paid');
  ok(await world.api('POST', `/api/v1/payments/${way.payment.id}/refunds`, { reason: 'a part', amount: { amount: 100, currency: 'KRW' } }, { as: manager }), 201);
  await end_day();
  const found = (await listed('?provider=sandbox')).find((r) => r.day === today);
  assert.equal(found.status, 'done');
  assert.equal(found.open, 0);
  assert.equal(found.capped, false);
  const [sum] = found.sums;
  assert.equal(sum.currency, 'KRW');
  assert.equal(sum.charged_there, way.payment.amount.amount);
  assert.deepEqual([sum.charged_here, sum.refunded_there, sum.refunded_here], [sum.charged_there, 100, 100]);
  assert.deepEqual((await shown(found.id)).items, []);
});

test('a charge that is paid later differs at no time, however often a day is compared', async () => {
  const ben = await world.user();
  const today = korean_day();
  const way = await world.checkout(ben, sale, sale.guids.slice(10, 12));
  ok(await world.confirm(ben, way.payment, 'sandbox-late'));       /* pending there and here: nothing has moved */
  assert.equal((await compare(today)).open, 0);

  await world.advance(31 * minute);                                /* paid there, and told by a webhook */
  const paid = await compare(today);
  assert.equal(paid.open, 0);
  assert.equal(paid.status, 'done');
  assert.equal((await compare(today)).id, paid.id);
  const metrics = await world.server.metrics();
  assert.equal(metrics.takenseat_reconcile_differences, 0);
  assert.equal(metrics.takenseat_reconcile_last_run_seconds * 1000 > world.now - hour, true);
});

test('differences as a table', async () => {
  const [{ id }] = await listed();
  const answer = await world.api('GET', `/api/v1/admin/reconciliations/${id}/differences.csv`, undefined, { as: manager });
  assert.equal(answer.status, 200);
  assert.match(answer.text, /^\uFEFF?"id","kind","payment_id","ref","here","here_currency","there","there_currency","action","found_at","settled_at"\r\n$/);
});

test('what cannot be compared is refused', async () => {
  const ask = (body) => world.api('POST', '/api/v1/admin/reconciliations', body, { as: manager });
  const count = (await listed('?limit=100')).length;
  for (const of of ['2026-13-01', 'yesterday.', '20261123  ', '2026-02-30', '2026-1-1', korean_day(2 * day), '1969-12-31'])
    assert.equal(refused(await ask({ provider: 'sandbox', day: of }), 400, 'invalid').errors[0].field, 'day');
  assert.equal(refused(await ask({ provider: 'paypal', day: korean_day() }), 400, 'invalid').errors[0].field, 'provider');
  assert.equal((await listed('?limit=100')).length, count);
});

test('providers that can be used now', async () => {
  const { items } = ok(await world.api('GET', '/api/v1/payments/providers'));
  assert.deepEqual(items, [{ provider: 'sandbox', available: true, retry_after_seconds: 0 }]);
});

test('the waiting room lets in no more than the provider can take orders of, and says why', async () => {
  const small = await World.open({ settings: { 'payment.sandbox_per_minute': 240 } });
  try {
    const wanted = await small.sale({ hall: { rows: 10, seats: 10 } });
    const ann = await small.user();
    const other = await small.sale();
    const way = await small.checkout(ann, other, other.guids.slice(0, 1));   /* a buyer uses the sandbox: its limit counts */
    assert.equal(ok(await small.confirm(ann, way.payment, 'sandbox-ok')).status, 'paid');
    const rules = { mode: 'fifo', admit_per_minute: 6000, active_limit: 1000, pass_seconds: 600 };
    const set = (paused) => small.api('PUT', `/api/v1/schedules/${wanted.id}/queue/settings`, { ...rules, paused }, { as: small.admin });
    ok(await set(true));
    const crowd = await small.crowd(120);
    const places = [];
    for (const one of crowd) places.push(ok(await small.api('POST', `/api/v1/schedules/${wanted.id}/queue`, undefined, { as: one }), 201));
    ok(await set(false));
    await small.advance(1000);
    const last = ok(await small.api('GET', `/api/v1/queue/${places.at(-1).place_token}`));
    assert.equal(last.state, 'waiting');
    assert.equal(last.eta_reason, 'payment');
    for (let i = 0; i < 5; i++) {                                      /* who does not poll is passed over */
      for (const { place_token } of places) ok(await small.api('GET', `/api/v1/queue/${place_token}`));
      await small.advance(3800);
    }
    const { serving } = ok(await small.api('GET', `/api/v1/schedules/${wanted.id}/queue/settings`, undefined, { as: small.admin }));
    assert.ok(serving >= 60 && serving <= 70, `120 orders a minute are 66 people in 20 seconds, not ${serving}`);
    const metrics = await small.server.metrics();
    assert.equal(metrics['takenseat_provider_headroom_per_minute{provider="sandbox"}'], 240);
    assert.equal(metrics['takenseat_provider_state{provider="sandbox"}'], 0);
    assert.ok(metrics['takenseat_provider_calls_total{provider="sandbox",outcome="answered"}'] >= 1);
  } finally {
    await small.close();
  }
});
