/* A shop that has grown: from its SQLite file to MariaDB, with everything in it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { ok, program } from '../lib/server.mjs';
import { store } from '../lib/store.mjs';
import { World } from '../lib/world.mjs';

const run = promisify(execFile);
const address = process.env.TAKENSEAT_TEST_MARIADB;

let world, sale, buyer, bought, there;

before(async () => {
  assert.ok(address, 'run by tests/lib/mariadb run');
  delete process.env.TAKENSEAT_TEST_MARIADB;             /* it begins on SQLite */
  world = await World.open();
  process.env.TAKENSEAT_TEST_MARIADB = address;
  buyer = await world.user();
  sale = await world.sale();
  bought = await world.buy(buyer, sale, sale.guids.slice(0, 2));
  await world.review(world.admin);
  there = store(world.server.data);
  await there.make();
});
after(() => world.close());

const migrate = () => run(program, ['migrate', '--data', world.server.data, ...there.settings]);
const move = () => run(program, ['move', '--from', `sqlite:${world.server.data}`, '--to', `${address}/${there.name}`]);

async function view() {
  return {
    bookings: ok(await world.api('GET', '/api/v1/bookings', undefined, { as: buyer })),
    seats: [...await world.seats(sale)],
    people: ok(await world.api('GET', '/api/v1/users', undefined, { as: world.admin })),
    log: ok(await world.api('GET', '/api/v1/audit-log', undefined, { as: world.admin })),
  };
}

test('while it runs the tables can be made, but it is not moved', async () => {
  await migrate();
  await assert.rejects(move(), /in use/);
});

test('a stopped one is: all rows are the same, and it goes on', async (t) => {
  const before = await view();
  await world.server.terminate();
  const { stdout } = await move();
  const tables = [...stdout.matchAll(/^same (\w+) +(\d+) rows$/gm)].map(([, name, rows]) => [name, Number(rows)]);
  t.diagnostic(/^moved .*seconds/m.exec(stdout)[0]);
  assert.ok(tables.length > 50);
  assert.ok(tables.find(([name]) => name === 'booking_ticket')[1] >= 2);
  world.server.store = there;
  world.server.settings.push(...there.settings);
  await world.server.restart();
  await world.catch_up();
  assert.deepEqual(await view(), before);
  const other = await world.sale();
  await world.buy(buyer, other, other.guids.slice(0, 1));
  assert.equal((await world.booking(buyer, bought.booking.id)).status, 'confirmed');
  await world.server.audit();
});

test('a database that has been used takes no other shop', async () => {
  await world.server.terminate();
  await assert.rejects(move(), /has been used/);
  await world.server.restart();
});
