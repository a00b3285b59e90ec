/* The box office: a sale by keyboard alone, tickets of several person types, a gift, and a booking that is looked for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { FREE, HELD, SOLD } from '../lib/world.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

opens();

const number = (text) => Number(text.replace(/[^\d]/g, ''));
const teens = { person_types: [{ name: 'teen', percent: 50, proof_at_door: true }] };

async function enter(options, roles) {
  const visitor = await Visitor.open(browser, house, { refusals: [400, 409], ...options });
  await visitor.sign_in_as(await house.world.user(roles));
  return visitor;
}

test('a seller sells by keyboard alone', { timeout: 90000 }, async () => {
  const { world } = house;
  const sale = await world.sale();
  ok(await world.terms(sale, teens));
  const visitor = await enter({ name: 'desk-keys', device: desktop, language: 'en' }, ['STAFF']);
  const { keyboard } = visitor.page;
  await visitor.go('/desk');
  await visitor.see('shows').waitFor();
  assert.equal(await visitor.page.getByTestId('look-up').count(), 0, 'bookings are not for staff at the door');
  await visitor.look('desk');
  await visitor.go(`/desk/${sale.id}`);
  const has = (id) => visitor.until(() => visitor.page.evaluate((wanted) => document.activeElement?.getAttribute('data-testid') === wanted, id), `the focus is on ${id}`);
  await has('field-count');
  await keyboard.press('Control+A');
  await keyboard.type('3');
  await keyboard.press('Tab');
  await has('field-people-teen');
  await keyboard.press('Control+A');
  await keyboard.type('1');
  assert.equal(number(await visitor.see('total').innerText()), 75000, 'the sum is said before the money is taken');
  await visitor.look('sale');
  await keyboard.press('Enter');
  await has('next-sale');
  await visitor.page.getByTestId('qr').nth(2).waitFor();
  await visitor.look('sold');
  const [sold] = ok(await world.api('GET', `/api/v1/admin/bookings?schedule_id=${sale.id}`, undefined, { as: world.admin })).items;
  assert.deepEqual([sold.method, sold.due.amount, sold.seats.length, sold.user_id], ['cash', 75000, 3, null]);
  assert.match(await visitor.scan(visitor.page.getByTestId('qr').first()), /^TS1\./);
  await keyboard.press('Enter');
  await has('field-count');
  await visitor.leave();
});

for (const [name, device, language] of [['desk-phone-ko', phone, 'ko'], ['desk-tablet-en', { viewport: { width: 768, height: 1024 } }, 'en']])
  test(`chosen seats are given away, and found again by name (${name})`, { timeout: 90000 }, async () => {
    const { world } = house;
    const sale = await world.sale();
    const gone = sale.guids[3];
    ok(await world.hold(await world.user(), sale, [gone]), 201);
    const visitor = await enter({ name, device, language }, ['MANAGER']);
    await visitor.go(`/desk/${sale.id}`);
    await visitor.see('field-how').selectOption('seats');
    await visitor.see('field-seats').fill('nowhere');
    await visitor.act('sell');
    await visitor.page.locator('.field__error').waitFor();
    await visitor.see('field-seats').fill(`${sale.guids[2]} ${gone}`);
    await visitor.see('field-method').selectOption('complimentary');
    await visitor.act('sell');
    await visitor.page.locator('[data-testid="field-reason"][aria-invalid]').waitFor();
    await visitor.see('field-reason').fill('Press · 기자');
    await visitor.see('field-buyer_name').fill(`이기자 ${name}`);
    await visitor.act('sell');
    await visitor.see('refusals').waitFor();
    assert.ok((await visitor.see('refusals').innerText()).includes(gone), 'the seat that is gone is named');
    assert.equal((await world.seats(sale))[2], FREE, 'and the other is not taken');
    await visitor.look('refused');
    await visitor.see('field-seats').fill(sale.guids[2]);
    assert.equal(number(await visitor.see('total').innerText()), 0);
    await visitor.act('sell');
    await visitor.see('sold').waitFor();
    await visitor.page.getByTestId('qr').waitFor();
    await visitor.look('sold');
    assert.equal((await world.seats(sale))[2], SOLD);
    await visitor.go('/desk');
    await visitor.see('field-booking').fill(name);
    await visitor.act('look-up-go');
    await visitor.see('bookings').waitFor();
    assert.equal(await visitor.page.getByTestId('booking').count(), 1);
    await visitor.page.getByTestId('booking').getByRole('link').click();
    await visitor.see('pdf').waitFor();
    await visitor.look('found');
    await visitor.leave();
  });

test('seats wait for a caller, also when the page is read again', { timeout: 90000 }, async () => {
  const { world } = house;
  const sale = await world.sale();
  const [one, two] = sale.guids;
  const visitor = await enter({ name: 'desk-caller', device: desktop, language: 'en' }, ['STAFF']);
  const state = async (guid) => (await world.seats(sale))[sale.guids.indexOf(guid)];
  await visitor.go(`/desk/${sale.id}`);
  for (const [guid, name] of [[one, 'Kim'], [two, 'Lee']]) {
    await visitor.see('field-how').selectOption('seats');
    await visitor.see('field-seats').fill(guid);
    await visitor.see('field-buyer_name').fill(name);
    await visitor.act('hold');
    await visitor.page.getByTestId('held-one').filter({ hasText: name }).waitFor();
    assert.equal(await state(guid), HELD);
  }
  await visitor.page.reload();
  await visitor.see('held').waitFor();
  await visitor.look('held');
  await visitor.page.getByTestId('held-one').filter({ hasText: 'Lee' }).getByTestId('give-back').click();
  await visitor.page.getByTestId('held-one').filter({ hasText: 'Lee' }).waitFor({ state: 'detached' });
  assert.equal(await state(two), FREE);
  await visitor.act('take-up');
  await visitor.see('taken').waitFor();
  assert.equal(number(await visitor.see('total').innerText()), 30000);
  await visitor.see('field-method').selectOption('card_terminal');
  await visitor.act('sell');
  await visitor.see('sold').waitFor();
  assert.equal(await state(one), SOLD);
  const [sold] = ok(await world.api('GET', `/api/v1/admin/bookings?schedule_id=${sale.id}`, undefined, { as: world.admin })).items;
  assert.deepEqual([sold.buyer_name, sold.method, sold.due.amount], ['Kim', 'card_terminal', 30000]);
  await visitor.act('next-sale');
  await visitor.see('sale-form').waitFor();
  assert.equal(await visitor.page.getByTestId('held').count(), 0);
  await visitor.leave();
});
