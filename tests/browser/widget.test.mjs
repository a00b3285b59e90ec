/* A performance in the page of an organizer, which is another site: on another port. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { pictures } from './house.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let show, unlisted, organizer;

const listen = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`)));

/* The organizer's own site; its policy lets nothing in but our script and frame: no inline style either. */
async function site() {
  const server = http.createServer((request, response) => {
    const attributes = new URL(request.url, 'http://x').searchParams;
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; script-src ${house.base}; frame-src ${house.base}; img-src data:`,
    });
    response.end(`<!doctype html><html lang="en"><head><title>Organizer</title><link rel="icon" href="data:,"></head><body><main><h1>Tonight</h1>
      <script src="${house.base}/widget.js" ${[...attributes].map(([name, value]) => `data-${name}="${value}"`).join(' ')}></script></main></body></html>`);
  });
  return { server, origin: await listen(server) };
}

opens({ prepare: async () => {
  show = await house.show('theatre', '달빛 아래 우리 · Under the Same Moon', { queue: { paused: true } });
  unlisted = await house.world.performance();
  organizer = await site();
  await allow(show.performance, [organizer.origin]);
} });
after(() => organizer?.server.close());

const allow = async ({ id }, origins) => ok(await house.world.api('PUT', `/api/v1/performances/${id}/embedding`, { origins }, { as: house.world.admin }));

const page = ({ id }, attributes) => `${organizer.origin}/?${new URLSearchParams({ performance: id, title: 'Tickets', ...attributes })}`;

describe('in another site', { concurrency: 3 }, () => {
  for (const who of [{ name: 'widget-phone-ko', device: phone, language: 'ko', theme: 'dark' }, { name: 'widget-desktop-en', device: desktop, language: 'en', theme: 'light' }])
    test(`a page on the organizer's list shows the performance, and the way leads to our own (${who.name})`, { timeout: 60000 }, async () => {
      const visitor = await Visitor.open(browser, house, who);
      await visitor.page.goto(page(show.performance, { lang: who.language, theme: who.theme }));
      const frame = visitor.page.frameLocator('iframe');
      await frame.getByTestId('way-in').waitFor();
      assert.equal(await frame.locator('html').getAttribute('lang'), who.language);
      assert.equal(await frame.locator('html').getAttribute('data-theme'), who.theme);
      const sizes = async () => [(await visitor.page.locator('iframe').boundingBox()).height, await frame.locator('html').evaluate((html) => html.getBoundingClientRect().height)];
      await visitor.until(async () => { const [outer, inner] = await sizes(); return Math.abs(outer - inner) <= 1 && inner > 150; }, 'the frame is as tall as what is in it');
      await visitor.page.screenshot({ path: join(pictures, `${who.name}-framed.png`) });
      const [tab] = await Promise.all([visitor.context.waitForEvent('page'), frame.getByTestId('way-in').click()]);
      await tab.waitForURL(`${house.base}/login?return=${encodeURIComponent(`/schedules/${show.id}/queue`)}`);
      await visitor.go(`/embed/${show.performance.id}?lang=${who.language}&theme=${who.theme}`);        /* what is framed, as axe sees it */
      await visitor.see('way-in').waitFor();
      await visitor.look('embedded');
      await visitor.leave();
    });

  test('a page that is not on the list gets a link instead, and no other page of ours can be framed', { timeout: 60000 }, async () => {
    const visitor = await Visitor.open(browser, house, { name: 'widget-refused', refusals: ['ERR_BLOCKED_BY_RESPONSE'] });
    visitor.page.removeAllListeners('console');
    await visitor.page.goto(page(unlisted));
    const link = visitor.page.getByRole('link', { name: 'Tickets' });
    await link.waitFor();
    assert.equal(await link.getAttribute('href'), `${house.base}/performances/${unlisted.id}`);
    assert.equal(await visitor.page.locator('iframe').count(), 0);
    for (const path of ['/', `/performances/${show.performance.id}`, '/docs', '/login']) {
      const { headers } = await house.world.server.send('GET', path);
      assert.match(headers['content-security-policy'], /frame-ancestors 'none'/, path);
    }
    await visitor.leave();
  });

  test('every page is served with a strict policy and asks no other host', { timeout: 60000 }, async () => {
    const visitor = await Visitor.open(browser, house, { name: 'policy' });
    const hosts = new Set();
    visitor.page.on('request', (request) => hosts.add(new URL(request.url()).host));
    await visitor.go('/');
    await visitor.see('performance-card').waitFor();
    await visitor.go(`/performances/${show.performance.id}`);
    await visitor.see('performance-title').waitFor();
    assert.deepEqual([...hosts], [new URL(house.base).host]);
    for (const path of ['/', '/docs', '/tickets', `/embed/${unlisted.id}`]) {
      const { headers, text } = await house.world.server.send('GET', path);
      const policy = headers['content-security-policy'];
      assert.match(policy, /default-src '(self|none)'/, path);
      assert.match(policy, /script-src 'self'(;|$)/, path);
      assert.match(policy, /base-uri 'none'/, path);
      assert.doesNotMatch(policy, /unsafe|\*|https?:/, path);
      assert.equal(headers['x-content-type-options'], 'nosniff', path);
      assert.doesNotMatch(text, /<script(?![^>]*\bsrc=)|<style|\son\w+=/, `${path} has no inline script or style`);
    }
    await visitor.leave();
  });
});
