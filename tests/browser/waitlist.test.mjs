/* Waiting for what is sold out, from the performance's page to a ticket. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

opens();

for (const [name, device, language] of [['waitlist-phone-ko', phone, 'ko'], ['waitlist-desktop-en', desktop, 'en']])
  test(`seats that were waited for are offered and bought (${name})`, { timeout: 60000 }, async () => {
    const { world } = house;
    const sale = await world.sale({ hall: { rows: 3, seats: 2 } });
    const [owner, other, user] = [await world.user(), await world.user(), await world.user()];
    const hold = ok(await world.hold(owner, sale, sale.guids.slice(0, 2)), 201);
    const visitor = await Visitor.open(browser, house, { name, device, language });
    await visitor.sign_in_as(user);

    await visitor.go(`/performances/${sale.performance.id}`);
    await visitor.see('to-waitlist').waitFor();
    await visitor.look('sold-out');
    await visitor.act('to-waitlist');
    await visitor.see('waitlist-form').waitFor();
    assert.deepEqual(await visitor.see('field-grade').locator('option').allInnerTexts(), ['VIP']);
    await visitor.see('field-count').selectOption('2');
    await visitor.look('join');
    await visitor.act('submit');
    await visitor.see('waiting-ahead').waitFor();
    await visitor.look('waiting');
    ok(await world.api('POST', `/api/v1/schedules/${sale.id}/waitlist`, { grade: 'VIP', count: 1 }, { as: other }), 201);

    ok(await world.api('DELETE', `/api/v1/holds/${hold.id}`, undefined, { as: owner }), 204);
    await visitor.until(async () => {
      const [mine] = ok(await world.api('GET', '/api/v1/waitlist/mine', undefined, { as: user })).items;
      return mine.status === 'offered';
    }, 'the offer');
    await visitor.go(`/schedules/${sale.id}/seats`);
    await visitor.see('offer-note').waitFor();
    await visitor.look('offer-at-map');
    await visitor.see('offer-note').getByRole('link').click();
    await visitor.see('waiting-offered').waitFor();
    await visitor.go('/tickets');
    await visitor.see('waiting-offered').waitFor();
    await visitor.look('offered');
    await visitor.act('accept');
    await visitor.see('buy').waitFor();
    await visitor.act('buy');
    await visitor.see('sandbox').waitFor();
    await visitor.pay('sandbox-ok');
    await visitor.result('paid');
    const [booking] = ok(await world.api('GET', '/api/v1/bookings', undefined, { as: user })).items;
    assert.deepEqual(booking.seats.map(({ guid }) => guid), sale.guids.slice(0, 2));
    await visitor.go('/tickets');
    await visitor.see('booking').waitFor();
    assert.equal(await visitor.page.getByTestId('waiting').count(), 0, 'the wait is over');
    await visitor.leave();
  });

test('who leaves the list is asked no more', { timeout: 60000 }, async () => {
  const { world } = house;
  const user = await world.user();
  const entry = await world.waiting(user);
  const visitor = await Visitor.open(browser, house, { name: 'unlisted' });
  await visitor.sign_in_as(user);
  await visitor.go(`/schedules/${entry.schedule_id}/waitlist`);
  await visitor.act('leave-list');
  await visitor.see('waitlist-form').waitFor();
  const [mine] = ok(await world.api('GET', '/api/v1/waitlist/mine', undefined, { as: user })).items;
  assert.equal(mine.status, 'left');
  await visitor.leave();
});
