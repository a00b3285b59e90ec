/* An organizer draws a hall, brings one from elsewhere, and changes the plan of a date that is on sale. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { plan_of } from '../lib/plan.mjs';
import { ok } from '../lib/server.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let world;

opens({ prepare: () => { world = house.world; } });

const tablet = { viewport: { width: 768, height: 1024 } };

async function organizer(options, path) {
  const visitor = await Visitor.open(browser, house, options);
  await visitor.sign_in_as(await world.user(['PRODUCER']));
  await visitor.go(path);
  return visitor;
}

const map_of = async (hall) => ok(await world.api('GET', `/api/v1/halls/${hall}/map`, undefined, { as: world.admin }));
const make = async (body) => ok(await world.api('POST', '/api/v1/halls', { name: 'House', address: 'Seoul', ...body }, { as: world.admin }), 201);

/* Every seat of a map by its guid: what people read of it, and where it is from a first one. */
function seats_of({ sections, grades }) {
  const seats = sections.flatMap((section) => section.rows.flatMap((row) => row.guids.map((guid, i) => ({
    guid, kind: section.kind, label: `${section.name}/${row.name}/${row.numbers[i]}`, grade: grades[row.grades?.[i] ?? row.grade].name, x: row.xs[i], y: row.ys[i],
  }))));
  return seats.sort((a, b) => (a.guid < b.guid ? -1 : 1));
}

function same_seats(found, expected, what) {
  const [now, was] = [seats_of(found), seats_of(expected)];
  assert.deepEqual(now.map(({ x, y, ...seat }) => seat), was.map(({ x, y, ...seat }) => seat), what);
  now.forEach((seat, i) => {
    if (seat.kind === 'area') return;
    const gap = Math.hypot((seat.x - now[0].x) - (was[i].x - was[0].x), (seat.y - now[0].y) - (was[i].y - was[0].y));
    assert.ok(gap < 0.05, `${what}: ${seat.guid} has moved by ${gap}`);
  });
}

const canvas = (visitor) => visitor.see('editor-canvas');
const chosen = async (visitor) => Number(await canvas(visitor).getAttribute('data-chosen'));
const seats = async (visitor) => Number((await visitor.see('seat-count').innerText()).replace(/\D/g, ''));
const count = (visitor, n) => visitor.until(async () => await seats(visitor) === n, `${n} seats`);
const choice = (visitor, n) => visitor.until(async () => await chosen(visitor) === n, `${n} chosen`);
const state = (visitor, what) => visitor.page.locator(`[data-testid="check"][data-state="${what}"]`).waitFor();

/* Where a point of the plan is on the screen. */
async function spot(visitor, { x, y }) {
  const box = await canvas(visitor).boundingBox();
  const [left, top, scale] = (await canvas(visitor).getAttribute('data-view')).split(' ').map(Number);
  return { x: box.x + (x - left) * scale, y: box.y + (y - top) * scale };
}

async function drag(visitor, from, to) {
  const [a, b] = [await spot(visitor, from), await spot(visitor, to)];
  const { mouse } = visitor.page;
  await mouse.move(a.x, a.y);
  await mouse.down();
  await mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2);
  await mouse.move(b.x, b.y);
  await mouse.up();
}

async function fill(visitor, fields) {
  for (const [name, value] of Object.entries(fields)) await visitor.see(`field-${name}`).fill(String(value));
}

async function draw(visitor, tool, pen, ends) {
  await visitor.act(`tool-${tool}`);
  await fill(visitor, Object.fromEntries(Object.entries(pen).map(([name, value]) => [`pen-${name}`, value])));
  await fill(visitor, Object.fromEntries(Object.entries(ends).map(([name, value]) => [`draw-${name}`, value])));
  await visitor.act('draw');
}

/* What a button has the browser save. */
async function saved(visitor, id) {
  const [download] = await Promise.all([visitor.page.waitForEvent('download'), visitor.act(id)]);
  return JSON.parse(await readFile(await download.path(), 'utf8'));
}

