/* What can come between: others who are faster, time that runs out, answers that get lost, hands that hold no mouse. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { FREE, HELD } from '../lib/world.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let show;

opens({ prepare: async () => {
  show = await house.show('theatre', '오답노트 · Wrong Answers', { genre: 'play' });
} });

const seats_page = () => `/schedules/${show.id}/seats`;

/* Somebody with an account at the map. */
async function at_the_map(options) {
  const visitor = await Visitor.open(browser, house, options);
  await visitor.sign_in_as(await house.world.user());
  await visitor.go(seats_page());
  await visitor.at_map();
  return visitor;
}

/* Somebody with seats held, in front of the cards. */
async function in_front_of_cards(options, guids) {
  const visitor = await at_the_map(options);
  await visitor.choose(show, guids);
  await visitor.act('hold');
  await visitor.act('buy');
  await visitor.see('sandbox').waitFor();
  return visitor;
}

const state = async (guid) => (await house.states(show))[show.guids.indexOf(guid)];

test('a seat that somebody else holds meanwhile leaves the tray at once', { timeout: 60000 }, async () => {
  const visitor = await at_the_map({ name: 'faster', device: phone, language: 'ko' });
  await visitor.choose(show, ['C-A-1', 'C-A-2']);
  ok(await house.world.hold(await house.world.user(), show, ['C-A-1']), 201);
  await visitor.until(async () => (await visitor.tray()).join() === 'C-A-2', 'the loss told by the stream');
  assert.match(await visitor.see('lost').innerText(), /1F Centre A열 1번/);
  await visitor.look('lost');
  assert.equal(await visitor.see('take-instead').getAttribute('data-guids'), 'C-A-3', 'the one beside the seat that is kept');
  await visitor.act('take-instead');
  await visitor.until(async () => (await visitor.tray()).join() === 'C-A-2,C-A-3', 'the other seat in the tray');
  assert.equal(await visitor.page.getByTestId('lost').count(), 0);
  await visitor.act('hold');
  await visitor.see('buy').waitFor();
  assert.equal(await state('C-A-3'), HELD);
  await visitor.leave();
});

test('without the stream the refusal names the seat that is gone', { timeout: 60000 }, async () => {
  const visitor = await Visitor.open(browser, house, { name: 'refused', refusals: [409, 'ERR_FAILED'] });
  await visitor.sign_in_as(await house.world.user());
  await visitor.page.route('**/stream', (route) => route.abort());
  await visitor.go(seats_page());
  await visitor.see('seat-canvas').waitFor();
  await visitor.until(async () => !/…/.test(await visitor.see('legend').innerText()), 'the first availability');
  await visitor.page.route('**/availability', (route) => route.abort());
  await visitor.choose(show, ['C-B-1', 'C-B-2']);
  ok(await house.world.hold(await house.world.user(), show, ['C-B-2']), 201);
  await visitor.act('hold');
  assert.match(await visitor.see('lost').innerText(), /1F Centre, row B, seat 2/);
  assert.deepEqual(await visitor.tray(), ['C-B-1']);
  assert.equal(await state('C-B-1'), FREE, 'all or nothing');
  await visitor.look('refused');
  await visitor.act('take-instead');
  await visitor.until(async () => (await visitor.tray()).length === 2, 'another seat in the tray');
  const chosen = await visitor.tray();
  await visitor.act('hold');
  await visitor.see('buy').waitFor();
  for (const guid of chosen) assert.equal(await state(guid), HELD, `${guid} is held`);
  await visitor.leave();
});

test('the keyboard alone buys a seat', { timeout: 60000 }, async () => {
  const visitor = await at_the_map({ name: 'keyboard', device: desktop });
  const { keyboard } = visitor.page;
  const tab_to = async (id) => {
    for (let i = 0; i < 80; i++) {
      if ((await visitor.page.evaluate(() => document.activeElement?.dataset.testid)) === id) return;
      await keyboard.press('Tab');
    }
    assert.fail(`${id} cannot be reached`);
  };
  await tab_to('section');
  await keyboard.press('Enter');
  await visitor.see('seat-grid').waitFor();
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowRight');
  await keyboard.press('Space');
  await visitor.until(async () => (await visitor.tray()).length === 1, 'a chosen seat');
  const [guid] = await visitor.tray();
  await visitor.look('grid');
  await tab_to('hold');
  await keyboard.press('Enter');
  await visitor.see('buy').waitFor();
  await tab_to('buy');
  await keyboard.press('Enter');
  await visitor.see('sandbox').waitFor();
  await tab_to('pay');
  await keyboard.press('Enter');
  await visitor.result('paid');
  await tab_to('to-tickets');
  await keyboard.press('Enter');
  await visitor.see('qr').waitFor();
  const { number } = house.seat(show, guid);
  assert.match(await visitor.see('ticket').innerText(), new RegExp(`seat ${number}\\b`));
  await visitor.leave();
});

