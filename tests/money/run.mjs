/* The money storm from the command line: tests/money/storm --help */
import { parseArgs } from 'node:util';
import { money_storm, profiles } from './storm.mjs';

const { values } = parseArgs({ options: {
  orders: { type: 'string', default: '10000' }, every: { type: 'string', default: '10' }, buyers: { type: 'string', default: '64' },
  'hold-ms': { type: 'string', default: '100' }, 'kill-ms': { type: 'string', default: '4000' }, profile: { type: 'string', multiple: true },
  help: { type: 'boolean', default: false },
} });

if (values.help) {
  console.log(`tests/money/storm [--orders 10000] [--every 10] [--buyers 64] [--hold-ms 100] [--kill-ms 4000] [--profile NAME]...
Sells so many orders under each fault profile of takenseat-psp, a fault on every K-th, half of them through each company, with a kill -9 of the
server every --kill-ms; prints a row a profile. Exit status 1: the books differ.
profiles: ${profiles.join(' ')}`);
  process.exit(0);
}

const columns = ['profile', 'orders', 'charged', 'paid', 'refunded', 'faults', 'refused', 'kills', 'differences', 'unclear_s', 'seconds'];
const width = (name) => (name === 'profile' ? 24 : 12);
const row = (cells) => cells.map((cell, i) => (i ? String(cell).padStart(width(columns[i])) : String(cell).padEnd(width(columns[i])))).join('');

console.log(row(columns));
for (const profile of values.profile ?? profiles) {
  const result = await money_storm({ profile, orders: Number(values.orders), every: Number(values.every), buyers: Number(values.buyers),
    hold_ms: Number(values['hold-ms']), kill_ms: Number(values['kill-ms']) });
  console.log(row(columns.map((name) => (name === 'differences' ? result.differences.length : result[name]))));
  for (const [kind, n] of Object.entries(result.cases)) console.log(`  ${n} cases for people: ${kind}`);
  for (const difference of result.differences.slice(0, 20)) console.log(`  ${difference}`);
  if (result.differences.length) process.exitCode = 1;
}
