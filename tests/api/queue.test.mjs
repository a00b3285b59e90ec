/* The waiting room: a place for everybody, in order, and nobody buys without a pass. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, hour, minute } from '../lib/world.mjs';

let world;
const second = 1000;

before(async () => { world = await World.open(); });
after(() => world.close());

const calm = { mode: 'fifo', admit_per_minute: 60, active_limit: 100, pass_seconds: 60, paused: false };
const settle = (sale, settings, as = world.admin) => world.api('PUT', `/api/v1/schedules/${sale.id}/queue/settings`, settings, { as });
const join = (sale, as) => world.api('POST', `/api/v1/schedules/${sale.id}/queue`, undefined, { as });
const look = async (place) => ok(await world.api('GET', `/api/v1/queue/${place.place_token}`));
const leave = (place, as) => world.api('DELETE', `/api/v1/queue/${place.place_token}`, undefined, { as });

async function room(change = {}, of = {}) {
  const sale = await world.sale({ hall: { rows: 3, seats: 20 }, ...of });
  ok(await settle(sale, { ...calm, ...change }));
  return sale;
}

async function line(sale, n) {
  const people = await world.crowd(n);
  const places = [];
  for (const person of people) places.push(ok(await join(sale, person), 201));
  return { people, places };
}

test('a place is kept: the same person again has the same one', async () => {
  const sale = await room({ paused: true });
  const { people, places } = await line(sale, 3);
  assert.deepEqual(places.map((place) => place.position), [1, 2, 3]);
  assert.deepEqual(places.map((place) => place.ahead), [0, 1, 2]);
  const again = ok(await join(sale, people[1]), 201);
  assert.equal(again.place_token, places[1].place_token);
  assert.equal(again.position, 2);
});

test('a place tells what is left', async () => {
  const sale = await room({ paused: true, message: 'Doors open soon' });
  const { places } = await line(sale, 1);
  const place = await look(places[0]);
  assert.equal(place.state, 'waiting');
  assert.equal(place.pass, null);
  assert.equal(place.message, 'Doors open soon');
  assert.deepEqual(place.stock, { VIP: 20, R: 20, S: 20 });
  assert.ok(place.poll_after_ms > 0 && place.eta_seconds >= 0);
});

test('without a pass nothing is held, with one it is', async () => {
  const sale = await room();
  const ann = await world.user();
  refused(await world.hold(ann, sale, [sale.guids[0]]), 403, 'pass_required');
  const place = ok(await join(sale, ann), 201);
  await world.advance(2 * second);
  const { state, pass, pass_expires_at } = await look(place);
  assert.equal(state, 'admitted');
  assert.ok(Date.parse(pass_expires_at) > world.now);
  refused(await world.hold(ann, sale, [sale.guids[0]]), 403, 'pass_required');
  ok(await world.hold(ann, sale, [sale.guids[0]], { pass }), 201);
});

test('the whole purchase goes with the pass', async () => {
  const sale = await room();
  const ann = await world.user();
  const place = ok(await join(sale, ann), 201);
  await world.advance(2 * second);
  const { pass } = await look(place);
  const hold = ok(await world.hold(ann, sale, [sale.guids[0]], { pass }), 201);
  const booking = ok(await world.book(ann, hold, { pass }), 201);
  const payment = ok(await world.pay(ann, booking, { pass }), 201);
  assert.equal(ok(await world.confirm(ann, payment, 'sandbox-ok', { pass })).status, 'paid');
  await world.advance(0);
  assert.equal((await look(place)).state, 'left');
});

const bad_passes = [
  ['is made up', (pass) => 'x'.repeat(pass.length)],
  ['has a letter changed', (pass) => pass.slice(0, 20) + (pass[20] === 'a' ? 'b' : 'a') + pass.slice(21)],
  ['is cut off', (pass) => pass.slice(0, -4)],
  ['is a place token', (_, place) => place.place_token],
];
test('a pass that is not good', async (t) => {
  const sale = await room();
  const ann = await world.user();
  const place = ok(await join(sale, ann), 201);
  await world.advance(2 * second);
  const { pass } = await look(place);
  for (const [name, make] of bad_passes)
    await t.test(`because it ${name}`, async () => refused(await world.hold(ann, sale, [sale.guids[0]], { pass: make(pass, place) }), 403, 'pass_required'));
  await t.test("because it is another account's", async () =>
    refused(await world.hold(await world.user(), sale, [sale.guids[0]], { pass }), 403, 'pass_required'));
  await t.test("because it is another schedule's", async () => {
    const other = await room();
    refused(await world.hold(ann, other, [other.guids[0]], { pass }), 403, 'pass_required');
  });
  await t.test('because it has run out', async () => {
    await world.advance(minute);
    refused(await world.hold(ann, sale, [sale.guids[0]], { pass }), 403, 'pass_required');
    assert.equal((await look(place)).state, 'expired');
  });
});

test('people are let in in order, at the rate and no faster', async () => {
  const sale = await room({ paused: true, admit_per_minute: 60 });
  const { places } = await line(sale, 20);
  ok(await settle(sale, { ...calm, paused: false }));
  let earlier = 0;
  for (let s = 1; s <= 22; s++) {
    await world.advance(second);
    const admitted = (await Promise.all(places.map(look))).map((place) => place.state === 'admitted');
    const count = admitted.filter(Boolean).length;
    assert.deepEqual(admitted, places.map((_, i) => i < count), 'not in order');
    assert.ok(count >= earlier && count - earlier <= 2 && count <= s + 1, `${count} after ${s} s, ${earlier} before`);
    earlier = count;
  }
  assert.equal(earlier, 20);
});

test('no more are inside than the limit; who leaves makes room', async () => {
  const sale = await room({ active_limit: 2, admit_per_minute: 6000 });
  const { people, places } = await line(sale, 5);
  await world.advance(10 * second);
  const states = async () => (await Promise.all(places.map(look))).map((place) => place.state);
  assert.deepEqual(await states(), ['admitted', 'admitted', 'waiting', 'waiting', 'waiting']);
  ok(await leave(places[0], people[0]), 204);
  await world.advance(second);
  assert.deepEqual(await states(), ['left', 'admitted', 'admitted', 'waiting', 'waiting']);
  ok(await leave(places[3], people[3]), 204);
  assert.equal((await look(places[4])).position, 1);
  await world.advance(minute);
  assert.deepEqual((await states()).slice(1), ['expired', 'expired', 'left', 'waiting']);       /* he was away when his turn came ... */
  await world.advance(second);
  assert.deepEqual((await states()).slice(1), ['expired', 'expired', 'left', 'admitted']);      /* ... and is back */
});

