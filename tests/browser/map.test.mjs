/* The seat map: what somebody wants to see of it, what it proposes, what it says of a seat, and hands that hold no mouse. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { HELD } from '../lib/world.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let show;

opens({ prepare: async () => {
  show = await house.show('theatre', '별을 세는 밤 · Counting Stars', { genre: 'play' });
} });

async function at_the_map(options) {
  const visitor = await Visitor.open(browser, house, options);
  await visitor.sign_in_as(await house.world.user());
  await visitor.go(`/schedules/${show.id}/seats`);
  await visitor.at_map();
  return visitor;
}

const section = (visitor, name) => visitor.page.getByTestId('section').filter({ hasText: name });
const free_in = async (visitor, name) => Number(/(\d+) left/.exec(await section(visitor, name).innerText())[1]);

/* How bright the picture is where a seat is, of 765; beside its number. */
async function brightness(visitor, guid) {
  const seat = house.seat(show, guid);
  const { x, y } = await visitor.on_screen({ x: seat.x - 0.22, y: seat.y - 0.22 });
  return visitor.see('seat-canvas').evaluate((canvas, at) => {
    const box = canvas.getBoundingClientRect();
    const ratio = canvas.width / box.width;
    const copy = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, Math.round((at.x - box.left) * ratio), Math.round((at.y - box.top) * ratio), 1, 1, 0, 0, 1, 1);
    const { data } = copy.getImageData(0, 0, 1, 1);
    return data[0] + data[1] + data[2];
  }, { x, y });
}

test('a filter by price and needs is seen in the picture and in the list', { timeout: 60000 }, async () => {
  const visitor = await at_the_map({ name: 'filter' });
  const dear = brightness.bind(null, visitor, 'C-A-5');
  const bright = await dear();
  await visitor.act('filter-open');
  const lowest = await visitor.see('filter-price').locator('option').nth(1).getAttribute('value');
  await visitor.see('filter-price').selectOption(lowest);
  await visitor.until(async () => (await dear()) < bright / 2, 'a dear seat steps back');
  assert.ok(await section(visitor, '1F Centre').isDisabled(), 'nothing so cheap in the centre');
  assert.equal(await free_in(visitor, '2F'), 80);
  await visitor.act('filter-clear');
  await visitor.until(async () => (await dear()) === bright, 'it is back');
  await visitor.see('filter-wheelchair').check();
  await visitor.until(async () => (await free_in(visitor, '1F Centre')) === 2, 'two places for wheelchairs');
  await section(visitor, '1F Centre').click();
  assert.equal(await visitor.page.getByRole('row').count(), 1, 'the one row that has them');
  await visitor.look('filtered');
  await visitor.leave();
});

test('the best seats together come with two others, each in words, and are held by name', { timeout: 60000 }, async () => {
  const visitor = await at_the_map({ name: 'proposals', device: phone });
  await visitor.act('view-list');
  const proposals = visitor.page.getByTestId('proposal');
  await visitor.until(async () => (await proposals.count()) === 3, 'three proposals');
  assert.match(await proposals.first().innerText(), /1F Centre, row A, 2 seats together, facing the stage, .*30,000 each/);
  const told = await proposals.evaluateAll((all) => all.map((one) => one.dataset.guids.split(' ')));
  const places = told.map((guids) => guids.map((guid) => house.seat(show, guid)));
  assert.equal(new Set(places.map(([{ section: name, row }]) => `${name} ${row}`)).size, 3, 'in three rows');
  assert.ok(new Set(places.map(([{ section: name }]) => name)).size > 1, 'not all in one section');

  const { seats } = ok(await house.world.hold(await house.world.user(), show, { best: { count: 2, grade: show.map.grades[0].name } }), 201);
  assert.deepEqual([seats[0].section, seats[0].row], [places[0][0].section, places[0][0].row], 'where the server finds them, too');

  const second = await proposals.nth(1).getAttribute('data-guids');
  await proposals.nth(1).tap();
  await visitor.until(async () => (await visitor.tray()).join(' ') === second, 'the second choice in the tray');
  await visitor.look('proposed');
  await visitor.act('hold');
  await visitor.see('buy').waitFor();
  const states = await house.states(show);
  for (const guid of second.split(' ')) assert.equal(states[show.guids.indexOf(guid)], HELD, `${guid} is held`);
  await visitor.leave();
});

test('places for wheelchairs, companions and seats with a restricted view say so', { timeout: 60000 }, async () => {
  const visitor = await at_the_map({ name: 'traits', language: 'ko' });
  assert.match(await visitor.see('legend').innerText(), /휠체어석[^]*휠체어 동반석[^]*시야 제한/);
  await section(visitor, '1F Centre').click();
  const label = (guid) => visitor.page.locator(`[data-testid="seat"][data-guid="${guid}"]`).getAttribute('aria-label');
  assert.match(await label('C-L-1'), /열 끝 · 휠체어석 · 계단 없음 · 무대 정면/);
  assert.match(await label('C-L-2'), /휠체어 동반석/);
  await visitor.act('sections-back');
  await visitor.until(() => visitor.page.evaluate(() => document.activeElement.textContent.includes('1F Centre')), 'back where one went in');
  await section(visitor, '1F Left').click();
  assert.match(await label('L-A-3'), /시야 제한 · 무대 왼쪽/);
  await visitor.approach(house.seat(show, 'L-A-3'), 24);
  const { x, y } = await visitor.on_screen(house.seat(show, 'L-A-3'));
  await visitor.page.mouse.move(x, y);
  assert.match(await visitor.page.locator('.stage__note').innerText(), /시야 제한/);
  await visitor.look('restricted');
  await visitor.leave();
});

for (const [language, device, rest] of [['ko', phone, 'C-C-1'], ['en', desktop, 'C-D-1']])
  test(`the keyboard alone goes from the hall to a section, a row, a seat and its hold (${language}, ${device.viewport.width})`, { timeout: 60000 }, async () => {
    const visitor = await at_the_map({ name: `keys-${language}`, device, language });
    const { keyboard } = visitor.page;
    const focus = () => visitor.page.evaluate(() => ({ id: document.activeElement?.dataset.testid, guid: document.activeElement?.dataset.guid }));
    const tab_to = async (id) => {
      for (let i = 0; i < 80; i++) {
        if ((await focus()).id === id) return;
        await keyboard.press('Tab');
      }
      assert.fail(`${id} cannot be reached`);
    };
    const arrives = (id) => visitor.until(async () => (await focus()).id === id, `the focus at ${id}`);

    await tab_to('seat-canvas');
    await keyboard.press('+');
    await keyboard.press('Enter');
    await arrives('seat');
    await visitor.look('section');
    await keyboard.press('Escape');
    await arrives('section');
    await keyboard.press('Enter');
    await arrives('seat');
    const [, row] = rest.split('-');
    for (let i = 0; (await focus()).guid.split('-')[1] !== row; i++) {
      assert.ok(i < 12, `row ${row} is not reached`);
      await keyboard.press('ArrowDown');
    }
    await keyboard.press('Home');
    assert.equal((await focus()).guid, rest);
    await keyboard.press('Space');
    await keyboard.press('ArrowRight');
    await keyboard.press('Space');
    await visitor.until(async () => (await visitor.tray()).length === 2, 'two seats in the tray');
    await visitor.look('chosen');
    await tab_to('hold');
    await keyboard.press('Enter');
    await visitor.see('buy').waitFor();
    assert.equal((await house.states(show))[show.guids.indexOf(rest)], HELD);
    await visitor.leave();
  });
