/* Who takes the payment, and the way back from its page: every state it can have, told by a server whose answers are changed on the way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let show, row = 0;

opens({ prepare: async () => {
  show = await house.show('theatre', '밤의 정원사 · The Night Gardener', { genre: 'play' });
} });

const walks = [
  { name: 'pay-phone-ko', device: phone, language: 'ko' },
  { name: 'pay-desktop-en', device: desktop, language: 'en' },
];
const rows = 'ABCDEFGHIJ';

/* Somebody whose booking waits to be paid. */
async function with_booking(options) {
  const { world } = house;
  const user = await world.user();
  const hold = ok(await world.hold(user, show, [`C-${rows[row % rows.length]}-${1 + Math.floor(row++ / rows.length)}`]), 201);
  const booking = ok(await world.book(user, hold), 201);
  const visitor = await Visitor.open(browser, house, options);
  await visitor.sign_in_as(user);
  const { client, ...payment } = ok(await world.pay(user, booking), 201);
  assert.ok(client);
  return { visitor, user, hold, booking, payment };
}

const problem = (status, code, headers) => ({ status, headers, body: { type: 'about:blank', title: code, status, code, detail: code, errors: [] } });
const providers = (...available) => ({ body: { items: ['toss', 'stripe', 'sandbox'].map((provider) =>
  ({ provider, available: available.includes(provider), retry_after_seconds: 0 })) } });
/* The payment as it might be. */
const but = (payment, change) => ({ body: { ...payment, provider: 'toss', ...change } });

for (const who of walks) {
  test(`one chooses who takes the payment, and is told when another does (${who.name})`, { timeout: 60000 }, async () => {
    const { visitor, hold, payment } = await with_booking({ ...who, name: `${who.name}-methods`, refusals: [503] });
    const left = [];
    await visitor.page.route('https://pay.example/**', (route) => {
      left.push(route.request().url());
      return route.fulfill({ contentType: 'text/html', body: '<title>a page of somebody else</title>' });
    });
    await visitor.says('GET', '/payments/providers', providers('toss', 'sandbox'));
    await visitor.go(`/checkout/${hold.id}`);
    await visitor.see('pay-at').waitFor();
    assert.equal(await visitor.see('method-stripe').isDisabled(), true);
    await visitor.look('methods');
    await visitor.says('POST', '/payments', problem(503, 'provider_unavailable', { 'retry-after': '8' }));
    await visitor.act('pay-at');
    await visitor.see('provider-unavailable').waitFor();
    assert.match(await visitor.see('retry-countdown').innerText(), /^00:0\d$/);
    assert.match(await visitor.see('provider-unavailable').getByTestId('countdown').innerText(), /^0\d:\d\d$/, 'how long the seats are held');
    await visitor.look('unavailable');
    await visitor.act('other-way');
    await visitor.says('POST', '/payments', { ...but(payment, { provider: 'stripe', client: { redirect_url: 'https://pay.example/1' } }), status: 201 });
    await visitor.act('pay-at');
    await visitor.see('instead').waitFor();
    assert.match(await visitor.see('instead').innerText(), /Stripe/);
    assert.deepEqual(left, [], 'nobody is led away unasked');
    await visitor.look('instead');
    await visitor.act('go-on');
    await visitor.until(() => left.length === 1, 'the page of the other provider');
    assert.equal(left[0], 'https://pay.example/1');
    await visitor.leave();
  });

  test(`whoever cannot reach any provider keeps the seats and tries again (${who.name})`, { timeout: 60000 }, async () => {
    const { visitor, hold } = await with_booking({ ...who, name: `${who.name}-none` });
    await visitor.says('GET', '/payments/providers', providers());
    await visitor.go(`/checkout/${hold.id}`);
    await visitor.see('provider-unavailable').waitFor();
    await visitor.look('none');
    await visitor.silence('/payments/providers');
    await visitor.act('retry');
    await visitor.see('sandbox').waitFor();
    await visitor.leave();
  });

  test(`the way back has a state for each outcome (${who.name})`, { timeout: 90000 }, async () => {
    const { visitor, booking, payment } = await with_booking({ ...who, name: `${who.name}-back`, refusals: [409, 404, 503, 'ERR_FAILED'] });
    const back = (query) => visitor.go(`/pay/return?payment=${payment.id}&${query}`);
    const success = `paymentKey=k1&orderId=${payment.id}&amount=${booking.due.amount}`;

    await visitor.says('GET', `/payments/${payment.id}`, but(payment, {}));
    await back('failed=1');
    await visitor.result('cancelled');
    await visitor.look('cancelled');
    await back('failed=1&code=REJECT_CARD_COMPANY');
    await visitor.result('declined');
    assert.match(await visitor.see('hold-countdown').innerText(), /^0\d:\d\d$/);
    await visitor.look('declined');

    await visitor.says('POST', `/payments/${payment.id}/confirm`, problem(409, 'amount_mismatch'));
    await back(success.replace(/amount=.*/, 'amount=1'));
    await visitor.result('mismatch');
    await visitor.look('mismatch');
    assert.equal(new URL(visitor.page.url()).searchParams.get('paymentKey'), null, 'the key does not rest in the address');
    await visitor.page.reload();
    await visitor.result('unpaid');
    await visitor.look('unpaid');

    await visitor.says('POST', `/payments/${payment.id}/confirm`, problem(409, 'in_progress'));
    await back(success);
    await visitor.result('checking');
    await visitor.look('in-progress');
    await visitor.cuts(`/payments/${payment.id}/confirm`);
    await visitor.page.reload();
    await visitor.see('shaky').waitFor();
    await visitor.look('no-network');
    await visitor.act('retry');                      /* still away; later it finds out by itself */

    const deposit = { bank: '88', account_number: '110123456789', holder: '주식회사 좌석', until: new Date(Date.now() + 86400000).toISOString() };
    await visitor.says('GET', `/payments/${payment.id}/deposit`, { body: deposit });
    await visitor.says('GET', `/payments/${payment.id}`, but(payment, { status: 'pending' }));
    await visitor.result('deposit');
    assert.equal(await visitor.see('deposit-number').innerText(), '110123456789');
    await visitor.look('deposit');
    await visitor.says('GET', `/payments/${payment.id}`, but(payment, { status: 'paid' }));
    await visitor.adds(`/bookings/${booking.id}`, { status: 'confirmed' });
    await visitor.result('paid');
    await visitor.look('paid');

    await visitor.says('GET', `/payments/${payment.id}`, but(payment, { status: 'refunded', reason: 'too_late' }));
    await visitor.adds(`/bookings/${booking.id}`, { status: 'refunded' });
    await back(success);
    await visitor.result('refunded');
    await visitor.look('late');
    await visitor.says('GET', `/payments/${payment.id}`, but(payment, {}));
    await visitor.adds(`/bookings/${booking.id}`, { status: 'expired' });
    await back('failed=1');
    await visitor.result('expired');
    await visitor.look('expired');
    await visitor.go('/pay/return?payment=nobody&paymentKey=k1');
    await visitor.see('error').waitFor();
    await visitor.look('not-mine');
    await visitor.go('/pay/return');
    await visitor.see('pay-strange').waitFor();
    await visitor.look('strange');
    await visitor.leave();
  });
}

