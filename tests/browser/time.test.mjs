/* Time on the buyer's screen: a hold that ends, and the frames of a hall of 50,000. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FREE } from '../lib/world.mjs';
import { House } from './house.mjs';
import { desktop, launch, phone, Visitor } from './visitor.mjs';

let house, browser;

before(async () => {
  house = await House.open({ 'booking.hold_seconds': 10, 'booking.pay_grace_seconds': 0 });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await house?.close();
});

for (const [name, device, language] of [['expiry-phone-ko', phone, 'ko'], ['expiry-desktop-en', desktop, 'en']])
  test(`a hold that has ended says so (${name})`, { timeout: 60000 }, async () => {
    const show = await house.show('theatre', '마지막 손님 · The Last Guest', { genre: 'play' });
    const visitor = await Visitor.open(browser, house, { name, device, language });
    await visitor.sign_in_as(await house.world.user());
    await visitor.go(`/schedules/${show.id}/seats`);
    await visitor.at_map();
    await visitor.choose(show, ['C-A-5']);
    await visitor.act('hold');
    assert.match(await visitor.see('hold-countdown').innerText(), /^00:(0\d|10)$/);
    if (device === desktop) await visitor.act('buy');
    await visitor.see('hold-expired').waitFor({ timeout: 20000 });
    await visitor.look('expired');
    assert.equal((await house.states(show))[show.guids.indexOf('C-A-5')], FREE);
    await visitor.act('choose-again');
    await visitor.at_map();
    assert.deepEqual(await visitor.tray(), []);
    await visitor.leave();
  });

test('the map of 50,000 seats opens and follows the hand', { timeout: 120000 }, async (t) => {
  const show = await house.show('stadium', 'ORBIT FIVE [PERIHELION]', { genre: 'concert' });
  assert.ok(show.guids.length >= 50000);
  for (const [name, device] of [['stadium-desktop', desktop], ['stadium-phone', phone]]) {
    const visitor = await Visitor.open(browser, house, { name, device });
    const begun = Date.now();
    await visitor.go(`/schedules/${show.id}/seats`);
    await visitor.at_map();
    const opened = Date.now() - begun;
    await visitor.look('whole');
    const frames = { whole: await visitor.page.evaluate(dragged) };
    const centre = house.seat(show, show.guids[500]);
    await visitor.approach(centre, 8);
    await visitor.look('near');
    frames.near = await visitor.page.evaluate(dragged);
    for (const [where, { p50, p95 }] of Object.entries(frames)) {
      t.diagnostic(`${name}, ${where}: opened in ${opened} ms, a frame takes ${p50.toFixed(1)} ms (p95 ${p95.toFixed(1)} ms)`);
      assert.ok(p50 < 50, `half of the frames take longer than ${p50} ms`);
    }
    await visitor.leave();
  }
});

/* In the page: the time from frame to frame while the map is dragged about. */
async function dragged() {
  const canvas = document.querySelector('[data-testid="seat-canvas"]');
  const box = canvas.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const send = (type, dx, dy) => canvas.dispatchEvent(new PointerEvent(type,
    { pointerId: 1, button: 0, clientX: x + dx, clientY: y + dy, bubbles: true, pointerType: 'mouse' }));
  canvas.setPointerCapture = () => undefined;
  send('pointerdown', 0, 0);
  const frames = [];
  let last = await new Promise(requestAnimationFrame);
  for (let i = 1; i <= 60; i++) {
    send('pointermove', 90 * Math.sin(i / 9), 60 * Math.cos(i / 7));
    const time = await new Promise(requestAnimationFrame);
    frames.push(time - last);
    last = time;
  }
  send('pointerup', 0, 0);
  frames.sort((a, b) => a - b);
  return { p50: frames[30], p95: frames[57] };
}
