/* A shop of six processes, each with its own database: a sale over all of them, one of them killed, and strangers at their doors. */
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';
import { World, day } from '../lib/world.mjs';

let world;
before(async () => { world = await World.open({ split: true }); });
after(() => world?.close());

test('a purchase with mileage, and its cancellation, over six processes', async () => {
  const buyer = await world.user();
  const sale = await world.sale();
  ok(await world.api('POST', `/api/v1/users/${buyer.id}/mileage`, { delta: 500, reason: 'Welcome' }, { as: world.admin }), 201);
  const hold = ok(await world.hold(buyer, sale, sale.guids.slice(0, 1)), 201);
  const booking = ok(await world.book(buyer, hold, { mileage: 500 }), 201);
  const payment = ok(await world.pay(buyer, booking), 201);
  assert.equal(payment.amount.amount, booking.due.amount);
  assert.equal(ok(await world.confirm(buyer, payment)).status, 'paid');
  await world.advance(0);
  assert.equal((await world.booking(buyer, booking.id)).status, 'confirmed');
  const earned = ok(await world.api('GET', '/api/v1/mileage', undefined, { as: buyer })).balance;
  assert.ok(earned > 0, 'mileage has heard of the purchase');
  ok(await world.api('POST', `/api/v1/bookings/${booking.id}/cancel`, {}, { as: buyer }));
  await world.advance(1000);
  await until('the money is back', async () => {
    await world.advance(1000);
    return ok(await world.api('GET', `/api/v1/payments/${payment.id}`, undefined, { as: buyer })).status === 'refunded';
  });
  assert.equal(ok(await world.api('GET', '/api/v1/mileage', undefined, { as: buyer })).balance, 500);
});

test('the process of payments is killed while people pay: each pays once', async () => {
  const { split } = world.server;
  const sale = await world.sale();
  const people = await world.crowd(8);
  const ways = [];
  for (const [i, buyer] of people.entries()) ways.push({ buyer, ...await world.checkout(buyer, sale, sale.guids.slice(i, i + 1)) });
  const confirm = ({ buyer, payment }) => world.confirm(buyer, payment, 'sandbox-ok', { key: `confirm-${payment.id}` });
  const first = Promise.all(ways.map(confirm));
  await split.kill9('payment');
  for (const answer of await first) assert.ok([200, 503].includes(answer.status), answer.text);
  refused(await confirm(ways[0]), 503, 'unavailable');
  ok(await world.api('GET', `/api/v1/schedules/${sale.id}`));
  await split.restart('payment');
  await world.advance(0);
  for (const way of ways) {
    await until('the payment is confirmed', async () => (await confirm(way)).status === 200);
    assert.equal((await world.booking(way.buyer, way.booking.id)).status, 'confirmed');
    const { items } = ok(await world.api('GET', `/api/v1/payments?booking_id=${way.booking.id}`, undefined, { as: way.buyer }));
    assert.deepEqual(items.map(({ status }) => status), ['paid']);
  }
});

test('without the process of coupons everything else is sold', async () => {
  const { split } = world.server;
  const buyer = await world.user();
  const sale = await world.sale();
  await split.kill9('coupon');
  refused(await world.api('GET', '/api/v1/coupons', undefined, { as: buyer }), 503, 'unavailable');
  await world.buy(buyer, sale, sale.guids.slice(0, 1));
  await split.restart('coupon');
  await world.advance(0);
  await until('coupons are back', async () => (await world.api('GET', '/api/v1/coupons', undefined, { as: buyer })).status === 200);
  ok(await world.api('POST', '/api/v1/coupons', { name: 'Ten percent', quantity: 10, discount_percent: 10, expires_at: world.time(day) }, { as: world.admin }), 201);
});

test('the processes inside are not open', async () => {
  const { split } = world.server;
  const { port } = split.process('payment');
  const headers = { authorization: `Bearer ${world.admin.token}` };
  assert.equal((await fetch(`http://127.0.0.1:${port}/health/ready`)).status, 200);
  for (const path of ['/api/v1/payments', '/api/v1/audit-log', '/api/v1/users', '/api/v1/performances'])
    assert.equal((await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status, 404, path);
  for (const address of split.addresses) {
    const [host, link] = address.split(':');
    const told = await new Promise((resolve, reject) => {
      const chunks = [];
      const socket = net.connect(Number(link), host, () => socket.write(Buffer.alloc(256, '{"call":"auth.staff","who":{"until":9999999999999,"roles":16}}')));
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', reject);
      socket.on('close', () => resolve(Buffer.concat(chunks)));
    }).catch(() => Buffer.alloc(0));
    assert.ok(told.length <= 36, 'a stranger is told nothing but random bytes');
  }
});
