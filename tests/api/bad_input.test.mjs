/* Whatever is sent, by anybody who may do everything: what is wrong is refused with a problem document that names the field, and changes nothing.
 * All requests are made from /openapi.json. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Samples, bytes_of, wrong_bodies, wrong_values } from '../lib/samples.mjs';
import { tell } from '../lib/sandbox.mjs';
import { ok, refused } from '../lib/server.mjs';
import { World, day } from '../lib/world.mjs';

let world, sale, samples, unchanged, earlier;

before(async () => {
  world = await World.open({ settings: { 'registry.enabled': true } });
  const review = await world.review(world.admin);
  sale = await world.sale();
  const way = await world.checkout(world.admin, sale, sale.guids.slice(0, 1));
  const bought = await world.buy(world.admin, sale, sale.guids.slice(1, 2));
  const place = ok(await world.api('POST', `/api/v1/schedules/${(await world.sale()).id}/queue`, {}, { as: world.admin }), 201);
  const hook = ok(await world.api('POST', '/api/v1/webhooks', { url: 'https://example.com/', events: ['performance.schedule_cancelled'] },
    { as: world.admin }), 201);
  const [compared] = ok(await world.api('POST', '/api/v1/admin/reconciliations', { provider: 'sandbox', day: '2026-01-02' }, { as: world.admin }), 202).items;
  const appeal = ok(await world.api('POST', `/api/v1/schedules/${sale.id}/queue/appeals`, { refused: 'join_limit', text: 'We are many.' },
    { as: world.admin }), 201);
  samples = new Samples(world.server.contract, {
    user_id: (await world.user()).id, hall_id: sale.hall.id, performance_id: sale.performance.id, schedule_id: sale.id, hold_id: way.hold.id,
    booking_id: way.booking.id, payment_id: way.payment.id, ticket_id: bought.tickets[0].id, place_token: place.place_token ?? 'unknown',
    coupon_id: ok(await world.api('POST', '/api/v1/coupons', { name: 'Ten', quantity: 10, discount_percent: 10, expires_at: world.time(day) },
      { as: world.admin }), 201).id,
    review_id: review.id, webhook_id: hook.id, waitlist_id: (await world.waiting(world.admin)).id,
    case_id: await case_of(bought.payment), reconciliation_id: compared.id, appeal_id: appeal.id,
  });
  await content();            // a start sees to what has grown old: the clock has been moved by weeks
  unchanged = await content();
  earlier = await view();
});
after(() => world.close());

/* What somebody has to look at: a webhook that tells of another amount. */
async function case_of(payment) {
  ok(await tell(world, payment, { id: 'evt_wrong', amount: { amount: 1, currency: 'KRW' } }), 202);
  return ok(await world.api('GET', '/api/v1/admin/payment-cases', undefined, { as: world.admin })).items[0].id;
}

/* The bytes of the database after a clean end: equal only if nothing was written in between. */
async function content() {
  await world.server.terminate();
  const hash = createHash('sha256').update(await world.server.store.content()).digest('hex');
  await world.server.restart();
  await world.catch_up();
  return hash;
}

/* What the program shows of its memory. */
async function view() {
  const { id } = sale;
  const show = async (path, as) => ok(await world.api('GET', path, undefined, { as }));
  return {
    availability: await show(`/api/v1/schedules/${id}/availability`),
    holds: await show(`/api/v1/holds/${samples.known.hold_id}`, world.admin),
    bookings: await show('/api/v1/bookings', world.admin),
    payments: await show('/api/v1/payments', world.admin),
    users: await show('/api/v1/users', world.admin),
    halls: await show('/api/v1/halls'),
    performances: await show('/api/v1/performances'),
    coupons: await show('/api/v1/coupons', world.admin),
    coupons_mine: await show('/api/v1/coupons/mine', world.admin),
    mileage: await show('/api/v1/mileage/history', world.admin),
    settings: await show(`/api/v1/schedules/${id}/queue/settings`, world.admin),
  };
}

/* A path with a right value for each parameter but `change`. */
function path_of(operation, change = {}) {
  return operation.path.replace(/\{([^}]+)\}/g, (_, name) => change[name] ?? encodeURIComponent(samples.known[name] ?? 'x'));
}

const parameters = (operation, where) => (operation.operation.parameters ?? []).map((p) => world.server.contract.resolve(p)).filter((p) => p.in === where);
const body_schema = (operation) => {
  const body = world.server.contract.resolve(operation.operation.requestBody);
  return body && world.server.contract.resolve(Object.values(body.content)[0].schema);
};

/* Sends many, 16 at a time, and collects what is not refused as it should be. */
class Trial {
  constructor() {
    this.jobs = [];
  }

