/* The frames of a hall of 50,000, on a machine that has nothing else to do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

opens();

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
