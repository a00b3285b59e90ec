/* An organizer sets a waiting room up and looks after its people: settings, presale groups, appeals, passes. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { day, hour, minute } from '../lib/world.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let world;

opens({ prepare: () => { world = house.world; } });

const small = { device: phone, language: 'ko' }, large = { device: desktop, language: 'en' };
const room_of = (show) => `/api/v1/schedules/${show.id}/queue`;
const api = async (...args) => ok(await world.api(...args, { as: world.admin }));

async function organizer(options, show, part) {
  const visitor = await Visitor.open(browser, house, options);
  await visitor.sign_in_as(await world.user(['MANAGER']));
  await visitor.go(`/admin/queues/${show.id}/${part}`);
  return visitor;
}

async function sure(visitor) {
  await visitor.act('yes');
  await visitor.page.getByTestId('sure').waitFor({ state: 'detached' });
}

/* These fields say what is wrong with them, and no others. */
const faults = (visitor, ...fields) => visitor.until(async () =>
  (await visitor.page.locator('[aria-invalid]').evaluateAll((found) => found.map((field) => field.dataset.testid))).join() === fields.map((name) => `field-${name}`).join(),
`faults of ${fields}`);

/* One more date of the show; the hall has one at a time. */
let dates = 40;
const another_date = (show, change = {}) => world.schedule(show.performance, show.hall,
  { starts_at: world.time(++dates * day), ends_at: world.time(dates * day + 2 * hour), ...change });

/* A minute of the zone that the visitors' devices are set to. */
const local = (ms) => new Date(ms + 9 * hour).toISOString().slice(0, 16);

/* Its answers come once the gate opens. */
async function slow(visitor, path) {
  let open;
  const gate = new Promise((resolve) => { open = resolve; });
  await visitor.answers(path, async (route) => {
    await gate;
    await route.fallback();
  });
  return open;
}

