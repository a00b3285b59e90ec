/* Tickets on paper: the page is drawn and read back, its code by a scanner, its letters by their text. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World } from '../lib/world.mjs';

const without_ghostscript = spawnSync('gs', ['--version']).error ? { skip: 'ghostscript is not here' } : {};
const title = '뮤지컬 〈한여름 밤의 꿈〉';
let world, ann, ticket, booking, page;

before(async () => {
  world = await World.open();
  ann = await world.user();
  const hall = await world.hall({ rows: 3, seats: 5, name: '세종문화회관 대극장' });
  const performance = await world.performance({ title });
  const schedule = await world.schedule(performance, hall);
  const map = ok(await world.api('GET', `/api/v1/schedules/${schedule.id}/map`));
  const bought = await world.buy(ann, schedule, [map.sections[0].rows[0].guids[2]]);
  ticket = bought.tickets[0];
  booking = bought.booking;
  page = join(world.server.data, 'ticket.pdf');
});
after(() => world.close());

const print = (id = ticket.id, as = ann) => world.api('GET', `/api/v1/tickets/${id}/ticket.pdf`, undefined, { as });
const gs = (...args) => execFileSync('gs', ['-q', '-dSAFER', '-dNOPAUSE', '-dBATCH', ...args, page]);

test('a ticket is one page of PDF with its font inside', async () => {
  const answer = await print();
  assert.equal(answer.status, 200);
  assert.equal(answer.type, 'application/pdf');
  assert.match(answer.headers['cache-control'], /private/);
  assert.equal(answer.bytes.subarray(0, 5).toString(), '%PDF-');
  assert.ok(answer.bytes.includes('/FontFile2'));
  assert.ok(answer.bytes.length < 512 << 10, `${answer.bytes.length} bytes`);
  assert.deepEqual((await print()).bytes, answer.bytes);
  await writeFile(page, answer.bytes);
});

test('its picture is the code', without_ghostscript, () => {
  const drawn = join(world.server.data, 'ticket.pbm');
  gs('-sDEVICE=pbmraw', '-r200', `-sOutputFile=${drawn}`);
  assert.equal(execFileSync('zbarimg', ['--nodbus', '-q', '--raw', drawn], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(), ticket.code);
});

test('it tells what, when, where and which seat, in both languages', without_ghostscript, () => {
  const text = gs('-sDEVICE=txtwrite', '-sOutputFile=-').toString().replace(/\s+/g, ' ');
  const korea = new Date(Date.parse(ticket.starts_at) + 9 * 3600e3).toISOString();
  for (const part of ['뮤지컬', '한여름', '세종문화회관', 'VIP', booking.code, `${korea.slice(0, 10)} ${korea.slice(11, 16)}`, '좌석 Seat', `· ${ticket.seat.number}`, 'Show this code'])
    assert.ok(text.includes(part), `${part} is not in: ${text}`);
});

test("somebody else's ticket is not printed", async () => {
  refused(await print(ticket.id, await world.user()), 404, 'not_found');
});

test('any title is printed: long ones and letters that no font has', async () => {
  for (const strange of ['Ö'.repeat(200), '🎭🎶 \u{1F468}\u200d\u{1F469} (\\)', '終わりなき旅 '.repeat(20).slice(0, 200)]) {
    const sale = await world.sale({});
    const performance = await world.performance({ title: strange.trim() });
    const schedule = await world.schedule(performance, await world.hall({ rows: 3, seats: 2 }));
    const { tickets } = await world.buy(ann, schedule, sale.guids.slice(0, 1));
    assert.equal((await print(tickets[0].id)).bytes.subarray(0, 5).toString(), '%PDF-');
  }
});

test('a rush of prints does not hold up the others', async () => {
  const answers = await Promise.all(Array.from({ length: 30 }, () => print()));
  assert.ok(answers.every(({ status }) => status === 200 || status === 503));
  assert.ok(answers.some(({ status }) => status === 200));
});

test('without the font it says so by name', async () => {
  const other = await World.open({ settings: { 'booking.ticket_font': '/no/such/font.ttf' } });
  try {
    const sale = await other.sale();
    const bob = await other.user();
    const { tickets } = await other.buy(bob, sale, sale.guids.slice(0, 1));
    const path = `/api/v1/tickets/${tickets[0].id}`;
    refused(await other.api('GET', `${path}/ticket.pdf`, undefined, { as: bob }), 503, 'font_missing');
    assert.equal((await other.api('GET', `${path}/qr.svg`, undefined, { as: bob })).status, 200);
  } finally {
    await other.close();
  }
});
