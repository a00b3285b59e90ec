/* Keys of organizers, webhooks that must be signed with them, and money that comes and goes by transfer: against the simulated companies. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Psp, secret_key, webhook_secret } from '../lib/psp.mjs';
import { ok, refused } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';
import { World, minute } from '../lib/world.mjs';

const api = '/api/v1', own_key = 'sk_test_of_the_organizer', own_webhook = 'whsec_of_the_organizer';
let psp, world, producer, own, common;

before(async () => {
  psp = await Psp.start('--secret-key', own_key);
  world = await World.open({ settings: {
    'payment.providers': 'toss,stripe', 'payment.public_url': 'https://tickets.example.com',
    'payment.toss_url': psp.url, 'payment.toss_secret_key': secret_key,
    'payment.stripe_url': psp.url, 'payment.stripe_secret_key': secret_key, 'payment.stripe_webhook_secret': webhook_secret,
  } });
  const to = `http://127.0.0.1:${world.server.port}${api}/payments/webhooks`;
  await psp.control('POST', 'webhooks', { toss: `${to}/toss` });     /* Stripe's are sent by the tests */
  producer = await world.user(['PRODUCER']);
  own = await world.sale({ as: producer, hall: { rows: 10, seats: 20 } });
  common = await world.sale({ hall: { rows: 10, seats: 20 } });
});
after(async () => {
  await world.close();
  await psp.stop();
});

let next_seat = 0;
async function begin(sale, provider, more = {}) {
  const as = await world.user();
  const hold = ok(await world.hold(as, sale, [sale.guids[next_seat++]]), 201);
  const booking = ok(await world.book(as, hold), 201);
  return { as, booking, payment: ok(await world.api('POST', `${api}/payments`, { booking_id: booking.id, provider, ...more }, { as }), 201) };
}
async function approve({ payment }) {
  const back = await psp.buyer(payment.client.redirect_url);
  assert.equal(back.status, 303);
  const at = new URL(back.headers.get('location'));
  assert.equal(`${at.origin}${at.pathname}`, 'https://tickets.example.com/pay/return');
  assert.equal(at.searchParams.get('payment'), payment.id);
  return at.searchParams.get('paymentKey') ?? at.searchParams.get('session_id');
}
const show = async ({ as, payment }) => ok(await world.api('GET', `${api}/payments/${payment.id}`, undefined, { as }));
/* Until it is answered: a webhook may be confirming it already. */
async function confirm(way) {
  const key = await approve(way);
  return until('the confirmation is answered', async () => {
    const answer = await world.confirm(way.as, way.payment, key);
    return answer.json.code === 'in_progress' ? undefined : ok(answer);
  });
}
const pay = async (way) => assert.equal((await confirm(way)).status, 'paid');
const refund = (way, amount) => world.api('POST', `${api}/payments/${way.payment.id}/refunds`, { amount: { amount, currency: 'KRW' }, reason: 'asked for' },
  { as: world.admin });
const accounts = (method, provider, body, as = producer) => world.api(method, `${api}/payment-accounts/${provider}`, body, { as });
/* Whose money it became, by the company's ledger. */
const merchant_of = async ({ payment }) => (await psp.ledger()).find((line) => line.order === payment.id)?.merchant;

test('without own keys the platform takes the money; with them the organizer does, for new payments', async () => {
  refused(await accounts('GET', 'stripe'), 404, 'not_found');
  const before = await begin(own, 'stripe');
  const set = ok(await accounts('PUT', 'stripe', { secret_key: own_key, webhook_secret: own_webhook }));
  assert.equal(set.secret_key, `...${own_key.slice(-4)}`);
  assert.equal(set.webhook_secret, `...${own_webhook.slice(-4)}`);
  assert.equal(set.webhook_url, 'https://tickets.example.com/api/v1/payments/webhooks/stripe');
  assert.deepEqual(ok(await accounts('GET', 'stripe')), set);

  const mine = await begin(own, 'stripe'), theirs = await begin(common, 'stripe');
  for (const way of [before, mine, theirs]) await pay(way);
  const [a, b, c] = [await merchant_of(before), await merchant_of(mine), await merchant_of(theirs)];
  assert.ok(a !== undefined && a === c && a !== b, `${a} ${b} ${c}`);
});

test('a payment keeps the keys it was made with, also when they are replaced or closed', async () => {
  ok(await accounts('PUT', 'toss', { secret_key: own_key, merchant: 'takenseat-psp' }));
  const way = await begin(own, 'toss');
  ok(await accounts('PUT', 'toss', { secret_key: 'test_sk_of_nobody' }));
  await pay(way);
  ok(await accounts('DELETE', 'toss'), 204);
  refused(await accounts('GET', 'toss'), 404, 'not_found');
  assert.equal(ok(await refund(way, 1000), 201).status, 'done');
  const after = await begin(own, 'toss');
  await pay(after);
  assert.notEqual(await merchant_of(after), await merchant_of(way));
});

