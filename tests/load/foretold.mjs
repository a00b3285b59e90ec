/* One sale twice: foretold by takenseat rehearse, and played over HTTP by takenseat-load with the same inputs. Prints both.
 *
 *     node load/foretold.mjs          about four minutes, in real time */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acknowledged, gather, rush } from '../lib/crowd.mjs';
import { program } from '../lib/server.mjs';
import { stadium_sale } from '../lib/stadium.mjs';

const buyers = 1200;          /* that is who comes in the first minute of a burst of 1,500 */
const people = 1500;
const think_ms = 3000;        /* once before the seats, twice behind them */

function foretell(data, schedule) {
  const scratch = mkdtempSync(join(tmpdir(), 'takenseat-foretold-'));
  const json = join(scratch, 'report.json');
  const given = { people, arrival: 'burst', party: 2.5, 'no-show': 0, back: 0, abandon: 0, think: think_ms / 1000, pay: 2 * think_ms / 1000, refuse: 5, retries: 3 };
  execFileSync(program, ['rehearse', '--data', data, '--schedule', schedule, '--json', json, '--booking.hold_seconds=60',
    ...Object.entries(given).map(([name, value]) => `--${name}=${value}`)], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [run] = JSON.parse(readFileSync(json, 'utf8')).runs;
  rmSync(scratch, { recursive: true });
  return run;
}

/* What was acknowledged to the buyers, in seconds since the first of them came: when seats were paid for, and how long who holds seats had waited for
 * them, without the time to think. */
function measured(acks) {
  const places = new Map(acks.filter(({ kind }) => kind === 'place').map(({ user, at_ms }) => [user, at_ms]));
  const begun = Math.min(...places.values());
  const firsts = new Map();
  for (const { kind, user, at_ms } of acks) if (kind === 'hold' && !firsts.has(user)) firsts.set(user, at_ms - places.get(user) - think_ms);
  const sold = acks.filter(({ kind }) => kind === 'payment').flatMap(({ guids, at_ms }) => guids.map(() => (at_ms - begun) / 1000)).sort((a, b) => a - b);
  const waits = [...firsts.values()].map((ms) => ms / 1000).sort((a, b) => a - b);
  return { sold, waits, orders: acks.filter(({ kind }) => kind === 'payment').length };
}

const rank = (list, percent) => list[Math.max(0, Math.ceil((list.length * percent) / 100) - 1)];

function compare(told, { sold, waits, orders }) {
  const seconds = (ms) => (ms / 1000).toFixed(0);
  const rows = [
    ['seats sold', told.sold, sold.length],
    ['orders', told.orders, orders],
    ['half of them sold after, s', seconds(told.half_sold_ms), rank(sold, 50).toFixed(0)],
    ['99% of them sold after, s', seconds(told.most_sold_ms), rank(sold, 99).toFixed(0)],
    ['wait p50, s', seconds(told.p50_ms), rank(waits, 50).toFixed(0)],
    ['wait p90, s', seconds(told.p90_ms), rank(waits, 90).toFixed(0)],
    ['wait p99, s', seconds(told.p99_ms), rank(waits, 99).toFixed(0)],
  ];
  console.log(['', 'foretold', 'played'].join('\t'));
  for (const row of rows) console.log(row.join('\t'));
}

const { world, sale } = await stadium_sale({ admit_per_minute: 240, active_limit: 40 });
try {
  const told = foretell(world.server.data, sale.id);
  await gather(world, sale, buyers);
  await rush(world, sale, buyers, ['--arrive', 'uniform', '--arrive-seconds', '60', '--think-ms', String(think_ms), '--tries', '1000',
    '--seats-per-order', '1=1,2=3,3=3,4=1', '--best-share', '1', '--payment-mix', 'sandbox-ok=95,sandbox-decline=5', '--max-seconds', '170']);
  compare(told, measured(await acknowledged(world)));
} finally {
  await world.close();
}
