/* takenseat rehearse, beside a running server: what it foretells adds up, is the same for the same seed, and leaves the shop as it was. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { stadium } from '../lib/layouts.mjs';
import { ok, program } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';
import { World, hour, minute } from '../lib/world.mjs';

const people = 20000;
const files = ['secret', 'takenseat.db', 'takenseat.db-wal', 'takenseat.db-shm'];

let world, sale, scratch;

before(async () => {
  world = await World.open();
  scratch = await mkdtemp(join(tmpdir(), 'takenseat-reports-'));
  const hall = await world.hall({ plan: stadium(), repair: true });
  sale = await world.sale({ hall, limit: 4, sale_starts_at: world.time(hour) });
  await rules({ mode: 'fifo' });
});
after(async () => {
  await rm(scratch, { recursive: true, force: true });
  await world.close();
});

async function rules(change) {
  ok(await world.api('PUT', `/api/v1/schedules/${sale.id}/queue/settings`,
    { mode: 'fifo', admit_per_minute: 300, active_limit: 200, pass_seconds: 600, paused: false, ...change }, { as: world.admin }));
}

/* Runs the command with a temporary folder of its own, in which it must leave nothing. */
async function command(...args) {
  const temp = await mkdtemp(join(scratch, 'temp-'));
  const result = await new Promise((resolve) => {
    execFile(program, ['rehearse', ...args], { maxBuffer: 1 << 26, env: { ...process.env, TMPDIR: temp } }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code ?? error.signal : 0, stdout, stderr }));
  });
  assert.deepEqual(await readdir(temp), [], 'the copy was not removed');
  return result;
}

/* The figures of one rehearsal, or of two. */
async function rehearse(...args) {
  const json = join(scratch, 'report.json');
  const { code, stdout, stderr } = await command('--data', world.server.data, '--schedule', sale.id, '--people', String(people), '--json', json, ...args);
  assert.equal(code, 0, stdout + stderr);
  return { ...JSON.parse(await readFile(json, 'utf8')), text: stdout };
}

/* What the server was still writing when its last answer went out has to be on disk first: until nothing has changed twice in a row. */
async function at_rest() {
  await world.advance(0);
  let had = await checksums();
  for (let same = 0; same < 2;) {
    await sleep(300);
    const now = await checksums();
    same = JSON.stringify(now) === JSON.stringify(had) ? same + 1 : 0;
    had = now;
  }
  return had;
}

async function checksums() {
  const sums = {};
  for (const name of files) sums[name] = createHash('sha256').update(await readFile(join(world.server.data, name))).digest('hex');
  return { sums, names: (await readdir(world.server.data)).sort() };
}

const sum = (numbers) => Object.values(numbers).reduce((a, b) => a + b, 0);

function adds_up(run, crowd) {
  assert.equal(run.seats, 738);
  assert.ok(run.sold <= run.seats);
  assert.equal(sum(run.outcomes), crowd, JSON.stringify(run.outcomes));
  assert.equal(sum(run.grades.map((grade) => grade.sold)), run.sold);
  assert.equal(sum(run.grades.map((grade) => grade.seats)), run.seats);
  assert.equal(sum(run.grades.map((grade) => grade.sold * grade.price)), run.revenue);
  assert.equal(run.outcomes.bought, run.orders);
  assert.equal(sum(run.waits_by_arrival.map((group) => group.let_in)), run.let_in);
  assert.ok(run.p50_ms <= run.p90_ms && run.p90_ms <= run.p99_ms);
  assert.deepEqual([run.audit.oversold, run.audit.broken], [0, 0]);
  assert.ok(run.audit.invariants > 20);
  for (const [i, sample] of run.samples.entries()) {
    assert.ok(sample.sold + sample.held <= run.seats);
    /* good passes: for those who do not come others are let in, never more than twice as many */
    assert.ok(sample.inside <= 2 * run.settings.active_limit || run.settings.mode === 'off');
    assert.ok(i === 0 || sample.sold >= run.samples[i - 1].sold);
  }
}

