/* One decision for a whole performance: its dates take it, those made later too; each keeps a line of its own. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, day, hour } from '../lib/world.mjs';

let world;

before(async () => { world = await World.open(); });
after(() => world.close());

const calm = { mode: 'fifo', admit_per_minute: 600, active_limit: 100, pass_seconds: 60, paused: true };
const of_performance = ({ performance }) => `/api/v1/performances/${performance.id}/queue/settings`;
const of_date = (date) => `/api/v1/schedules/${date.id}/queue/settings`;
const choose = (show, change = {}, as = world.admin) => world.api('PUT', of_performance(show), { ...calm, ...change }, { as });
const chosen = async (show, as = world.admin) => ok(await world.api('GET', of_performance(show), undefined, { as }));
const settle = (date, change = {}) => world.api('PUT', of_date(date), { ...calm, ...change }, { as: world.admin });
const settings = async (date) => ok(await world.api('GET', of_date(date), undefined, { as: world.admin }));
const join = (date, as) => world.api('POST', `/api/v1/schedules/${date.id}/queue`, undefined, { as });
const modes = async (dates) => (await Promise.all(dates.map(settings))).map(({ mode }) => mode);

let evenings = 0;
const another = (show, change = {}) => {
  evenings++;                                /* the hall has one show at a time */
  return world.schedule(show.performance, show.hall,
    { starts_at: world.time((30 + evenings) * day), ends_at: world.time((30 + evenings) * day + hour), ...change });
};

/* A performance with a date for each of these changes. */
async function tour(first, ...others) {
  const show = await world.sale({ hall: { rows: 3, seats: 20 }, ...first });
  const dates = [show];
  for (const change of others) dates.push(await another(show, change));
  await world.advance(0);                    /* the queue has heard of them */
  return { show, dates };
}

test('nothing chosen yet: a proposal, and the dates as they are', async () => {
  const { show, dates } = await tour({}, {});
  const seen = await chosen(show);
  assert.deepEqual([seen.chosen_at, seen.mode, seen.performance_id], [null, 'off', show.performance.id]);
  assert.deepEqual(seen.schedules.map((date) => date.schedule_id).sort(), dates.map(({ id }) => id).sort());
  assert.ok(seen.schedules.every((date) => date.mode === 'off' && !date.own));
});

test('all dates take it, those made later too, and a kill forgets nothing', async () => {
  const { show, dates } = await tour({}, {}, { sale_ends_at: world.time(hour) });
  const ended = dates.pop();
  await world.advance(2 * hour);
  const answer = ok(await choose(show, { admit_per_minute: 77, opens_at: world.time(-hour), work: 'light', message: '곧', message_en: 'Soon',
    device_binding: 'off', draining: true }));
  assert.deepEqual(answer, await chosen(show));
  assert.equal(answer.chosen_at, world.time(0));
  assert.deepEqual(answer.schedules.map((date) => [date.schedule_id, date.mode, date.own]).sort(), dates.map(({ id }) => [id, 'fifo', false]).sort());
  assert.equal((await settings(ended)).mode, 'off', 'its sale had ended');

  dates.push(await another(show));
  await world.crash();
  dates.push(await another(show));
  for (const date of dates) {
    const own = await settings(date);
    assert.deepEqual([own.mode, own.admit_per_minute, own.opens_at, own.work, own.message, own.message_en, own.device_binding, own.draining, own.paused, own.own],
      ['fifo', 77, world.time(-hour), 'light', '곧', 'Soon', 'off', true, true, false]);
  }
  assert.equal((await chosen(show)).schedules.length, 4);
  assert.deepEqual(await modes([(await tour({})).show]), ['off'], 'another performance is not meant');
});

test('a date that is set up by itself keeps that, until all are meant', async () => {
  const { show, dates: [first, second, third] } = await tour({}, {}, {});
  ok(await settle(first, { admit_per_minute: 10 }));
  assert.equal((await settings(first)).own, false, 'nothing was chosen for all of them');
  ok(await choose(show, { admit_per_minute: 20 }));
  assert.equal((await settings(first)).admit_per_minute, 20);
  assert.equal(ok(await settle(first, { admit_per_minute: 30 })).own, true);
  assert.equal(ok(await world.api('PATCH', of_date(second), { active_limit: 5 }, { as: world.admin })).own, true);
  await world.crash();

  const rates = async () => (await Promise.all([first, second, third].map(settings))).map((date) => [date.admit_per_minute, date.active_limit, date.own]);
  const answer = ok(await choose(show, { admit_per_minute: 40 }));
  assert.deepEqual(answer.schedules.filter(({ own }) => own).map((date) => date.schedule_id).sort(), [first.id, second.id].sort());
  assert.deepEqual(await rates(), [[30, 100, true], [20, 5, true], [40, 100, false]]);
  ok(await choose(show, { admit_per_minute: 50, all: true }));
  assert.deepEqual(await rates(), [[50, 100, false], [50, 100, false], [50, 100, false]]);
});

