/* Every route of /openapi.json asked for by everybody; what each is answered stands in authorization.table.mjs. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Events } from '../lib/events.mjs';
import { png } from '../lib/picture.mjs';
import { plan_of } from '../lib/plan.mjs';
import { Samples } from '../lib/samples.mjs';
import { tell } from '../lib/sandbox.mjs';
import { ok } from '../lib/server.mjs';
import { World } from '../lib/world.mjs';
import { people, table } from './authorization.table.mjs';

const roles = {
  owner: ['CUSTOMER'], other: ['CUSTOMER'], producer: ['PRODUCER'], rival: ['PRODUCER'], staff: ['STAFF'], manager: ['MANAGER'], admin: ['ADMIN'],
};

let world, person, samples, sale, spare;

before(async () => {
  world = await World.open({ settings: { 'notify.webhook_loopback': true, 'registry.enabled': true, 'registry.user': 'eureka', 'registry.password': 'sesame' } });
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
  spare.booking = (await world.buy(person.owner, spare, spare.guids.slice(0, 1))).booking;
  const place = (await line_of(person.owner)).place_token;
  const { poster_url } = ok(await world.api('PUT', `/api/v1/performances/${spare.performance.id}/poster`, png(10, 10), { as: world.admin }));
  const [compared] = ok(await world.api('POST', '/api/v1/admin/reconciliations', { provider: 'sandbox', day: world.time().slice(0, 10) },
    { as: world.admin }), 202).items;
  samples = new Samples(world.server.contract, {
    user_id: (await world.user()).id, hall_id: sale.hall.id, performance_id: sale.performance.id, schedule_id: sale.id, hold_id: bought.hold.id,
    booking_id: bought.booking.id, payment_id: bought.payment.id, ticket_id: bought.tickets[0].id, place_token: place, review_id: review.id,
    coupon_id: (await coupon()).id, session_id: await session_of(person.owner), key_id: await key_of(person.producer), file: poster_url.split('/').pop(),
    waitlist_id: (await world.waiting(person.owner)).id, webhook_id: hook.id, delivery_id: delivery.id, mail_id: mail.id,
    case_id: await case_of(bought.payment), app: 'shop', id: 'shop-1', vip: 'shop', reconciliation_id: compared.id, amount: bought.payment.amount.amount,
  });
});
after(() => world.close());

/* Another sign-in of the same person. */
async function session_of({ email, password }) {
  const { access_token: token } = ok(await world.api('POST', '/api/v1/auth/login', { email, password }));
  return ok(await world.api('GET', '/api/v1/users/me/sessions', undefined, { token })).items.find((session) => session.current).id;
}

async function key_of(user) {
  return ok(await world.api('POST', '/api/v1/users/me/api-keys', { name: 'a program', scopes: ['sales:read'] }, { as: user }), 201).id;
}

/* What somebody has to look at: a webhook that tells of another amount. */
async function case_of(payment) {
  ok(await tell(world, payment, { id: 'evt_wrong', amount: { amount: 1, currency: 'KRW' } }), 202);
  return ok(await world.api('GET', '/api/v1/admin/payment-cases', undefined, { as: world.admin })).items[0].id;
}

/* A place of the user's in the line of a room of its own. */
async function line_of(user, as = world.admin) {
  const other = await world.sale({ as });
  ok(await world.api('PUT', `/api/v1/schedules/${other.id}/queue/settings`,
    { mode: 'fifo', admit_per_minute: 1, active_limit: 1, pass_seconds: 60, paused: true }, { as: world.admin }));
  const { place_token } = ok(await world.api('POST', `/api/v1/schedules/${other.id}/queue`, undefined, { as: user }), 201);
  return { schedule_id: other.id, place_token };
}

/* A schedule whose places will be drawn, with a place in its line. */
async function drawing() {
  const other = await world.sale({ sale_starts_at: world.time(3600000) });
  ok(await world.api('PUT', `/api/v1/schedules/${other.id}/queue/settings`,
    { mode: 'draw', admit_per_minute: 1, active_limit: 1, pass_seconds: 60 }, { as: world.admin }));
  const place = ok(await world.api('POST', `/api/v1/schedules/${other.id}/queue`, undefined, { as: person.owner }), 201);
  return { schedule_id: other.id, place_token: place.place_token };
}

