/* A crowd of simulated buyers (takenseat-load), and what was acknowledged to them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ok, program } from './server.mjs';
import { SOLD } from './world.mjs';

const driver = process.env.TAKENSEAT_LOAD ?? join(dirname(program), 'takenseat-load');

async function drive(world, args) {
  const child = spawn(driver, ['--port', String(world.server.port), '--accounts', join(world.server.data, 'accounts.csv'), ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  for (const out of [child.stdout, child.stderr]) out.on('data', (chunk) => { told += chunk; });
  const code = await new Promise((resolve, reject) => {
    child.on('exit', resolve);
    child.on('error', reject);
  });
  return { code, told };
}

/* Makes the accounts before the sale begins. */
export async function gather(world, sale, buyers) {
  const { code, told } = await drive(world, ['--schedule', sale.id, '--buyers', String(buyers), '--signup-parallel', '32', '--accounts-only']);
  assert.equal(code, 0, told);
}

/* The sale itself: { code, told, summary }. */
export async function rush(world, sale, buyers, args) {
  const summary = join(world.server.data, 'summary.json');
  const { code, told } = await drive(world, ['--schedule', sale.id, '--buyers', String(buyers), '--json', summary,
    '--ack-log', join(world.server.data, 'acks.jsonl'), ...args]);
  assert.ok(code === 0 || code === 1, `the buyers did not come: ${told}`);
  return { code, told, summary: JSON.parse(await readFile(summary, 'utf8')) };
}

async function lines(world, name) {
  return (await readFile(join(world.server.data, name), 'utf8')).trim().split('\n');
}

export async function acknowledged(world) {
  return (await lines(world, 'acks.jsonl')).map((line) => JSON.parse(line));
}

/* Signed in once more: the sale may have taken longer than a token lasts. */
async function signed_in(world) {
  const people = new Map();
  return async (email) => {
    if (!people.has(email)) {
      const row = (await lines(world, 'accounts.csv')).find((line) => line.startsWith(`${email},`));
      people.set(email, await world.sign_in({ email, password: row.split(',')[1] }));
    }
    return people.get(email);
  };
}

const guids_of = (thing) => thing.seats.map((seat) => seat.guid).sort();

/* What must be found of each kind, whatever has happened since. */
const kept = {
  async place(world, ack) {
    ok(await world.api('GET', `/api/v1/queue/${ack.id}`));
  },
  async hold(world, ack, as) {
    const hold = ok(await world.api('GET', `/api/v1/holds/${ack.id}`, undefined, { as }));
    assert.deepEqual(guids_of(hold), [...ack.guids].sort());
  },
  async release(world, ack, as) {
    const { status } = ok(await world.api('GET', `/api/v1/holds/${ack.id}`, undefined, { as }));
    assert.ok(['released', 'expired'].includes(status), `a released hold is ${status}`);
  },
  async booking(world, ack, as) {
    assert.deepEqual(guids_of(await world.booking(as, ack.id)), [...ack.guids].sort());
  },
  async payment(world, ack, as) {
    assert.equal(ok(await world.api('GET', `/api/v1/payments/${ack.id}`, undefined, { as })).status, 'paid');
    const booking = await world.booking(as, ack.booking);
    assert.equal(booking.status, 'confirmed');
    assert.equal(booking.payment, ack.id);
    const tickets = ok(await world.api('GET', `/api/v1/bookings/${ack.booking}/tickets`, undefined, { as })).items;
    assert.deepEqual(tickets.map((ticket) => ticket.seat.guid).sort(), [...ack.guids].sort());
  },
};

/* Asserts that nothing of what was acknowledged is missing; gives how many of each kind were found. */
export async function assert_kept(world, sale) {
  const acks = await acknowledged(world);
  const person = await signed_in(world);
  const found = {};
  const sold = new Set();
  const states = await world.seats(sale);
  for (const ack of acks) {
    await kept[ack.kind](world, ack, await person(ack.user));
    found[ack.kind] = (found[ack.kind] ?? 0) + 1;
    if (ack.kind !== 'payment') continue;
    for (const guid of ack.guids) {
      assert.ok(!sold.has(guid), `${guid} was sold twice`);
      assert.equal(states[sale.guids.indexOf(guid)], SOLD, `${guid} is paid for and not sold`);
      sold.add(guid);
    }
  }
  return { ...found, seats_acknowledged: sold.size, seats_sold: states.filter((state) => state === SOLD).length };
}
