/* Two processes on one MariaDB: one has the database, the other stands by. The first is killed, stopped and let go on, ended, and the server itself stands
 * still, while people take seats. Each asks with one key until somebody says yes, so that in the end all they asked for has been said yes to, and is
 * there once. LEASE_HANG_S: how long the server stands still (3). */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server, ok, refused } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';
import { World } from '../lib/world.mjs';

const people_count = 16, share = 40;         /* seats for each */
const hang_ms = 1000 * Number(process.env.LEASE_HANG_S ?? 3);
const patience_ms = 500, pace_ms = 80;
const change_ms = 6000;                      /* 2 s are promised; a machine of tests may be slow */

let world, owner, other, people;

before(async () => {
  assert.ok(process.env.TAKENSEAT_TEST_MARIADB && process.env.TAKENSEAT_TEST_MARIADB_FOLDER, 'run by tests/lib/mariadb run');
  world = await World.open({ clock: false });
  people = await world.crowd(people_count);
  owner = world.server;
  other = await Server.beside(owner);
});
after(async () => {
  other?.child.kill('SIGKILL');
  await world?.close();
});

/* Seats that people take one by one, from whoever of the two gives them. */
class Rush {
  static async begin() {
    const rush = new Rush();
    rush.sale = await world.sale({ hall: { rows: people_count, seats: share }, limit: share });
    rush.servers = [owner, other];
    rush.told = [];                          /* { person, id, seat, by, at } */
    rush.late = [];                          /* answers that nobody waited for any more */
    rush.going = true;
    rush.all = Promise.all(people.map((person, i) => rush.shop(person, i)));
    await rush.more(people_count);
    return rush;
  }

  async shop(person, i) {
    for (let n = 0; n < share && this.going; n++) {
      await this.take(person, i * share + n);
      await sleep(pace_ms);
    }
  }

  async take(person, seat) {
    for (let n = 0; ; n++) {
      const by = this.servers[n % 2];
      const answer = await this.ask(by, person, seat);
      if (answer?.status === 201) {
        this.told.push({ person, seat, by, id: answer.json.id, at: performance.now() });
        return;
      }
      assert.ok(!answer || answer.status === 503, answer?.text);
      await sleep(5);
    }
  }

  /* Undefined when there is no answer (in time). */
  ask(by, person, seat) {
    let waiting = true;
    const asked = by.send('POST', `/api/v1/schedules/${this.sale.id}/holds`, { seats: [this.sale.guids[seat]] },
      { authorization: `Bearer ${person.token}`, 'idempotency-key': `${this.sale.id}-${seat}` }).then((answer) => {
      if (!waiting) this.late.push({ by, person, answer });
      return answer;
    }, () => undefined);
    return Promise.race([asked, sleep(patience_ms)]).finally(() => { waiting = false; });
  }

  /* So many more have been told yes, by this one if it is named. Gives the time from `since` to the first of them. */
  async more(count, by, since = performance.now()) {
    const theirs = () => this.told.filter((one) => one.at >= since && (!by || one.by === by));
    await until(`${count} more were told yes`, () => theirs().length >= count);
    return Math.round(theirs()[0].at - since);
  }

  /* All that was told is there, and nothing else. */
  async end() {
    this.going = false;
    await this.all;
    world.server = owner;
    const found = await Promise.all(this.told.map(({ person, id }) => world.api('GET', `/api/v1/holds/${id}`, undefined, { as: person })));
    found.forEach((answer, i) => {
      assert.equal(ok(answer).status, 'active');
      assert.deepEqual(answer.json.seats.map(({ guid }) => guid), [this.sale.guids[this.told[i].seat]]);
    });
    assert.equal(new Set(this.told.map(({ id }) => id)).size, this.told.length);
    const taken = new Set(this.told.map(({ seat }) => seat));
    assert.deepEqual([...await world.seats(this.sale)].map((state) => state !== 0), this.sale.guids.map((_, i) => taken.has(i)));
    await owner.audit();
  }
}