test('another merchant is not believed', async () => {
  ok(await accounts('PUT', 'toss', { secret_key: own_key, merchant: 'somebody-else' }));
  const as = await world.user();
  const booking = ok(await world.book(as, ok(await world.hold(as, own, [own.guids[next_seat++]]), 201)), 201);
  refused(await world.api('POST', `${api}/payments`, { booking_id: booking.id, provider: 'toss' }, { as }), 503, 'provider_unavailable');
  ok(await accounts('DELETE', 'toss'), 204);
});

test('what is no secret key, or somebody else\'s, is refused and changes nothing', async () => {
  const earlier = ok(await accounts('GET', 'stripe'));
  for (const bad of [{ secret_key: 'pk_test_public' }, { secret_key: 'live_ck_public' }, { secret_key: 'with blank' }, { secret_key: 'short' }, {},
    { secret_key: own_key, unknown: 1 }])
    refused(await accounts('PUT', 'stripe', bad), 400, 'invalid');
  refused(await accounts('PUT', 'sandbox', { secret_key: own_key }), 400, 'invalid');
  const rival = await world.user(['PRODUCER']);
  refused(await world.api('GET', `${api}/payment-accounts/stripe?organizer_id=${producer.id}`, undefined, { as: rival }), 404, 'not_found');
  const for_them = ok(await world.api('GET', `${api}/payment-accounts/stripe?organizer_id=${producer.id}`, undefined, { as: world.admin }));
  assert.deepEqual(for_them, earlier);
});

/* ---- webhooks ---- */

const event = (payment, type, object) => JSON.stringify({ id: `evt_${Math.random().toString(36).slice(2)}`, object: 'event', type,
  data: { object: { metadata: { order: payment.id }, ...object } } });
async function tell(body, secret, shift = 0) {
  const t = Math.floor(Date.parse(world.time()) / 1000) + shift;
  const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
  return world.server.send('POST', `${api}/payments/webhooks/stripe`, Buffer.from(body), { 'stripe-signature': `t=${t},v1=${v1}`, 'content-type': 'application/json' });
}

test('a buyer who approved and went away is confirmed by a webhook, signed with the right keys only', async () => {
  const mine = await begin(own, 'stripe'), theirs = await begin(common, 'stripe');
  for (const way of [mine, theirs]) await approve(way);
  const body = event(mine.payment, 'checkout.session.completed', { object: 'checkout.session' });
  for (const [secret, shift] of [[webhook_secret, 0], ['whsec_of_nobody', 0], [own_webhook, -301], [own_webhook, 301]])
    assert.equal((await tell(body, secret, shift)).status, 401);
  const unsigned = await world.server.send('POST', `${api}/payments/webhooks/stripe`, Buffer.from(body), { 'content-type': 'application/json' });
  assert.equal(unsigned.status, 401);
  assert.equal((await show(mine)).status, 'ready');

  assert.equal((await tell(body, own_webhook)).status, 200);
  assert.equal((await show(mine)).status, 'paid');
  const totals = await psp.ledger();
  assert.equal((await tell(body, own_webhook)).status, 200);         /* repeated: no effect */
  assert.deepEqual(await psp.ledger(), totals);
  assert.equal((await tell(event(theirs.payment, 'checkout.session.completed', {}), webhook_secret)).status, 200);
  assert.equal((await show(theirs)).status, 'paid');
});

test('a webhook secret is changed without a gap', async () => {
  const told = (way, secret) => tell(event(way.payment, 'checkout.session.completed', {}), secret);
  const before = await begin(own, 'stripe');
  await approve(before);
  const set = ok(await accounts('PUT', 'stripe', { secret_key: own_key, webhook_secret: 'whsec_of_the_new_time' }));
  assert.equal(set.webhook_secret_old, `...${own_webhook.slice(-4)}`);
  assert.equal((await told(before, own_webhook)).status, 200);
  assert.equal((await show(before)).status, 'paid');
  const later = await begin(own, 'stripe');
  await approve(later);
  assert.equal((await told(later, 'whsec_of_the_new_time')).status, 200);
  assert.equal((await show(later)).status, 'paid');
  ok(await accounts('PUT', 'stripe', { secret_key: own_key, webhook_secret_old: '' }));
  assert.equal((await told(later, own_webhook)).status, 401);
});

