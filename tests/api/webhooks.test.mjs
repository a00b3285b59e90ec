/* Webhooks: who may have one, what it hears, and what becomes of deliveries that nobody takes. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Mailbox } from '../lib/mailbox.mjs';
import { Receiver } from '../lib/receiver.mjs';
import { ok, refused } from '../lib/server.mjs';
import { World, day, hour } from '../lib/world.mjs';

const events = ['booking.confirmed', 'booking.cancelled', 'booking.refunded', 'performance.schedule_cancelled'];
let box, receiver, world, producer, rival;

before(async () => {
  box = await Mailbox.open();
  world = await World.open({ settings: { 'notify.webhook_loopback': true, 'notify.webhook_timeout_seconds': 1, 'notify.smtp_url': box.url, 'notify.smtp_tls': 'never' } });
  producer = await world.user(['PRODUCER']);
  rival = await world.user(['PRODUCER']);
});
after(async () => {
  await world.close();
  await box.close();
});
beforeEach(async () => {
  await receiver?.close();
  receiver = await Receiver.open();
});
after(() => receiver.close());

const create = (as, body) => world.api('POST', '/api/v1/webhooks', { url: receiver.url, events, ...body }, { as });
const remove = async (as, hook) => ok(await world.api('DELETE', `/api/v1/webhooks/${hook.id}`, undefined, { as }), 204);
const deliveries = async (as, hook, query = '') => ok(await world.api('GET', `/api/v1/webhooks/${hook.id}/deliveries${query}`, undefined, { as })).items;
const off_mails = () => box.to(producer.email).filter(({ subject }) => /webhook was switched off/.test(subject)).length;
const find = async (as, hook) => ok(await world.api('GET', '/api/v1/webhooks?limit=100', undefined, { as })).items.find(({ id }) => id === hook.id);

/* A webhook whose secret the receiver knows. */
async function hook_of(as, change) {
  const hook = ok(await create(as, change), 201);
  receiver.secret = hook.secret;
  return hook;
}

async function sell(as = producer) {
  const sale = await world.sale({ as });
  const bought = await world.buy(await world.user(), sale, sale.guids.slice(0, 2));
  await world.advance(0);
  return { sale, ...bought };
}

test('an organizer hears of bookings of own performances, signed', async () => {
  const hook = await hook_of(producer);
  assert.match(hook.secret, /^[A-Za-z0-9_-]{32}$/);
  const { sale, booking } = await sell();
  await sell(rival);
  assert.equal(receiver.heard.length, 1);
  receiver.assert_genuine();
  const [event] = receiver.heard;
  assert.equal(event.type, 'booking.confirmed');
  assert.match(event.id, /^evt_[A-Za-z0-9_-]{24}$/);
  assert.deepEqual(event.data, { booking_id: booking.id, schedule_id: sale.id, performance_id: sale.performance.id, code: booking.code, seats: 2,
    total: booking.total });
  assert.equal(Date.parse(event.created_at), world.now);
  assert.deepEqual(Object.keys(JSON.parse(event.text)), ['id', 'type', 'created_at', 'data']);
  assert.match(event.headers['content-type'], /^application\/json/);
  await remove(producer, hook);
});

test('an organizer hears of cancellations and refunds', async () => {
  const hook = await hook_of(producer);
  const { sale, booking } = await sell();
  const buyer = world.users.at(-1);
  ok(await world.api('POST', `/api/v1/bookings/${booking.id}/cancel`, { seats: [sale.guids[0]] }, { as: buyer }));
  await world.advance(1000);
  const of_type = (type) => receiver.heard.filter((event) => event.type === type).map(({ data }) => data);
  const [cancelled] = of_type('booking.cancelled');
  assert.deepEqual([cancelled.booking_id, cancelled.seats, cancelled.reason], [booking.id, 1, 'buyer']);
  assert.equal(cancelled.schedule_id, sale.id);
  assert.deepEqual(of_type('booking.refunded').map(({ cancellation_id, refund }) => [cancellation_id, refund]), [[cancelled.cancellation_id, cancelled.refund]]);
  receiver.assert_genuine();
  await remove(producer, hook);
});

