/* Without a network, with a bad one, and when the server will not: each has its picture, and nothing is lost. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let show;

opens({ prepare: async () => { show = await house.show('theatre', '달빛 아래 우리 · Under the Same Moon'); } });

/* Somebody with a ticket. */
async function holder() {
  const user = await house.world.user();
  user.booking = (await house.world.buy(user, show, show.guids.splice(0, 2))).booking;
  user.tickets = ok(await house.world.api('GET', `/api/v1/bookings/${user.booking.id}/tickets`, undefined, { as: user })).items;
  return user;
}

const busy = (status, code, seconds) => ({ status, headers: { 'retry-after': String(seconds) }, body: { type: 'about:blank', title: 'Later', status, code, detail: 'Please come again a little later.', errors: [] } });

describe('a bad network', { concurrency: 3 }, () => {
  test('one\'s tickets open without a network, until one signs out', { timeout: 120000 }, async () => {
    const visitor = await Visitor.open(browser, house, { name: 'offline-phone-ko', device: phone, language: 'ko', refusals: ['ERR_INTERNET_DISCONNECTED'] });
    const user = await holder();
    await visitor.sign_in_as(user);
    await visitor.go('/tickets');
    await visitor.see('booking').waitFor();
    const kept = () => visitor.page.evaluate(() => localStorage.getItem('takenseat.kept'));
    await visitor.until(async () => (await kept())?.includes('<svg'), 'the tickets are kept');
    await visitor.until(() => visitor.page.evaluate(async () => {
      const files = await (await caches.open('takenseat-client')).keys();
      return files.some(({ url }) => url.includes('/BookingPage-'));
    }), 'the client is kept');
    const cached = await visitor.page.evaluate(async () => (await (await caches.open('takenseat-client')).keys()).map(({ url }) => new URL(url).pathname));
    assert.deepEqual(cached.filter((path) => path.startsWith('/api')), [], 'no answer of the API is kept by the service worker');

    await visitor.context.setOffline(true);
    await visitor.page.goto(`${house.base}/tickets`);
    await visitor.see('kept').waitFor();
    await visitor.look('list');
    await visitor.act('booking');
    await visitor.see('qr').waitFor();
    await visitor.page.reload();
    await visitor.see('qr').waitFor();
    const codes = [await visitor.scan(visitor.page.getByTestId('qr').first()), await visitor.scan(visitor.page.getByTestId('qr').last())];
    assert.deepEqual(codes.sort(), user.tickets.map(({ code }) => code).sort());
    await visitor.look('tickets');

    await visitor.context.setOffline(false);
    await visitor.until(async () => (await visitor.page.getByTestId('kept').count()) === 0, 'what is now is shown again');
    await visitor.go('/account');
    await visitor.act('sign-out');
    await visitor.see('sign-in-link').waitFor();
    assert.equal(await kept(), null, 'nothing of the person stays');
    await visitor.leave();
  });

  test('an evening goes into the calendar, and a code that others have seen is replaced', { timeout: 60000 }, async () => {
    const visitor = await Visitor.open(browser, house, { name: 'ticket' });
    const user = await holder();
    await visitor.sign_in_as(user);
    await visitor.go(`/tickets/${user.booking.id}`);
    const [file] = await Promise.all([visitor.page.waitForEvent('download'), visitor.act('to-calendar')]);
    const text = await readFile(await file.path(), 'utf8');
    assert.match(text, /^BEGIN:VCALENDAR\r\n/);
    assert.ok(text.includes(`UID:${user.booking.id}@takenseat\r\n`));
    const code = () => visitor.page.getByTestId('qr').first().getAttribute('src');
    const before = await code();
    await visitor.act('new-code');
    await visitor.look('sure');
    await visitor.act('new-code-sure');
    await visitor.until(async () => (await visitor.page.getByTestId('qr').count()) === 2 && await code() !== before, 'another code');
    await visitor.leave();
  });

  test('a server that says when to come again is asked again then', { timeout: 60000 }, async () => {
    const visitor = await Visitor.open(browser, house, { name: 'later', device: phone, language: 'ko', refusals: [429, 503], colorScheme: 'dark' });
    const path = `/performances/${show.performance.id}`;
    for (const [status, code, state] of [[429, 'too_many', 'too-many'], [503, 'unavailable', 'busy']]) {
      await visitor.says('GET', path, busy(status, code, 100));
      await visitor.go(path);
      await visitor.see(state).waitFor();
      await visitor.see('retry-countdown').waitFor();
      await visitor.look(state);
      await visitor.says('GET', path, busy(status, code, 6));
      await visitor.act('retry');
      await visitor.until(async () => (await visitor.see('retry-countdown').innerText()).startsWith('00:0'), 'the shorter wait');
      await visitor.silence(path);
      await visitor.see('performance-title').waitFor();
    }
    await visitor.leave();
  });

  test('a slow network is named, and a lost one comes back by itself', { timeout: 60000 }, async () => {
    const visitor = await Visitor.open(browser, house, { name: 'slow', refusals: ['ERR_FAILED', 'ERR_INTERNET_DISCONNECTED'] });
    const path = `/performances/${show.performance.id}`;
    let go;
    const gate = new Promise((resolve) => { go = resolve; });
    await visitor.answers(path, async (route) => {
      await gate;
      await route.abort();
    });
    await visitor.go(path);
    await visitor.see('slow').waitFor();
    await visitor.look('slow');
    go();
    await visitor.see('offline').waitFor();
    await visitor.look('offline');
    await visitor.silence(path);
    await visitor.context.setOffline(true);
    await visitor.page.locator('.offline-bar').waitFor();
    await visitor.context.setOffline(false);
    await visitor.see('performance-title').waitFor();
    await visitor.leave();
  });

  for (const same of [true, false])
    test(`a session that ends in the middle: ${same ? 'the same person goes on where it was' : 'another begins afresh'}`, { timeout: 60000 }, async () => {
      const { world } = house;
      const visitor = await Visitor.open(browser, house, { name: `lapsed-${same ? 'same' : 'other'}`, device: same ? desktop : phone, refusals: [401] });
      const user = await world.user();
      await visitor.sign_in_as(user);
      await visitor.go('/account');
      await visitor.see('field-name').fill('Typed before it ended');
      const here = ok(await world.api('GET', '/api/v1/users/me/sessions', undefined, { as: user })).items;
      for (const one of here.filter(({ current }) => !current)) ok(await world.api('DELETE', `/api/v1/users/me/sessions/${one.id}`, undefined, { as: user }), 204);
      await visitor.act('save-profile');
      await visitor.see('sign-in-over').waitFor();
      await visitor.look('over');
      assert.equal(await visitor.see('field-email').inputValue(), user.email);
      const who = same ? user : await world.user();
      const over = visitor.page.getByTestId('sign-in-over');
      await over.getByTestId('field-email').fill(who.email);
      await over.getByTestId('field-password').fill(who.password);
      await over.getByTestId('submit').click();
      await over.waitFor({ state: 'detached' });
      if (same) {
        assert.equal(await visitor.see('field-name').inputValue(), 'Typed before it ended');
        await visitor.act('save-profile');
        await visitor.see('toast').waitFor();
        assert.equal(ok(await world.api('GET', '/api/v1/users/me', undefined, { as: user })).name, 'Typed before it ended');
      } else {
        await visitor.see('field-name').waitFor();
        await visitor.until(async () => (await visitor.see('field-name').inputValue()) === who.name, 'the page of who is there now');
      }
      await visitor.leave();
    });
});