test('the best seats together are found by their number', { timeout: 60000 }, async () => {
  const visitor = await at_the_map({ name: 'best' });
  await visitor.see('best-grade').selectOption({ index: 1 });
  await visitor.act('best-more');
  await visitor.act('best-submit');
  await visitor.see('buy').waitFor();
  const user = visitor.account;
  const hold = ok(await house.world.api('GET', `/api/v1/holds/${visitor.path().split('/').pop()}`, undefined, { as: user }));
  assert.equal(hold.seats.length, 3);
  assert.equal(new Set(hold.seats.map(({ section, row }) => `${section} ${row}`)).size, 1, 'in one row');
  assert.deepEqual([...new Set(hold.seats.map(({ grade }) => grade))], [show.map.grades[1].name]);
  const numbers = hold.seats.map(({ number }) => Number(number)).sort((a, b) => a - b);
  assert.equal(numbers[2] - numbers[0], 2, 'side by side');
  await visitor.leave();
});

test('going back to the map gives the seats back, also those of a booking', { timeout: 60000 }, async () => {
  const visitor = await in_front_of_cards({ name: 'back' }, ['C-D-1', 'C-D-2']);
  assert.equal(await state('C-D-1'), HELD);
  await visitor.act('checkout-back');
  await visitor.at_map();
  await visitor.until(async () => (await state('C-D-1')) === FREE && (await state('C-D-2')) === FREE, 'free seats');
  const [booking] = ok(await house.world.api('GET', '/api/v1/bookings', undefined, { as: visitor.account })).items;
  assert.equal(booking.status, 'cancelled');
  await visitor.leave();
});

test('a booking that waits to be paid is paid later from one\'s tickets', { timeout: 60000 }, async () => {
  const visitor = await in_front_of_cards({ name: 'later', device: phone }, ['C-E-1']);
  await visitor.page.getByTestId('tickets-link').tap();
  await visitor.see('continue-payment').waitFor();
  await visitor.look('pending');
  await visitor.act('booking');
  await visitor.see('booking-note').waitFor();
  await visitor.look('pending-booking');
  await visitor.act('continue-payment');
  await visitor.see('sandbox').waitFor();
  await visitor.pay('sandbox-ok');
  await visitor.result('paid');
  await visitor.leave();
});

test('a second tab pays the same booking, and the first learns of it', { timeout: 60000 }, async () => {
  const visitor = await in_front_of_cards({ name: 'tabs', refusals: [409] }, ['C-F-1']);
  const second = await visitor.tab();
  await second.goto(visitor.page.url());
  await visitor.see('pay', second).click();
  await second.locator('[data-testid="result"][data-result="paid"]').waitFor();
  await visitor.pay('sandbox-ok');
  await visitor.result('paid');
  const { items } = ok(await house.world.api('GET', '/api/v1/payments', undefined, { as: visitor.account }));
  assert.deepEqual(items.map(({ status }) => status), ['paid'], 'paid once');
  await visitor.leave();
});

test('a lost answer ends in the ticket without paying twice', { timeout: 60000 }, async () => {
  const visitor = await in_front_of_cards({ name: 'lost-answer', refusals: [503] }, ['C-G-1']);
  await visitor.pay('sandbox-timeout');
  await visitor.see('result').waitFor();
  await visitor.look('checking');
  await visitor.page.reload();
  await visitor.result('paid');
  const { items } = ok(await house.world.api('GET', '/api/v1/payments', undefined, { as: visitor.account }));
  assert.deepEqual(items.map(({ status }) => status), ['paid'], 'paid once');
  await visitor.leave();
});

test('a payment that the provider tells later is waited for', { timeout: 60000 }, async () => {
  const visitor = await in_front_of_cards({ name: 'undecided' }, ['C-H-1']);
  await visitor.pay('sandbox-late');
  await visitor.result('pending');
  await visitor.look('pending');
  await visitor.page.reload();
  await visitor.result('pending');
  await visitor.leave();
});

test('a payment of another amount does not count, and the booking can be paid again', { timeout: 60000 }, async () => {
  const visitor = await in_front_of_cards({ name: 'amount', language: 'ko', refusals: [409] }, ['C-H-3']);
  await visitor.pay('sandbox-wrong-amount');
  await visitor.see('payment-problem').waitFor();
  await visitor.look('mismatch');
  await visitor.pay('sandbox-ok');
  await visitor.result('paid');
  await visitor.leave();
});

test('more than one person may have is refused in words', { timeout: 60000 }, async () => {
  const visitor = await at_the_map({ name: 'limit', refusals: [409] });
  ok(await house.world.hold(visitor.account, show, ['C-I-1', 'C-I-2', 'C-I-3']), 201);
  await visitor.choose(show, ['C-I-5', 'C-I-6']);
  await visitor.act('hold');
  assert.match(await visitor.see('toast').innerText(), /more than one person may have/);
  await visitor.look('limit');
  await visitor.leave();
});
