/* What a buyer looks around in: the front page, searches that live in the address, a performance with all that is told of it, light and dark. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { day, hour } from '../lib/world.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let show, soon, room;

const tablet = { viewport: { width: 768, height: 1024 } };

opens({ prepare: async () => {
  const { world } = house;
  show = await house.show('theatre', '달빛 아래 우리 · Under the Same Moon');
  const performance = await world.performance({ title: '새벽의 지휘자 · The Dawn Conductor', genre: 'classical' });
  const times = { starts_at: world.time(30 * day), ends_at: world.time(30 * day + 2 * hour), sale_starts_at: world.time(2 * hour) };
  room = await house.show('theatre', '줄 · In Line', { genre: 'play', queue: { paused: true } });
  soon = { performance, ...await world.schedule(performance, show.hall, times) };
  await world.schedule(show.performance, show.hall, { starts_at: world.time(40 * day), ends_at: world.time(40 * day + 2 * hour), sale_starts_at: world.time(day) });
  ok(await world.api('PUT', `/api/v1/schedules/${show.id}/cast`, { casting: [{ name: '한서윤', role: '이선' }] }, { as: world.admin }));
  ok(await world.terms(show, { person_types: [{ name: 'student', percent: 30, proof_at_door: true }] }));
  ok(await world.api('PATCH', `/api/v1/halls/${show.hall.id}`, { region: '서울' }, { as: world.admin }));
} });

/* The sale of a show begins after so long. */
async function opening({ id }, after) {
  ok(await house.world.api('PATCH', `/api/v1/schedules/${id}`, { sale_starts_at: new Date(Date.now() + after).toISOString() }, { as: house.world.admin }));
}

const cards = (visitor, shelf) => visitor.page.getByTestId(shelf).getByTestId('performance-card');
const address = (visitor) => new URL(visitor.page.url()).search;