test("Toss's webhooks are only a reason to ask", async () => {
  const way = await begin(common, 'toss');
  const lie = { eventType: 'PAYMENT_STATUS_CHANGED', createdAt: '2026-01-01T00:00:00.000', data: { paymentKey: 'x', orderId: way.payment.id, status: 'DONE',
    totalAmount: way.payment.amount.amount, currency: 'KRW' } };
  const send = (body) => world.server.send('POST', `${api}/payments/webhooks/toss`, Buffer.from(JSON.stringify(body)), { 'content-type': 'application/json' });
  assert.equal((await send(lie)).status, 202);
  assert.equal((await show(way)).status, 'ready');
  assert.equal((await send({ createdAt: 'x', secret: 'guessed', orderId: way.payment.id, status: 'DONE', transactionKey: 'y' })).status, 401);
  assert.equal((await send({ nothing: 1 })).status, 401);
  await approve(way);
  await psp.settled();
  await until('the webhook confirms it', async () => (await show(way)).status === 'paid');
});

/* ---- called off ---- */

test('what was called off at the provider gives way to a new payment, which is paid', async () => {
  const way = await begin(common, 'toss');
  const again = () => world.api('POST', `${api}/payments`, { booking_id: way.booking.id, provider: 'toss' }, { as: way.as });
  assert.deepEqual(ok(await again(), 201), way.payment);             /* still open: the same one */
  assert.equal((await psp.buyer(way.payment.client.redirect_url, 'decline')).status, 303);

  const second = { ...way, payment: ok(await again(), 201) };
  assert.notEqual(second.payment.id, way.payment.id);
  assert.notEqual(second.payment.client.redirect_url, way.payment.client.redirect_url);
  const { status, reason } = await show(way);
  assert.deepEqual({ status, reason }, { status: 'cancelled', reason: 'superseded' });
  assert.equal(ok(await again(), 201).id, second.payment.id);
  await pay(second);
  const charged = (await psp.ledger()).filter((line) => line.kind === 'charge' && [way.payment.id, second.payment.id].includes(line.order));
  assert.deepEqual(charged.map((line) => line.order), [second.payment.id]);
});

/* ---- transfers ---- */

test('a transfer: where to, what came, and back to the account that the buyer names', async () => {
  const way = await begin(common, 'toss', { method: 'virtual_account' });
  const path = `${api}/payments/${way.payment.id}`;
  assert.equal((await confirm(way)).status, 'pending');
  const deposit = ok(await world.api('GET', `${path}/deposit`, undefined, { as: way.as }));
  assert.match(deposit.account_number, /^X\d+$/);
  assert.ok(Date.parse(deposit.until) > Date.parse(world.time()));
  refused(await world.api('GET', `${path}/deposit`, undefined, { as: await world.user() }), 404, 'not_found');

  await psp.control('POST', 'deposit', { orderId: way.payment.id });
  await until('the deposit is known', async () => (await show(way)).status === 'paid');
  const needed = async () => (await show(way)).refund_account_needed ?? false;
  assert.equal(await needed(), false);
  const back = ok(await refund(way, 3000), 201);
  assert.equal(back.status, 'pending');
  assert.equal(await needed(), true);
  const account = { bank: '88', account_number: '11012345678', holder: '홍길동' };
  for (const bad of [{ ...account, account_number: '110-123' }, { ...account, bank: '' }, { ...account, holder: ' ' }])
    refused(await world.api('POST', `${path}/refund-account`, bad, { as: way.as }), 400, 'invalid');
  refused(await world.api('POST', `${path}/refund-account`, account, { as: await world.user() }), 404, 'not_found');
  assert.deepEqual(ok(await world.api('POST', `${path}/refund-account`, account, { as: way.as })),
    { bank: '88', account_number: '*******5678', holder: '홍**' });
  assert.equal(await needed(), false);
  await world.advance(minute);
  const [shown] = ok(await world.api('GET', `${path}/refunds`, undefined, { as: way.as })).items;
  assert.equal(shown.status, 'done');

  const card = await begin(common, 'toss');
  refused(await world.api('POST', `${api}/payments/${card.payment.id}/refund-account`, account, { as: way.as }), 404, 'not_found');
});

test('an account for refunds is asked for only where money goes back by transfer', async () => {
  const way = await begin(common, 'stripe');
  refused(await world.api('POST', `${api}/payments/${way.payment.id}/refund-account`, { bank: '88', account_number: '11012345678', holder: 'Hong' },
    { as: way.as }), 409, 'not_by_transfer');
});

test('no secret is in the log, the audit log or the database', async () => {
  const trail = JSON.stringify(ok(await world.api('GET', `${api}/audit-log?limit=100`, undefined, { as: world.admin })));
  const folder = world.server.data;
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name)).catch(() => Buffer.alloc(0))));
  for (const secret of [own_key, own_webhook, 'whsec_of_the_new_time', 'test_sk_of_nobody', secret_key, '11012345678', '홍길동']) {
    assert.ok(!trail.includes(secret), `${secret} in the audit log`);
    for (const bytes of files) assert.ok(!bytes.includes(secret), `${secret} in a file`);
  }
});
