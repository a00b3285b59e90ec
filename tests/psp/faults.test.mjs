/* Each fault profile does what it says, with both companies. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import Stripe from 'stripe';
import { Endpoint, Psp, secret_key, webhook_secret } from '../lib/psp.mjs';
import { until } from '../lib/until.mjs';

const hold_ms = 500;
let psp, endpoint, stripe, next_order = 0;

before(async () => {
  endpoint = await Endpoint.open();
  psp = await Psp.start('--webhook-url-stripe', `${endpoint.url}/stripe`, '--webhook-url-toss', `${endpoint.url}/toss`,
    '--hold-ms', String(hold_ms), '--rate', '5');
  stripe = new Stripe(secret_key, { host: '127.0.0.1', port: psp.port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
});
after(async () => {
  await psp.stop();
  endpoint.close();
});
beforeEach(async () => {
  await psp.profile('none');
  await psp.settled();
  endpoint.take();
});

/* An order that the buyer has approved: `take` asks for the money, `show` for what is known, `back` gives money back. */
async function toss_order(amount) {
  const made = await psp.toss('POST', '/v1/payments', { method: 'CARD', amount, orderId: `fault-${++next_order}`, orderName: 'Seats',
    successUrl: 'http://127.0.0.1:1/ok', failUrl: 'http://127.0.0.1:1/fail' });
  assert.equal(made.status, 200, made.text);
  const { paymentKey, orderId, checkout } = made.json;
  await psp.buyer(checkout.url);
  const call = async (path, body) => {
    const answer = await psp.toss('POST', path, body);
    if (answer.status !== 200) throw Object.assign(new Error(answer.text), { statusCode: answer.status, headers: answer.headers });
    return answer.json;
  };
  return {
    ref: paymentKey, order: orderId,
    take: () => call('/v1/payments/confirm', { paymentKey, orderId, amount }),
    back: (cancelAmount) => call(`/v1/payments/${paymentKey}/cancel`, { cancelReason: 'test', cancelAmount }),
    show: async () => (await psp.toss('GET', `/v1/payments/${paymentKey}`)).json,
    events: () => endpoint.heard.filter(({ json }) => json.data?.paymentKey === paymentKey),
  };
}

async function stripe_order(amount) {
  const order = `fault-${++next_order}`;
  const { id } = await stripe.paymentIntents.create({ amount, currency: 'krw', capture_method: 'manual', payment_method: 'pm_card_visa', metadata: { order } });
  /* The library repeats by itself what a closed connection has lost: here that is to be seen. */
  const call = async (path, form = '') => {
    const answer = await psp.send('POST', `/v1/${path}`, form, { authorization: `Bearer ${secret_key}`, 'content-type': 'application/x-www-form-urlencoded' });
    if (answer.status !== 200) throw Object.assign(new Error(answer.text), { statusCode: answer.status });
    return answer.json;
  };
  const about = (object) => object.id === id || object.payment_intent === id;
  return {
    ref: id, order,
    take: () => call(`payment_intents/${id}/confirm`).then(() => call(`payment_intents/${id}/capture`)),
    back: (sum) => call('refunds', `payment_intent=${id}&amount=${sum}`),
    show: () => stripe.paymentIntents.retrieve(id),
    events: () => endpoint.heard.filter(({ json }) => json.object === 'event' && about(json.data.object)),
  };
}

const companies = { toss: toss_order, stripe: stripe_order };
const entries = async (order, kind) => (await psp.ledger()).filter((entry) => entry.payment === order.ref && (!kind || entry.kind === kind));
const valid = ({ text, headers }, tolerance) => {
  try {
    return Boolean(stripe.webhooks.constructEvent(text, headers['stripe-signature'], webhook_secret, tolerance));
  } catch {
    return false;
  }
};