test('whoever is not signed in any more signs in and comes back to the payment', { timeout: 60000 }, async () => {
  const { visitor, user, payment } = await with_booking({ name: 'pay-signed-out' });
  await visitor.page.evaluate(() => { localStorage.clear(); sessionStorage.clear(); });
  await visitor.go(`/pay/return?payment=${payment.id}&paymentKey=sandbox-ok&amount=${payment.amount.amount}`);
  await visitor.see('field-email').fill(user.email);
  await visitor.see('field-password').fill(user.password);
  await visitor.act('submit');
  await visitor.result('paid');
  await visitor.leave();
});

test('two tabs and a reload confirm once', { timeout: 60000 }, async () => {
  const { visitor, user, booking, payment } = await with_booking({ name: 'pay-twice', refusals: [409] });
  const path = `/pay/return?payment=${payment.id}&paymentKey=sandbox-ok&amount=${payment.amount.amount}`;
  const second = await visitor.tab();
  await Promise.all([visitor.go(path), second.goto(house.base + path)]);
  await visitor.result('paid');
  await second.locator('[data-testid="result"][data-result="paid"]').waitFor();
  await visitor.go(path);
  await visitor.result('paid');
  const { items } = ok(await house.world.api('GET', '/api/v1/payments', undefined, { as: user }));
  assert.deepEqual(items.map(({ status }) => status), ['paid']);
  assert.equal((await house.world.booking(user, booking.id)).status, 'confirmed');
  await visitor.leave();
});

test('the keyboard alone chooses and goes', { timeout: 60000 }, async () => {
  const { visitor, hold, payment } = await with_booking({ name: 'pay-keyboard' });
  await visitor.says('GET', '/payments/providers', providers('toss', 'stripe'));
  await visitor.says('POST', '/payments', { ...but(payment, { provider: 'stripe', client: { redirect_url: `${house.base}/pay/return?payment=${payment.id}&failed=1` } }), status: 201 });
  await visitor.says('GET', `/payments/${payment.id}`, but(payment, { provider: 'stripe' }));
  await visitor.go(`/checkout/${hold.id}`);
  await visitor.see('methods').waitFor();
  await visitor.see('method-toss').focus();
  await visitor.page.keyboard.press('ArrowDown');
  assert.equal(await visitor.see('method-stripe').isChecked(), true);
  await visitor.page.keyboard.press('Tab');
  assert.equal(await visitor.page.evaluate(() => document.activeElement?.dataset.testid), 'pay-at');
  await visitor.page.keyboard.press('Enter');
  await visitor.result('cancelled');
  await visitor.leave();
});