test('each date has a line of its own: a place in one is none in another', async () => {
  const { show, dates: [first, second] } = await tour({}, {});
  ok(await choose(show));
  const [ann, bob] = await world.crowd(2);
  const here = ok(await join(first, ann), 201);
  assert.deepEqual([here.position, ok(await join(first, bob), 201).position, ok(await join(second, bob), 201).position], [1, 2, 1]);
  assert.equal(ok(await join(first, ann), 201).place_token, here.place_token);
  const seen = Object.fromEntries((await chosen(show)).schedules.map((date) => [date.schedule_id, date.waiting]));
  assert.deepEqual([seen[first.id], seen[second.id]], [2, 1]);
  ok(await choose(show, { admit_per_minute: 60 }));
  assert.equal(ok(await join(first, bob), 201).position, 2, 'a change in the middle costs no place');
});

test('one date that cannot take it: none does, and it is named', async () => {
  const { show, dates: [first, second] } = await tour({}, { sale_starts_at: world.time(3 * hour) });
  const later = { sale_starts_at: world.time(5 * hour) };
  const before = [await settings(first), await settings(second), await chosen(show)];
  const begun = refused(await choose(show, { mode: 'draw' }), 409, 'sale_begun');
  assert.match(begun.detail, new RegExp(first.id));
  assert.deepEqual([await settings(first), await settings(second), await chosen(show)], before);

  const drawn = await tour(later, later);
  ok(await choose(drawn.show, { mode: 'draw', paused: false }));
  ok(await join(drawn.dates[1], await world.user()), 201);
  const joined = refused(await choose(drawn.show), 409, 'already_joined');
  assert.match(joined.detail, new RegExp(drawn.dates[1].id));
  assert.deepEqual(await modes(drawn.dates), ['draw', 'draw']);

  const ends = refused(await choose(show, { opens_at: world.time(300 * day) }), 400, 'invalid');
  assert.equal(ends.errors[0].field, 'opens_at');
  assert.match(ends.errors[0].message, new RegExp(`${first.id}|${second.id}`));
  assert.deepEqual([await settings(first), await settings(second), await chosen(show)], before);
});

test('what cannot be for a date made later is left out there', async () => {
  const { show } = await tour({ sale_starts_at: world.time(3 * hour) });
  ok(await choose(show, { mode: 'draw', opens_at: world.time(2 * hour) }));
  const late = await another(show, { sale_starts_at: world.time(2 * hour) }), selling = await another(show, { sale_ends_at: world.time(hour) });
  assert.deepEqual((({ mode, opens_at }) => [mode, opens_at])(await settings(late)), ['draw', world.time(2 * hour)]);
  assert.deepEqual((({ mode, opens_at }) => [mode, opens_at])(await settings(selling)), ['fifo', null]);
});

test('rooms from before their performance was kept are found as well', async () => {
  const { show, dates: [first, second] } = await tour({}, {});
  await world.server.terminate();
  await world.server.store.sql('UPDATE queue_room SET performance_id = 0');
  await world.server.restart();
  await world.catch_up();
  assert.equal((await chosen(show)).schedules.length, 2);
  ok(await choose(show, { admit_per_minute: 12 }));
  assert.equal(ok(await settle(second)).own, true);
  assert.deepEqual([(await settings(first)).admit_per_minute, (await settings(second)).admit_per_minute], [12, 600]);
});

test('whose performance it is not finds none', async () => {
  const owner = await world.user(['PRODUCER']), rival = await world.user(['PRODUCER']);
  const show = await world.sale({ as: owner });
  ok(await choose(show, {}, owner));
  refused(await choose(show, { mode: 'off' }, rival), 404, 'not_found');
  refused(await world.api('GET', of_performance(show), undefined, { as: rival }), 404, 'not_found');
  refused(await world.api('PUT', '/api/v1/performances/0000000000000/queue/settings', calm, { as: owner }), 404, 'not_found');
  assert.equal((await chosen(show, owner)).mode, 'fifo');
});