test('an organizer hears that a schedule was called off, and of every booking that ends with it', async () => {
  const hook = await hook_of(producer, { events: ['booking.cancelled', 'performance.schedule_cancelled'] });
  const { sale, booking } = await sell();
  ok(await world.api('POST', `/api/v1/schedules/${sale.id}/cancel`, { reason: 'ill' }, { as: producer }));
  await world.advance(1000);
  const told = Object.fromEntries(receiver.heard.map(({ type, data }) => [type, data]));
  assert.deepEqual(told['performance.schedule_cancelled'], { schedule_id: sale.id, performance_id: sale.performance.id });
  assert.deepEqual([told['booking.cancelled']?.booking_id, told['booking.cancelled']?.reason], [booking.id, 'schedule']);
  await remove(producer, hook);
});

test('the secret is shown once, and not kept in the database', async () => {
  const hook = await hook_of(producer);
  assert.equal((await find(producer, hook)).secret, undefined);
  const changed = ok(await world.api('PATCH', `/api/v1/webhooks/${hook.id}`, { events: ['booking.cancelled'] }, { as: producer }));
  assert.equal(changed.secret, undefined);
  assert.deepEqual(changed.events, ['booking.cancelled']);
  assert.ok(!(await world.server.log()).includes(hook.secret));
  await sell();
  assert.equal(receiver.heard.length, 0);
  await remove(producer, hook);
});

test('a webhook is its owner\'s; an administrator sees all', async () => {
  const hook = await hook_of(producer);
  assert.equal(await find(rival, hook), undefined);
  assert.equal((await find(world.admin, hook)).owner_id, producer.id);
  for (const [method, path, body] of [['PATCH', '', { active: false }], ['DELETE', ''], ['GET', '/deliveries']])
    refused(await world.api(method, `/api/v1/webhooks/${hook.id}${path}`, body, { as: rival }), 404, 'not_found');
  await remove(producer, hook);
  refused(await world.api('GET', `/api/v1/webhooks/${hook.id}/deliveries`, undefined, { as: producer }), 404, 'not_found');
});

for (const [what, body, field] of [
  ['another scheme', { url: 'ftp://example.com/' }, 'url'],
  ['a private address', { url: 'https://10.0.0.1/' }, 'url'],
  ['a link-local address', { url: 'https://169.254.169.254/latest/meta-data' }, 'url'],
  ['a unique local address', { url: 'https://[fd00::1]/' }, 'url'],
  ['a private address inside of IPv6', { url: 'https://[::ffff:10.0.0.1]/' }, 'url'],
  ['a user name', { url: 'https://me@example.com/' }, 'url'],
  ['no address at all', { url: 'somewhere' }, 'url'],
  ['no events', { events: [] }, 'events'],
  ['unknown events', { events: ['booking.seen'] }, 'events[0]'],
  ['a secret of one\'s own', { secret: 'x' }, 'secret'],
  ['an owner', { owner_id: '2a09xka5cp402' }, 'owner_id'],
])
  test(`a webhook with ${what} is refused`, async () => {
    const before = ok(await world.api('GET', '/api/v1/webhooks', undefined, { as: producer }));
    const { errors } = refused(await create(producer, body), 400, 'invalid');
    assert.equal(errors[0].field, field);
    assert.deepEqual(ok(await world.api('GET', '/api/v1/webhooks', undefined, { as: producer })), before);
  });

test('ten webhooks, not eleven', async () => {
  const hooks = [];
  for (let i = 0; i < 10; i++) hooks.push(await hook_of(rival));
  refused(await create(rival), 409, 'limit_reached');
  for (const hook of hooks) await remove(rival, hook);
});

test('who fails is called again, with the same id and the same body, until it takes the event', async () => {
  const hook = await hook_of(producer);
  receiver.answer = () => (receiver.heard.length < 4 ? { status: 500, body: 'out of order' } : { status: 200, body: 'thanks' });
  await sell();
  const [first] = await deliveries(producer, hook);
  assert.equal(first.status, 'queued');
  assert.equal(first.http_status, 500);
  assert.equal(first.answer, 'out of order');
  assert.ok((await find(producer, hook)).failing_since);
  await world.advance(hour);
  const [last] = await deliveries(producer, hook);
  assert.deepEqual([last.status, last.attempts, last.http_status, last.answer], ['delivered', 4, 200, 'thanks']);
  assert.equal(new Set(receiver.heard.map(({ text }) => text)).size, 1);
  assert.equal(last.event_id, receiver.heard[0].id);
  assert.equal((await find(producer, hook)).failing_since, null);
  receiver.assert_genuine();
  await remove(producer, hook);
});

