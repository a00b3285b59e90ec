/* Waiting, as those who wait see it: what changes, what is said, how they are called, and without a script. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

opens();

const join = async (show, as) => ok(await house.world.api('POST', `/api/v1/schedules/${show.id}/queue`, undefined, { as }), 201);
const leave = async (place, as) => ok(await house.world.api('DELETE', `/api/v1/queue/${place.place_token}`, undefined, { as }), 204);

/* A browser that remembers what it sounded and notified. */
const witness = () => {
  window.called = { tones: 0, notes: [] };
  window.AudioContext = class extends AudioContext {
    createOscillator() {
      window.called.tones++;
      return super.createOscillator();
    }
  };
  window.Notification = class {
    static permission = sessionStorage.granted ?? 'default';
    static async requestPermission() {
      return (sessionStorage.granted = this.permission = 'granted');
    }
    constructor(title) {
      window.called.notes.push(title);
    }
    close() {}
  };
  document.hasFocus = () => false;
};

/* They mostly wait: at the same time. */
describe('waiting', { concurrency: true }, () => {
  for (const who of [{ name: 'waiting-phone-ko', device: phone, language: 'ko' }, { name: 'waiting-desktop-en', device: desktop, language: 'en' }])
    test(`a buyer (${who.name}) waits, and is called`, { timeout: 90000 }, async () => {
      const { world } = house;
      const show = await house.show('theatre', '기다림 · The Wait', { queue: { paused: true, message: '곧 입장합니다.', message_en: 'Doors open soon.' } });
      const [first, second] = await world.crowd(2);
      const ahead = await join(show, first);
      await join(show, second);

      const visitor = await Visitor.open(browser, house, { ...who, refusals: ['ERR_FAILED', 503] });
      await visitor.page.addInitScript(witness);
      await visitor.sign_in_as(await world.user());
      const token = (await join(show, visitor.account)).place_token;
      const path = `/queue/${token}`;
      const says = (change) => visitor.adds(path, { poll_after_ms: 500, ...change });
      await says({});
      await visitor.page.route(visitor.called(`/schedules/${show.id}/queue`), async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { ...await answer.json(), poll_after_ms: 500 } });
      });
      await visitor.go(`/schedules/${show.id}/queue`);
      await visitor.until(async () => (await visitor.see('queue-position').innerText()) === '3', 'the third place');
      assert.match(await visitor.page.title(), /3/);
      assert.match(await visitor.see('queue-message').innerText(), who.language === 'ko' ? /곧 입장합니다/ : /Doors open soon/);
      await visitor.look('paused');

      await visitor.see('chime').check();
      await visitor.act('notify');
      await visitor.see('notified').waitFor();
      const sample = await visitor.page.evaluate(() => window.called.tones);
      assert.ok(sample > 0, 'the chosen sound is heard once');

      await leave(ahead, first);
      await visitor.until(async () => /1/.test(await visitor.see('queue-news').locator('li').first().innerText()), 'news of who has left');
      assert.equal(await visitor.see('queue-position').innerText(), '2');

      const other = await visitor.tab();
      await other.goto(visitor.page.url());
      await visitor.see('queue-other-tab').waitFor();
      await visitor.look('other-tab');
      await other.close({ runBeforeUnload: true });

      for (const [name, change, id] of [
        ['sold-out', { eta_reason: 'sold_out', eta_high_seconds: null, paused: false }, 'to-waitlist'],
        ['back', { eta_reason: 'back', back_by: new Date(Date.now() + 300000).toISOString(), paused: false, position: 1, ahead: 0 }, 'queue-back'],
      ]) {
        await says(change);
        await visitor.see(id).waitFor();
        await visitor.look(name);
      }
      await visitor.cuts(path);
      await visitor.see('queue-shaky').waitFor();
      await visitor.look('shaky');
      await says({});
      await visitor.page.getByTestId('queue-shaky').waitFor({ state: 'detached' });

      await visitor.act('to-plain');
      await visitor.page.locator('main h1').waitFor();
      assert.match(await visitor.page.locator('main h1').innerText(), /2/);
      await visitor.look('plain');
      await visitor.page.goBack();
      await visitor.see('queue-position').waitFor();
      assert.ok(await visitor.see('chime').isChecked(), 'the choice is remembered');

      await house.room(show, { paused: false });
      await visitor.until(() => visitor.path().endsWith('/seats'), 'the way to the seats');
      const called = await visitor.page.evaluate(() => window.called);
      assert.ok(called.tones > 0, 'called by a sound');
      assert.equal(called.notes.length, 1, 'and by one notification');
      await visitor.leave();
    });

  test('without a script a place is waited for by reloading', { timeout: 60000 }, async () => {
    const { world } = house;
    const show = await house.show('theatre', '종이 한 장 · A Sheet of Paper', { queue: { paused: true } });
    const { place_token } = await join(show, await world.user());
    const context = await browser.newContext({ ...phone, locale: 'en-GB', javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${house.base}/wait/${place_token}`);
    assert.equal(await page.locator('h1').innerText(), 'No. 1 in line');
    await house.room(show, { paused: false });
    await page.getByRole('heading', { name: 'It is your turn' }).waitFor({ timeout: 20000 });
    assert.equal(await page.getByRole('link').first().getAttribute('href'), `/schedules/${show.id}/queue`);
    await context.close();
  });

  test('whom the room does not take in any more is told why', { timeout: 60000 }, async () => {
    const show = await house.show('theatre', '마지막 손님 · The Last Guest', { queue: { draining: true } });
    const visitor = await Visitor.open(browser, house, { name: 'waiting-drained', device: phone, language: 'ko', refusals: [409] });
    await visitor.sign_in_as(await house.world.user());
    await visitor.go(`/schedules/${show.id}/queue`);
    await visitor.see('queue-refused').waitFor();
    await visitor.look('drained');
    await visitor.leave();
  });
});