/* A schedule of the producer whose presale has a group. */
async function grouped() {
  const other = await world.sale({ as: person.producer, sale_starts_at: world.time(7200000) });
  const times = { starts_at: world.time(0), ends_at: world.time(3600000) };
  ok(await world.terms(other, { presale: { ...times, groups: [{ name: 'Fans', ...times, uses_per_code: 1 }] } }, { as: person.producer }));
  return { schedule_id: other.id, group: 'Fans' };
}

const an_appeal = { refused: 'join_limit', text: 'We are many.' };
const appealed = async () => ({ appeal_id: ok(await world.api('POST', `/api/v1/schedules/${sale.id}/queue/appeals`, an_appeal, { as: await world.user() }), 201).id });

/* Nobody listens there. */
const webhook_body = { url: 'http://127.0.0.1:9/', events: ['booking.confirmed'] };
const webhook = async () => ok(await world.api('POST', '/api/v1/webhooks', webhook_body, { as: person.producer }), 201);
let serial = 0;
const a_coupon = () => ({ name: 'Ten', code: `TEN-${++serial}`, quantity: 100, discount_percent: 10, performance_id: sale.performance.id,
  expires_at: '2040-01-01T00:00:00Z' });
const coupon = async () => ok(await world.api('POST', '/api/v1/coupons', a_coupon(), { as: person.producer }), 201);

async function keys() {
  ok(await world.api('PUT', '/api/v1/payment-accounts/toss', { secret_key: 'test_sk_of_the_producer' }, { as: person.producer }));
  return { provider: 'toss' };
}

/* Who asks ends the own session or account: somebody new with the same roles does so. */
const ends_oneself = new Set(['POST /api/v1/auth/logout', 'DELETE /api/v1/users/me', 'POST /api/v1/users/me/password', 'DELETE /api/v1/users/me/sessions']);

/* What would end what others ask for has one of its own. */
const of_its_own = {
  'POST /api/v1/schedules/{schedule_id}/cancel': () => ({ schedule_id: spare.id }),
  'GET /api/v1/schedules/{schedule_id}/queue/draw': drawing,
  'GET /api/v1/schedules/{schedule_id}/queue/draw/entries': drawing,
  'GET /api/v1/queue/{place_token}/proof': drawing,
  'POST /api/v1/schedules/{schedule_id}/queue/device': () => line_of(person.owner),
  'POST /api/v1/schedules/{schedule_id}/queue/revocations': () => line_of(person.owner, person.producer),
  'POST /api/v1/schedules/{schedule_id}/queue/lookups': () => line_of(person.owner, person.producer),
  'PUT /api/v1/schedules/{schedule_id}/presale/groups/{group}/codes': grouped,
  'PUT /api/v1/schedules/{schedule_id}/queue/groups/{group}': grouped,
  'GET /api/v1/schedules/{schedule_id}/queue/appeals/mine': async () => ({ schedule_id: (await grouped()).schedule_id }),
  'POST /api/v1/schedules/{schedule_id}/queue/appeals/{appeal_id}': appealed,
  'DELETE /api/v1/webhooks/{webhook_id}': async () => ({ webhook_id: (await webhook()).id }),
  'POST /api/v1/bookings/{booking_id}/cancel': () => ({ booking_id: spare.booking.id }),
  'POST /api/v1/admin/bookings/{booking_id}/cancel': () => ({ booking_id: spare.booking.id }),
  'PUT /api/v1/payment-accounts/{provider}': () => ({ provider: 'stripe' }),
  'GET /api/v1/payment-accounts/{provider}': keys,
  'DELETE /api/v1/payment-accounts/{provider}': keys,
  'DELETE /api/v1/coupons/{coupon_id}': async () => ({ coupon_id: (await coupon()).id }),
};

const policy = { free_days: 7, free_days_before: 10, closes_days_before: 1, closes_at: '17:00', steps: [{ days_before: 1, percent: 10 }] };

