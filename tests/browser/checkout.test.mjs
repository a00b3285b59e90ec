/* Paying less: who comes, a coupon, mileage; what is refused says why and leaves the seats held. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { day } from '../lib/world.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let show, coupon;

opens({ prepare: async () => {
  const { world } = house;
  show = await house.show('theatre', '작은 별 · Little Star');
  ok(await world.terms(show, { person_types: [{ name: 'child', percent: 50 }, { name: 'senior', percent: 30, proof_at_door: true }] }));
  const body = { name: '첫 만남 · First meeting', quantity: 10, discount_percent: 10, expires_at: world.time(day) };
  coupon = ok(await world.api('POST', '/api/v1/coupons', body, { as: world.admin }), 201);
  const dear = { ...body, name: '단체 · Groups', min_total: { amount: 9000000, currency: 'KRW' } };
  coupon.dear = ok(await world.api('POST', '/api/v1/coupons', dear, { as: world.admin }), 201);
} });

const give = async (user, delta) => ok(await house.world.api('POST', `/api/v1/users/${user.id}/mileage`, { delta, reason: 'a test' }, { as: house.world.admin }), 201);
const balance = async (user) => ok(await house.world.api('GET', '/api/v1/mileage', undefined, { as: user })).balance;
const number = (text) => Number(text.replace(/[^\d]/g, ''));

/* Somebody with mileage and seats held, at the checkout. */
async function at_checkout(options, guids, points) {
  const { world } = house;
  const visitor = await Visitor.open(browser, house, options);
  const user = await world.user();
  await give(user, points);
  for (const one of [coupon, coupon.dear]) ok(await world.api('POST', `/api/v1/coupons/${one.id}/claim`, undefined, { as: user }), 201);
  const hold = ok(await world.hold(user, show, guids), 201);
  await visitor.sign_in_as(user);
  await visitor.go(`/checkout/${hold.id}`);
  await visitor.see('mileage-balance').waitFor();
  return { visitor, user, hold };
}

for (const [name, device, language, guids] of [
  ['less-phone-ko', phone, 'ko', ['C-A-4', 'C-A-5']], ['less-desktop-en', desktop, 'en', ['C-C-4', 'C-C-5']],
])
  test(`a child, a senior, a coupon and mileage make the price (${name})`, { timeout: 60000 }, async () => {
    const { visitor, user, hold } = await at_checkout({ name, device, language }, guids, 5000);
    assert.equal(number(await visitor.see('mileage-balance').innerText()), 5000);
    assert.equal(await visitor.see('field-coupon').locator('option').count(), 2, 'none, and the one that fits');
    await visitor.see(`field-person-${guids[0]}`).selectOption('child');
    await visitor.see(`field-person-${guids[1]}`).selectOption('senior');
    await visitor.see('field-coupon').selectOption({ index: 1 });
    await visitor.act('mileage-all');
    await visitor.look('benefits');
    await visitor.act('buy');
    await visitor.see('sandbox').waitFor();
    const [booking] = ok(await house.world.api('GET', '/api/v1/bookings', undefined, { as: user })).items;
    const [child, senior] = hold.seats.map(({ price }) => price.amount);
    const total = child / 2 + senior * 0.7;
    assert.deepEqual([booking.total.amount, booking.discount.amount, booking.mileage_used, booking.due.amount], [total, total / 10, 5000, total * 0.9 - 5000]);
    assert.equal(number(await visitor.see('price-discount').innerText()), booking.discount.amount);
    assert.equal(number(await visitor.see('price-mileage').innerText()), 5000);
    assert.equal(number(await visitor.see('price-due').innerText()), booking.due.amount);
    await visitor.look('priced');
    await visitor.pay('sandbox-ok');
    await visitor.result('paid');
    await visitor.look('paid');
    assert.ok(await balance(user) < 5000);
    await visitor.leave();
  });

test('mileage that is spent elsewhere meanwhile is refused by its name, and less of it is taken', { timeout: 60000 }, async () => {
  const { visitor, user } = await at_checkout({ name: 'short', refusals: [409] }, ['C-E-4'], 4000);
  await visitor.act('mileage-all');
  await give(user, -3000);
  await visitor.act('buy');
  await visitor.see('payment-problem').waitFor();
  assert.match(await visitor.see('payment-problem').innerText(), /mileage.*1000/i);
  await visitor.look('short');
  await visitor.see('field-mileage').fill('1000');
  await visitor.act('buy');
  await visitor.see('sandbox').waitFor();
  assert.equal(number(await visitor.see('price-mileage').innerText()), 1000);
  await visitor.leave();
});

test('what mileage pays in full needs no card', { timeout: 60000 }, async () => {
  const { visitor, user, hold } = await at_checkout({ name: 'free', device: phone }, ['C-G-4'], 900000);
  await visitor.act('mileage-all');
  await visitor.act('buy');
  await visitor.result('paid');
  await visitor.look('paid');
  assert.equal(await balance(user), 900000 - hold.total.amount);
  await visitor.leave();
});

test('a booking that another tab made with other benefits is the one to pay', { timeout: 60000 }, async () => {
  const { visitor } = await at_checkout({ name: 'other-tab', refusals: [409] }, ['C-I-4'], 2000);
  const second = await visitor.tab();
  await second.goto(visitor.page.url());
  await visitor.see('mileage-all', second).click();
  await visitor.see('buy', second).click();
  await visitor.see('sandbox', second).waitFor();
  await visitor.act('buy');
  await visitor.see('sandbox').waitFor();
  assert.equal(number(await visitor.see('price-mileage').innerText()), 2000);
  await visitor.leave();
});