test('a position never grows', async () => {
  const sale = await room({ paused: true });
  const { people, places } = await line(sale, 12);
  let earlier = places.map((place) => place.position);
  for (const i of [3, 0, 7, 11]) {
    ok(await leave(places[i], people[i]), 204);
    ok(await join(sale, await world.user()), 201);
    const positions = (await Promise.all(places.map(look))).map((place) => place.position);
    for (const [n, position] of positions.entries()) assert.ok(position <= earlier[n]);
    earlier = positions;
  }
});

test('paused: nobody is let in, and all keep their places', async () => {
  const sale = await room({ paused: true });
  const { places } = await line(sale, 3);
  await world.advance(5 * minute);
  assert.deepEqual(await Promise.all(places.map(async (place) => (await look(place)).state)), ['waiting', 'waiting', 'waiting']);
});

test('nobody joins before the room opens, or is let in before the sale starts', async () => {
  const sale = await world.sale({ sale_starts_at: world.time(2 * hour) });
  ok(await settle(sale, { ...calm, opens_at: world.time(hour) }));
  const ann = await world.user();
  const early = await join(sale, ann);
  refused(early, 409, 'not_open');
  assert.equal(early.headers['retry-after'], '3600');
  await world.advance(hour);
  const place = ok(await join(sale, ann), 201);
  await world.advance(hour - second);
  assert.equal((await look(place)).state, 'waiting');
  await world.advance(3 * second);
  assert.equal((await look(place)).state, 'admitted');
});

