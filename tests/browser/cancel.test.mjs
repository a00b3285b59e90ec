/* After the purchase: the price in its parts, the ticket on paper, tickets given back and what becomes of the money. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { day } from '../lib/world.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let show, coupon;

opens({ prepare: async () => {
  house.days = 4;                         /* near enough that giving back costs a fee */
  show = await house.show('theatre', '낡은 등대 · The Old Lighthouse', { genre: 'play' });
  coupon = ok(await house.world.api('POST', '/api/v1/coupons',
    { name: '첫 만남 · First meeting', quantity: 10, discount_percent: 10, expires_at: house.world.time(day) }, { as: house.world.admin }), 201);
} });

/* Two seats, bought with a coupon and mileage. */
async function bought(guids) {
  const { world } = house;
  const user = await world.user();
  const piece = ok(await world.api('POST', `/api/v1/coupons/${coupon.id}/claim`, undefined, { as: user }), 201);
  ok(await world.api('POST', `/api/v1/users/${user.id}/mileage`, { delta: 3000, reason: 'welcome' }, { as: world.admin }), 201);
  const hold = ok(await world.hold(user, show, guids), 201);
  const booking = ok(await world.book(user, hold, { coupon_id: piece.id, mileage: 2000 }), 201);
  ok(await world.confirm(user, ok(await world.pay(user, booking), 201)));
  return { user, booking };
}

const number = (text) => Number(text.replace(/[^\d]/g, ''));

for (const [name, device, language, guids] of [
  ['cancel-phone-ko', phone, 'ko', ['C-A-4', 'C-A-5']], ['cancel-desktop-en', desktop, 'en', ['C-C-4', 'C-C-5']],
])
  test(`tickets are given back for what was told before (${name})`, { timeout: 60000 }, async () => {
    const visitor = await Visitor.open(browser, house, { name, device, language });
    const { user, booking } = await bought(guids);
    await visitor.sign_in_as(user);
    await visitor.go(`/tickets/${booking.id}`);
    await visitor.see('qr').waitFor();
    assert.equal(number(await visitor.see('price-discount').innerText()), booking.discount.amount);
    assert.equal(number(await visitor.see('price-mileage').innerText()), 2000);
    assert.equal(number(await visitor.see('price-due').innerText()), booking.due.amount);
    await visitor.see('cancel-terms').waitFor();
    await visitor.look('booking');

    const download = visitor.page.waitForEvent('download');
    await visitor.act('pdf');
    assert.equal((await readFile(await (await download).path())).subarray(0, 5).toString(), '%PDF-');

    await visitor.act('cancel-begin');
    await visitor.see('cancel-refund').waitFor();
    const whole = number(await visitor.see('cancel-refund').innerText());
    await visitor.see(`cancel-${guids[1]}`).uncheck();
    await visitor.until(async () => {
      const shown = visitor.page.getByTestId('cancel-refund');
      return (await shown.count()) === 1 && number(await shown.innerText()) < whole;
    }, 'what one ticket gives back');
    const told = number(await visitor.see('cancel-refund').innerText());
    await visitor.see('cancel-panel').scrollIntoViewIfNeeded();
    await visitor.look('choice');
    await visitor.act('cancel-confirm');
    await visitor.see('cancelled').waitFor();
    const { earlier } = ok(await house.world.api('GET', `/api/v1/bookings/${booking.id}/cancellation`, undefined, { as: user }));
    assert.deepEqual(earlier.map(({ seats, refund }) => [seats, refund.amount]), [[[guids[0]], told]]);
    assert.ok(earlier[0].refund.fee > 0);
    await visitor.page.locator('.ticket--void').waitFor();
    await visitor.look('one-left');

    await visitor.act('cancel-begin');
    await visitor.see('cancel-refund').waitFor();
    assert.equal(number(await visitor.see('cancel-refund').innerText()), whole - told);
    await visitor.act('cancel-confirm');
    await visitor.page.locator('.badge--refunded').waitFor();
    await visitor.until(async () => (await visitor.see('cancelled').locator('li').count()) === 2, 'both cancellations');
    await visitor.look('refunded');
    assert.equal((await house.world.booking(user, booking.id)).status, 'refunded');
    await visitor.leave();
  });