/* The one that stood by has the database now; a new one stands by. */
async function change_places() {
  [owner, other] = [other, undefined];
  other = await Server.beside(owner);
}

test('who stands by says so, and what is asked for is to be asked again', async () => {
  assert.equal(ok(await other.api('GET', '/health/live')).status, 'ok');
  const answers = [await other.api('GET', '/health/ready'), await other.api('GET', '/api/v1/performances'),
    await other.api('POST', '/api/v1/auth/login', { email: 'somebody@example.com', password: 'of somebody' })];
  for (const answer of answers) {
    refused(answer, 503, 'standby');
    assert.equal(answer.headers['retry-after'], '1');
  }
  assert.equal((await owner.api('GET', '/health/ready')).status, 200);
});

test('the owner is killed: the other one takes over', async (t) => {
  const rush = await Rush.begin();
  const begun = performance.now();
  await owner.kill9();
  const ms = await rush.more(people_count, other, begun);
  assert.ok(ms < change_ms, `${ms} ms`);
  t.diagnostic(`served by the other after ${ms} ms`);
  await change_places();
  await rush.end();
});

test('the owner stands still until the other one has taken over, and goes on', async (t) => {
  const rush = await Rush.begin();
  const begun = performance.now();
  owner.child.kill('SIGSTOP');
  const ms = await rush.more(people_count, other, begun);
  assert.ok(ms < change_ms, `${ms} ms`);
  const old = owner, resumed = performance.now();
  owner.child.kill('SIGCONT');
  const end = await old.ended;
  t.diagnostic(`served by the other after ${ms} ms; the old one ended ${Math.round(performance.now() - resumed)} ms after it went on: ${end.code ?? end.signal}`);
  assert.ok(end.code === 1 || end.signal === 'SIGABRT', JSON.stringify(end));
  old.agent.destroy();
  await change_places();
  await rush.end();
  const stale = rush.late.filter(({ by }) => by === old);
  t.diagnostic(`${stale.length} late answers of the old one: ${stale.map(({ answer }) => answer.status).join(' ')}`);
  for (const { person, answer } of stale)
    if (answer.status < 300) ok(await world.api('GET', `/api/v1/holds/${answer.json.id}`, undefined, { as: person }));
    else assert.equal(answer.status, 503, answer.text);
});

test('the owner ends: the database is handed over', async (t) => {
  const rush = await Rush.begin();
  const begun = performance.now();
  const ended = owner.terminate().then(() => Math.round(performance.now() - begun));
  const ms = await rush.more(people_count, other, begun);
  assert.ok(ms < change_ms, `${ms} ms`);
  t.diagnostic(`served by the other ${ms} ms after SIGTERM, and ${ms - await ended} ms after the process had ended`);
  await change_places();
  await rush.end();
});

test('the database server stands still: nobody answers from memory, and one of the two goes on', async (t) => {
  const rush = await Rush.begin();
  const server = Number(await readFile(join(process.env.TAKENSEAT_TEST_MARIADB_FOLDER, 'pid'), 'utf8'));
  process.kill(server, 'SIGSTOP');
  const begun = performance.now();
  try {
    await until('the owner does not answer from memory any more',
      async () => (await owner.send('GET', `/api/v1/schedules/${rush.sale.id}/availability`)).status === 503);
    t.diagnostic(`the owner stopped answering after ${Math.round(performance.now() - begun)} ms`);
    await sleep(Math.max(0, hang_ms - (performance.now() - begun)));
  } finally {
    process.kill(server, 'SIGCONT');
  }
  const ms = await rush.more(people_count);
  const passed = rush.told.at(-1).by === other;
  t.diagnostic(`served again ${ms} ms after the server went on, by ${passed ? 'the other' : 'the same'}`);
  if (passed) {
    await until('the old one has ended', () => owner.down());
    await change_places();
  }
  await rush.end();
});

test('who stands by ends when it is told to', async () => {
  await other.terminate();
  other = undefined;
  assert.equal((await owner.api('GET', '/health/ready')).status, 200);
});