for (const [company, order_of] of Object.entries(companies)) {
  /* Of Stripe the first call that moves money is the confirmation, so the capture has to follow. */
  const taken = async (order) => {
    if (company === 'stripe' && (await order.show()).status === 'requires_capture') await stripe.paymentIntents.capture(order.ref);
    else if (!(await entries(order, 'charge')).length) await order.take();
    assert.deepEqual((await entries(order, 'charge')).map(({ status }) => status), ['captured']);
  };

  test(`${company}, none: a charge, its webhooks once, a refund`, async () => {
    const order = await order_of(1000);
    await order.take();
    await order.back(400);
    await psp.settled();
    assert.deepEqual((await entries(order)).map(({ kind, amount, currency, status, order: name }) => [kind, amount, currency, status, name]),
      [['charge', 1000, 'KRW', 'captured', order.order], ['refund', 400, 'KRW', 'done', order.order]]);
    const told = order.events().map(({ text }) => text);
    assert.equal(new Set(told).size, told.length);
    assert.equal(told.length, 3);
  });

  test(`${company}, timeout-before-charge: the connection closes, nothing was done, the next try succeeds`, async () => {
    await psp.profile('timeout-before-charge');
    const order = await order_of(1000), begun = Date.now();
    await assert.rejects(order.take());
    assert.ok(Date.now() - begun >= hold_ms);
    assert.deepEqual(await entries(order), []);
    await taken(order);
    await assert.rejects(order.back(100));
    assert.deepEqual(await entries(order, 'refund'), []);
    await order.back(100);
  });

  test(`${company}, timeout-after-charge: the connection closes, but it was done`, async () => {
    await psp.profile('timeout-after-charge');
    const order = await order_of(1000), begun = Date.now();
    await assert.rejects(order.take());
    assert.ok(Date.now() - begun >= hold_ms);
    assert.ok(['DONE', 'requires_capture'].includes((await order.show()).status));
    await taken(order);
    await assert.rejects(order.back(100));
    assert.deepEqual((await entries(order, 'refund')).map(({ amount, status }) => [amount, status]), [[100, 'done']]);
  });

  test(`${company}, error-after-success: 500, but it was done`, async () => {
    await psp.profile('error-after-success');
    const order = await order_of(1000);
    await assert.rejects(order.take(), { statusCode: 500 });
    assert.ok(['DONE', 'requires_capture'].includes((await order.show()).status));
    await taken(order);
  });

  test(`${company}, webhook-first: it is there before the answer`, async () => {
    await psp.profile('webhook-first');
    const order = await order_of(1000);
    await order.take();
    assert.ok(order.events().some(({ json }) => json.data.status === 'DONE' || json.type === 'payment_intent.succeeded'));
  });

  test(`${company}, webhook-repeated: the same 2 to 20 times`, async () => {
    await psp.profile('webhook-repeated');
    const order = await order_of(1000);
    await order.take();
    await psp.settled();
    const times = new Map();
    for (const { text } of order.events()) times.set(text, (times.get(text) ?? 0) + 1);
    assert.equal(times.size, 2);
    for (const n of times.values()) assert.ok(n >= 2 && n <= 20, String(n));
  });

  test(`${company}, webhook-late: only when three days are over`, async () => {
    await psp.profile('webhook-late');
    const order = await order_of(1000);
    await order.take();
    await new Promise((later) => setTimeout(later, 300));
    assert.equal(order.events().length, 0);
    await psp.control('POST', 'clock', { advance_ms: 3 * 86400_000 });
    await until('they come', () => order.events().length === 2);
    if (company === 'stripe') assert.ok(order.events().every((event) => valid(event, 4 * 86400)));
  });

  test(`${company}, webhook-reordered: the first comes after the second`, async () => {
    await psp.profile('webhook-reordered');
    const order = await order_of(1000);
    await order.take();
    await until('both come', () => order.events().length === 2);
    assert.deepEqual(order.events().map(({ json }) => json.type ?? json.data.status), company === 'toss' ? ['DONE', 'IN_PROGRESS']
      : ['payment_intent.succeeded', 'payment_intent.amount_capturable_updated']);
  });

  test(`${company}, wrong-amount and wrong-currency: taken, told and in the ledger`, async () => {
    await psp.profile('wrong-amount');
    const order = await order_of(1000), answer = await order.take();
    const [{ amount, asked }] = await entries(order);
    assert.ok(amount > 1000 && asked === 1000);
    assert.equal(answer.totalAmount ?? answer.amount_received, amount);
    await psp.profile('wrong-currency');
    const other = await order_of(1000), told = await other.take();
    assert.equal(told.currency.toUpperCase(), 'USD');
    assert.equal((await entries(other))[0].currency, 'USD');
  });

  test(`${company}, bad-signature: beside each true webhook one that is not`, async () => {
    await psp.profile('bad-signature');
    const order = await order_of(1000);
    await order.take();
    await psp.settled();
    if (company === 'stripe') {
      assert.deepEqual(order.events().map((event) => valid(event)).sort(), [false, false, true, true]);
    } else {
      const lies = endpoint.heard.filter(({ json }) => json.data.orderId === order.order && (json.data.totalAmount === 2000));
      assert.equal(lies.length, 2);
      assert.equal((await order.show()).totalAmount, 1000);
    }
    assert.ok((await psp.control('GET', 'stats')).forged_taken > 0);
  });

  test(`${company}, replayed: much later once more, with the old time too`, async () => {
    await psp.profile('replayed');
    const order = await order_of(1000);
    await order.take();
    await until('at once', () => order.events().length === 2);
    await psp.control('POST', 'clock', { advance_ms: 3 * 86400_000 });
    const all = company === 'stripe' ? 6 : 4;
    await until('again', () => order.events().length === all);
    assert.equal(new Set(order.events().map(({ text }) => text)).size, 2);
    if (company === 'stripe') assert.ok(new Set(order.events().map(({ headers }) => headers['stripe-signature'])).size >= 4);
  });

  test(`${company}, refund-fails: pending, then failed; the second one works`, async () => {
    await psp.profile('refund-fails');
    const order = await order_of(1000);
    await order.take();
    const first = await order.back(1000);
    assert.equal(first.status === 'CANCELED' ? first.cancels[0].cancelStatus : first.status, company === 'toss' ? 'IN_PROGRESS' : 'pending');
    await assert.rejects(order.back(1));
    await psp.settled();
    assert.deepEqual((await entries(order, 'refund')).map(({ status }) => status), ['failed']);
    const word = company === 'toss' ? 'CANCEL_STATUS_CHANGED' : 'refund.failed';
    assert.ok(order.events().some(({ json }) => (json.type ?? json.eventType) === word));
    await order.back(1000);
    assert.deepEqual((await entries(order, 'refund')).map(({ status }) => status), ['failed', 'done']);
  });

  test(`${company}, throttle, slow, down`, async () => {
    const order = await order_of(1000);
    await psp.profile('throttle');
    const crowd = 100, asked = Date.now();
    const answers = await Promise.allSettled(Array.from({ length: crowd }, () => company === 'stripe' ? order.show()
      : psp.toss('GET', `/v1/payments/${order.ref}`).then((answer) => answer.status === 429 && assert.ok(answer.headers.get('retry-after')) === undefined
        ? Promise.reject(new Error('429')) : answer)));
    const refused = answers.filter(({ status }) => status === 'rejected').length;
    const most = 5 + Math.ceil(5 * (Date.now() - asked) / 1000);
    assert.ok(refused > 0 && refused < crowd && crowd - refused <= most, `${crowd - refused} of ${crowd} got through, at most ${most} may`);
    await psp.profile('slow');
    const begun = Date.now();
    await order.show();
    assert.ok(Date.now() - begun >= hold_ms);
    await psp.profile('down');
    await assert.rejects(order.show());
  });
}

