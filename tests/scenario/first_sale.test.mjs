/* 2,000 people, 738 seats, one waiting room: everything is sold, nothing twice, and nobody meets an error. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assert_kept, gather, rush } from '../lib/crowd.mjs';
import { buyer_count, seat_count, stadium_sale } from '../lib/stadium.mjs';

let world, sale;

before(async () => {
  ({ world, sale } = await stadium_sale({ admit_per_minute: 12000, active_limit: 500 }));
  await gather(world, sale, buyer_count);
});
after(() => world.close());

test(`${buyer_count} buyers, ${seat_count} seats`, async (t) => {
  const { code, told, summary } = await rush(world, sale, buyer_count, ['--arrive-seconds', '5', '--think-ms', '200', '--tries', '200',
    '--retry-share', '0.05', '--double-click-share', '0.05', '--leave-share', '0.05', '--payment-mix', 'sandbox-ok=90,sandbox-decline=5,sandbox-timeout=5',
    '--expect-no-5xx', '--max-seconds', '45']);
  assert.equal(code, 0, told);
  t.diagnostic(`${summary.seats_sold} of ${summary.seats_for_sale} seats in ${summary.paid_bookings} bookings, sold out after ${summary.sold_out_seconds?.toFixed(1)} s, ` +
    `hold p50 ${summary.operations.hold.p50_ms} ms p99 ${summary.operations.hold.p99_ms} ms, ${summary.answers_5xx} answers 5xx`);
  for (const promise of ['oversold', 'disagreed', 'wrong_seats', 'map_changed', 'answers_5xx']) assert.equal(summary[promise], 0, promise);

  const found = await assert_kept(world, sale);
  t.diagnostic(`acknowledged and found: ${JSON.stringify(found)}`);
  assert.equal(found.seats_sold, found.seats_acknowledged);
  assert.equal(summary.seats_sold, summary.distinct_seats);
  assert.equal(found.seats_sold, summary.seats_sold);
  assert.equal(found.seats_sold, seat_count);
});
