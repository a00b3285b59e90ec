/* A sale whose places are drawn, as its buyers see it: the countdown, the place, and the check of the draw in the browser. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { changed_bytes, changed_lines } from '../lib/draw_bytes.mjs';
import { day, hour } from '../lib/world.mjs';
import { ok, program } from '../lib/server.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

opens();

/* Drawn as soon as `draw_soon` says so. */
async function drawing() {
  const { world } = house;
  const hall = await house.hall('theatre', '한빛 소극장 · Hanbit Playhouse');
  const performance = await world.performance({ title: '제비뽑기의 밤 · A Night of Lots' });
  const time = (ms) => new Date(Date.now() + ms).toISOString();
  const starts = ++house.days * day;
  const schedule = await world.schedule(performance, hall,
    { starts_at: time(starts), ends_at: time(starts + 2 * hour), sale_starts_at: time(hour), sale_ends_at: time(starts - day) });
  const show = { id: schedule.id, performance };
  await house.room(show, { mode: 'draw', paused: true });
  return show;
}

async function draw_soon(show) {
  const { world } = house;
  ok(await world.api('PATCH', `/api/v1/schedules/${show.id}`, { sale_starts_at: new Date(Date.now() + 3000).toISOString() }, { as: world.admin }));
}

for (const who of [{ name: 'draw-phone-ko', device: phone, language: 'ko' }, { name: 'draw-desktop-en', device: desktop, language: 'en' }])
  test(`a buyer (${who.name}) waits for the draw, and checks it`, { timeout: 150000 }, async () => {
    const { world } = house;
    const visitor = await Visitor.open(browser, house, who);
    await visitor.sign_in_as(await world.user());
    const show = await drawing();
    for (const other of await world.crowd(3)) ok(await world.api('POST', `/api/v1/schedules/${show.id}/queue`, undefined, { as: other }), 201);
    await visitor.go(`/performances/${show.performance.id}`);
    await visitor.act('enter-queue');
    await visitor.see('queue-draw').waitFor();
    await visitor.look('waiting');
    await draw_soon(show);
    await visitor.see('queue-position').waitFor({ timeout: 60000 });
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

/* The answer to this check, not to the one before. */
async function check(visitor, file, receipt = '') {
  const old = '[data-testid^="draw-"]';
  await visitor.page.locator('#draw-file').setInputFiles({ name: 'draw.txt', mimeType: 'text/plain', buffer: file });
  await visitor.page.locator('#receipt').fill(receipt);
  await visitor.page.evaluate((marked) => document.querySelectorAll(marked).forEach((one) => one.setAttribute('data-old', '')), old);
  await visitor.act('check-all');
  const answer = visitor.page.locator('[data-testid="draw-right"]:not([data-old]), [data-testid="draw-wrong"]:not([data-old])');
  await answer.waitFor();
  return { right: await answer.getAttribute('data-testid') === 'draw-right', text: await answer.innerText() };
}

async function verify(folder, file, receipt) {
  await writeFile(join(folder, 'file'), file);
  await writeFile(join(folder, 'receipt'), receipt);
  const { stdout } = await promisify(execFile)(program, ['verify-draw', join(folder, 'file'), '--receipt', join(folder, 'receipt')]);
  return Number(/has place (\d+)/.exec(stdout)[1]);
}

test('a stranger with the file alone: the browser and the command line confirm a place, and the browser refuses any change', { timeout: 180000 }, async () => {
  const { world } = house;
  const visitor = await Visitor.open(browser, house, { name: 'draw-stranger' });
  const folder = await mkdtemp(join(tmpdir(), 'takenseat-stranger-'));
  const people = await world.crowd(4);
  const show = await drawing();
  const places = [];
  for (const person of people) places.push(ok(await world.api('POST', `/api/v1/schedules/${show.id}/queue`, undefined, { as: person }), 201));
  const drawn = async () => ok(await world.api('GET', `/api/v1/schedules/${show.id}/queue/draw`)).state === 'drawn';
  await draw_soon(show);
  await visitor.until(drawn, 'the draw');
  await visitor.go(`/schedules/${show.id}/draw`);
  await visitor.see('check-all').waitFor();

  const own = Buffer.from((await world.api('GET', `/api/v1/schedules/${show.id}/queue/draw/entries`)).text);
  const shared = (name) => readFile(new URL(`../../web/test/draw/${name}`, import.meta.url));
  const other = { file: await shared('beacon.txt'), own: JSON.parse(await shared('beacon.json')).own };
  for (const { file, receipt } of [...places.map(({ receipt }) => ({ file: own, receipt })), { file: other.file, receipt: other.own[3].receipt }]) {
    const place = await verify(folder, file, receipt);
    const told = await check(visitor, file, receipt);
    assert.ok(told.right, told.text);
    assert.match(told.text, new RegExp(`\\b${place}\\b`));
  }
  await visitor.look('confirmed');
  const wrong = [...changed_lines(own), ...changed_bytes(other.file).filter(({ what }) => !/(first|last) byte of /.test(what))];
  for (const { what, file } of wrong) assert.ok(!(await check(visitor, file)).right, what);
  await visitor.look('refused');
  await visitor.leave();
  await rm(folder, { recursive: true });
});