describe('halls are drawn', { concurrency: true }, () => {
  test('with the pointer: a block, chosen, moved, painted, undone, saved', { timeout: 180000 }, async () => {
    const visitor = await organizer({ name: 'editor-draw', device: desktop, language: 'en' }, '/admin/halls');
    await visitor.see('import-form').waitFor();
    await visitor.look('halls');
    await visitor.act('draw-hall');
    await state(visitor, 'faults');
    assert.equal(await visitor.see('fault').getAttribute('data-kind'), 'empty');
    await visitor.look('empty');

    await visitor.act('tool-block');
    await drag(visitor, { x: -5, y: 0 }, { x: 4, y: 3.6 });
    await count(visitor, 40);
    await choice(visitor, 40);
    await state(visitor, 'sound');
    await visitor.act('tool-arc');
    await visitor.see('field-pen-rows').fill('2');
    await drag(visitor, { x: -8, y: 8 }, { x: 8, y: 8 });
    await visitor.until(async () => await seats(visitor) > 70, 'an arc');
    const both = await seats(visitor);

    await visitor.act('tool-select');
    await drag(visitor, { x: -5.5, y: -0.5 }, { x: 4.5, y: 0.5 });
    await choice(visitor, 10);
    await drag(visitor, { x: -5, y: 0 }, { x: -5, y: -1.2 });
    await visitor.act('add-grade');
    await visitor.see('field-grade').selectOption('1');
    await visitor.act('give-grade');
    await visitor.act('tool-brush');
    await visitor.page.getByTestId('use-grade').nth(1).click();
    const [first, last] = [await spot(visitor, { x: -5, y: 3.6 }), await spot(visitor, { x: -3, y: 3.6 })];
    await visitor.page.mouse.move(first.x, first.y);
    await visitor.page.mouse.down();
    await visitor.page.mouse.move(last.x, last.y, { steps: 12 });
    await visitor.page.mouse.up();
    await visitor.act('tool-select');
    await drag(visitor, { x: -4, y: 1.2 }, { x: -3, y: 1.2 });
    await state(visitor, 'faults');
    assert.equal(await visitor.see('fault').getAttribute('data-kind'), 'overlap');
    await visitor.look('overlap');
    await visitor.act('undo');
    await state(visitor, 'sound');

    await fill(visitor, { name: 'Drawn Hall', address: '1 Stage Road' });
    await visitor.act('save');
    await visitor.page.waitForURL(/\/admin\/halls\/(?!new)/);
    await visitor.page.getByTestId('editor').waitFor();
    await count(visitor, both);
    assert.equal(await visitor.page.getByTestId('unsaved').count(), 0);
    const map = await map_of(visitor.path().split('/').pop());
    const all = seats_of(map);
    assert.equal(all.length, both);
    const row = (name) => all.filter((seat) => seat.label.startsWith(`Floor/${name}/`));
    assert.deepEqual(row('A').map(({ grade }) => grade), Array(10).fill('VIP'));
    assert.ok(Math.abs(row('B')[0].y - row('A')[0].y - 2.4) < 0.02, 'the row was moved');
    const painted = row('D').filter(({ grade }) => grade === 'VIP').length;
    assert.ok(painted >= 2 && painted <= 5, `${painted} seats were painted`);
    await visitor.look('saved');
    await visitor.leave();
  });

  test('with the keyboard and in fields alone, and nothing drawn is lost', { timeout: 180000 }, async () => {
    const visitor = await organizer({ name: 'editor-keys', device: tablet, language: 'ko' }, '/admin/halls/new');
    await draw(visitor, 'block', { name: '1층' }, { x0: -4, y0: 0, x1: 5, y1: 2.4 });
    await count(visitor, 30);
    await draw(visitor, 'table', { around: 6, name: '테이블' }, { x1: -4, y1: 9 });
    await draw(visitor, 'table', { around: 6 }, { x1: 4, y1: 9 });
    await draw(visitor, 'area', { name: '스탠딩', capacity: 50 }, { x0: -8, y0: 14, x1: 8, y1: 20 });
    await count(visitor, 92);
    await visitor.see('field-stage-width').fill('20');
    await state(visitor, 'sound');
    await visitor.look('drawn');

    const key = (name) => visitor.page.keyboard.press(name);
    await canvas(visitor).focus();
    await key('Escape');
    await choice(visitor, 0);
    await visitor.page.getByTestId('section').first().focus();
    await key('Enter');
    await choice(visitor, 30);
    await canvas(visitor).focus();
    await key('ArrowRight');
    await key('ArrowRight');
    await key('Control+d');
    await count(visitor, 122);
    await key('Delete');
    await count(visitor, 92);
    await key('Control+z');
    await count(visitor, 122);
    await key('Control+Shift+z');
    await count(visitor, 92);
    await key('Control+a');
    await choice(visitor, 43);
    await visitor.page.getByTestId('section').first().focus();
    await key('Enter');
    await visitor.see('numbering').focus();
    await key('Enter');
    await visitor.see('field-seat-order').selectOption('right');
    await visitor.act('number-seats');
    await visitor.see('field-first-row').fill('0');
    assert.equal(await visitor.see('field-first-row').getAttribute('aria-invalid'), 'true');
    await visitor.see('field-first-row').fill('3');
    await visitor.act('name-rows');
    await visitor.look('numbered');
    await state(visitor, 'sound');

    await visitor.until(() => visitor.page.evaluate(() => sessionStorage.getItem('takenseat.draft.hall.new') !== null), 'the plan is kept');
    await visitor.page.reload();
    await visitor.see('kept').waitFor();
    await count(visitor, 92);
    await fill(visitor, { name: '자판 공연장', address: '서울' });
    await visitor.see('save').focus();
    await key('Enter');
    await visitor.page.waitForURL(/\/admin\/halls\/(?!new)/);
    const map = await map_of(visitor.path().split('/').pop());
    assert.deepEqual(map.sections.map(({ name, kind, rows }) => [name, kind, rows.map((row) => row.guids.length)]),
      [['1층', 'seats', [10, 10, 10]], ['테이블', 'seats', [6, 6]], ['스탠딩', 'area', [50]]]);
    assert.ok(Math.abs(map.stage.width - 20) < 0.2, 'the stage has its width, in the pitches of this map');
    assert.deepEqual([map.sections[0].rows[0].name, map.sections[0].rows[0].numbers[0]], ['C', '10']);
    await visitor.leave();
  });

  test('from a file on a phone, and out again in every format', { timeout: 180000 }, async () => {
    const visitor = await organizer({ name: 'editor-files', device: phone, language: 'en', refusals: [400], acceptDownloads: true }, '/admin/halls');
    const give = (name, document) => visitor.see('field-file').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(document) });
    await visitor.see('import-form').waitFor();
    await fill(visitor, { name: 'Imported', address: 'Busan' });
    await visitor.act('import');
    await visitor.see('file-wrong').waitFor();
    await give('text.json', 'no plan');
    await visitor.act('import');
    await visitor.see('file-wrong').waitFor();
    await give('twice.json', JSON.stringify(plan_of({ guid: (row) => `${row}-1` })));
    await visitor.act('import');
    await visitor.see('refusals').waitFor();
    await visitor.look('refused');
    await give('chart.json', JSON.stringify(chart));
    await visitor.act('import');
    await visitor.page.waitForURL(/\/admin\/halls\/(?!new)/);
    await count(visitor, 42);
    await state(visitor, 'sound');
    await visitor.look('imported');
    const before = await map_of(visitor.path().split('/').pop());

    for (const format of ['venue', 'seatsio']) {
      const plan = await saved(visitor, `export-${format}`);
      assert.equal(await visitor.page.getByTestId('export-note').count(), 0);
      same_seats(await map_of((await make({ format, plan })).id), before, format);
    }
    const pretix = await saved(visitor, 'export-pretix');
    assert.match(await visitor.see('export-note').innerText(), /1/);
    const after = await map_of((await make({ format: 'pretix', plan: pretix })).id);
    const numbered = ({ sections, grades }, kind) => seats_of({ grades, sections: sections.filter((one) => one.kind === kind) });
    const seats_only = (map) => ({ ...map, sections: map.sections.filter(({ name }) => name !== 'Yard') });
    same_seats(seats_only(after), seats_only(before), 'pretix');
    const places = seats_of(after).filter(({ guid }) => guid.startsWith('Yard-'));
    assert.deepEqual(places.map(({ guid }) => guid), numbered(before, 'area').map(({ guid }) => guid));

    await visitor.page.getByTestId('section').first().tap();
    await visitor.see('field-section-name').fill('Balcony');
    await visitor.act('rename');
    await visitor.see('unsaved').waitFor();
    await visitor.leave();
  });

  test('and given to a date, which loses no seat that is sold', { timeout: 180000 }, async () => {
    const visitor = await Visitor.open(browser, house, { name: 'editor-date', device: desktop, language: 'en', refusals: [409] });
    const producer = await world.user(['PRODUCER']);
    const sale = await world.sale({ as: producer, hall: { rows: 3, seats: 6 } });
    await world.buy(await world.user(), sale, ['2-2']);
    await visitor.sign_in_as(producer);
    await visitor.go(`/admin/halls/${sale.hall.id}`);
    await count(visitor, 18);
    await visitor.page.getByTestId('section').first().click();
    await visitor.see('field-row').selectOption({ label: '2' });
    await choice(visitor, 6);
    await visitor.act('remove');
    await count(visitor, 12);
    await visitor.see('field-performance').fill('An Evening');
    await visitor.act('find-dates');
    await visitor.see('date-form').waitFor();
    await visitor.act('give-to-date');
    await visitor.see('refusals').waitFor();
    assert.match(await visitor.see('refusals').innerText(), /2-2/);
    await visitor.look('seats-in-use');
    await visitor.act('undo');
    await count(visitor, 18);

    await visitor.act('add-grade');
    await visitor.page.getByTestId('use-grade').last().click();
    await draw(visitor, 'row', { name: 'Extra' }, { x0: 2, y0: 8, x1: 5, y1: 8 });
    await count(visitor, 22);
    await visitor.page.locator('[data-testid^="field-price-"]').fill('30000');
    await visitor.act('give-to-date');
    await visitor.see('toast').waitFor();
    const map = ok(await world.api('GET', `/api/v1/schedules/${sale.id}/map`));
    assert.equal(map.seat_count, 22);
    assert.deepEqual(map.sections.find(({ name }) => name === 'Extra').rows.map(({ guids }) => guids.length), [4]);
    assert.equal(map.grades.at(-1).price.amount, 30000);
    await visitor.leave();
  });
});

