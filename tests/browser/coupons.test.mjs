/* Coming to coupons: claimed, or by a code from paper; and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { day } from '../lib/world.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let paper;

opens({ prepare: async () => {
  const { world } = house;
  const terms = { quantity: 10, discount_percent: 10, expires_at: world.time(day) };
  const make = async (change) => ok(await world.api('POST', '/api/v1/coupons', { ...terms, ...change }, { as: world.admin }), 201);
  await make({ name: '첫 만남 · First meeting', max_discount: { amount: 5000, currency: 'KRW' }, min_total: { amount: 20000, currency: 'KRW' } });
  paper = await make({ name: '전단 · Leaflet', public: false });
  ok(await world.api('POST', `/api/v1/coupons/${paper.id}/codes`, { count: 2 }, { as: world.admin }), 201);
  paper.codes = (await world.api('GET', `/api/v1/coupons/${paper.id}/codes.csv`, undefined, { as: world.admin })).text
    .split(/\r?\n/).slice(1).map((line) => line.split(',')[0].replace(/["\ufeff]/g, '')).filter(Boolean);
} });

for (const [i, [name, device, language]] of [['coupons-phone-ko', phone, 'ko'], ['coupons-desktop-en', desktop, 'en']].entries())
  test(`a coupon is claimed, another comes by its code (${name})`, { timeout: 60000 }, async () => {
    const user = await house.world.user();
    const mine = async () => ok(await house.world.api('GET', '/api/v1/coupons/mine', undefined, { as: user })).items;
    const visitor = await Visitor.open(browser, house, { name, device, language, refusals: [400, 404, 409] });
    await visitor.sign_in_as(user);
    await visitor.go('/account');
    await visitor.act('to-coupons');
    await visitor.see('no-coupons').waitFor();
    await visitor.look('none');
    assert.equal(await visitor.page.getByTestId('open-coupon').count(), 1, 'what is only on paper is not offered');
    await visitor.act('claim');
    await visitor.see('my-coupons').waitFor();
    await visitor.until(async () => (await visitor.page.getByTestId('claim').count()) === 0, 'it is claimed');
    await visitor.look('claimed');
    await visitor.see('field-code').fill('NO-SUCH-CODE');
    await visitor.act('redeem');
    await visitor.page.locator('.form__problem, .field__error').first().waitFor();
    await visitor.look('refused');
    await visitor.see('field-code').fill(paper.codes[i]);
    await visitor.act('redeem');
    await visitor.until(async () => (await visitor.page.getByTestId('my-coupon').count()) === 2, 'both coupons');
    await visitor.look('both');
    assert.deepEqual((await mine()).map(({ status }) => status), ['usable', 'usable']);
    await visitor.leave();
  });

for (const [name, device, language] of [['mileage-phone-ko', phone, 'ko'], ['mileage-desktop-en', desktop, 'en']])
  test(`mileage tells where its points came from and went (${name})`, { timeout: 60000 }, async () => {
    const user = await house.world.user();
    const staff = async (delta, reason) =>
      ok(await house.world.api('POST', `/api/v1/users/${user.id}/mileage`, { delta, reason }, { as: house.world.admin }), 201);
    const visitor = await Visitor.open(browser, house, { name, device, language });
    await visitor.sign_in_as(user);
    await visitor.go('/mileage');
    await visitor.see('no-moves').waitFor();
    assert.match(await visitor.see('mileage-balance').innerText(), /^0/);
    await visitor.look('none');
    for (let i = 1; i <= 22; i++) await staff(i, `${i}`);
    await staff(-53, '정정 · Correction');
    await visitor.go('/account');
    await visitor.act('to-mileage');
    await visitor.see('mileage-expiry').waitFor();
    assert.match(await visitor.see('mileage-balance').innerText(), /^200/);
    const moves = visitor.page.getByTestId('move');
    assert.equal(await moves.count(), 20, 'a page of them');
    assert.match(await moves.first().innerText(), /정정 · Correction[\s\S]*−53[\s\S]*200/, 'the newest first');
    await visitor.look('history');
    await visitor.act('more');
    await visitor.until(async () => (await moves.count()) === 23, 'the rest');
    await visitor.leave();
  });
