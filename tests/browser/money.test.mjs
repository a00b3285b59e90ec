/* The pages of those who look after the money. What no test can bring about in a moment is told to the page in the shape the server describes. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let show;

opens({ prepare: async () => {
  show = await house.show('theatre', '두 개의 장부 · Two Books', { genre: 'play' });
} });

const walks = [
  { name: 'money-phone-ko', device: phone, language: 'ko' },
  { name: 'money-desktop-en', device: desktop, language: 'en' },
];

const number = (text) => Number(text.replace(/[^\d]/g, ''));

const korean_day = (days) => new Date(Date.now() + 9 * 3600000 + days * 86400000).toISOString().slice(0, 10);

/* A payment that is paid, for something to be wrong with. */
async function paid(guid) {
  const { world } = house;
  const user = await world.user();
  const { booking, payment } = await world.checkout(user, show, [guid]);
  ok(await world.confirm(user, payment));
  return { user, booking, payment };
}

async function staff(options, roles = ['MANAGER']) {
  const visitor = await Visitor.open(browser, house, options);
  await visitor.sign_in_as(await house.world.user(roles));
  return visitor;
}

for (const [i, who] of walks.entries())
  test(`a case is looked at and decided in two steps (${who.name})`, { timeout: 60000 }, async () => {
    const visitor = await staff({ ...who, name: `${who.name}-cases`, refusals: [409] });
    const { booking, payment } = await paid(`C-A-${i + 1}`);
    const open = {
      id: payment.id, kind: 'books_differ', state: 'open', provider: 'toss', payment_id: payment.id, refund_id: null, booking_id: booking.id,
      about: 'amount', told: '152000 KRW', stored: '150000 KRW', proposed: 'ask_again', opened_at: new Date().toISOString(),
    };
    const foreign = { ...open, id: booking.id, kind: 'charge_unknown', payment_id: null, booking_id: null, about: undefined, stored: undefined, proposed: 'ignore' };
    await visitor.go('/admin/money');
    await visitor.see('empty').waitFor();
    await visitor.look('none');
    await visitor.says('GET', '/admin/payment-cases', { body: { items: [open, foreign], next: null } });
    await visitor.page.reload();
    await visitor.see('cases').waitFor();
    assert.equal(await visitor.page.getByTestId('case').count(), 2);
    await visitor.look('cases');

    await visitor.act('decide');
    assert.deepEqual(await visitor.see('field-action').locator('option').evaluateAll((all) => all.map(({ value }) => value)), ['ask_again', 'refund', 'ignore']);
    await visitor.see('field-action').selectOption('refund');
    await visitor.see('field-note').fill('Charged twice');
    await visitor.act('decide-submit');
    await visitor.see('sure').waitFor();
    await visitor.look('sure');
    const problem = { type: 'about:blank', title: 'in_progress', status: 409, code: 'in_progress', detail: 'Ask again shortly.', errors: [] };
    await visitor.says('POST', `/admin/payment-cases/${open.id}/resolve`, { status: 409, body: problem });
    await visitor.act('decide-submit');
    await visitor.see('form-problem').waitFor();
    const resolved = { ...open, state: 'resolved', resolution: 'refund', resolved_by: visitor.account.id, resolved_at: new Date().toISOString(), note: 'Charged twice' };
    await visitor.says('POST', `/admin/payment-cases/${open.id}/resolve`, { body: resolved });
    const asked = visitor.page.waitForRequest((request) => request.url().endsWith('/resolve'));
    await visitor.says('GET', '/admin/payment-cases', { body: { items: [resolved], next: null } });
    await visitor.act('decide-submit');
    assert.deepEqual((await asked).postDataJSON(), { action: 'refund', note: 'Charged twice' });
    await visitor.see('decided').waitFor();
    await visitor.look('decided');

    await visitor.silence('/admin/payment-cases');
    const filtered = visitor.page.waitForRequest((request) => new URL(request.url()).searchParams.get('kind') === 'refund_failed');
    await visitor.see('field-kind').selectOption('refund_failed');
    await filtered;
    await visitor.see('empty').waitFor();
    const download = visitor.page.waitForEvent('download');
    await visitor.act('csv');
    assert.match(await readFile(await (await download).path(), 'utf8'), /^\ufeff?"?id"?,/);
    await visitor.leave();
  });