describe('the room is set up', { concurrency: true }, () => {
  test('settings of a room: faults at their fields, changes reviewed, nothing typed is lost', { timeout: 180000 }, async () => {
    const show = await house.show('theatre', '준비 · Getting Ready', { queue: { mode: 'off' } });
    const other = await another_date(show);
    const settings = `/schedules/${show.id}/queue/settings`;
    const visitor = await organizer({ ...small, name: 'room-settings', refusals: [400, 'ERR_FAILED'] }, show, 'settings');
    await visitor.see('settings-form').waitFor();
    await visitor.look('off');
    await visitor.act('review');
    await visitor.see('nothing').waitFor();

    await visitor.see('field-mode').selectOption('fifo');
    await visitor.see('field-admit_per_minute').fill('many');
    await visitor.see('field-pass_seconds').fill('5');
    await visitor.act('review');
    await visitor.until(async () => (await visitor.page.evaluate(() => document.activeElement.dataset.testid)) === 'field-admit_per_minute', 'the wrong field has the focus');
    await faults(visitor, 'admit_per_minute', 'pass_seconds');
    await visitor.look('wrong');
    await visitor.page.reload();
    await visitor.see('unsaved').waitFor();
    assert.equal(await visitor.see('field-admit_per_minute').inputValue(), 'many', 'nothing typed is lost');

    await visitor.see('field-admit_per_minute').fill('120');
    await visitor.see('field-pass_seconds').fill('300');
    await visitor.see('field-opens_at').fill(local(Date.now() + 800 * 24 * hour));
    await visitor.see('field-work').selectOption('light');
    await visitor.see('field-message').fill('곧 시작합니다');
    await visitor.see('field-message_en').fill('Soon');
    await visitor.act('review');
    await visitor.see('changes').waitFor();
    await visitor.look('changes');
    await visitor.act('yes');
    await visitor.see('settings-form').waitFor();
    await faults(visitor, 'opens_at');

    const opens = Date.now() - 5 * minute;
    await visitor.see('field-opens_at').fill(local(opens));
    await visitor.act('review');
    await visitor.see('changes').waitFor();
    await visitor.cuts(settings);
    await visitor.act('yes');
    await visitor.see('form-problem').waitFor();
    await visitor.look('offline');
    await visitor.silence(settings);
    await api('PATCH', `/api/v1${settings}`, { active_limit: 77 });
    await sure(visitor);
    const now = await api('GET', `/api/v1${settings}`, undefined);
    assert.deepEqual([now.mode, now.admit_per_minute, now.active_limit, now.pass_seconds, now.work, now.message, now.message_en, local(Date.parse(now.opens_at))],
      ['fifo', 120, 77, 300, 'light', '곧 시작합니다', 'Soon', local(opens)], 'what another changed meanwhile stays');
    assert.equal(await visitor.see('field-active_limit').inputValue(), '77');
    assert.equal(await visitor.page.getByTestId('unsaved').count(), 0);

    assert.match(await visitor.see('other-dates').innerText(), /1\D+0/);
    await visitor.act('use-everywhere');
    await visitor.look('every-date');
    await sure(visitor);
    const there = await api('GET', `${room_of(other)}/settings`, undefined);
    assert.deepEqual([there.mode, there.admit_per_minute, there.message_en], ['fifo', 120, 'Soon']);
    await visitor.leave();
  });

  test('a presale group, its codes and its line', { timeout: 180000 }, async () => {
    const show = await house.show('theatre', '먼저 오세요 · Come First');
    const sale = await another_date(show, { sale_starts_at: world.time(2 * hour) });
    await house.room(sale, { paused: true });
    const visitor = await organizer({ ...large, name: 'room-presale', refusals: [400], permissions: ['clipboard-read', 'clipboard-write'] }, sale, 'presale');
    await visitor.see('empty').waitFor();
    await visitor.look('empty');

    await visitor.act('add-group');
    await visitor.act('save-group');
    await faults(visitor, 'group-name', 'group-starts_at', 'group-ends_at');
    await visitor.see('field-group-name').fill('팬클럽/카드');
    await visitor.see('field-group-starts_at').fill(local(Date.now() - hour));
    await visitor.see('field-group-ends_at').fill(local(Date.now() + 5 * hour));
    await visitor.see('field-group-own').check();
    await visitor.see('field-group-rate').fill('90');
    await visitor.act('save-group');
    await faults(visitor, 'group-name', 'group-ends_at');
    await visitor.look('wrong');
    await visitor.see('field-group-name').fill('팬클럽 A');
    await visitor.see('field-group-ends_at').fill(local(Date.now() + hour));
    await visitor.act('save-group');
    await visitor.see('group').waitFor();
    assert.match(await visitor.see('group-line').innerText(), /90/);

    await visitor.act('give-codes');
    await visitor.see('field-codes').fill('FAN-0001\nFAN 0002');
    await visitor.act('put-codes');
    await faults(visitor, 'codes');
    await visitor.see('field-many').fill('12');
    await visitor.act('make-codes');
    const codes = (await visitor.see('field-codes').inputValue()).split('\n');
    assert.equal(new Set(codes).size, 12);
    await visitor.look('codes');
    await visitor.act('copy-codes');
    await visitor.until(async () => (await visitor.page.evaluate(() => navigator.clipboard.readText())) === codes.join('\n'), 'the codes in the clipboard');
    await visitor.act('put-codes');
    await sure(visitor);
    await visitor.see('codes-given').waitFor();
    const [download] = await Promise.all([visitor.page.waitForEvent('download'), visitor.act('save-codes')]);
    assert.equal(await readFile(await download.path(), 'utf8'), `code\r\n${codes.join('\r\n')}\r\n`);
    await visitor.act('codes-finish');
    await visitor.until(async () => /12/.test(await visitor.see('group-codes').innerText()), 'twelve codes');
    ok(await world.api('POST', room_of(sale), { code: codes[3].toLowerCase() }, { as: await world.user() }), 201);

    await visitor.act('change-group');
    await visitor.see('field-group-rate').fill('33');
    await visitor.see('field-group-uses').fill('5');
    await visitor.act('save-group');
    await visitor.until(async () => /33.*1.*1/.test(await visitor.see('group-line').innerText()), 'the other rate, and one who waits');
    assert.match(await visitor.see('group-codes').innerText(), /12\D+5/, 'the codes stay');
    await visitor.look('group');

    await visitor.act('remove-group');
    await sure(visitor);
    await visitor.see('past-line').waitFor();
    await visitor.look('removed');
    const terms = await api('GET', `/api/v1/schedules/${sale.id}/terms`, undefined);
    assert.deepEqual([terms.presale, terms.presale_codes], [null, 0]);
    await visitor.leave();
  });

  test('an appeal is decided, and a pass revoked', { timeout: 180000 }, async () => {
    const show = await house.show('theatre', '이의 있습니다 · Objection', { queue: { paused: true } });
    const person = await world.user(), stranger = await world.user();
    const place = ok(await world.api('POST', room_of(show), undefined, { as: person }), 201);
    const buyer = await Visitor.open(browser, house, { ...small, name: 'room-buyer' });
    await buyer.sign_in_as(person);
    await buyer.go(`/schedules/${show.id}/queue`);
    await buyer.see('queue-position').waitFor();

    const appeals = `/schedules/${show.id}/queue/appeals`;
    const visitor = await organizer({ ...small, name: 'room-appeals', refusals: [404, 'ERR_FAILED'] }, show, 'appeals');
    await visitor.see('empty').waitFor();
    await visitor.look('none');
    ok(await world.api('POST', `/api/v1${appeals}`, { refused: 'join_limit', text: '화면이 멈춰\n여러 번 눌렀습니다.' }, { as: person }), 201);
    const open = await slow(visitor, appeals);
    await visitor.page.reload();
    await visitor.see('loading').waitFor();
    open();
    await visitor.see('appeal-case').waitFor();
    await visitor.until(async () => (await visitor.see('who').innerText()).includes(person.email), 'whose appeal it is');
    await visitor.look('open');

    const [{ id }] = (await api('GET', `/api/v1${appeals}`, undefined)).items;
    await visitor.see('field-answer').fill('확인했지만 사유가 되지 않습니다.');
    await visitor.cuts(`${appeals}/${id}`);
    await visitor.act('deny');
    await visitor.see('form-problem').waitFor();
    await visitor.page.reload();
    await visitor.see('appeal-case').waitFor();
    assert.equal(await visitor.see('field-answer').inputValue(), '확인했지만 사유가 되지 않습니다.', 'nothing typed is lost');
    await visitor.silence(`${appeals}/${id}`);
    await visitor.act('deny');
    await visitor.see('empty').waitFor();
    const mine = async () => ok(await world.api('GET', `/api/v1${appeals}/mine`, undefined, { as: person }));
    assert.deepEqual([(await mine()).state, (await mine()).answer], ['denied', '확인했지만 사유가 되지 않습니다.']);
    await visitor.see('field-state').selectOption('');
    await visitor.act('decide-again');
    await visitor.act('grant');
    await visitor.page.locator('[data-testid="appeal-case"][data-state="granted"]').waitFor();
    await visitor.look('granted');

    await visitor.act('to-place');
    await visitor.page.locator('[data-testid="place"][data-state="waiting"]').waitFor();
    await visitor.look('place');
    for (const [text, seen] of [['nobody of this name', 'empty'], [stranger.id, 'no-place'], [stranger.email, 'no-place'], [`${house.base}/wait/${place.place_token}`, 'place']]) {
      await visitor.see('field-find').fill(text);
      await visitor.act('find');
      await visitor.see(seen).waitFor();
    }
    await visitor.act('revoke');
    await faults(visitor, 'reason');
    await visitor.see('field-reason').fill('예매 대행 계정');
    await visitor.act('revoke');
    await visitor.see('seen').waitFor();
    await visitor.look('sure');
    await sure(visitor);
    await visitor.see('place-reason').waitFor();
    await visitor.look('revoked');
    const told = await visitor.see('seen').innerText();
    await buyer.see('queue-over').waitFor({ timeout: 30000 });
    for (const line of (await buyer.see('queue-over').locator('h1, p').allInnerTexts())) assert.ok(told.includes(line), `${told}: ${line}`);
    await buyer.look('over');
    await buyer.leave();
    await visitor.leave();
  });

  test('the same pages, the other way round', { timeout: 180000 }, async () => {
    const show = await house.show('theatre', '다른 화면 · Other Screens');
    const times = { starts_at: world.time(-hour), ends_at: world.time(hour) };
    const sale = await another_date(show, { sale_starts_at: world.time(2 * hour) });
    ok(await world.terms(sale, { presale: { ...times, max_per_user: 2, groups: [{ name: 'Fans', ...times, codes: ['FAN-0001'], uses_per_code: 3 }] } }));
    await house.room(sale, { paused: true, message: '곧 시작합니다' });
    await api('PUT', `${room_of(sale)}/groups/Fans`, { admit_per_minute: 90, opens_at: world.time(-hour) });
    const person = await world.user();
    ok(await world.api('POST', room_of(sale), { code: 'FAN-0001' }, { as: person }), 201);
    ok(await world.api('POST', `${room_of(sale)}/appeals`, { refused: 'code_used', text: 'It was mine.' }, { as: person }), 201);

    const wide = await organizer({ ...large, name: 'room-wide' }, sale, 'settings');
    await wide.see('settings-form').waitFor();
    await wide.look('settings');
    await wide.page.getByTestId('room-nav').locator('a').nth(3).press('Enter');
    await wide.see('appeal-case').waitFor();
    await wide.look('appeals');
    await wide.see('to-place').press('Enter');
    await wide.see('place').waitFor();
    await wide.look('place');
    await wide.leave();

    const narrow = await organizer({ ...small, name: 'room-narrow' }, sale, 'presale');
    await narrow.see('group').waitFor();
    await narrow.look('presale');
    await narrow.act('change-group');
    await narrow.look('change');
    await narrow.act('never-group');
    await narrow.act('give-codes');
    await narrow.act('make-codes');
    await narrow.look('codes');
    await narrow.leave();
  });
});
