/* The whole way, as a buyer walks it: from what is on to the code at the door. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let show, ice;

opens({ prepare: async () => {
  ice = await house.show('arena', '얼음 나라의 시계공 · The Clockmaker on Ice');
  show = await house.show('theatre', '달빛 아래 우리 · Under the Same Moon', { queue: { paused: true } });
} });

const walks = [
  { name: 'phone-ko', device: phone, language: 'ko', seats: ['C-A-4', 'C-A-5'] },
  { name: 'desktop-en', device: desktop, language: 'en', seats: ['C-C-4', 'C-C-5'] },
  { name: 'phone-en', device: phone, language: 'en', seats: ['C-E-4', 'C-E-5'] },
  { name: 'desktop-ko', device: desktop, language: 'ko', seats: ['C-G-4', 'C-G-5'] },
];

for (const { seats, ...who } of walks)
  test(`a buyer (${who.name}) comes from the front page through the waiting room to a ticket`, { timeout: 90000 }, async () => {
    const visitor = await Visitor.open(browser, house, { ...who, refusals: [409] });
    await house.room(show, { paused: true });

    await visitor.go('/');
    await visitor.see('performance-card').waitFor();
    assert.equal(await visitor.page.locator('html').getAttribute('lang'), who.language);
    await visitor.look('home');
    await visitor.see('search').fill('달빛');
    await visitor.until(async () => (await visitor.page.getByTestId('performance-card').count()) === 1, 'the one show that was searched for');
    await visitor.act('performance-card');
    await visitor.see('enter-queue').waitFor();
    assert.equal(await visitor.see('performance-title').innerText(), show.title);
    await visitor.look('performance');

    await visitor.act('enter-queue');
    await visitor.see('login-form').waitFor();
    await visitor.look('login');
    await visitor.sign_up(who.language);
    await visitor.look('signup');
    await visitor.act('submit');

    await visitor.see('queue-position').waitFor();
    await visitor.look('queue');
    await house.room(show, { paused: false });
    await visitor.at_map();
    await visitor.look('map');
    await move_about(visitor);
    await visitor.choose(show, seats);
    assert.deepEqual(await visitor.tray(), seats);
    await visitor.look('chosen');

    await visitor.act('hold');
    await visitor.see('buy').waitFor();
    await visitor.look('checkout');
    await visitor.act('buy');
    await visitor.see('sandbox').waitFor();
    await visitor.look('cards');
    await visitor.pay('sandbox-decline');
    await visitor.see('payment-problem').waitFor();
    await visitor.look('declined');
    await visitor.pay('sandbox-ok');
    await visitor.result('paid');
    await visitor.look('paid');
    await visitor.act('to-tickets');
    await visitor.see('qr').waitFor();
    await visitor.look('tickets');
    await check_tickets(visitor, seats);

    await visitor.page.getByTestId('tickets-link').click();
    await visitor.see('booking').waitFor();
    await visitor.look('bookings');
    await visitor.leave();
  });

/* The map follows the hand: along, nearer, and back to all of it. */
async function move_about(visitor) {
  const whole = await visitor.view();
  const box = await visitor.see('seat-canvas').boundingBox();
  await visitor.zoom({ x: box.x + box.width / 2, y: box.y + box.height / 2 }, 2);
  const near = await visitor.view();
  assert.ok(near.scale > whole.scale * 1.2, `zoomed from ${whole.scale} to ${near.scale}`);
  await visitor.drag({ x: -60, y: -40 });
  const along = await visitor.view();
  assert.ok(along.x > near.x && along.y > near.y, 'the hall slides with the hand');
  assert.equal(along.scale, near.scale);
  await visitor.act('zoom-in');
  assert.ok((await visitor.view()).scale > along.scale);
  await visitor.act('zoom-home');
  assert.deepEqual(await visitor.view(), whole);
}

/* The codes on the screen are those of the tickets, one a seat, and the seats are sold. */
async function check_tickets(visitor, seats) {
  const { world } = house;
  const owner = await world.sign_in({ ...visitor.account });
  const [booking] = ok(await world.api('GET', '/api/v1/bookings', undefined, { as: owner })).items;
  assert.equal(booking.status, 'confirmed');
  const tickets = ok(await world.api('GET', `/api/v1/bookings/${booking.id}/tickets`, undefined, { as: owner })).items;
  assert.deepEqual(tickets.map((ticket) => ticket.seat.guid).sort(), [...seats].sort());
  const cards = visitor.page.getByTestId('ticket');
  assert.equal(await cards.count(), tickets.length);
  for (const [i, ticket] of tickets.entries()) {
    assert.match(await cards.nth(i).innerText(), new RegExp(ticket.seat.section));
    assert.equal(await visitor.scan(cards.nth(i).getByTestId('qr')), ticket.code);
  }
  const states = await house.states(show);
  for (const guid of seats) assert.equal(states[show.guids.indexOf(guid)], 2, `${guid} is sold`);
}

test('a place in the line outlives a reload and is the same in a second tab and on another device', { timeout: 60000 }, async () => {
  await house.room(show, { paused: true });
  const { world } = house;
  for (const other of await world.crowd(3)) ok(await world.api('POST', `/api/v1/schedules/${show.id}/queue`, undefined, { as: other }), 201);
  const visitor = await Visitor.open(browser, house, { name: 'line' });
  await visitor.sign_in_as(await world.user());
  await visitor.go(`/schedules/${show.id}/queue`);
  const position = await visitor.see('queue-position').innerText();
  assert.ok(Number(position) > 3, `place ${position} behind three others`);
  for (const late of await world.crowd(2)) ok(await world.api('POST', `/api/v1/schedules/${show.id}/queue`, undefined, { as: late }), 201);

  await visitor.page.reload();
  assert.equal(await visitor.see('queue-position').innerText(), position);
  const second = await visitor.tab();
  await second.goto(visitor.page.url());
  assert.equal(await visitor.see('queue-position', second).innerText(), position);
  const device = await Visitor.open(browser, house, { name: 'line-device', device: phone });
  await device.sign_in_as(visitor.account);
  await device.go(`/schedules/${show.id}/queue`);
  assert.equal(await device.see('queue-position').innerText(), position);
  await device.leave();

  await house.room(show, { paused: false });
  await visitor.at_map();
  await visitor.see('seat-canvas', second).waitFor();
  await visitor.see('pass-countdown').waitFor();
  await visitor.leave();
});

test('places without numbers are bought by their count', { timeout: 60000 }, async () => {
  const visitor = await Visitor.open(browser, house, { name: 'standing', device: phone, language: 'ko' });
  await visitor.sign_in_as(await house.world.user());
  await visitor.go(`/schedules/${ice.id}/seats`);
  await visitor.at_map();
  await visitor.look('arena');
  const area = ice.map.sections.find((section) => section.kind === 'area');
  const { xs, ys } = area.rows[0];
  await visitor.point({ x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2 });
  await visitor.see('best-form').waitFor();
  await visitor.until(async () => (await visitor.see('best-grade').locator('option:checked').innerText()).startsWith('STANDING'), 'the grade of the area');
  await visitor.act('best-more');
  assert.equal(await visitor.see('best-count').innerText(), '3');
  await visitor.look('count');
  await visitor.act('best-submit');
  await visitor.see('buy').waitFor();
  const lines = await visitor.see('seat-lines').locator('li').allInnerTexts();
  assert.equal(lines.length, 3);
  for (const line of lines) assert.match(line, /Standing/);
  await visitor.look('checkout');
  await visitor.leave();
});