for (const [i, who] of walks.entries())
  test(`a statement says what an organizer is owed (${who.name})`, { timeout: 60000 }, async () => {
    const { world } = house;
    const owner = await world.user(['PRODUCER']);
    const sale = await world.sale({ as: owner, hall: { rows: 2, seats: 3 } });
    const buyer = await world.user();
    const { booking, payment } = await world.checkout(buyer, sale, sale.guids.slice(0, 2));
    ok(await world.confirm(buyer, payment));
    const told = () => world.api('GET', '/api/v1/settlements', undefined, { as: owner });
    let [total] = ok(await told()).totals;
    const visitor = await Visitor.open(browser, house, { ...who, name: `${who.name}-settlement`, refusals: [400] });
    await visitor.sign_in_as(owner);
    await visitor.go('/account');
    await visitor.see('work').getByRole('link').first().click();
    await visitor.see('total').waitFor();
    assert.equal(number(await visitor.see('gross').innerText()), booking.due.amount);
    assert.equal(number(await visitor.see('net_due').innerText()), total.net_due);
    await visitor.look('statement');
    await visitor.see('lines').scrollIntoViewIfNeeded();
    await visitor.look('lines');
    for (const [id, begins] of [['csv', '\ufeff'], ['pdf', '%PDF-']]) {
      const download = visitor.page.waitForEvent('download');
      await visitor.act(id);
      assert.ok((await readFile(await (await download).path(), 'utf8')).startsWith(begins), id);
    }
    await visitor.see('field-from').fill('2020-02-01');
    await visitor.see('field-to').fill('2020-02-28');
    await visitor.act('submit');
    await visitor.see('empty').waitFor();
    await visitor.see('field-to').fill('2020-01-01');
    await visitor.act('submit');
    await visitor.page.locator('.field__error').waitFor();
    await visitor.look('refused');
    await visitor.leave();

    const manager = await staff({ ...who, name: `${who.name}-organizer` });
    await manager.go('/settlements');
    await manager.see('empty').waitFor();
    await manager.see('field-organizer').fill(owner.email);
    await manager.act('find');
    await manager.see('field-account').waitFor();
    await manager.act('submit');
    await manager.see('total').waitFor();
    [total] = ok(await told()).totals;
    assert.equal(number(await manager.see('net_due').innerText()), total.net_due);
    await manager.look('organizer');
    await manager.leave();
  });

for (const [i, who] of walks.entries())
  test(`a receipt is read, printed and kept (${who.name})`, { timeout: 60000 }, async () => {
    const { user, booking, payment } = await paid(`C-B-${i + 1}`);
    const visitor = await Visitor.open(browser, house, { ...who, name: `${who.name}-receipt` });
    await visitor.sign_in_as(user);
    await visitor.go(`/tickets/${booking.id}`);
    await visitor.act('to-receipt');
    await visitor.see('receipt').waitFor();
    assert.equal(number(await visitor.see('receipt-amount').innerText()), booking.due.amount);
    assert.equal(await visitor.page.getByTestId('receipt-left').count(), 0);
    await visitor.look('receipt');
    const download = visitor.page.waitForEvent('download');
    await visitor.act('receipt-pdf');
    assert.equal((await readFile(await (await download).path())).subarray(0, 5).toString(), '%PDF-');
    await visitor.page.emulateMedia({ media: 'print' });
    assert.equal(await visitor.page.getByTestId('home-link').isVisible(), false, 'the page without its frame');
    await visitor.page.emulateMedia({ media: 'screen' });

    ok(await house.world.api('POST', `/api/v1/bookings/${booking.id}/cancel`, {}, { as: user }));
    await visitor.until(async () =>
      ok(await house.world.api('GET', `/api/v1/payments/${payment.id}/receipt`, undefined, { as: user })).left.amount === 0, 'the refund');
    await visitor.page.reload();
    await visitor.see('receipt-left').waitFor();
    assert.equal(number(await visitor.see('receipt-left').innerText()), 0);
    await visitor.look('refunded');
    await visitor.leave();
  });

