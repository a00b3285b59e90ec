/* Stripe's own library for Node drives the simulator: what it accepts is what Stripe's shapes are. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Stripe from 'stripe';
import { Endpoint, Psp, secret_key, webhook_secret } from '../lib/psp.mjs';
import { until } from '../lib/until.mjs';

let psp, endpoint, stripe;

const library = (key) => new Stripe(key, { host: '127.0.0.1', port: psp.port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });

before(async () => {
  endpoint = await Endpoint.open();
  psp = await Psp.start('--webhook-url-stripe', `${endpoint.url}/stripe`);
  stripe = library(secret_key);
});
after(async () => {
  await psp.stop();
  endpoint.close();
});

const paid = async (amount = 50000, more = {}) =>
  stripe.paymentIntents.create({ amount, currency: 'krw', payment_method: 'pm_card_visa', confirm: true, metadata: { order: `B${amount}` }, ...more });

const session_of = (amount, more = {}) => stripe.checkout.sessions.create({
  mode: 'payment',
  line_items: [{ quantity: 2, price_data: { currency: 'krw', unit_amount: amount, product_data: { name: 'Two seats' } } }],
  payment_intent_data: { capture_method: 'manual', metadata: { order: 'order-7' } },
  metadata: { booking: 'b-7' },
  client_reference_id: 'b-7',
  success_url: 'http://127.0.0.1:1/ok?session={CHECKOUT_SESSION_ID}',
  cancel_url: 'http://127.0.0.1:1/back',
  ...more,
});

const heard_of = (type, id) => until(`${type} of ${id}`, () => endpoint.heard.find((event) =>
  event.json.type === type && (event.json.data.object.id === id || event.json.data.object.payment_intent === id)));

test('an intent is made, confirmed, captured and found again', async () => {
  const made = await stripe.paymentIntents.create({ amount: 70000, currency: 'krw', capture_method: 'manual', metadata: { order: 'A1' } });
  assert.equal(made.object, 'payment_intent');
  assert.equal(made.status, 'requires_payment_method');
  assert.equal(made.currency, 'krw');
  assert.equal(made.metadata.order, 'A1');
  const confirmed = await stripe.paymentIntents.confirm(made.id, { payment_method: 'pm_card_visa' });
  assert.deepEqual([confirmed.status, confirmed.amount_capturable, confirmed.amount_received], ['requires_capture', 70000, 0]);
  await heard_of('payment_intent.amount_capturable_updated', made.id);
  const captured = await stripe.paymentIntents.capture(made.id);
  assert.deepEqual([captured.status, captured.amount_capturable, captured.amount_received], ['succeeded', 0, 70000]);
  const found = await stripe.paymentIntents.retrieve(made.id, { expand: ['latest_charge'] });
  assert.deepEqual([found.latest_charge.object, found.latest_charge.amount_captured, found.latest_charge.captured], ['charge', 70000, true]);
  assert.equal((await stripe.charges.retrieve(found.latest_charge.id)).payment_intent, made.id);
  await heard_of('payment_intent.succeeded', made.id);
});

test('less is captured than was set aside; more is refused; a second time too', async () => {
  const intent = await paid(9000, { capture_method: 'manual' });
  await assert.rejects(stripe.paymentIntents.capture(intent.id, { amount_to_capture: 9001 }), { code: 'amount_too_large', statusCode: 400 });
  assert.equal((await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 4000 })).amount_received, 4000);
  await assert.rejects(stripe.paymentIntents.capture(intent.id), { code: 'payment_intent_unexpected_state' });
});

test('what was set aside is let go', async () => {
  const intent = await paid(8000, { capture_method: 'manual' });
  assert.equal((await stripe.paymentIntents.cancel(intent.id, { cancellation_reason: 'requested_by_customer' })).status, 'canceled');
  await heard_of('payment_intent.canceled', intent.id);
  await assert.rejects(stripe.paymentIntents.capture(intent.id), { code: 'payment_intent_unexpected_state' });
});

test('a session leads the buyer to a page and becomes an intent there', async () => {
  const session = await session_of(30000);
  assert.deepEqual([session.status, session.payment_status, session.payment_intent, session.amount_total], ['open', 'unpaid', null, 60000]);
  assert.match((await psp.send('GET', session.url)).text, /60000 KRW/);
  const back = await psp.buyer(session.url);
  assert.equal(back.status, 303);
  assert.equal(back.headers.get('location'), `http://127.0.0.1:1/ok?session=${session.id}`);
  const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
  assert.deepEqual([done.status, done.payment_status, done.payment_intent.status], ['complete', 'unpaid', 'requires_capture']);
  assert.equal(done.payment_intent.metadata.order, 'order-7');
  assert.equal(done.metadata.booking, 'b-7');
  await heard_of('checkout.session.completed', done.payment_intent.id);
  await stripe.paymentIntents.capture(done.payment_intent.id);
  assert.equal((await stripe.checkout.sessions.retrieve(session.id)).payment_status, 'paid');
  assert.equal((await psp.buyer(session.url)).status, 410);
});

test('a session is left, declined or expired', async () => {
  const left = await session_of(1000), refused = await session_of(1000), expired = await session_of(1000);
  assert.equal((await psp.buyer(left.url, 'decline')).headers.get('location'), 'http://127.0.0.1:1/back');
  assert.equal((await stripe.checkout.sessions.retrieve(left.id)).status, 'open');
  assert.equal((await psp.buyer(refused.url, 'refuse')).status, 402);
  assert.equal((await psp.buyer(refused.url, 'approve')).status, 303);
  assert.equal((await stripe.checkout.sessions.expire(expired.id)).status, 'expired');
  assert.equal((await psp.buyer(expired.url)).status, 410);
});

test('refunds: partial, several, the rest, too much', async () => {
  const intent = await paid(10000);
  const first = await stripe.refunds.create({ payment_intent: intent.id, amount: 3000, metadata: { refund: 'r1' } });
  assert.deepEqual([first.object, first.status, first.amount, first.payment_intent, first.metadata.refund], ['refund', 'succeeded', 3000, intent.id, 'r1']);
  await stripe.refunds.create({ payment_intent: intent.id, amount: 2000 });
  await assert.rejects(stripe.refunds.create({ payment_intent: intent.id, amount: 5001 }), { type: 'StripeInvalidRequestError', param: 'amount' });
  assert.equal((await stripe.refunds.create({ payment_intent: intent.id })).amount, 5000);
  await assert.rejects(stripe.refunds.create({ payment_intent: intent.id }), { code: 'charge_already_refunded' });
  const { latest_charge: charge } = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] });
  assert.deepEqual([charge.refunded, charge.amount_refunded], [true, 10000]);
  assert.equal((await stripe.refunds.retrieve(first.id)).id, first.id);
  await heard_of('charge.refunded', intent.id);
});

test('lists are paged by the library itself', async () => {
  const intent = await paid(100000), made = [];
  for (let i = 1; i <= 25; i++) made.push((await stripe.refunds.create({ payment_intent: intent.id, amount: i })).id);
  const found = [];
  for await (const refund of stripe.refunds.list({ payment_intent: intent.id, limit: 4 })) found.push(refund.id);
  assert.deepEqual(found, made.reverse());
  const since = await stripe.paymentIntents.list({ created: { gte: intent.created }, limit: 100 });
  assert.ok(since.data.some(({ id }) => id === intent.id));
  assert.equal((await stripe.paymentIntents.list({ created: { gte: intent.created + 3600 } })).data.length, 0);
});

test('errors are those of the library', async () => {
  await assert.rejects(paid(5000, { payment_method: 'pm_card_chargeDeclined' }), (error) => {
    assert.ok(error instanceof Stripe.errors.StripeCardError);
    assert.deepEqual([error.statusCode, error.code, error.decline_code, error.payment_intent.status],
      [402, 'card_declined', 'generic_decline', 'requires_payment_method']);
    return true;
  });
  await assert.rejects(library('sk_test_wrong').paymentIntents.list(), Stripe.errors.StripeAuthenticationError);
  await assert.rejects(stripe.paymentIntents.retrieve('pi_nobody'), { code: 'resource_missing', statusCode: 404 });
  await assert.rejects(stripe.paymentIntents.create({ amount: 1, currency: 'krw', colour: 'red' }), { code: 'parameter_unknown', param: 'colour' });
  await assert.rejects(stripe.paymentIntents.create({ amount: -1, currency: 'krw' }), { code: 'parameter_invalid_integer', param: 'amount' });
});

test('an idempotency key gives the first answer again', async () => {
  const options = { idempotencyKey: `key-${Math.random()}` }, wish = { amount: 4321, currency: 'krw', payment_method: 'pm_card_visa', confirm: true };
  const first = await stripe.paymentIntents.create(wish, options), again = await stripe.paymentIntents.create(wish, options);
  assert.equal(again.id, first.id);
  assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
  assert.equal(first.lastResponse.headers['idempotent-replayed'], undefined);
  assert.equal((await psp.ledger()).filter(({ amount }) => amount === 4321).length, 1);
  await assert.rejects(stripe.paymentIntents.create({ ...wish, amount: 4322 }, options), { type: 'StripeIdempotencyError' });
});

test('the library believes the signature, and no changed body, other secret or old time', async () => {
  const intent = await paid(6000);
  const { text, headers } = await heard_of('payment_intent.succeeded', intent.id);
  const signature = headers['stripe-signature'];
  const event = stripe.webhooks.constructEvent(text, signature, webhook_secret);
  assert.equal(event.data.object.id, intent.id);
  assert.throws(() => stripe.webhooks.constructEvent(text.replace('6000', '6001'), signature, webhook_secret), Stripe.errors.StripeSignatureVerificationError);
  assert.throws(() => stripe.webhooks.constructEvent(text, signature, 'whsec_other'), Stripe.errors.StripeSignatureVerificationError);
  assert.throws(() => stripe.webhooks.constructEvent(text, signature, webhook_secret, 300, undefined, Date.now() + 301_000 + 10_000),
    Stripe.errors.StripeSignatureVerificationError);
});

test('another merchant sees nothing of it', async () => {
  const other = await Psp.start('--secret-key', 'sk_test_two');
  try {
    const two = new Stripe('sk_test_two', { host: '127.0.0.1', port: other.port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
    const one = new Stripe(secret_key, { host: '127.0.0.1', port: other.port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
    const intent = await one.paymentIntents.create({ amount: 100, currency: 'krw' });
    await assert.rejects(two.paymentIntents.retrieve(intent.id), { code: 'resource_missing' });
    assert.equal((await two.paymentIntents.list()).data.length, 0);
    assert.equal((await one.paymentIntents.list()).data.length, 1);
  } finally {
    await other.stop();
  }
});
