/* A shop on MariaDB whose connections are cut and whose server is killed while people take seats: whoever is told yes has the seat, asking again with
 * the same key changes nothing, and the audit finds nothing. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { World } from '../lib/world.mjs';

const run = promisify(execFile);
const tool = process.env.TAKENSEAT_TEST_MARIADB_TOOL, folder = process.env.TAKENSEAT_TEST_MARIADB_FOLDER;
const seats = 160, cuts = 12;

/* `killed.now()` once the database server does not run. */
const killed = {};
killed.done = new Promise((resolve) => { killed.now = resolve; });

let world, sale, people;

before(async () => {
  assert.ok(process.env.TAKENSEAT_TEST_MARIADB && tool && folder, 'run by tests/lib/mariadb run');
  world = await World.open({ clock: false });
  people = await world.crowd(8);
  sale = await world.sale({ hall: { rows: 10, seats: 20 }, limit: 50 });
});
after(() => world.close());

/* Asks until there is an answer that is no 503, as a client with a key may. */
async function hold(person, guid, key) {
  for (;;) {
    const answer = await world.hold(person, sale, [guid], { key });
    if (answer.status !== 503) return answer;
    await sleep(50);
  }
}

/* Every person takes their share of the seats, one after the other, each twice with the same key. */
async function take(person, first, told) {
  for (let i = first; i < seats; i += people.length) {
    if (i >= seats / 2) await killed.done;             /* the second half is left for when the server is gone */
    const key = `seat-${i}`;
    const answer = await hold(person, sale.guids[i], key);
    assert.equal(answer.status, 201, answer.text);
    assert.deepEqual((await hold(person, sale.guids[i], key)).json, answer.json);
    told.push(answer.json);
  }
}

async function all_taken(disturb) {
  const told = [];
  let taking = true;
  const all = Promise.all(people.map((person, i) => take(person, i, told))).finally(() => { taking = false; });
  await disturb(() => taking);
  await all;
  return told;
}

async function assert_sold(told) {
  assert.equal(told.length, seats);
  assert.equal(new Set(told.map((one) => one.id)).size, seats);
  const map = await world.seats(sale);
  assert.deepEqual([...map].map((state) => state !== 0), sale.guids.map((_, i) => i < seats));
  await world.server.audit();
}

test('connections are cut, and the server is killed and comes back', async (t) => {
  const told = await all_taken(async (taking) => {
    for (let i = 0; i < cuts && taking(); i++) {
      await world.server.store.cut();
      await sleep(60);
    }
    await run(tool, ['stop', folder, '--now']);
    killed.now();
    await run(tool, ['start', folder]);
  });
  await assert_sold(told);
  const { takenseat_db_again_total: again } = await world.server.metrics();
  t.diagnostic(`${again} transactions were run once more`);
});
