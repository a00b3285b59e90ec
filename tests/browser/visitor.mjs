/* A person in front of a browser. Whatever the browser complains about is remembered and must be nothing when the visit ends. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { until } from '../lib/until.mjs';
import { House, pictures } from './house.mjs';

export const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
export const desktop = { viewport: { width: 1280, height: 800 } };
const locales = { ko: 'ko-KR', en: 'en-GB' };
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const run = promisify(execFile);

function launch(flags = []) {
  return chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', ...flags] });
}

/* The house of a test file and the browser of its visitors; `settings` gives those of the server, `flags` are the browser's, `prepare` comes once
   both are there. */
export let house, browser;

export function opens({ settings, flags, prepare } = {}) {
  before(async () => {
    house = await House.open(await settings?.());
    browser = await launch(flags);
    await prepare?.();
  });
  after(async () => {
    await browser?.close();
    await house?.close();
  });
}

export class Visitor {
  /* refusals: the statuses and net errors that are part of the story; the console tells each failed request as an error. */
  static async open(browser, house, { name, device = desktop, language = 'en', refusals = [], ...options }) {
    const visitor = new Visitor();
    const context = await browser.newContext({ ...device, locale: locales[language], timezoneId: 'Asia/Seoul', reducedMotion: 'reduce', ...options });
    Object.assign(visitor, { context, house, name, refusals, touch: device.hasTouch === true, complaints: [], shots: 0 });
    visitor.page = await visitor.tab();
    return visitor;
  }

