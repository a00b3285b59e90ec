/* Toss's shapes: what is listed of them in the vendor's documentation is there, and money moves as it does there. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Endpoint, Psp } from '../lib/psp.mjs';
import { until } from '../lib/until.mjs';

const hold_ms = 3000;
let psp, endpoint, next_order = 0;

before(async () => {
  endpoint = await Endpoint.open();
  psp = await Psp.start('--webhook-url-toss', `${endpoint.url}/toss`, '--hold-ms', String(hold_ms));
});
after(async () => {
  await psp.stop();
  endpoint.close();
});

const members = ['mId', 'version', 'paymentKey', 'type', 'orderId', 'orderName', 'method', 'status', 'totalAmount', 'balanceAmount', 'suppliedAmount',
  'vat', 'taxFreeAmount', 'currency', 'requestedAt', 'approvedAt', 'lastTransactionKey', 'isPartialCancelable', 'cultureExpense', 'card', 'virtualAccount',
  'transfer', 'mobilePhone', 'easyPay', 'receipt', 'cashReceipt', 'secret', 'failure', 'cancels', 'checkout'];

function ok(answer, status = 200) {
  assert.equal(answer.status, status, answer.text);
  return answer.json;
}

function refused(answer, status, code) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.code, code);
  assert.deepEqual(Object.keys(answer.json).sort(), ['code', 'message']);
}

const wish = (amount, more) => ({ method: 'CARD', amount, orderId: `order-${++next_order}`, orderName: 'Two seats',
  successUrl: 'http://127.0.0.1:1/ok?a=b', failUrl: 'http://127.0.0.1:1/fail', ...more });
const make = async (amount, more) => ok(await psp.toss('POST', '/v1/payments', wish(amount, more)));
const confirm = (payment, more) => psp.toss('POST', '/v1/payments/confirm', { paymentKey: payment.paymentKey, orderId: payment.orderId,
  amount: payment.totalAmount, ...more });
const cancel = (payment, body, options) => psp.toss('POST', `/v1/payments/${payment.paymentKey}/cancel`, { cancelReason: 'no time', ...body }, options);
const toss_calls = async (of = psp) => (await of.control('GET', 'stats')).toss_calls;
const heard = (payment, status) => until(`a webhook says ${status}`, () => endpoint.heard.find(({ json }) =>
  json.data?.paymentKey === payment.paymentKey && json.data.status === status));

async function paid(amount, more) {
  const payment = await make(amount, more);
  await psp.buyer(payment.checkout.url);
  return ok(await confirm(payment));
}

test('a payment is made, approved on the page, confirmed, and found by both names', async () => {
  const made = await make(15000);
  assert.deepEqual(members.filter((name) => !(name in made)), []);
  assert.deepEqual([made.status, made.currency, made.balanceAmount, made.approvedAt], ['READY', 'KRW', 15000, null]);
  refused(await confirm(made), 404, 'NOT_FOUND_PAYMENT_SESSION');
  const to = new URL((await psp.buyer(made.checkout.url)).headers.get('location'));
  assert.deepEqual(Object.fromEntries(to.searchParams), { a: 'b', paymentType: 'NORMAL', orderId: made.orderId, paymentKey: made.paymentKey, amount: '15000' });
  await heard(made, 'IN_PROGRESS');
  refused(await confirm(made, { amount: 14999 }), 403, 'FORBIDDEN_REQUEST');
  const done = ok(await confirm(made));
  assert.deepEqual([done.status, done.totalAmount, done.suppliedAmount + done.vat], ['DONE', 15000, 15000]);
  assert.match(done.approvedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$/);
  assert.ok(Math.abs(Date.parse(done.approvedAt) - Date.now()) < 10000);
  refused(await confirm(made), 400, 'ALREADY_PROCESSED_PAYMENT');
  assert.deepEqual(ok(await psp.toss('GET', `/v1/payments/${made.paymentKey}`)), done);
  assert.deepEqual(ok(await psp.toss('GET', `/v1/payments/orders/${made.orderId}`)), done);
  const event = await heard(made, 'DONE');
  assert.equal(event.json.eventType, 'PAYMENT_STATUS_CHANGED');
  assert.match(event.json.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  assert.equal(event.headers['stripe-signature'], undefined);
});

test('cancels: partial, the rest, too much', async () => {
  const payment = await paid(10000);
  const partly = ok(await cancel(payment, { cancelAmount: 3000 }));
  assert.deepEqual([partly.status, partly.balanceAmount, partly.totalAmount], ['PARTIAL_CANCELED', 7000, 10000]);
  const [first] = partly.cancels;
  assert.deepEqual([first.cancelAmount, first.cancelReason, first.refundableAmount, first.cancelStatus], [3000, 'no time', 7000, 'DONE']);
  assert.equal(partly.lastTransactionKey, first.transactionKey);
  refused(await cancel(payment, { cancelAmount: 7001 }), 403, 'NOT_CANCELABLE_AMOUNT');
  const whole = ok(await cancel(payment));
  assert.deepEqual([whole.status, whole.balanceAmount, whole.cancels.length], ['CANCELED', 0, 2]);
  refused(await cancel(payment), 400, 'ALREADY_CANCELED_PAYMENT');
  await heard(payment, 'CANCELED');
});

test('an idempotency key gives the first result again, and 409 while that is under way', async () => {
  const payment = await paid(10000), idempotency = `key-${Math.random()}`;
  const first = ok(await cancel(payment, { cancelAmount: 1000 }, { idempotency })), again = ok(await cancel(payment, { cancelAmount: 1000 }, { idempotency }));
  assert.deepEqual(again, first);
  assert.equal(ok(await psp.toss('GET', `/v1/payments/${payment.paymentKey}`)).balanceAmount, 9000);
  refused(await cancel(payment, { cancelAmount: 1 }, { idempotency: 'k'.repeat(301) }), 400, 'INVALID_IDEMPOTENCY_KEY');

  await psp.profile('slow');
  const calls = await toss_calls();
  const slow = cancel(payment, { cancelAmount: 2000 }, { idempotency: `${idempotency}-2` });
  await until('it waits', async () => await toss_calls() > calls);
  await psp.profile('none');
  refused(await cancel(payment, { cancelAmount: 2000 }, { idempotency: `${idempotency}-2` }), 409, 'IDEMPOTENT_REQUEST_PROCESSING');
  assert.equal(ok(await slow).balanceAmount, 7000);
});

test('a virtual account waits for its deposit', async () => {
  const payment = await make(22000, { method: 'VIRTUAL_ACCOUNT', validHours: 24 });
  await psp.buyer(payment.checkout.url);
  const waiting = ok(await confirm(payment));
  assert.deepEqual([waiting.status, waiting.approvedAt], ['WAITING_FOR_DEPOSIT', null]);
  for (const name of ['accountType', 'accountNumber', 'bankCode', 'customerName', 'dueDate', 'refundStatus', 'expired',
    'settlementStatus', 'refundReceiveAccount'])
    assert.ok(name in waiting.virtualAccount, name);
  assert.equal((await psp.ledger()).find(({ ref }) => ref === payment.paymentKey), undefined);
  assert.equal((await psp.control('POST', 'deposit', { orderId: payment.orderId })).status, 'DONE');
  const told = await until('the deposit is told', () => endpoint.heard.find(({ json }) => json.orderId === payment.orderId && json.secret));
  assert.deepEqual(Object.keys(told.json).sort(), ['createdAt', 'orderId', 'secret', 'status', 'transactionKey']);
  assert.deepEqual([told.json.secret, told.json.status], [waiting.secret, 'DONE']);
  refused(await cancel(payment), 400, 'INVALID_REFUND_ACCOUNT_INFO');
  const account = { bank: '20', accountNumber: '1002003004', holderName: 'Ann' };
  assert.equal(ok(await cancel(payment, { refundReceiveAccount: account })).status, 'CANCELED');
});

test('the buyer declines, or the card company refuses', async () => {
  const left = await make(1000), bad = await make(1000);
  const to = new URL((await psp.buyer(left.checkout.url, 'decline')).headers.get('location'));
  assert.deepEqual([to.searchParams.get('code'), to.searchParams.get('orderId')], ['PAY_PROCESS_CANCELED', left.orderId]);
  await psp.buyer(bad.checkout.url, 'refuse');
  refused(await confirm(bad), 403, 'REJECT_CARD_COMPANY');
  const shown = ok(await psp.toss('GET', `/v1/payments/${bad.paymentKey}`));
  assert.deepEqual([shown.status, shown.failure.code], ['ABORTED', 'REJECT_CARD_COMPANY']);
});

test('wrong requests are refused by name', async () => {
  refused(await psp.toss('GET', '/v1/payments/psp_nobody'), 404, 'NOT_FOUND_PAYMENT');
  refused(await psp.toss('GET', '/v1/payments/psp_nobody', undefined, { key: 'sk_test_wrong' }), 401, 'UNAUTHORIZED_KEY');
  refused(await psp.toss('POST', '/v1/payments', wish(0)), 400, 'INVALID_REQUEST');
  refused(await psp.toss('POST', '/v1/payments', wish(10, { orderId: 'short' })), 400, 'INVALID_REQUEST');
  refused(await psp.toss('POST', '/v1/payments', wish(10, { colour: 'red' })), 400, 'INVALID_REQUEST');
  const payment = await make(500);
  refused(await psp.toss('POST', '/v1/payments', wish(500, { orderId: payment.orderId })), 400, 'DUPLICATED_ORDER_ID');
});

test('transactions: payments and cancels of a time, page by page', async () => {
  const local = (ms) => new Date(ms + 9 * 3600_000).toISOString().slice(0, 19);
  const payment = await paid(4000);
  ok(await cancel(payment, { cancelAmount: 1500 }));
  const within = `startDate=${local(Date.now() - 3600_000)}&endDate=${local(Date.now() + 3600_000)}`;
  const all = [];
  for (let after = ''; ; after = `&startingAfter=${all.at(-1).transactionKey}`) {
    const page = ok(await psp.toss('GET', `/v1/transactions?${within}&limit=3${after}`));
    all.push(...page);
    if (page.length < 3) break;
  }
  const own = all.filter(({ paymentKey }) => paymentKey === payment.paymentKey);
  assert.deepEqual(own.map(({ status, amount }) => [status, amount]), [['DONE', 4000], ['PARTIAL_CANCELED', -1500]]);
  for (const name of ['mId', 'transactionKey', 'paymentKey', 'orderId', 'method', 'customerKey', 'useEscrow', 'status', 'transactionAt', 'currency', 'amount'])
    assert.ok(name in own[0], name);
  assert.deepEqual(ok(await psp.toss('GET', `/v1/transactions?startDate=2020-01-01T00:00:00&endDate=2020-01-02T00:00:00`)), []);
  refused(await psp.toss('GET', '/v1/transactions?startDate=yesterday'), 400, 'INVALID_REQUEST');
});

test('four hundred at once are answered, while other answers are held back', async () => {
  const other = await Psp.start('--hold-ms', '60000');
  let late = 0;
  await other.profile('slow');
  const slow = Array.from({ length: 100 }, () => other.toss('GET', '/v1/payments/psp_nobody').then(() => late++, () => undefined));
  await until('they wait', async () => await toss_calls(other) >= 100);
  await other.profile('none');
  const made = await Promise.all(Array.from({ length: 400 }, async (_, i) => ok(await other.toss('POST', '/v1/payments', wish(1000 + i)))));
  assert.equal(new Set(made.map(({ paymentKey }) => paymentKey)).size, 400);
  assert.equal(late, 0, 'the others wait on');
  await other.stop();
  await Promise.all(slow);
});

test('an answer that is held back comes', async () => {
  await psp.profile('slow');
  const begun = Date.now();
  refused(await psp.toss('GET', '/v1/payments/psp_nobody'), 404, 'NOT_FOUND_PAYMENT');
  assert.ok(Date.now() - begun >= hold_ms, `${Date.now() - begun} ms`);
  await psp.profile('none');
});

test('it ends by itself', async () => {
  const short = await Psp.start('--max-seconds', '1');
  assert.equal(await short.ended, 0);
});

test('what nobody takes up expires', async () => {
  const open = await make(100), approved = await make(100);
  await psp.buyer(approved.checkout.url);
  await psp.control('POST', 'clock', { advance_ms: 31 * 60_000 });
  assert.equal(ok(await psp.toss('GET', `/v1/payments/${open.paymentKey}`)).status, 'EXPIRED');
  refused(await confirm(approved), 404, 'NOT_FOUND_PAYMENT_SESSION');
});
