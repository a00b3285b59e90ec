/* Toss's books, as its simulator keeps them, compared with ours. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Psp, secret_key } from '../lib/psp.mjs';
import { ok } from '../lib/server.mjs';
import { World, hour, minute } from '../lib/world.mjs';

let psp, world, sale;

before(async () => {
  psp = await Psp.start();
  world = await World.open({ settings: { 'payment.providers': 'toss', 'payment.toss_url': psp.url, 'payment.toss_secret_key': secret_key } });
  sale = await world.sale();
});
after(async () => {
  await world.close();
  await psp.stop();
});

/* The simulator has the machine's time: the server's is brought to it. */
const catch_up = () => world.advance(Math.max(0, Date.now() - world.now) + minute);

async function compare() {
  await catch_up();
  const today = new Date(Date.now() + 9 * hour).toISOString().slice(0, 10);
  const [{ id }] = ok(await world.api('POST', '/api/v1/admin/reconciliations', { provider: 'toss', day: today }, { as: world.admin }), 202).items;
  await world.advance(minute);
  const found = ok(await world.api('GET', `/api/v1/admin/reconciliations/${id}?open=true`, undefined, { as: world.admin }));
  assert.equal(found.status, 'done');
  return found;
}

test('what was bought and given back is the same in both books; a charge of somebody else is found', async () => {
  const ann = await world.user();
  const hold = ok(await world.hold(ann, sale, sale.guids.slice(0, 2)), 201);
  const booking = ok(await world.book(ann, hold), 201);
  const payment = ok(await world.api('POST', '/api/v1/payments', { booking_id: booking.id, provider: 'toss' }, { as: ann }), 201);
  const to = new URL((await psp.buyer(payment.client.redirect_url)).headers.get('location'));
  const { amount } = payment.amount;
  const paid = ok(await world.api('POST', `/api/v1/payments/${payment.id}/confirm`, { payment_key: to.searchParams.get('paymentKey'), amount }, { as: ann }));
  assert.equal(paid.status, 'paid');
  ok(await world.api('POST', `/api/v1/payments/${payment.id}/refunds`, { reason: 'a part', amount: { amount: 1000, currency: 'KRW' } },
    { as: world.admin }), 201);
  const equal = await compare();
  assert.deepEqual(equal.items, []);
  assert.deepEqual(equal.sums, [{ currency: 'KRW', charged_there: amount, charged_here: amount, refunded_there: 1000, refunded_here: 1000 }]);

  const foreign = ok(await psp.toss('POST', '/v1/payments', { method: 'CARD', amount: 7000, orderId: 'order-of-nobody', orderName: 'What?',
    successUrl: 'http://127.0.0.1:1/ok', failUrl: 'http://127.0.0.1:1/fail' }));
  await psp.buyer(foreign.checkout.url);
  ok(await psp.toss('POST', '/v1/payments/confirm', { paymentKey: foreign.paymentKey, orderId: foreign.orderId, amount: 7000 }));
  const [found, ...more] = (await compare()).items;
  assert.deepEqual(more, []);
  assert.equal(found.kind, 'charge_unknown');
  assert.deepEqual([found.payment_id, found.here, found.there], [null, null, { amount: 7000, currency: 'KRW' }]);
  const cases = ok(await world.api('GET', '/api/v1/admin/payment-cases?kind=charge_unknown', undefined, { as: world.admin })).items;
  assert.equal(cases.length, 1);
  assert.ok(cases[0].told.startsWith('7000 KRW'));

  ok(await world.api('POST', `/api/v1/admin/payment-cases/${cases[0].id}/resolve`, { action: 'ignore', note: 'Given back there' }, { as: world.admin }));
  assert.deepEqual((await compare()).items, []);
});
