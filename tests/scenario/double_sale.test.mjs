/* Every seat of a house can be sold, and none of them twice. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { houses } from '../lib/layouts.mjs';
import { ok, refused } from '../lib/server.mjs';
import { SOLD, World } from '../lib/world.mjs';

const batch = 50;
const limit = 100;

let world, rivals;

before(async () => {
  world = await World.open();
  rivals = await world.crowd(16);
});
after(() => world.close());

/* Works on all items, 16 at a time; the work is told its worker's number and the item's. */
function share_out(items, work) {
  let next = 0;
  return Promise.all(Array.from({ length: 16 }, async (_, worker) => {
    while (next < items.length) {
      const i = next++;
      await work(items[i], i, worker);
    }
  }));
}

function batches(guids) {
  return Array.from({ length: Math.ceil(guids.length / batch) }, (_, i) => guids.slice(i * batch, (i + 1) * batch));
}

for (const house of houses)
  test(`${house.name}: ${house.seats} seats are sold, each once`, { ...house.options }, async (t) => {
    const hall = await world.hall({ plan: house.plan(), ...house.hall });
    const sale = await world.sale({ hall, limit });
    const buyers = await world.crowd(Math.ceil(house.seats / limit));
    const tickets = new Map();
    const begun = performance.now();
    await share_out(batches(sale.guids), async (guids, i) => {
      const bought = await world.buy(buyers[Math.floor((i * batch) / limit)], sale, guids);
      for (const { code, seat } of bought.tickets) {
        assert.ok(!tickets.has(seat.guid), `${seat.guid} has two tickets`);
        tickets.set(seat.guid, code);
      }
    });
    t.diagnostic(`sold in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    assert.equal(tickets.size, house.seats);
    assert.equal(new Set(tickets.values()).size, house.seats);
    assert.ok((await world.seats(sale)).every((state) => state === SOLD));

    const { status, remaining } = ok(await world.api('GET', `/api/v1/schedules/${sale.id}`));
    assert.equal(status, 'sold_out');
    assert.equal(remaining.reduce((sum, grade) => sum + grade.free, 0), 0);
    assert.equal(remaining.reduce((sum, grade) => sum + grade.total, 0), house.seats);

    await share_out(sale.guids, async (guid, _, worker) => refused(await world.hold(rivals[worker], sale, [guid]), 409, 'seat_taken'));
    for (const { grade } of remaining) refused(await world.hold(rivals[0], sale, { best: { count: 1, grade } }), 409, 'sold_out');
  });