/* A chart of seats.io: a section with two rows of different grades, a table, and an area. */
const chart = {
  name: 'Chart',
  categories: { list: [{ key: 1, label: 'VIP', color: '#b98cff' }, { key: 2, label: 'R', color: '#ff8c8c' }] },
  subChart: {
    sections: [{
      label: 'Stalls', categoryKey: 2, topLeft: { x: 100, y: 100 }, points: [{ x: 80, y: 80 }, { x: 260, y: 80 }, { x: 260, y: 180 }, { x: 80, y: 180 }],
      subChart: {
        rows: ['A', 'B'].map((label, r) => ({
          label, categoryKey: r + 1, seats: Array.from({ length: 6 }, (_, i) => ({ label: String(i + 1), x: i * 20, y: r * 24 })),
        })),
        tables: [{ label: 'T1', seats: Array.from({ length: 5 }, (_, i) => ({ label: String(i + 1), x: 60 + 25 * Math.sin(i * 1.2566), y: 100 - 25 * Math.cos(i * 1.2566) })) }],
      },
    }],
    generalAdmissionAreas: [{ label: 'Yard', type: 'polygon', capacity: 25, categoryKey: 2, points: [{ x: 0, y: 300 }, { x: 200, y: 300 }, { x: 200, y: 400 }, { x: 0, y: 400 }] }],
  },
};