for (const who of walks)
  test(`a day of the books is compared, and what differs is shown (${who.name})`, { timeout: 60000 }, async () => {
    const visitor = await staff({ ...who, name: `${who.name}-books` });
    const { payment } = await paid(`C-D-${1 + walks.indexOf(who)}`);
    await visitor.go('/admin/reconciliations');
    await visitor.see('compare-form').waitFor();
    await visitor.see('field-day').fill(korean_day(-1));
    await visitor.act('compare');
    await visitor.see('same').waitFor();
    await visitor.look('same');

    const [real] = ok(await house.world.api('GET', '/api/v1/admin/reconciliations', undefined, { as: visitor.account })).items;
    const day = { ...real, differences: 2, open: 1, sums: [{ currency: 'KRW', charged_there: 212000, charged_here: 210000, refunded_there: 30000, refunded_here: 30000 }] };
    const money = (amount) => ({ amount, currency: 'KRW' });
    const differs = { id: payment.id, kind: 'charge_differs', payment_id: payment.id, ref: 'tk_1', here: money(150000), there: money(152000), action: 'ask_again',
      found_at: real.ended_at, settled_at: null };
    const settled = { ...differs, id: payment.booking_id, kind: 'charge_not_there', ref: null, there: null, action: 'look_there', settled_at: real.ended_at };
    await visitor.says('GET', '/admin/reconciliations', { body: { items: [day], next: null } });
    await visitor.says('GET', `/admin/reconciliations/${real.id}`, { body: { ...day, items: [differs, settled], next: null } });
    await visitor.page.reload();
    await visitor.see('open').waitFor();
    await visitor.look('open');
    await visitor.act('to-differences');
    await visitor.see('differences').waitFor();
    assert.equal(await visitor.page.getByTestId('difference').count(), 2);
    await visitor.look('differences');
    await visitor.says('GET', `/admin/reconciliations/${real.id}`, { body: { ...day, items: [differs], next: null } });
    const asked = visitor.page.waitForRequest((request) => new URL(request.url()).searchParams.get('open') === 'true');
    await visitor.see('only-open').check();
    await asked;
    await visitor.until(async () => (await visitor.page.getByTestId('difference').count()) === 1, 'only what is open');
    const download = visitor.page.waitForEvent('download');
    await visitor.act('csv');
    assert.match(await readFile(await (await download).path(), 'utf8'), /kind/);
    await visitor.leave();
  });

for (const who of walks)
  test(`an organizer keeps keys of providers (${who.name})`, { timeout: 60000 }, async () => {
    const visitor = await staff({ ...who, name: `${who.name}-keys`, refusals: [404, 400] }, ['PRODUCER']);
    const account = async (provider) => house.world.api('GET', `/api/v1/payment-accounts/${provider}`, undefined, { as: visitor.account });
    const panel = (provider) => visitor.see(`account-${provider}`);
    await visitor.go('/settings/payments');
    await panel('stripe').getByTestId('no-keys').waitFor();
    await visitor.look('none');
    await panel('stripe').getByTestId('keys-change').click();
    await panel('stripe').getByTestId('field-secret_key').fill('short');
    await panel('stripe').getByTestId('keys-save').click();
    await panel('stripe').locator('.field__error').waitFor();
    await visitor.look('refused');
    await panel('stripe').getByTestId('field-secret_key').fill('sk_test_0123456789abcd');
    await panel('stripe').getByTestId('field-webhook_secret').fill('whsec_0123456789wxyz');
    await panel('stripe').getByTestId('keys-save').click();
    await panel('stripe').getByTestId('keys').waitFor();
    const shown = await panel('stripe').innerText();
    assert.match(shown, /abcd/);
    assert.match(shown, /wxyz/);
    assert.doesNotMatch(shown, /0123456789/, 'no more than the last characters');
    await visitor.look('kept');
    assert.match(ok(await account('stripe')).webhook_url, /webhooks\/stripe/);
    await panel('stripe').getByTestId('keys-end').click();
    await panel('stripe').getByTestId('sure').waitFor();
    await visitor.look('end');
    await panel('stripe').getByTestId('keys-end-sure').click();
    await panel('stripe').getByTestId('no-keys').waitFor();
    assert.equal((await account('stripe')).status, 404);
    await visitor.leave();
  });

test('for buyers these pages do not exist', { timeout: 60000 }, async () => {
  const visitor = await staff({ name: 'money-buyer' }, ['CUSTOMER']);
  for (const path of ['/admin/money', '/admin/reconciliations', '/settlements', '/settings/payments']) {
    await visitor.go(path);
    await visitor.see('notice').waitFor();
    assert.equal(await visitor.page.getByTestId('money-nav').count(), 0, path);
  }
  await visitor.leave();
});
