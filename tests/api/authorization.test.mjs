/* Every route of /openapi.json asked for by everybody; what each is answered stands in authorization.table.mjs. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Events } from '../lib/events.mjs';
import { plan_of } from '../lib/plan.mjs';
import { Samples } from '../lib/samples.mjs';
import { ok } from '../lib/server.mjs';
import { World } from '../lib/world.mjs';
import { people, table } from './authorization.table.mjs';

const roles = {
  owner: ['CUSTOMER'], other: ['CUSTOMER'], producer: ['PRODUCER'], rival: ['PRODUCER'], staff: ['STAFF'], manager: ['MANAGER'], admin: ['ADMIN'],
};

let world, person, samples, sale, spare;

before(async () => {
  world = await World.open({ settings: { 'notify.webhook_loopback': true } });
  person = { nobody: {} };
  for (const [name, of] of Object.entries(roles)) person[name] = await world.user(of);
  const review = await world.review(person.owner);
  sale = await world.sale({ as: person.producer, hall: { rows: 3, seats: 20 } });
  const hook = await webhook();
  spare = await world.sale({ as: person.producer });
  const bought = await world.buy(person.owner, sale, sale.guids.slice(0, 1));
  await world.advance(0);
  const [delivery] = ok(await world.api('GET', `/api/v1/webhooks/${hook.id}/deliveries`, undefined, { as: person.producer })).items;
  const [mail] = ok(await world.api('GET', '/api/v1/admin/mails', undefined, { as: world.admin })).items;
  const place = await place_of(person.owner);
  samples = new Samples(world.server.contract, {
    user_id: (await world.user()).id, hall_id: sale.hall.id, performance_id: sale.performance.id, schedule_id: sale.id, hold_id: bought.hold.id,
    booking_id: bought.booking.id, payment_id: bought.payment.id, ticket_id: bought.tickets[0].id, place_token: place, review_id: review.id,
    webhook_id: hook.id, delivery_id: delivery.id, mail_id: mail.id, amount: bought.payment.amount.amount,
  });
});
after(() => world.close());

/* A place in the line of a room of its own. */
async function place_of(user) {
  const other = await world.sale();
  ok(await world.api('PUT', `/api/v1/schedules/${other.id}/queue/settings`,
    { mode: 'fifo', admit_per_minute: 1, active_limit: 1, pass_seconds: 60, paused: true }, { as: world.admin }));
  return ok(await world.api('POST', `/api/v1/schedules/${other.id}/queue`, undefined, { as: user }), 201).place_token;
}

/* Nobody listens there. */
const webhook_body = { url: 'http://127.0.0.1:9/', events: ['booking.confirmed'] };
const webhook = async () => ok(await world.api('POST', '/api/v1/webhooks', webhook_body, { as: person.producer }), 201);

/* Who asks ends the own session or account: somebody new with the same roles does so. */
const ends_oneself = new Set(['POST /api/v1/auth/logout', 'DELETE /api/v1/users/me']);

/* What would end what others ask for has one of its own. */
const of_its_own = {
  'POST /api/v1/schedules/{schedule_id}/cancel': () => ({ schedule_id: spare.id }),
  'DELETE /api/v1/webhooks/{webhook_id}': async () => ({ webhook_id: (await webhook()).id }),
};

/* Bodies that the schema alone does not tell. */
let serial = 0;
const bodies = {
  'POST /api/v1/auth/signup': () => ({ email: `new${++serial}@example.com`, password: 'long enough 1', name: 'New' }),
  'POST /api/v1/auth/login': () => ({ email: world.admin.email, password: world.admin.password }),
  'POST /api/v1/auth/refresh': async () => ({ refresh_token: (await world.user()).refresh }),
  'POST /api/v1/halls': () => ({ name: 'Hall', address: 'Seoul', plan: plan_of() }),
  'POST /api/v1/performances/{performance_id}/schedules': () => world.schedule_body(sale.hall),
  'POST /api/v1/schedules/{schedule_id}/holds': () => ({ best: { count: 1, grade: 'VIP' } }),
  'POST /api/v1/webhooks': () => webhook_body,
  'PATCH /api/v1/webhooks/{webhook_id}': () => ({ events: ['booking.cancelled'] }),
  'POST /api/v1/checkin': () => ({ code: 'x', gate: 'North', nonce: `n${++serial}` }),
  'POST /api/v1/checkin/sync': () => ({ scans: [{ code: 'x', gate: 'North', nonce: `n${++serial}`, at: world.time() }] }),
  'PATCH /api/v1/schedules/{schedule_id}': () => ({ max_tickets_per_user: 4 }),
  'PUT /api/v1/schedules/{schedule_id}/house_seats': () => ({ holds: [{ reason: 'Camera', release_at: null, seats: [sale.guids.at(-1)] }] }),
  'POST /noop': () => ({ best: { count: 1, grade: 'VIP' } }),
  'POST /test/clock': () => ({ advance_ms: 0 }),
};

function body_of(operation) {
  if (bodies[operation.name]) return bodies[operation.name]();
  const body = world.server.contract.resolve(operation.operation.requestBody);
  return body && samples.value('body', body.content['application/json'].schema);
}

async function ask(operation, name) {
  const as = ends_oneself.has(operation.name) && roles[name] ? await world.user(roles[name]) : person[name];
  const known = { ...samples.known, ...await of_its_own[operation.name]?.() };
  const path = operation.path.replace(/\{([^}]+)\}/g, (_, parameter) => known[parameter]);
  if (operation.operation.responses[200]?.content?.['text/event-stream']) {
    const events = await Events.open(world.server, path, as.token && { authorization: `Bearer ${as.token}` });
    events.close();
    return events;
  }
  return world.api(operation.method, path, await body_of(operation), { as });
}

const class_of = ({ status }) => (status < 400 || status === 409 ? 'ok' : String(status));

test('the table has a line for each route, and none besides', () => {
  const offered = world.server.contract.operations.map((operation) => operation.name);
  assert.deepEqual(Object.keys(table).sort(), offered.sort());
});

test('everybody asks for everything', async (t) => {
  for (const operation of world.server.contract.operations)
    await t.test(operation.name, async () => {
      const answered = {};
      const expected = Object.fromEntries((table[operation.name] ?? '').split(/ +/).map((word, i) => [people[i], word]));
      for (const name of people) {
        const answer = await ask(operation, name);
        answered[name] = class_of(answer);
        if (answered[name] !== expected[name]) t.diagnostic(`${operation.name} by ${name}: ${answer.status} ${answer.text?.slice(0, 300)}`);
      }
      assert.deepEqual(answered, expected);
    });
});

test("what was the owner's is still so", async () => {
  const booking = await world.booking(person.owner, samples.known.booking_id);
  assert.equal(booking.status, 'confirmed');
  assert.deepEqual(booking.seats.map((seat) => seat.guid), sale.guids.slice(0, 1));
});