test('redirects are not followed, and answers are kept to their first 1,024 bytes', async () => {
  const hook = await hook_of(producer);
  receiver.answer = () => ({ status: 302, headers: { location: `http://127.0.0.1:${receiver.port}/elsewhere` }, body: 'x'.repeat(200000) });
  await sell();
  const [delivery] = await deliveries(producer, hook);
  assert.deepEqual([delivery.status, delivery.http_status, delivery.answer], ['queued', 302, 'x'.repeat(1024)]);
  assert.deepEqual(receiver.heard.map(({ path }) => path), ['/hook']);
  await remove(producer, hook);
});

test('who hangs is given up on after a while, and others are served meanwhile', async () => {
  const hook = await hook_of(producer);
  receiver.answer = ({ path }) => (path === '/slow' ? 'hang' : { status: 204 });
  const slow = ok(await create(producer, { url: `http://127.0.0.1:${receiver.port}/slow` }), 201);
  await sell();
  const [late] = await deliveries(producer, slow), [fine] = await deliveries(producer, hook);
  assert.deepEqual([late.status, late.why, late.http_status], ['queued', 'timeout', undefined]);
  assert.equal(fine.status, 'delivered');
  for (const one of [hook, slow]) await remove(producer, one);
});

test('410 switches a webhook off and its owner is told', async () => {
  const hook = await hook_of(producer);
  const told = off_mails();
  receiver.answer = () => ({ status: 410 });
  await sell();
  const off = await find(producer, hook);
  assert.deepEqual([off.active, off.why_inactive], [false, 'gone']);
  await world.advance(0);
  assert.equal(off_mails(), told + 1);
  const [delivery] = await deliveries(producer, hook);
  refused(await world.api('POST', `/api/v1/webhooks/deliveries/${delivery.id}/redeliver`, undefined, { as: producer }), 409, 'webhook_disabled');
  await sell();
  assert.equal(receiver.heard.length, 1);

  receiver.answer = () => ({ status: 204 });
  assert.equal(ok(await world.api('PATCH', `/api/v1/webhooks/${hook.id}`, { active: true }, { as: producer })).why_inactive, 'none');
  ok(await world.api('POST', `/api/v1/webhooks/deliveries/${delivery.id}/redeliver`, undefined, { as: producer }));
  await world.advance(0);
  assert.equal((await deliveries(producer, hook))[0].status, 'delivered');
  assert.equal(receiver.heard[0].text, receiver.heard[1].text);
  await remove(producer, hook);
});

test('a delivery is given up after three days; five days without a success switch the webhook off', async () => {
  const hook = await hook_of(producer);
  const told = off_mails();
  receiver.answer = () => ({ status: 503 });
  await sell();
  await world.advance(3 * day);
  const [given_up] = await deliveries(producer, hook);
  assert.equal(given_up.status, 'failed');
  assert.ok(given_up.attempts >= 15 && given_up.attempts <= 30, String(given_up.attempts));
  assert.equal((await find(producer, hook)).active, true);
  await world.advance(2 * day);
  await sell();
  assert.deepEqual((({ active, why_inactive }) => [active, why_inactive])(await find(producer, hook)), [false, 'failing']);
  assert.ok((await deliveries(producer, hook)).every(({ status }) => status === 'failed'));
  await world.advance(0);
  assert.equal(off_mails(), told + 1);
  await remove(producer, hook);
});

test('deliveries are listed page by page', async () => {
  const hook = await hook_of(producer);
  for (let i = 0; i < 3; i++) await sell();
  const path = `/api/v1/webhooks/${hook.id}/deliveries`;
  const first = ok(await world.api('GET', `${path}?limit=2`, undefined, { as: producer }));
  const second = ok(await world.api('GET', `${path}?limit=2&cursor=${first.next}`, undefined, { as: producer }));
  assert.deepEqual([first.items.length, second.items.length, second.next], [2, 1, null]);
  assert.equal(new Set([...first.items, ...second.items].map(({ event_id }) => event_id)).size, 3);
  await remove(producer, hook);
});
