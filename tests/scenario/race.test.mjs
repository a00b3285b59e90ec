/* Many people want one thing in the same instant; one gets it, the others are told so. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LastByte } from '../lib/last_byte.mjs';
import { ok } from '../lib/server.mjs';
import { FREE, HELD, World } from '../lib/world.mjs';

const people_count = 64;
const rounds = 1000;

let world, people, race;

before(async () => {
  world = await World.open();
  people = await world.crowd(people_count);
  race = await LastByte.open(world.server.port, people_count);
});
after(async () => {
  race.close();
  await world.close();
});

const count = (answers, status) => answers.filter((answer) => answer.status === status).length;

test(`${people_count} people hold the same seat in the same instant, ${rounds} rounds: exactly one gets it`, async (t) => {
  const sale = await world.sale({ hall: { rows: 25, seats: 40 }, limit: 100 });
  const path = `/api/v1/schedules/${sale.id}/holds`;
  const wins = new Map();
  const begun = performance.now();
  for (const guid of sale.guids.slice(0, rounds)) {
    const answers = await race.run(people.map(({ token }) => ({ path, token, body: { seats: [guid] } })));
    const winner = answers.findIndex((answer) => answer.status === 201);
    if (count(answers, 201) !== 1 || count(answers, 409) !== people_count - 1)
      assert.fail(`seat ${guid}: ${answers.map((answer) => answer.status).join(' ')} ${answers.find((a) => ![201, 409].includes(a.status))?.text}`);
    for (const answer of answers)
      if (answer.status === 409) assert.ok(['seat_taken', 'limit_reached'].includes(JSON.parse(answer.text).code), answer.text);
    wins.set(winner, (wins.get(winner) ?? 0) + 1);
  }
  const seconds = (performance.now() - begun) / 1000;
  t.diagnostic(`${rounds * people_count} requests in ${seconds.toFixed(1)} s; ${wins.size} of ${people_count} people won, one ${Math.max(...wins.values())} times`);
  assert.deepEqual((await world.seats(sale)).filter((state) => state === HELD).length, rounds);
});

test('64 holds at once of one person who may have one more: exactly one more', async () => {
  const sale = await world.sale({ hall: { rows: 10, seats: 64 }, limit: 3 });
  const path = `/api/v1/schedules/${sale.id}/holds`;
  for (let round = 0; round < 10; round++) {
    const ann = await world.user();
    const row = sale.guids.slice(64 * round, 64 * (round + 1));
    ok(await world.hold(ann, sale, row.slice(0, 2)), 201);
    const answers = await race.run(row.slice(2).map((guid) => ({ path, token: ann.token, body: { seats: [guid] } })));
    assert.equal(count(answers, 201), 1);
    assert.equal(count(answers, 409), 61);
  }
});

test('the same hold booked 64 times at once is one booking', async () => {
  const sale = await world.sale({ hall: { rows: 3, seats: 20 } });
  for (let round = 0; round < 10; round++) {
    const ann = people[round];
    const hold = ok(await world.hold(ann, sale, [sale.guids[round]]), 201);
    const answers = await race.run(people.map(() => ({ path: '/api/v1/bookings', token: ann.token, body: { hold_id: hold.id } })));
    assert.equal(count(answers, 201), people_count);
    assert.equal(new Set(answers.map((answer) => JSON.parse(answer.text).id)).size, 1);
  }
});

test('the same payment confirmed 64 times at once is charged once', async () => {
  const sale = await world.sale({ hall: { rows: 3, seats: 20 } });
  for (let round = 0; round < 10; round++) {
    const ann = people[round];
    const { payment, booking } = await world.checkout(ann, sale, [sale.guids[round]]);
    const captured = async () => (await world.server.metrics())['takenseat_payment_moves_total{to="captured"}'];
    const earlier = await captured();
    const body = { payment_key: 'sandbox-ok', amount: payment.amount.amount };
    const answers = await race.run(people.map(() => ({ path: `/api/v1/payments/${payment.id}/confirm`, token: ann.token, body })));
    assert.ok(answers.every((answer) => answer.status === 200 || JSON.parse(answer.text).code === 'in_progress'), answers.map((a) => a.text).join('\n'));
    assert.equal(await captured() - earlier, 1);
    assert.equal((await world.booking(ann, booking.id)).status, 'confirmed');
  }
});

test('the same address signed up 64 times at once is one account', async () => {
  for (let round = 0; round < 5; round++) {
    const body = { email: `same${round}@example.com`, password: 'one of many 1', name: 'Same' };
    const answers = await race.run(people.map(() => ({ path: '/api/v1/auth/signup', token: '', body })));
    assert.equal(count(answers, 201), 1, answers.map((answer) => answer.text).join('\n').slice(0, 2000));
    assert.equal(count(answers, 409), people_count - 1);
  }
});

test('a refresh token used 64 times at once works once at most', async () => {
  const ann = await world.user();
  const answers = await race.run(people.map(() => ({ path: '/api/v1/auth/refresh', token: '', body: { refresh_token: ann.refresh } })));
  assert.ok(count(answers, 200) <= 1);
  assert.equal(count(answers, 200) + count(answers, 401), people_count);
});

test('a place in the waiting room asked for 64 times at once is one place', async () => {
  const sale = await world.sale({ hall: { rows: 3, seats: 4 } });
  ok(await world.api('PUT', `/api/v1/schedules/${sale.id}/queue/settings`,
    { mode: 'fifo', admit_per_minute: 1, active_limit: 1, pass_seconds: 60, paused: true }, { as: world.admin }));
  const ann = people[0];
  const answers = await race.run(people.map(() => ({ path: `/api/v1/schedules/${sale.id}/queue`, token: ann.token, body: {} })));
  assert.equal(count(answers, 201), people_count, answers[0].text);
  assert.equal(new Set(answers.map((answer) => JSON.parse(answer.text).place_token)).size, 1);
});

test('hold and release of the same seat at once never leave it held by nobody', async () => {
  const sale = await world.sale({ hall: { rows: 3, seats: 4 }, limit: 10 });
  const guid = sale.guids[0];
  for (let round = 0; round < 50; round++) {
    const ann = people[round % people_count];
    const hold = ok(await world.hold(ann, sale, [guid]), 201);
    const [, ...rivals] = await Promise.all([
      world.api('DELETE', `/api/v1/holds/${hold.id}`, undefined, { as: ann }),
      ...people.filter((p) => p !== ann).slice(0, 15).map((p) => world.hold(p, sale, [guid])),
    ]);
    const won = rivals.filter((answer) => answer.status === 201);
    assert.ok(won.length <= 1);
    assert.equal((await world.seats(sale))[0], won.length ? HELD : FREE);
    if (won.length) {
      const owner = people.filter((p) => p !== ann).slice(0, 15)[rivals.indexOf(won[0])];
      ok(await world.api('DELETE', `/api/v1/holds/${won[0].json.id}`, undefined, { as: owner }), 204);
    }
  }
});