/* What a program and a person are told who may not join; each time the room is as it was. */
const sentence = { en: /^[A-Z].*\.$/, ko: /[가-힣].*\.$/ };
async function refuses_join(sale, as, status, code, said) {
  for (const lang of ['en', 'ko']) {
    const problem = refused(await world.api('POST', `/api/v1/schedules/${sale.id}/queue`, undefined, { as, lang }), status, code);
    assert.match(problem.detail, sentence[lang]);
    if (lang === 'en') assert.match(problem.detail, said);
  }
}

test('who may not join is told why, in a word and in a sentence', async (t) => {
  const ann = await world.user();
  const joined = async (sale) => ok(await world.api('GET', `/api/v1/schedules/${sale.id}/queue/settings`, undefined, { as: world.admin })).joined;
  await t.test('before the room opens', async () => {
    const sale = await room({ opens_at: world.time(hour) });
    await refuses_join(sale, ann, 409, 'not_open', new RegExp(`opens at ${world.time(hour).slice(0, 16)}`));
    assert.equal(await joined(sale), 0);
  });
  await t.test('when the room takes nobody in any more', async () => {
    const sale = await room({ draining: true });
    await refuses_join(sale, ann, 409, 'draining', /takes nobody in any more/);
    assert.equal(await joined(sale), 0);
  });
  await t.test('for a schedule that there is not', async () => {
    for (const id of [ann.id, 'ehxz7sjmbn526', 'x']) await refuses_join({ id }, ann, 404, 'not_found', /no such schedule|nothing at this address/);
  });
  for (const mode of ['fifo', 'off'])
    await t.test(`for a schedule that was cancelled, the room ${mode}`, async () => {
      const sale = await room({ mode });
      ok(await world.api('POST', `/api/v1/schedules/${sale.id}/cancel`, { reason: 'The singer is ill' }, { as: world.admin }));
      await world.advance(second);
      await refuses_join(sale, ann, 409, 'not_on_sale', /has been cancelled/);
      assert.equal(await joined(sale), 0);
    });
  for (const mode of ['fifo', 'off'])
    await t.test(`after the sale, the room ${mode}`, async () => {
      const sale = await room({ mode }, { sale_ends_at: world.time(hour) });
      await world.advance(hour);
      await refuses_join(sale, ann, 409, 'not_on_sale', /sale has ended/);
      assert.equal(await joined(sale), 0);
    });
  await t.test('twice is no refusal: it is the same place', async () => {
    const sale = await room({ paused: true });
    const first = ok(await join(sale, ann), 201), again = ok(await join(sale, ann), 201);
    assert.deepEqual([again.place_token, again.position], [first.place_token, first.position]);
    assert.equal(await joined(sale), 1);
  });
  await t.test('paused is no refusal: one may join, and is told that it is paused', async () => {
    const sale = await room({ paused: true, message: 'Back at nine' });
    const place = ok(await join(sale, ann), 201);
    assert.deepEqual([place.state, place.paused, place.eta_reason, place.message], ['waiting', true, 'paused', 'Back at nine']);
  });
  await t.test('without an account', async () => {
    const sale = await room();
    refused(await world.api('POST', `/api/v1/schedules/${sale.id}/queue`), 401, 'unauthenticated');
  });
});