test('a fault on every third order only', async () => {
  await psp.profile('wrong-amount', 3);
  const wrong = [];
  for (let i = 0; i < 9; i++) {
    const order = await stripe_order(1000);
    await order.take();
    wrong.push((await entries(order))[0].amount !== 1000);
  }
  assert.equal(wrong.filter(Boolean).length, 3);
});

test('a webhook that is refused comes again', async () => {
  let refusals = 2;
  const strict = await Endpoint.open(() => (refusals-- > 0 ? 503 : 200));
  try {
    await psp.control('POST', 'webhooks', { stripe: strict.url });
    const order = await stripe_order(1000);
    await stripe.paymentIntents.confirm(order.ref);
    await until('the third is taken', () => strict.heard.length === 3);
    const pauses = strict.heard.slice(1).map(({ at }, i) => at - strict.heard[i].at);
    assert.ok(pauses[0] >= 200 && pauses[1] > pauses[0], String(pauses));
    await psp.control('POST', 'webhooks', { stripe: 'http://127.0.0.1:9/' });
    await stripe.paymentIntents.cancel(order.ref);
    await until('nobody listens', async () => (await psp.control('GET', 'stats')).webhooks_refused >= 3);
    assert.equal((await psp.control('GET', 'stats')).webhooks_waiting, 1);
  } finally {
    await psp.control('POST', 'webhooks', { stripe: `${endpoint.url}/stripe` });
    strict.close();
  }
});
