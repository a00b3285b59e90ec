/* Time on the buyer's screen: a hold that ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FREE } from '../lib/world.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

opens({ settings: () => ({ 'booking.hold_seconds': 20, 'booking.pay_grace_seconds': 0 }) });

for (const [name, device, language] of [['expiry-phone-ko', phone, 'ko'], ['expiry-desktop-en', desktop, 'en']])
  test(`a hold that has ended says so (${name})`, { timeout: 120000 }, async () => {
    const show = await house.show('theatre', '마지막 손님 · The Last Guest', { genre: 'play' });
    const visitor = await Visitor.open(browser, house, { name, device, language });
    await visitor.sign_in_as(await house.world.user());
    await visitor.go(`/schedules/${show.id}/seats`);
    await visitor.at_map();
    await visitor.choose(show, ['C-A-5']);
    await visitor.act('hold');
    assert.match(await visitor.see('hold-countdown').innerText(), /^00:([01]\d|20)$/);
    if (device === desktop) await visitor.act('buy');
    await visitor.see('hold-expired').waitFor({ timeout: 45000 });
    await visitor.look('expired');
    await visitor.until(async () => (await house.states(show))[show.guids.indexOf('C-A-5')] === FREE, 'the seat is free again');
    await visitor.act('choose-again');
    await visitor.at_map();
    assert.deepEqual(await visitor.tray(), []);
    await visitor.leave();
  });
