/* A sale whose places are drawn, as its buyers see it: the countdown, the place, and the check of the draw in the browser. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { day, hour } from '../lib/world.mjs';
import { ok } from '../lib/server.mjs';
import { House } from './house.mjs';
import { desktop, launch, phone, Visitor } from './visitor.mjs';

let house, browser;

before(async () => {
  house = await House.open();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await house?.close();
});

async function drawing(in_ms) {
  const { world } = house;
  const hall = await house.hall('theatre', '한빛 소극장 · Hanbit Playhouse');
  const performance = await world.performance({ title: '제비뽑기의 밤 · A Night of Lots' });
  const time = (ms) => new Date(Date.now() + ms).toISOString();
  const starts = ++house.days * day;
  const schedule = await world.schedule(performance, hall,
    { starts_at: time(starts), ends_at: time(starts + 2 * hour), sale_starts_at: time(in_ms), sale_ends_at: time(starts - day) });
  const show = { id: schedule.id, performance };
  await house.room(show, { mode: 'draw', paused: true });
  return show;
}

for (const who of [{ name: 'draw-phone-ko', device: phone, language: 'ko' }, { name: 'draw-desktop-en', device: desktop, language: 'en' }])
  test(`a buyer (${who.name}) waits for the draw, and checks it`, { timeout: 90000 }, async () => {
    const { world } = house;
    const visitor = await Visitor.open(browser, house, who);
    await visitor.sign_in_as(await world.user());
    const show = await drawing(12000);
    for (const other of await world.crowd(3)) ok(await world.api('POST', `/api/v1/schedules/${show.id}/queue`, undefined, { as: other }), 201);
    await visitor.go(`/performances/${show.performance.id}`);
    await visitor.act('enter-queue');
    await visitor.see('queue-draw').waitFor();
    await visitor.look('waiting');
    await visitor.see('queue-position').waitFor({ timeout: 30000 });
    const position = Number(await visitor.see('queue-position').innerText());
    assert.ok(position >= 1 && position <= 4);

    await visitor.act('to-draw');
    await visitor.see('draw-right').waitFor();
    const drawn = ok(await world.api('GET', `/api/v1/schedules/${show.id}/queue/draw`));
    assert.equal(drawn.count, 4);
    assert.match(await visitor.see('draw-right').innerText(), new RegExp(`\\b${position}(번|\\b)`));
    await visitor.act('check-all');
    await visitor.see('draw-right').waitFor();
    await visitor.look('checked');

    const receipt = visitor.page.locator('#receipt');
    await receipt.fill((await receipt.inputValue()).replace(/.$/, (last) => (last === '0' ? '1' : '0')));
    await visitor.act('check-own');
    await visitor.see('draw-wrong').waitFor();
    await visitor.leave();
  });
