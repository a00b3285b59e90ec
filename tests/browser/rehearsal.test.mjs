/* The report of a rehearsal, as an organizer reads it: on a phone and a desk, by day and night, in both languages, on paper. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { program } from '../lib/server.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let scratch, show;

opens({ prepare: async () => {
  scratch = mkdtempSync(join(tmpdir(), 'takenseat-report-'));
  show = await house.show('theatre', '겨울 <밤> & "A Winter Night"', { queue: { admit_per_minute: 300, active_limit: 150 } });
} });
after(() => scratch && rmSync(scratch, { recursive: true, force: true }));

function report(language, ...args) {
  const file = join(scratch, `${language}${args.length}.html`);
  execFileSync(program, ['rehearse', '--data', house.world.server.data, '--schedule', show.id, '--people', '8000', '--lang', language, '--html', file, ...args]);
  return file;
}

const readers = [
  ['rehearsal-phone-night', 'ko', phone, 'dark', ['--bots', '200', '--compare', 'mode=draw']],
  ['rehearsal-desk', 'en', desktop, 'light', []],
];

for (const [name, language, device, colorScheme, args] of readers)
  test(`${name}: plots, tables, nothing beyond the edge, nothing that axe knows`, async () => {
    const visitor = await Visitor.open(browser, house, { name, device, language, colorScheme });
    await visitor.page.goto(`file://${report(language, ...args)}`);
    assert.equal(await visitor.page.locator('h1').innerText(), `${language === 'ko' ? '예행연습' : 'Rehearsal'}: ${show.title}`);
    assert.equal(await visitor.page.locator('figure > svg').count(), 4);
    const { wide, narrow, text } = await visitor.page.evaluate(() => ({
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      narrow: [...document.querySelectorAll('figure > svg')].some((svg) => svg.getBoundingClientRect().width < 200),
      text: Math.min(...[...document.querySelectorAll('figure > svg text')].map((word) => word.getBoundingClientRect().height)),
    }));
    assert.equal(wide, 0);
    assert.equal(narrow, false);
    assert.ok(text >= 10, `letters ${text} pixels high`);
    await visitor.look('report');
    assert.ok((await visitor.page.pdf({ format: 'A4' })).length > 10000);
    await visitor.leave();
  });
