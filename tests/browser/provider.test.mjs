/* Paying on the page of a provider, played by takenseat-psp: there, back, and not back. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Psp, secret_key, webhook_secret } from '../lib/psp.mjs';
import { ok } from '../lib/server.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let psp, show, row = 0;

opens({
  settings: async () => {
    psp = await Psp.start();
    return {
      'payment.providers': 'toss,stripe,sandbox', 'payment.toss_url': psp.url, 'payment.toss_secret_key': secret_key,
      'payment.stripe_url': psp.url, 'payment.stripe_secret_key': secret_key, 'payment.stripe_webhook_secret': webhook_secret,
    };
  },
  prepare: async () => {
    await house.at_its_address();
    const hooks = `${house.base}/api/v1/payments/webhooks`;
    await psp.control('POST', 'webhooks', { toss: `${hooks}/toss`, stripe: `${hooks}/stripe` });
    show = await house.show('theatre', '먼 곳의 편지 · Letters from Afar', { genre: 'play' });
  },
});
after(() => psp?.stop());

const walks = [
  { provider: 'toss', device: phone, language: 'ko' },
  { provider: 'stripe', device: desktop, language: 'en' },
];
const rows = 'ABCDEFGHIJ';

/* Somebody on the provider's page; its pages are not ours, and lack an icon. */
async function at_provider({ provider, ...who }, name, method) {
  const { world } = house;
  const user = await world.user();
  const hold = ok(await world.hold(user, show, [`C-${rows[row % rows.length]}-${1 + Math.floor(row++ / rows.length)}`]), 201);
  const booking = ok(await world.book(user, hold), 201);
  const visitor = await Visitor.open(browser, house, { ...who, name: `${provider}-${name}`, refusals: [404, 409, 402] });
  await visitor.sign_in_as(user);
  await visitor.go(`/checkout/${hold.id}`);
  await go_on(visitor, provider, method);
  const payment = async () => ok(await world.api('GET', `/api/v1/payments?booking_id=${booking.id}`, undefined, { as: user })).items[0];
  return { visitor, user, booking, payment };
}

async function go_on(visitor, provider, method) {
  await visitor.see(`method-${provider}`).check();
  if (method) await visitor.see('field-method').selectOption(method);
  await visitor.act('pay-at');
  await visitor.page.waitForURL(`${psp.url}/pay/**`);
}

const press = (visitor, word) => visitor.page.getByRole('button', { name: word, exact: true }).click();
const charges = async (payment) => (await psp.ledger()).filter((entry) => entry.order === payment.id && entry.kind === 'charge');

for (const who of walks) {
  test(`approved at ${who.provider} and back: tickets, charged once`, { timeout: 60000 }, async () => {
    const { visitor, user, booking, payment } = await at_provider(who, 'approve');
    await press(visitor, 'approve');
    await visitor.result('paid');
    await visitor.look('paid');
    await visitor.page.reload();
    await visitor.result('paid');
    await visitor.act('to-tickets');
    await visitor.see('qr').waitFor();
    const paid = await payment();
    assert.deepEqual([paid.status, paid.provider], ['paid', who.provider]);
    assert.deepEqual((await charges(paid)).map(({ amount, currency }) => ({ amount, currency })), [booking.due]);
    assert.equal((await house.world.booking(user, booking.id)).status, 'confirmed');
    await visitor.leave();
  });

  test(`called off at ${who.provider}, the booking is paid there in a second try`, { timeout: 60000 }, async () => {
    const { visitor, payment } = await at_provider(who, 'decline');
    await press(visitor, 'decline');
    await visitor.result('cancelled');
    await visitor.look('cancelled');
    await visitor.act('pay-again');
    await visitor.see('methods').waitFor();
    await go_on(visitor, who.provider);
    await press(visitor, 'approve');
    await visitor.result('paid');
    const paid = await payment();
    assert.deepEqual([paid.provider, (await charges(paid)).length], [who.provider, 1]);
    await visitor.leave();
  });

  test(`who closes the tab after approving at ${who.provider} has the tickets all the same`, { timeout: 60000 }, async () => {
    const { visitor, user, booking, payment } = await at_provider(who, 'closed');
    assert.equal((await psp.buyer(visitor.page.url())).status, 303);
    await visitor.page.close();
    await psp.settled();
    visitor.page = await visitor.tab();
    await visitor.until(async () => (await house.world.booking(user, booking.id)).status === 'confirmed', 'the booking is confirmed by the webhook');
    assert.equal((await charges(await payment())).length, 1);
    await visitor.go(`/tickets/${booking.id}`);
    await visitor.see('qr').waitFor();
    await visitor.leave();
  });

  test(`going back from ${who.provider} with the browser finds the choice again`, { timeout: 60000 }, async () => {
    const { visitor } = await at_provider(who, 'backwards');
    await visitor.page.goBack();
    await visitor.see('methods').waitFor();
    await go_on(visitor, who.provider);
    await press(visitor, 'approve');
    await visitor.result('paid');
    await visitor.leave();
  });
}

test('a card that its company refuses after the approval is told as declined', { timeout: 60000 }, async () => {
  const { visitor, payment } = await at_provider(walks[0], 'refuse');
  await press(visitor, 'refuse');
  await visitor.result('declined');
  await visitor.look('declined');
  const failed = await payment();
  assert.deepEqual([failed.status, (await charges(failed)).length], ['failed', 0]);
  await visitor.leave();
});

test('a transfer is waited for, and told when it comes', { timeout: 60000 }, async () => {
  const { visitor, user, booking, payment } = await at_provider(walks[0], 'deposit', 'virtual_account');
  await press(visitor, 'approve');
  await visitor.result('deposit');
  assert.match(await visitor.see('deposit-number').innerText(), /\d/);
  await visitor.look('deposit');
  await visitor.page.reload();
  await visitor.result('deposit');
  await psp.control('POST', 'deposit', { orderId: (await payment()).id });
  await visitor.result('paid');
  assert.equal((await house.world.booking(user, booking.id)).status, 'confirmed');
  await visitor.leave();
});
