/* Who changed what, when, from where. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, minute } from '../lib/world.mjs';

let world, producer;

before(async () => {
  world = await World.open();
  producer = await world.user(['PRODUCER']);
});
after(() => world.close());

const log = async (query = '') => ok(await world.api('GET', `/api/v1/audit-log${query}`, undefined, { as: world.admin }));

test('a change by staff is there with who, what, when and from where', async () => {
  const sale = await world.sale({ as: producer });
  const settings = { mode: 'fifo', admit_per_minute: 60, active_limit: 10, pass_seconds: 60, paused: false };
  ok(await world.api('PUT', `/api/v1/schedules/${sale.id}/queue/settings`, settings, { as: producer }));
  const [line] = (await log(`?object=${sale.id}`)).items;
  assert.equal(line.user_id, producer.id);
  assert.deepEqual(line.roles, ['PRODUCER']);
  assert.equal(line.address, '127.0.0.1');
  assert.equal(line.action, 'queue.settings_put');
  assert.equal(line.path, `/api/v1/schedules/${sale.id}/queue/settings`);
  assert.equal(line.status, 200);
  assert.deepEqual(JSON.parse(line.body), settings);
  assert.equal(line.at, world.time());
});

test('a change that was refused is not', async () => {
  const { items: [last] } = await log();
  refused(await world.api('POST', '/api/v1/performances', { title: '' }, { as: producer }), 400, 'invalid');
  refused(await world.api('PATCH', `/api/v1/users/${producer.id}`, { roles: ['ADMIN'] }, { as: producer }), 403, 'forbidden');
  assert.equal((await log()).items[0].id, last.id);
});

test('money of a buyer is, whatever became of it', async () => {
  const buyer = await world.user();
  const sale = await world.sale();
  const { payment } = await world.buy(buyer, sale, sale.guids.slice(0, 1));
  const lines = (await log(`?user_id=${buyer.id}`)).items;
  assert.deepEqual(lines.map(({ action, status }) => [action, status]), [['payment.confirm', 200], ['payment.create', 201]]);
  assert.equal(lines[0].object, payment.id);
});

test('a buyer who gives up seats or takes a new code is, the code of a ticket is not', async () => {
  const [buyer, staff] = [await world.user(), await world.user(['STAFF'])];
  const sale = await world.sale();
  const { booking, tickets } = await world.buy(buyer, sale, sale.guids.slice(0, 2));
  const reissued = ok(await world.api('POST', `/api/v1/tickets/${tickets[0].id}/reissue`, undefined, { as: buyer }));
  ok(await world.api('POST', `/api/v1/bookings/${booking.id}/cancel`, { seats: [tickets[1].seat.guid] }, { as: buyer }));
  const [cancelled, again] = (await log(`?user_id=${buyer.id}`)).items;
  assert.deepEqual([cancelled.action, cancelled.object], ['booking.cancel', booking.id]);
  assert.deepEqual([again.action, again.object], ['booking.ticket_reissue', tickets[0].id]);

  assert.equal(ok(await world.api('POST', '/api/v1/checkin', { code: reissued.code, gate: 'A', nonce: 'audited' }, { as: staff })).reason, 'too_early');
  const [shown] = (await log(`?user_id=${staff.id}`)).items;
  assert.deepEqual([shown.action, shown.body], ['booking.checkin', '']);
});

test('long documents are not copied into it', async () => {
  const sale = await world.sale({ as: producer, hall: { rows: 30, seats: 30 } });
  const { items } = await log(`?user_id=${producer.id}&action=performance.hall_create`);
  assert.ok(items.length > 0);
  assert.equal(items[0].body, '');
  assert.ok(sale.id);
});

test('it is searched by time and read page by page', async () => {
  const from = world.time();
  await world.advance(minute);
  for (let i = 0; i < 5; i++) await world.sale({ as: producer });
  const to = world.time(1);
  const all = (await log(`?user_id=${producer.id}&from=${from}&to=${to}`)).items;
  assert.ok(all.length >= 10);
  const paged = [];
  for (let cursor = ''; cursor !== null;) {
    const page = await log(`?user_id=${producer.id}&from=${from}&to=${to}&limit=3${cursor && `&cursor=${cursor}`}`);
    paged.push(...page.items);
    cursor = page.next;
  }
  assert.deepEqual(paged, all);
  assert.deepEqual((await log(`?from=${world.time(1)}`)).items, []);
});

test('it survives a crash with what it tells of', async () => {
  const { items: [last] } = await log();
  await world.crash();
  assert.deepEqual((await log()).items[0], last);
});

test('nobody can change or delete a line, not even by SQL', async () => {
  for (const change of ['DELETE FROM trail', "UPDATE trail SET path = ''"])
    await assert.rejects(world.server.store.sql(change), /only appended/);
});