/* The staff turn every screw there is, others leave and join, and the program dies; his place is his all the while. */
test('a place outlives everything: a second tab, another device, a new sign-in, restarts, and whatever the organizer changes', async () => {
  const sale = await room({ paused: true, admit_per_minute: 60 });
  const { people, places } = await line(sale, 9);
  const ann = people[6];
  let last = places[6].position;
  assert.equal(last, 7);
  const holds = async (what) => {
    const seen = await look(places[6]), again = ok(await join(sale, ann), 201);
    assert.equal(again.place_token, places[6].place_token, what);
    assert.equal(again.state, seen.state, what);
    if (seen.state !== 'waiting') return seen;
    assert.equal(again.position, seen.position, what);
    assert.ok(seen.position <= last, `${what}: ${seen.position} after ${last}`);
    last = seen.position;
    return seen;
  };
  const device = { ...ann };
  await world.sign_in(device);
  assert.notEqual(device.token, ann.token);
  assert.equal(ok(await join(sale, device), 201).place_token, places[6].place_token);
  ok(await world.api('POST', '/api/v1/auth/logout', undefined, { as: device }), 204);
  await holds('another device, signed out');
  ok(await leave(places[1], people[1]), 204);
  await holds('somebody leaves');
  for (const change of [{ admit_per_minute: 1 }, { active_limit: 1 }, { pass_seconds: 30 }, { draining: true }, { message: 'A moment, please' },
    { admit_per_minute: 6000, active_limit: 1000 }, { opens_at: world.time(hour) }]) {
    ok(await settle(sale, { ...calm, paused: true, ...change }));
    await world.advance(5 * second);
    await holds(JSON.stringify(change));
  }
  await world.crash();
  await holds('a kill');
  ok(await settle(sale, { ...calm, mode: 'off' }));
  await world.advance(5 * second);
  ok(await settle(sale, { ...calm, paused: true }));
  await holds('the room was off');
  for (let i = 0; i < 6; i++) {
    ok(await settle(sale, { ...calm, admit_per_minute: 60 + i, active_limit: i + 1 }));
    await Promise.all(places.map(look));
    await world.advance(second);
    await holds('the line moves');
    if (i === 2) await world.crash();
  }
  ok(await settle(sale, calm));
  await world.advance(10 * second);
  const inside = await holds('let in');
  assert.equal(inside.state, 'admitted');
  await world.crash();
  assert.equal((await look(places[6])).pass, inside.pass);
  ok(await world.hold(ann, sale, [sale.guids[0]], { pass: inside.pass }), 201);
});

test('off: everybody buys at once', async () => {
  const sale = await room({ mode: 'off' });
  const ann = await world.user();
  assert.equal(ok(await join(sale, ann), 201).state, 'admitted');
  ok(await world.hold(ann, sale, [sale.guids[0]]), 201);
});

test('places and passes survive a kill', async () => {
  const sale = await room({ active_limit: 1 });
  const { people, places } = await line(sale, 3);
  await world.advance(2 * second);
  const { pass } = await look(places[0]);
  await world.crash();
  const positions = await Promise.all(places.slice(1).map(look));
  assert.deepEqual(positions.map((place) => place.position), [1, 2]);
  assert.equal(ok(await join(sale, people[2]), 201).place_token, places[2].place_token);
  ok(await world.hold(people[0], sale, [sale.guids[0]], { pass }), 201);
});

test('nobody is let in to look at seats that are spoken for, and those who wait are told', async () => {
  const sale = await world.sale({ hall: { rows: 3, seats: 1 } });
  ok(await settle(sale, { ...calm, admit_per_minute: 6000 }));
  const { people, places } = await line(sale, 6);
  await world.advance(second);
  const seen = () => Promise.all(places.map(look));
  let now = await seen();
  assert.deepEqual(now.map((place) => place.state), ['admitted', 'admitted', 'admitted', 'waiting', 'waiting', 'waiting']);       /* three seats */
  assert.deepEqual([now[3].eta_reason, now[3].eta_high_seconds], ['stock', null]);
  for (let i = 0; i < 3; i++) ok(await world.hold(people[i], sale, [sale.guids[i]], { pass: now[i].pass }), 201);
  now = await seen();
  assert.deepEqual(now[3].stock, { VIP: 0, R: 0, S: 0 });
  assert.equal(now[3].eta_reason, 'sold_out');
  ok(await leave(places[0], people[0]), 204);
  await world.advance(second);
  assert.equal((await look(places[3])).state, 'waiting');
  for (let s = 0; s < 10 * 60; s += 10) {            /* the holds end, seats come back, the line goes on */
    await world.advance(10 * second);
    now = await seen();
  }
  assert.ok(now.slice(3).some((place) => place.state === 'admitted' || place.state === 'expired'));
});