  add(name, method, path, { body, headers, field } = {}) {
    this.jobs.push(async () => {
      const what = `${name}`;
      try {
        const answer = await world.api(method, path, body, { as: world.admin, headers });
        if (answer.status < 400 || answer.status > 499) return `${what}: ${answer.status} ${answer.text.slice(0, 200)}`;
        if (field && ![413, 414].includes(answer.status) && !(answer.json.errors ?? []).some((error) => error.field === field || error.field.startsWith(`${field}.`) || error.field.startsWith(`${field}[`)))
          return `${what}: the field is not named: ${answer.text.slice(0, 300)}`;
      } catch (error) {
        return `${what}: ${error.message.slice(0, 300)}`;
      }
    });
  }

  async run(t) {
    const { jobs } = this, faults = [];
    t.diagnostic(`${jobs.length} requests`);
    await Promise.all(Array.from({ length: 16 }, async () => {
      while (jobs.length) faults.push(await jobs.pop()());
    }));
    const told = faults.filter(Boolean).sort();
    assert.equal(told.length, 0, `${told.length} were not refused as they should be:\n${told.slice(0, 40).join('\n')}`);
  }
}

function each_operation(make) {
  return async (t) => {
    for (const operation of world.server.contract.operations) {
      const trial = new Trial();
      make(trial, operation);
      if (trial.jobs.length) await t.test(operation.name, (sub) => trial.run(sub));
    }
  };
}

test('wrong fields in bodies', each_operation((trial, operation) => {
  const schema = body_schema(operation);
  if (!schema) return;
  for (const [field, of, required, put] of samples.places(schema)) {
    const send = (name, value) => trial.add(`${field} ${name}`, operation.method, path_of(operation), { body: bytes_of(put(value)), field });
    if (required) send('is missing', undefined);
    for (const [name, value] of wrong_values(of)) send(name, value);
  }
}));

test('wrong bodies', each_operation((trial, operation) => {
  const schema = body_schema(operation);
  if (!schema) return;
  const sample = samples.value('body', schema);
  for (const [name, body] of wrong_bodies(sample)) trial.add(name, operation.method, path_of(operation), { body });
  if (schema.required) trial.add('is missing', operation.method, path_of(operation), { body: Buffer.alloc(0) });
}));

const wrong_ids = ['0', 'x', '0000000000000', 'zzzzzzzzzzzzz', 'EP1T9SQ41PCV8', 'x'.repeat(300), '%00', '%ff', '%2e%2e', '..%2f..%2fetc%2fpasswd', '%27%20OR%201%3D1', '-1',
  '9223372036854775807', '%ED%95%9C', '*', '%25', "a'b"];
test('wrong ids in paths', each_operation((trial, operation) => {
  for (const { name } of parameters(operation, 'path'))
    for (const id of wrong_ids) {
      const schema = body_schema(operation);
      const body = schema?.properties ? bytes_of(samples.value('body', schema)) : undefined;
      trial.add(`${name} ${id}`, operation.method, path_of(operation, { [name]: id }), { body });
    }
}));

test('wrong queries', each_operation((trial, operation) => {
  if (operation.path === '/metrics' || operation.path.startsWith('/health')) return;
  if (operation.path.endsWith('/metadata')) return;             /* there any name is right */
  const path = path_of(operation);
  const send = (name, query, field) => trial.add(name, operation.method, `${path}?${query}`, { field });
  for (const { name, schema } of parameters(operation, 'query')) {
    const of = world.server.contract.resolve(schema);
    const right = encodeURIComponent(samples.value(name, of));
    send(`${name} twice`, `${name}=${right}&${name}=${right}`, name);
    send(`${name} of no UTF-8`, `${name}=%ff`);
    send(`${name} of U+0000`, `${name}=%00`);
    send(`${name} with half an escape`, `${name}=%4`);
    for (const [wrong, value] of wrong_values(of)) {
      const text = value?.text ?? value;
      if (['string', 'number'].includes(typeof text) && !(of.type === 'string' && !of.enum && !of.format && !of.pattern && String(text).length <= of.maxLength))
        send(`${name} ${wrong}`, `${name}=${encodeURIComponent(text)}`, String(text).includes('\0') ? undefined : name);
    }
  }
  send('an unknown parameter', 'no_such_parameter=1', 'no_such_parameter');
}));

test('a parameter without a name', async () => refused(await world.api('GET', '/api/v1/halls?=1'), 400, 'invalid'));

test('wrong headers', each_operation((trial, operation) => {
  const schema = body_schema(operation);
  const body = schema && bytes_of(samples.value('body', schema));
  for (const { name, schema: of } of parameters(operation, 'header')) {
    if (name === 'Accept-Language') continue;
    trial.add(`${name} is too long`, operation.method, path_of(operation), { headers: { [name]: 'x'.repeat(of.maxLength + 1) }, body, field: name });
  }
}));

test('nothing has changed', async () => {
  assert.deepEqual(await view(), earlier);
  assert.equal(await content(), unchanged, 'the database was written to');
});