/* Bodies that the schema alone does not tell. */
const bodies = {
  'PUT /api/v1/performances/{performance_id}/poster': () => png(10, 10),
  'POST /api/v1/auth/signup': () => ({ email: `new${++serial}@example.com`, password: 'long enough 1', name: 'New' }),
  'POST /api/v1/auth/login': () => ({ email: world.admin.email, password: world.admin.password }),
  'POST /api/v1/auth/refresh': async () => ({ refresh_token: (await world.user()).refresh }),
  'POST /api/v1/users/me/password': ({ password }) => ({ current_password: password ?? 'x', new_password: 'another long one 2' }),
  'POST /api/v1/users/me/email': ({ password }) => ({ email: `new${++serial}@example.com`, password: password ?? 'x' }),
  'POST /api/v1/users/me/totp': ({ password }) => ({ password: password ?? 'x' }),
  'DELETE /api/v1/users/me/totp': ({ password }) => ({ password: password ?? 'x' }),
  'DELETE /api/v1/users/me': ({ password }) => ({ password: password ?? 'x' }),
  'POST /api/v1/halls': () => ({ name: 'Hall', address: 'Seoul', plan: plan_of() }),
  'POST /api/v1/performances/{performance_id}/schedules': () => world.schedule_body(sale.hall),
  'POST /api/v1/schedules/{schedule_id}/holds': () => ({ best: { count: 1, grade: 'VIP' } }),
  'POST /api/v1/webhooks': () => webhook_body,
  'PUT /api/v1/payment-accounts/{provider}': () => ({ secret_key: 'sk_test_of_somebody' }),
  'POST /api/v1/payments/{payment_id}/refund-account': () => ({ bank: '88', account_number: '11012345678', holder: 'Hong' }),
  'PATCH /api/v1/webhooks/{webhook_id}': () => ({ events: ['booking.cancelled'] }),
  'POST /api/v1/bookings/{booking_id}/cancel': () => ({}),
  'POST /api/v1/bookings/{booking_id}/cancellation': async () => ({ seats: [(await world.booking(person.owner, samples.known.booking_id)).seats[0].guid] }),
  'POST /api/v1/admin/bookings/{booking_id}/cancel': () => ({ reason: 'Asked for by telephone' }),
  'POST /api/v1/admin/schedules/{schedule_id}/holds': () => ({ best: { count: 1, grade: 'VIP' } }),
  'POST /api/v1/admin/schedules/{schedule_id}/sales': () => ({ best: { count: 1, grade: 'VIP' }, method: 'cash' }),
  'PUT /api/v1/performances/{performance_id}/cancellation_policy': () => policy,
  'PUT /api/v1/schedules/{schedule_id}/terms': () => ({}),
  'POST /api/v1/schedules/{schedule_id}/queue/revocations': () => ({ user_id: person.owner.id, reason: 'A test' }),
  'POST /api/v1/schedules/{schedule_id}/queue/lookups': () => ({ user_id: person.owner.id }),
  'PUT /api/v1/schedules/{schedule_id}/presale/groups/{group}/codes': () => Buffer.from('CODE-0001\nCODE-0002\n'),
  'POST /api/v1/schedules/{schedule_id}/queue': () => ({}),
  'POST /api/v1/schedules/{schedule_id}/queue/appeals': () => an_appeal,
  'POST /api/v1/schedules/{schedule_id}/queue/appeals/{appeal_id}': () => ({ decision: 'denied' }),
  'POST /api/v1/bookings': () => ({ hold_id: samples.known.hold_id }),
  'PUT /api/v1/holds/{hold_id}/seats': () => ({ best: { count: 1, grade: 'VIP' } }),
  'POST /api/v1/coupons': a_coupon,
  'POST /api/v1/coupons/redeem_code': async () => ({ code: (await coupon()).code }),
  'POST /api/v1/checkin': () => ({ code: 'x', gate: 'North', nonce: `n${++serial}` }),
  'POST /api/v1/checkin/sync': () => ({ scans: [{ code: 'x', gate: 'North', nonce: `n${++serial}`, at: world.time() }] }),
  'PATCH /api/v1/schedules/{schedule_id}': () => ({ max_tickets_per_user: 4 }),
  'PUT /api/v1/schedules/{schedule_id}/house_seats': () => ({ holds: [{ reason: 'Camera', release_at: null, seats: [sale.guids.at(-1)] }] }),
  'PUT /api/v1/schedules/{schedule_id}/plan': () => ({ plan: plan_of({ rows: 3, seats: 20 }) }),
  'POST /api/v1/admin/reconciliations': () => ({ provider: 'sandbox', day: world.time(-2 * 86400000).slice(0, 10) }),
  'POST /noop': () => ({ best: { count: 1, grade: 'VIP' } }),
  'POST /test/clock': () => ({ advance_ms: 0 }),
};

function body_of(operation, as) {
  if (bodies[operation.name]) return bodies[operation.name](as);
  const body = world.server.contract.resolve(operation.operation.requestBody);
  return body && samples.value('body', Object.values(body.content)[0].schema);
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
  return world.api(operation.method, path, await body_of(operation, as), { as });
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
