/* One person, two devices: a place in the waiting room belongs to one of them, and moves when its owner says so there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HELD } from '../lib/world.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let show;

opens({ prepare: async () => {
  show = await house.show('theatre', '두 대의 기기 · Two Devices', { queue: { admit_per_minute: 600, active_limit: 100, pass_seconds: 900 } });
} });

const pass_name = () => `takenseat.pass.${show.id}`;
const seats = () => `/schedules/${show.id}/seats`;
const queue = () => `/schedules/${show.id}/queue`;
const copy_of_pass = (visitor) => visitor.page.evaluate((name) => localStorage.getItem(name), pass_name());

/* In the waiting room until the seats are there. */
async function let_in(visitor, user) {
  await visitor.sign_in_as(user);
  await visitor.go(queue());
  await visitor.until(() => visitor.path() === seats(), 'the turn');
  await visitor.at_map();
}

for (const { language, device } of [{ language: 'en', device: desktop }, { language: 'ko', device: phone }])
  test(`a copied pass is refused on a second device, which is told why; moving the place makes it good there (${language})`, { timeout: 120000 }, async () => {
    const user = await house.world.user();
    const first = await Visitor.open(browser, house, { name: `first-${language}`, language, refusals: [403] });
    await let_in(first, user);
    const copied = await copy_of_pass(first);
    assert.match(copied, /"pass":"/);

    const second = await Visitor.open(browser, house, { name: `second-${language}`, language, device, refusals: [403] });
    await second.sign_in_as(user);
    await second.page.evaluate(([name, text]) => localStorage.setItem(name, text), [pass_name(), copied]);
    await second.go(seats());
    await second.at_map();
    const [one, other] = language === 'en' ? ['C-A-1', 'C-A-2'] : ['C-B-1', 'C-B-2'];
    await second.choose(show, [one]);
    await second.act('hold');
    await second.until(() => second.path() === queue(), 'the way to the waiting room');
    await second.see('other-device').waitFor();
    await second.look('other-device');

    await second.act('move-here');
    await second.until(() => second.path() === seats(), 'the seats, after the move');
    await second.at_map();
    await second.choose(show, [one]);
    await second.act('hold');
    await second.until(() => second.path().startsWith('/checkout/'), 'the checkout');
    assert.equal((await house.states(show))[show.guids.indexOf(one)], HELD);
    await second.leave();

    await first.choose(show, [other]);
    await first.act('hold');
    await first.see('other-device').waitFor();
    await first.act('move-here');                /* with a new sign-in the place may come back */
    await first.act('sign-in-again');
    await first.fill_sign_in(user);
    await first.until(() => first.path() === queue(), 'the way back to the waiting room');
    await first.act('move-here');
    await first.until(() => first.path() === seats(), 'the seats, back again');
    await first.leave();
  });

test('who copied the sign-in too is asked to sign in anew', { timeout: 60000 }, async () => {
  const user = await house.world.user();
  const first = await Visitor.open(browser, house, { name: 'owner' });
  await let_in(first, user);
  const state = await first.context.storageState();          /* cookies and localStorage, but no key */
  const tab = await first.page.evaluate(() => ({ ...sessionStorage }));
  const thief = await Visitor.open(browser, house, { name: 'copied-sign-in', storageState: state, refusals: [403] });
  await thief.page.addInitScript((kept) => { for (const [name, text] of Object.entries(kept)) sessionStorage.setItem(name, text); }, tab);
  await thief.go(queue());
  await thief.see('other-device').waitFor();
  await thief.act('move-here');
  await thief.see('sign-in-again').waitFor();
  await thief.look('sign-in-again');
  await thief.leave();
  await first.leave();
});