test('a rehearsal adds up, and leaves the shop and its running server as they were', async (t) => {
  const had = await at_rest();
  const begun = performance.now();
  const { runs: [run], inputs, text } = await rehearse();
  t.diagnostic(`${people} people in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  adds_up(run, people);
  assert.equal(inputs.people, people);
  assert.deepEqual(run.settings, { mode: 'fifo', admit_per_minute: 300, active_limit: 200, pass_seconds: 600, hold_seconds: 480, opens_ms: -30 * minute });
  assert.ok(run.sold > run.seats / 2 && run.payments_refused > 0 && run.no_shows > 0);
  assert.equal(text.trim().split('\n').length, 10);
  assert.match(text, /oversold 0; 0 of \d+ invariants/);
  assert.deepEqual(await checksums(), had);
  assert.ok((await world.seats(sale)).every((state) => state === 0), 'the shop has sold nothing');
});

test('the same seed gives the same report, another one another', async () => {
  const html = [join(scratch, 'a.html'), join(scratch, 'b.html')];
  const first = await rehearse('--seed', '5', '--bots', '50', '--set', 'mode=draw', '--html', html[0]);
  const second = await rehearse('--seed', '5', '--bots', '50', '--set', 'mode=draw', '--html', html[1]);
  const other = await rehearse('--seed', '6', '--bots', '50', '--set', 'mode=draw');
  assert.deepEqual(second, first);
  assert.equal(await readFile(html[0], 'utf8'), await readFile(html[1], 'utf8'));
  assert.notDeepEqual(other.runs, first.runs);
  adds_up(first.runs[0], people + 50);
  assert.equal(first.runs[0].settings.mode, 'draw');
});

test('two settings are played with the same people', async () => {
  const { runs } = await rehearse('--arrival', 'burst', '--compare', 'mode=off', '--compare', 'hold_seconds=120');
  for (const run of runs) adds_up(run, people);
  assert.deepEqual(runs.map((run) => [run.settings.mode, run.settings.hold_seconds]), [['fifo', 480], ['off', 120]]);
  assert.equal(runs[1].p99_ms, 0, 'without a room nobody waits');
  assert.ok(runs[1].last_sold_ms < runs[0].last_sold_ms);
  assert.ok(runs[1].late_refunds + runs[1].outcomes.hold_ran_out > runs[0].outcomes.hold_ran_out, 'short holds run out');
});

test('bots that come first have the first places of a line, and few of a draw', async () => {
  const of = async (mode) => (await rehearse('--bots', '200', '--set', `mode=${mode}`)).runs[0].bot_seats;
  const [line, draw] = [await of('fifo'), await of('draw')];
  assert.ok(line > 600, `${line} seats of 738`);
  assert.ok(draw < line / 4, `${draw}, and ${line} in order`);
});

test('a page in either language, whole in itself', async () => {
  for (const [lang, title] of [['en', 'Rehearsal: An Evening'], ['ko', '예행연습: An Evening']]) {
    const file = join(scratch, `${lang}.html`);
    await rehearse('--lang', lang, '--html', file);
    const page = await readFile(file, 'utf8');
    assert.ok(page.includes(`<h1>${title}</h1>`));
    assert.ok(!/<script|<link|<img|https?:\/\//.test(page));
    assert.equal(page.match(/<figure>/g).length, 4);
    assert.ok((await stat(file)).size < 200000);
  }
});

test('what cannot be rehearsed is refused by name', async () => {
  const data = ['--data', world.server.data];
  const cases = [
    [[...data], /--schedule/],
    [[...data, '--schedule', 'nonsense'], /no id/],
    [[...data, '--schedule', '0000000000000'], /no such schedule|no id/],
    [['--data', scratch, '--schedule', sale.id], /no data folder/],
    [[...data, '--schedule', sale.id, '--people', '0'], /--people/],
    [[...data, '--schedule', sale.id, '--people', '9000000'], /--people/],
    [[...data, '--schedule', sale.id, '--party', '2.555'], /--party/],
    [[...data, '--schedule', sale.id, '--arrival', 'never'], /--arrival/],
    [[...data, '--schedule', sale.id, '--set', 'admit_per_minute=0'], /admit_per_minute=0/],
    [[...data, '--schedule', sale.id, '--set', 'colour=red'], /colour=red/],
    [[...data, '--schedule', sale.id, '--seed'], /needs a value/],
  ];
  const had = await at_rest();
  for (const [args, said] of cases) {
    const { code, stderr } = await command(...args);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, said);
  }
  assert.deepEqual(await checksums(), had);
});

test('a presale is left out, an early price is not', async () => {
  ok(await world.terms(sale, { early_bird: [{ until: world.time(5 * hour), percent: 50 }],
    presale: { starts_at: world.time(minute), ends_at: world.time(30 * minute), codes: ['EARLY-ONE'], uses_per_code: 9 } }));
  const { runs: [run] } = await rehearse();
  ok(await world.terms(sale, {}));
  assert.equal(run.samples.filter(({ at_ms }) => at_ms < 0).at(-1).inside, 0, 'nobody is let in before the sale');
  assert.equal(run.revenue, sum(run.grades.map((grade) => (grade.sold * grade.price) / 2)));
  assert.equal(sum(run.outcomes), people);
});

test('who interrupts a rehearsal finds no copy left', async () => {
  const temp = await mkdtemp(join(scratch, 'temp-'));
  const child = spawn(program, ['rehearse', '--data', world.server.data, '--schedule', sale.id, '--people', '5000000'],
    { stdio: ['ignore', 'ignore', 'ignore'], env: { ...process.env, TMPDIR: temp } });
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  await until('the copy', async () => (await readdir(temp)).length > 0);
  child.kill('SIGTERM');
  assert.deepEqual(await ended, { code: 2, signal: null });
  assert.deepEqual(await readdir(temp), []);
});

test('a shop at rest is read as well, and not a file is added', async () => {
  await world.server.terminate();
  const had = (await readdir(world.server.data)).sort();
  const bytes = await readFile(join(world.server.data, 'takenseat.db'));
  const { runs: [run] } = await rehearse();
  adds_up(run, people);
  assert.deepEqual((await readdir(world.server.data)).sort(), had);
  assert.ok(bytes.equals(await readFile(join(world.server.data, 'takenseat.db'))));
  await world.server.restart();
});
