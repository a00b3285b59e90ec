/* How fast maps of three sizes come up and follow the hand, on a machine that has nothing else to do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { published, racetrack, stadium } from '../lib/layouts.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

/* Frames follow one another as fast as they are made, not as fast as a screen shows them: the time from one to the next is what a frame costs. */
opens({ flags: ['--disable-frame-rate-limit', '--disable-gpu-vsync'] });

/* What is allowed, in ms: half of the frames, nearly all of them, and the first picture after the last byte of data. */
const limits = { 1: { median: 16, p95: 100, first: 300 }, 4: { median: 33, p95: 300, first: 3000 } };

const houses = [
  { seats: 738, hall: () => house.world.hall({ plan: published('stadium-738.pretix.json') ?? stadium(), repair: true }) },
  { seats: 8897, hall: () => house.world.hall({ plan: published('racetrack-8897.seatsio.json') ?? racetrack(), format: 'seatsio' }) },
  { seats: 50000, hall: () => house.hall('stadium', '한강 스타디움 · Hangang Stadium') },
];

const method = 'requestAnimationFrame to requestAnimationFrame, in ms, without vsync, while a script drags the whole hall, turns the wheel to single seats, '
  + 'drags there, and turns it back (40 frames each); first: from the last byte of map and availability to the first picture with both, the best of up to three openings. '
  + 'Throttling by Emulation.setCPUThrottlingRate.';

const row = (...cells) => cells.map((cell, i) => String(cell).padStart(i === 1 ? 9 : 8)).join('');

test('maps of 738, 8,897 and 50,000 seats come up at once and follow the hand', { timeout: 120000 }, async (t) => {
  t.diagnostic(method);
  t.diagnostic(row('seats', 'screen', 'CPU', 'first', 'median', 'p95', 'worst'));
  const slow = [];
  for (const one of houses) {
    const show = await house.show_in(await one.hall(), `${one.seats} seats`, { genre: 'concert' });
    assert.ok(show.guids.length >= one.seats);
    for (const [name, device, rate] of [['desktop', desktop, 1], ['desktop', desktop, 4], ['phone', phone, 1]]) {
      const { first, median, p95, worst } = await measured(show, { name: `frames-${one.seats}-${name}-${rate}`, device }, rate);
      t.diagnostic(row(show.guids.length, name, `${rate}x`, ...[first, median, p95, worst].map((ms) => ms.toFixed(1))));
      for (const [what, ms] of Object.entries({ first, median, p95 }))
        if (ms > limits[rate][what]) slow.push(`${one.seats} seats, ${name}, CPU ${rate}x: ${what} ${ms.toFixed(1)} ms, more than ${limits[rate][what]}`);
    }
  }
  assert.deepEqual(slow, []);
});

async function measured(show, who, rate) {
  const visitor = await Visitor.open(browser, house, who);
  const session = await visitor.context.newCDPSession(visitor.page);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
  let first = Infinity;
  for (let i = 0; i < 3 && first > limits[rate].first; i++) {
    await visitor.go(`/schedules/${show.id}/seats`);
    await visitor.at_map();
    await visitor.page.waitForFunction(() => performance.getEntriesByName('seats painted').length > 0);
    first = Math.min(first, await visitor.page.evaluate(first_paint));
  }
  const frames = await visitor.page.evaluate(followed);
  await visitor.leave();
  frames.sort((a, b) => a - b);
  return { first, median: frames[frames.length >> 1], p95: frames[Math.floor(frames.length * 0.95)], worst: frames.at(-1) };
}

/* In the page: from the last byte of what is painted to the picture. */
function first_paint() {
  const data = performance.getEntriesByType('resource').filter(({ name }) => /\/(map|availability)$/.test(new URL(name).pathname));
  return performance.getEntriesByName('seats painted')[0].startTime - Math.max(...data.map(({ responseEnd }) => responseEnd));
}

/* In the page: the time from frame to frame while the map is dragged and zoomed. */
async function followed() {
  const canvas = document.querySelector('[data-testid="seat-canvas"]');
  const box = canvas.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const pointer = (type, dx, dy) => canvas.dispatchEvent(new PointerEvent(type,
    { pointerId: 1, button: 0, clientX: x + dx, clientY: y + dy, bubbles: true, pointerType: 'mouse' }));
  canvas.setPointerCapture = () => undefined;
  const frames = [];
  const each = async (act) => {
    let last = await new Promise(requestAnimationFrame);
    for (let i = 1; i <= 40; i++) {
      act(i);
      const time = await new Promise(requestAnimationFrame);
      frames.push(time - last);
      last = time;
    }
  };
  const drag = async () => {
    pointer('pointerdown', 0, 0);
    await each((i) => pointer('pointermove', 90 * Math.sin(i / 6), 60 * Math.cos(i / 5)));
    pointer('pointercancel', 0, 0);
  };
  const wheel = (deltaY) => each(() => canvas.dispatchEvent(new WheelEvent('wheel', { deltaY, clientX: x, clientY: y, bubbles: true, cancelable: true })));
  await drag();
  await wheel(-50);
  await drag();
  await wheel(50);
  return frames;
}
