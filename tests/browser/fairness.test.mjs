/* Joining where work is asked, with a presale code, and after a refusal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { hour } from '../lib/world.mjs';
import { Visitor, browser, house, opens, phone } from './visitor.mjs';

let show;

opens({
  settings: () => ({ 'queue.account_joins': '1' }),
  prepare: async () => {
    show = await house.show('theatre', '새벽의 노래 · Song at Dawn', { queue: { paused: true, work: 'light' } });
  },
});

const room_of = (one) => `/schedules/${one.id}/queue`;

/* Somebody with an account. */
async function visitor_of(options) {
  const visitor = await Visitor.open(browser, house, options);
  await visitor.sign_in_as(await house.world.user());
  return visitor;
}

test('the device works for its place beside the page; a refusal can be appealed', { timeout: 120000 }, async () => {
  const visitor = await visitor_of({ name: 'worker', device: phone, language: 'ko', refusals: [403, 404, 429] });
  let asked = 0;
  visitor.page.on('worker', () => asked++);
  await visitor.go(room_of(show));
  await visitor.see('queue-position').waitFor({ timeout: 60000 });
  assert.equal(asked, 1, 'one worker did it');
  const position = await visitor.see('queue-position').innerText();
  await visitor.page.reload();
  await visitor.see('queue-position').waitFor();
  assert.equal(await visitor.see('queue-position').innerText(), position);
  assert.equal(asked, 1, 'who has a place works no more');

  const left = visitor.page.waitForResponse((response) => response.request().method() === 'DELETE');
  await visitor.act('leave-queue');
  await left;
  await visitor.until(async () => visitor.path().startsWith('/performances/'), 'the page of the show');
  await visitor.go(room_of(show));
  await visitor.see('appeal').waitFor({ timeout: 60000 });
  await visitor.look('refused');
  await visitor.see('field-appeal').fill('실수로 대기실을 나갔습니다.');
  await visitor.act('send-appeal');
  await visitor.see('appeal-open').waitFor();

  const appeals = `/api/v1/schedules/${show.id}/queue/appeals`;
  const [made] = ok(await house.world.api('GET', appeals, undefined, { as: house.world.admin })).items;
  assert.equal(made.refused, 'join_limit');
  ok(await house.world.api('POST', `${appeals}/${made.id}`, { decision: 'granted' }, { as: house.world.admin }));
  await visitor.go(room_of(show));
  await visitor.see('queue-position').waitFor({ timeout: 60000 });
  await visitor.leave();
});

test('before the general sale a presale code leads to the line of its group', { timeout: 120000 }, async () => {
  const { world } = house;
  const starts = world.time(2 * hour), times = { starts_at: world.time(-hour), ends_at: world.time(hour) };
  const schedule = await world.schedule(show.performance, show.hall, { starts_at: world.time(900 * hour), ends_at: world.time(902 * hour), sale_starts_at: starts,
    sale_ends_at: world.time(800 * hour) });
  ok(await world.terms(schedule, { presale: { ...times, groups: [{ name: '팬클럽', ...times, codes: ['FAN-0001'], uses_per_code: 1 }] } }));
  const room = { paused: true, work: 'light' };
  await house.room(schedule, room);
  ok(await world.api('PUT', `/api/v1/schedules/${schedule.id}/queue/groups/${encodeURIComponent('팬클럽')}`, { admit_per_minute: 6000 }, { as: world.admin }));
  const early = await visitor_of({ name: 'early', refusals: [403] });
  await early.go(room_of(schedule));
  await early.see('queue-position').waitFor({ timeout: 60000 });          /* a room without an hour of its own takes everybody, before the sale too */
  await early.leave();

  await house.room(schedule, { ...room, opens_at: starts });
  const visitor = await visitor_of({ name: 'fan', refusals: [403, 409] });
  await visitor.go(room_of(schedule));
  await visitor.see('queue-not-yet').waitFor();
  assert.match(await visitor.see('queue-not-yet').innerText(), /01:59:\d\d/);
  await visitor.see('work-ready').waitFor({ timeout: 60000 });
  await visitor.see('have-code').locator('summary').click();
  await visitor.see('field-code').fill('FAN-9999');
  await visitor.act('use-code');
  await visitor.see('form-problem').waitFor();
  await visitor.look('code');
  await visitor.see('field-code').fill('fan-0001');
  await visitor.act('use-code');
  await visitor.see('queue-position').waitFor({ timeout: 60000 });
  assert.equal(await visitor.see('queue-position').innerText(), '1');

  await house.room(schedule, { work: 'light' });
  await visitor.until(async () => visitor.path().endsWith('/seats'), 'the seats');
  await visitor.at_map();
  await visitor.leave();
});