  /* One more tab of the same person. */
  async tab() {
    const page = await this.context.newPage();
    page.setDefaultTimeout(30000);
    page.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return;
      const told = /with a status of (\d+)|net::(\w+)/.exec(message.text());
      if (!this.refusals.some((one) => String(one) === (told?.[1] ?? told?.[2]))) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    await page.exposeFunction('report_violation', (what) => this.complaints.push(`CSP: ${what}`));
    await page.addInitScript(() => addEventListener('securitypolicyviolation', (event) =>
      window.report_violation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`)));
    return page;
  }

  async leave() {
    this.gone = true;
    await this.context.close();
    assert.deepEqual(this.complaints, [], `what the browser of ${this.name} complains about`);
  }

  go(path) {
    return this.page.goto(this.house.base + path);
  }

  /* What is marked with a test id, where it can be seen. */
  see(id, page = this.page) {
    return page.getByTestId(id).filter({ visible: true }).first();
  }

  act(id) {
    return this.touch ? this.see(id).tap() : this.see(id).click();
  }

  path() {
    return new URL(this.page.url()).pathname;
  }

  until(condition, what) {
    return until(what, condition);
  }

  /* A picture of the page, which must be without a fault that axe knows. */
  async look(what) {
    await this.page.waitForTimeout(150);
    await this.page.screenshot({ path: join(pictures, `${this.name}-${String(++this.shots).padStart(2, '0')}-${what}.png`) });
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate(() => window.axe.run());
    const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(' | ')}`);
    assert.deepEqual(told, [], `axe on ${what}`);
  }

  async sign_up(language = 'en') {
    this.account = { email: `${this.name}@example.com`, password: 'a long password', name: language === 'ko' ? '김하늘' : 'Sky Kim' };
    await this.page.locator('form a[href^="/signup"]').click();
    for (const [field, text] of Object.entries(this.account)) await this.see(`field-${field}`).fill(text);
  }

  /* An account made beforehand; the next page is opened as its owner. */
  async sign_in_as(user) {
    await this.go('/login');
    await this.fill_sign_in(user);
  }

  /* On the page that asks for it. */
  async fill_sign_in(user) {
    this.account = user;
    await this.see('field-email').fill(user.email);
    await this.see('field-password').fill(user.password);
    await this.act('submit');
    await this.see('account-link').waitFor();
  }

  /* ---- a server that says something else ---- */

  /* From now on this is the answer to what is asked of the path; it must be one that the server could give. */
  async says(method, path, { status = 200, headers = {}, body }) {
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    const text = JSON.stringify(body);
    this.house.world.server.contract.check(method, `/api/v1${path}`, { status, type, headers, json: body, text, bytes: Buffer.from(text) });
    await this.answers(path, (route) => (route.request().method() === method
      ? route.fulfill({ status, headers, contentType: type, body: text }) : route.fallback()));
  }

  /* Its own answer, with some of it changed. */
  async adds(path, change) {
    await this.answers(path, async (route) => {
      try {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { ...await answer.json(), ...change } });
      } catch (error) {
        if (!this.gone) throw error;         /* who leaves waits for no answer */
      }
    });
  }

  /* Nothing comes back. */
  cuts(path) {
    return this.answers(path, (route) => route.abort());
  }

  /* The newest that is set answers; the one before is taken away only then, since the page may ask in between. */
  async answers(path, handler) {
    this.handlers ??= new Map();
    const before = this.handlers.get(path);
    this.handlers.set(path, handler);
    await this.page.route(this.called(path), handler);
    if (before) await this.page.unroute(this.called(path), before);
  }

  /* What it says is its own again. */
  silence(path) {
    this.handlers?.delete(path);
    return this.page.unroute(this.called(path));
  }

  /* A path of the API with whatever is asked of it; the same object each time, as unroute wants it. */
  called(path) {
    this.calls ??= new Map();
    if (!this.calls.has(path)) this.calls.set(path, (url) => url.pathname === `/api/v1${path}`);
    return this.calls.get(path);
  }

  /* ---- the map ---- */

  /* Waits for the map, with its seats and the stream. */
  async at_map() {
    await this.see('seat-canvas').waitFor();
    await this.page.locator('[data-testid="seat-room"][data-live="live"]').waitFor();
  }

  async view() {
    const [x, y, scale] = (await this.see('seat-canvas').getAttribute('data-view')).split(' ').map(Number);
    return { x, y, scale };
  }

  /* Where a point of the hall is on the screen. */
  async on_screen({ x, y }) {
    const [view, box] = [await this.view(), await this.see('seat-canvas').boundingBox()];
    return { x: box.x + (x - view.x) * view.scale, y: box.y + (y - view.y) * view.scale };
  }

  async point(place) {
    const { x, y } = await this.on_screen(place);
    await (this.touch ? this.page.touchscreen.tap(x, y) : this.page.mouse.click(x, y));
  }

  /* Brings a place near with the wheel or two fingers, to at least `scale` pixels a unit. */
  async approach(place, scale) {
    for (let i = 0; (await this.view()).scale < scale; i++) {
      assert.ok(i < 30, 'the map does not come nearer');
      const at = await this.on_screen(place);
      await this.zoom(at, 1.6);
    }
  }

  /* The wheel turns before the page has heard of it. */
  async zoom(at, factor) {
    const seen = () => this.see('seat-canvas').getAttribute('data-view');
    const before = await seen();
    if (this.touch) {
      await this.pinch(at, factor);
    } else {
      await this.page.mouse.move(at.x, at.y);
      await this.page.mouse.wheel(0, factor > 1 ? -160 : 160);
    }
    await this.until(async () => await seen() !== before, 'the map moves');
  }

  async pinch({ x, y }, factor) {
    const session = await this.context.newCDPSession(this.page);
    const fingers = (apart) => [{ x: x - apart / 2, y, id: 1 }, { x: x + apart / 2, y, id: 2 }];
    const send = (type, touchPoints) => session.send('Input.dispatchTouchEvent', { type, touchPoints });
    const [from, to] = factor > 1 ? [40, 40 * factor] : [40 / factor, 40];
    await send('touchStart', fingers(from));
    for (let i = 1; i <= 5; i++) await send('touchMove', fingers(from + ((to - from) * i) / 5));
    await send('touchEnd', []);
    await session.detach();
  }

  async drag(by) {
    const box = await this.see('seat-canvas').boundingBox();
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const steps = Array.from({ length: 8 }, (_, i) => ({ x: at.x + (by.x * (i + 1)) / 8, y: at.y + (by.y * (i + 1)) / 8 }));
    if (this.touch) {
      const session = await this.context.newCDPSession(this.page);
      await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at] });
      for (const step of steps) await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [step] });
      await this.page.waitForTimeout(120);
      await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
      await session.detach();
    } else {
      await this.page.mouse.move(at.x, at.y);
      await this.page.mouse.down();
      for (const step of steps) await this.page.mouse.move(step.x, step.y);
      await this.page.waitForTimeout(120);
      await this.page.mouse.up();
    }
  }

  /* Points at seats in the picture; they must then lie in the tray. */
  async choose(show, guids) {
    for (const guid of guids) {
      const seat = this.house.seat(show, guid);
      await this.approach(seat, 18);
      await this.point(seat);
      await this.page.locator(`[data-testid="tray-seat"][data-guid="${guid}"]`).waitFor();
    }
  }

  tray() {
    return this.page.getByTestId('tray-seat').evaluateAll((seats) => seats.map((seat) => seat.dataset.guid));
  }

  /* ---- paying ---- */

  async pay(card) {
    await this.see(`card-${card}`).check();
    await this.act('pay');
  }

  async result(expected) {
    await this.page.locator(`[data-testid="result"][data-result="${expected}"]`).waitFor();
  }

  /* What a camera reads from the code that is shown. */
  async scan(picture) {
    const file = join(pictures, `${this.name}-qr.png`);
    await picture.screenshot({ path: file });
    const { stdout } = await run('zbarimg', ['--quiet', '--raw', file]);
    return stdout.trim();
  }
}