describe('around the house', { concurrency: 3 }, () => {
  for (const who of [{ name: 'around-phone-ko', device: phone, language: 'ko', colorScheme: 'dark' }, { name: 'around-tablet-en', device: tablet, language: 'en' }])
    test(`a visitor (${who.name}) looks around and searches`, { timeout: 120000 }, async () => {
      const visitor = await Visitor.open(browser, house, who);
      await visitor.go('/');
      await cards(visitor, 'performances').first().waitFor();
      await cards(visitor, 'soon').getByTestId('countdown').first().waitFor();
      assert.match(await visitor.see('countdown').innerText(), /^0[12]:\d\d:\d\d$/);
      await visitor.look('shelves');

      await visitor.act('genre-classical');
      await visitor.until(async () => (await cards(visitor, 'performances').allInnerTexts()).join().includes('Dawn'), 'what is classical');
      assert.equal(address(visitor), '?genre=classical');
      await visitor.act('genre-musical');
      await visitor.act('filters');
      await visitor.see('field-region').fill('서울');
      await visitor.see('field-status').selectOption('on_sale');
      await visitor.see('field-max_price').fill('9999999');
      await visitor.look('filters');
      await visitor.act('filter-submit');
      await visitor.until(async () => (await cards(visitor, 'performances').count()) === 1, 'the one on sale');
      assert.equal(address(visitor), `?genre=musical&status=on_sale&region=${encodeURIComponent('서울')}&max_price=9999999`);
      await visitor.look('found');
      await visitor.page.reload();
      await cards(visitor, 'performances').first().waitFor();
      assert.equal(await visitor.see('field-region').inputValue(), '서울', 'the address holds the search');
      await visitor.see('field-region').fill('Nowhere');
      await visitor.act('filter-submit');
      await visitor.see('empty').waitFor();
      await visitor.look('nothing');
      await visitor.act('clear');
      await cards(visitor, 'soon').first().waitFor();
      assert.equal(address(visitor), '');
      await visitor.leave();
    });

  const review = {
    id: '', author: '김**', rating: 4, title: 'Moving', content: 'Twice.', likes: 3, liked: false, mine: false,
    created_at: '2026-01-02T03:04:05Z', updated_at: null, hidden: false, hidden_reason: null,
  };

  for (const who of [{ name: 'show-phone-en', device: phone, language: 'en', colorScheme: 'dark' }, { name: 'show-desktop-ko', device: desktop, language: 'ko' }])
    test(`a performance tells of its dates, cast, prices, terms, hall and reviews (${who.name})`, { timeout: 120000 }, async () => {
      const { world } = house;
      const visitor = await Visitor.open(browser, house, { ...who, refusals: [403] });
      const reviews = `/performances/${show.performance.id}/reviews`;
      await visitor.sign_in_as(await world.user());
      const written = { ...review, id: (await fresh_review_id()), performance_id: show.performance.id };
      await visitor.says('GET', reviews, { body: { items: [written], average: 4, count: 1, next: null } });
      await visitor.go(`/performances/${show.performance.id}`);
      await visitor.see('calendar').waitFor();
      await visitor.see('casting').waitFor();
      assert.match(await visitor.see('venue').innerText(), /서울/);
      assert.match(await visitor.see('policy').innerText(), /10%/);
      await visitor.act('person-prices');
      assert.match(await visitor.see('price-table').innerText(), who.language === 'ko' ? /학생/ : /Student/);
      await visitor.look('all-dates');

      assert.equal(await visitor.page.getByTestId('schedule').count(), 2);
      while (!(await visitor.page.getByTestId('month-after').isDisabled())) await visitor.act('month-after');
      await visitor.page.getByTestId('calendar-day').last().click();
      await visitor.until(async () => (await visitor.page.getByTestId('schedule').count()) === 1, 'the date that was chosen');
      await visitor.see('look-at-seats').waitFor();
      await visitor.act('all-dates');

      await visitor.says('PUT', `/reviews/${written.id}/like`, { body: { review_id: written.id, likes: 4, liked: true } });
      await visitor.act('like');
      await visitor.page.locator('[data-testid="like"][aria-pressed="true"]').waitFor();
      await visitor.says('POST', `/reviews/${written.id}/reports`, { status: 201, body: { id: written.id } });
      await visitor.act('report');
      await visitor.see('field-reason').fill('Advertising.');
      await visitor.act('send-report');
      await visitor.see('toast').waitFor();

      await visitor.act('write');
      await visitor.page.getByTestId('star-4').check({ force: true });
      await visitor.see('field-title').fill('Before it was played');
      await visitor.see('field-content').fill('I was not there yet.');
      await visitor.silence(reviews);
      await visitor.act('publish');
      await visitor.see('form-problem').waitFor();
      await visitor.look('not-attended');
      await visitor.page.reload();
      assert.equal(await visitor.see('field-title').inputValue(), 'Before it was played', 'nothing typed is lost');
      await visitor.leave();
    });

  /* An id of the right form; nothing of it exists. */
  const fresh_review_id = async () => show.performance.id;

  test('the theme is the device\'s, or what one chooses, and is kept', { timeout: 60000 }, async () => {
    const visitor = await Visitor.open(browser, house, { name: 'theme', colorScheme: 'dark' });
    const ground = () => visitor.page.evaluate(() => [document.documentElement.dataset.theme, getComputedStyle(document.body).backgroundColor]);
    const shown = (theme) => visitor.until(async () => (await ground())[0] === theme, theme);
    await visitor.go('/');
    await cards(visitor, 'performances').first().waitFor();
    assert.deepEqual(await ground(), ['dark', 'rgb(16, 16, 22)']);
    await visitor.act('theme-light');
    await shown('light');
    await visitor.page.reload();
    await cards(visitor, 'performances').first().waitFor();
    assert.deepEqual(await ground(), ['light', 'rgb(243, 244, 247)']);
    await visitor.act('theme-auto');
    await shown('dark');
    await visitor.page.emulateMedia({ colorScheme: 'light' });
    await shown('light');
    await visitor.page.emulateMedia({ colorScheme: 'dark' });
    await shown('dark');
    await visitor.page.emulateMedia({ colorScheme: 'dark', media: 'print' });
    await visitor.until(async () => (await ground())[1] === 'rgb(255, 255, 255)', 'on paper it is light');
    await visitor.leave();
  });

  test('every page of a buyer is readable in the dark', { timeout: 180000 }, async () => {
    const { world } = house;
    const user = await world.user();
    const { booking, payment } = await world.buy(user, show, show.guids.slice(0, 1));
    const hold = ok(await world.hold(user, show, show.guids.slice(1, 2)), 201);
    const visitor = await Visitor.open(browser, house, { name: 'dark', device: phone, colorScheme: 'dark' });
    for (const [path, seen] of [['/login', 'login-form'], ['/signup', 'signup-form'], ['/nowhere', 'notice']]) {
      await visitor.go(path);
      await visitor.see(seen).waitFor();
      await visitor.look(seen);
    }
    await visitor.sign_in_as(user);
    for (const [path, seen] of [
      [`/schedules/${room.id}/queue`, 'queue-position'], [`/schedules/${show.id}/seats`, 'seat-room'], [`/schedules/${show.id}/waitlist`, 'nothing-gone'],
      [`/checkout/${hold.id}`, 'buy'], ['/tickets', 'bookings'], [`/tickets/${booking.id}`, 'qr'], [`/receipts/${payment.id}`, 'receipt'], ['/coupons', 'redeem-form'],
      ['/mileage', 'mileage'], ['/account', 'notifications'], [`/pay/return?payment=${payment.id}`, 'result'],
    ]) {
      await visitor.go(path);
      await visitor.see(seen).waitFor();
      await visitor.look(seen);
    }
    await visitor.leave();
  });

  test('which mails one gets is chosen', { timeout: 60000 }, async () => {
    const visitor = await Visitor.open(browser, house, { name: 'mails' });
    const user = await house.world.user();
    await visitor.sign_in_as(user);
    await visitor.go('/account');
    await visitor.page.getByTestId('field-seat_offered').uncheck();
    await visitor.act('save-notifications');
    await visitor.see('toast').waitFor();
    const settings = ok(await house.world.api('GET', '/api/v1/notifications/settings', undefined, { as: user }));
    assert.deepEqual([settings.seat_offered, settings.booking_confirmed, settings.security], [false, true, true]);
    await visitor.leave();
  });
});

/* Last, since it is on sale then. */
test('who waits for the opening is taken in by itself', { timeout: 60000 }, async () => {
  const visitor = await Visitor.open(browser, house, { name: 'opening' });
  await visitor.go(`/performances/${soon.performance.id}`);
  await visitor.page.getByTestId('go-in').check();
  await visitor.look('waits');
  await opening(soon, 3000);
  await visitor.page.reload();
  await visitor.see('seat-canvas').waitFor();
  assert.equal(visitor.path(), `/schedules/${soon.id}/seats`);
  await visitor.leave();
});
