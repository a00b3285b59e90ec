/* An organizer runs a waiting room: sees how it goes, and changes it while people wait. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

opens();

const figure = (visitor, id) => visitor.see(`figure-${id}`).innerText();

/* The clock of a test that has failed holds nobody up. */
const every = (ms, work) => setInterval(work, ms).unref();

async function pull(visitor, lever) {
  await visitor.act(lever);
  await visitor.act('yes');
  await visitor.page.getByTestId('sure').waitFor({ state: 'detached' });
}

/* They mostly wait: at the same time. */
describe('the room is run', { concurrency: true }, () => {
  for (const who of [{ name: 'cockpit-phone-ko', device: phone, language: 'ko' }, { name: 'cockpit-desktop-en', device: desktop, language: 'en' }])
    test(`an organizer (${who.name}) runs a room`, { timeout: 90000 }, async () => {
      const { world } = house;
      const show = await house.show('theatre', '첫 공연 · First Night', { queue: { paused: true, admit_per_minute: 60, message: '곧 시작합니다' } });
      const people = await world.crowd(3);
      const places = [];
      for (const person of people) places.push(ok(await world.api('POST', `/api/v1/schedules/${show.id}/queue`, undefined, { as: person }), 201));
      const presence = every(2000, () => places.forEach(({ place_token }) => world.api('GET', `/api/v1/queue/${place_token}`).catch(() => undefined)));

      const visitor = await Visitor.open(browser, house, { ...who, refusals: ['ERR_FAILED'] });
      await visitor.sign_in_as(await world.user(['MANAGER']));
      await visitor.go(`/performances/${show.performance.id}`);
      await visitor.act('to-cockpit');
      await visitor.see('curve').waitFor();
      assert.match(await figure(visitor, 'waiting'), /^3/);
      await visitor.look('paused');

      await visitor.act('pause');
      await visitor.see('sure').waitFor();
      await visitor.look('sure');
      await visitor.act('no');
      assert.equal((await world.api('GET', `/api/v1/schedules/${show.id}/queue/settings`, undefined, { as: world.admin })).json.paused, true, 'nothing before yes');

      await visitor.see('field-rate').fill('many');
      await visitor.act('rate');
      assert.equal(await visitor.see('field-rate').getAttribute('aria-invalid'), 'true');
      await visitor.see('field-rate').fill('6000');
      await pull(visitor, 'rate');
      await visitor.see('field-limit').fill('50');
      await pull(visitor, 'limit');
      await visitor.see('field-message').fill('입장을 시작합니다');
      await visitor.see('field-message-en').fill('Doors are open');
      await pull(visitor, 'message');
      await pull(visitor, 'drain');
      await pull(visitor, 'pause');
      const settings = ok(await world.api('GET', `/api/v1/schedules/${show.id}/queue/settings`, undefined, { as: world.admin }));
      assert.deepEqual([settings.admit_per_minute, settings.active_limit, settings.paused, settings.draining, settings.message, settings.message_en],
        [6000, 50, false, true, '입장을 시작합니다', 'Doors are open']);
      await visitor.until(async () => /^3/.test(await figure(visitor, 'active')), 'three people inside');
      await visitor.look('running');

      const [download] = await Promise.all([visitor.page.waitForEvent('download'), visitor.act('csv')]);
      const rows = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
      assert.equal(rows.slice(1).reduce((n, row) => n + Number(row.split(',')[1]), 0), 3, rows.join('|'));

      await visitor.cuts(`/schedules/${show.id}/queue/status`);
      await visitor.see('stale').waitFor();
      await visitor.look('stale');
      clearInterval(presence);
      await visitor.leave();
    });

  test('a room that is off says so; somebody else has none', { timeout: 60000 }, async () => {
    const show = await house.show('theatre', '쉬는 날 · Day Off');
    const visitor = await Visitor.open(browser, house, { name: 'cockpit-off', refusals: [404] });
    await visitor.sign_in_as(house.world.admin);
    await visitor.go(`/admin/queues/${show.id}`);
    await visitor.see('room-off').waitFor();
    await visitor.look('off');
    await visitor.leave();
    const rival = await Visitor.open(browser, house, { name: 'cockpit-rival', refusals: [404] });
    await rival.sign_in_as(await house.world.user(['PRODUCER']));
    await rival.go(`/admin/queues/${show.id}`);
    await rival.see('error').waitFor();
    await rival.leave();
  });
});