test('who waits is told how long, why, and what is left at which price', async () => {
  const sale = await room({ paused: true, message: 'Back in ten minutes', active_limit: 1 });
  const { places } = await line(sale, 3);
  const paused = await look(places[2]);
  assert.deepEqual([paused.paused, paused.eta_reason, paused.eta_high_seconds, paused.message], [true, 'paused', null, 'Back in ten minutes']);
  assert.equal(paused.title, sale.performance.title);
  assert.ok(paused.price_from.amount < paused.price_to.amount && paused.price_from.currency === 'KRW');
  ok(await settle(sale, { ...calm, active_limit: 1 }));
  await world.advance(2 * second);
  const waiting = await look(places[2]);
  assert.deepEqual([waiting.paused, waiting.eta_reason, waiting.position], [false, 'limit', 2]);
  assert.ok(waiting.eta_low_seconds <= waiting.eta_seconds && waiting.eta_seconds <= waiting.eta_high_seconds);
  assert.ok(waiting.poll_after_ms >= 5 * second && waiting.poll_after_ms <= minute);
});

test('who is away when his turn comes holds up nobody, and comes in before the others when he is back', async () => {
  const sale = await room({ paused: true, admit_per_minute: 6000 });
  const { places } = await line(sale, 3);
  await world.advance(5 * minute);
  await look(places[2]);
  ok(await settle(sale, { ...calm, admit_per_minute: 6000 }));
  await world.advance(second);
  assert.equal((await look(places[2])).state, 'admitted');
  const back = await look(places[1]);
  assert.deepEqual([back.state, back.position, back.eta_reason], ['waiting', 1, 'back']);
  assert.ok(Date.parse(back.back_by) > world.now);
  await world.advance(second);
  assert.equal((await look(places[1])).state, 'admitted');
  await world.advance(10 * minute);
  assert.equal((await look(places[0])).state, 'expired');
});

test('drained: nobody joins any more, and those who wait are let in', async () => {
  const sale = await room({ paused: true });
  const { people, places } = await line(sale, 1);
  ok(await settle(sale, { ...calm, draining: true }));
  refused(await join(sale, await world.user()), 409, 'draining');
  assert.equal(ok(await join(sale, people[0]), 201).place_token, places[0].place_token);
  await world.advance(2 * second);
  assert.equal((await look(places[0])).state, 'admitted');
});

const wrong_settings = [
  [{ mode: 'lottery' }, 'mode'], [{ admit_per_minute: 0 }, 'admit_per_minute'], [{ active_limit: 0 }, 'active_limit'], [{ pass_seconds: 1 }, 'pass_seconds'],
  [{ message: 'x'.repeat(201) }, 'message'], [{ opens_at: 'soon' }, 'opens_at'],
];
test('settings that cannot be', async (t) => {
  const sale = await room();
  for (const [change, field] of wrong_settings)
    await t.test(field, async () => assert.equal(refused(await settle(sale, { ...calm, ...change }), 400, 'invalid').errors[0].field, field));
});

test('a forged place token is no place', async () => {
  const sale = await room({ paused: true });
  const { places } = await line(sale, 1);
  const { place_token: token } = places[0];
  for (const forged of ['x', token.slice(0, -2), token.slice(0, 4) + (token[4] === 'a' ? 'b' : 'a') + token.slice(5), `${token}A`])
    refused(await world.api('GET', `/api/v1/queue/${forged}`), 404, 'not_found');
});
