/* A waiting room that is stormed while the server is killed at random: whoever was told of a place keeps it, and nobody moves back. CRASH_KILLS says how
 * often it is killed in each kind of room, CRASH_SEED repeats a run's choices. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join as path_join } from 'node:path';
import { after, before, test } from 'node:test';
import { ok, program } from '../lib/server.mjs';
import { World, hour, minute } from '../lib/world.mjs';

const kills = Number(process.env.CRASH_KILLS ?? 3);
const seed = Number(process.env.CRASH_SEED ?? randomInt(2 ** 31));
const joins_a_kill = 60;
const at_once = 24;
const rules = { admit_per_minute: 600, active_limit: 1000, pass_seconds: 60 };

/* Mulberry32. */
function chance(state) {
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

let world;
let people;

before(async () => {
  world = await World.open();
  people = await world.crowd(kills * joins_a_kill);
});
after(() => world.close());

/* Works through a list, some at once. */
async function each(list, work) {
  const rest = [...list];
  await Promise.all(Array.from({ length: at_once }, async () => {
    while (rest.length) await work(rest.pop());
  }));
}

class Storm {
  constructor(sale, draws) {
    this.sale = sale;
    this.draws = draws;
    this.acks = [];           /* in the order in which they came */
    this.log = path_join(world.server.data, `acks-${sale.id}`);
    this.serving = Promise.resolve();
    this.told = () => undefined;
  }

  join(person) {
    return world.api('POST', `/api/v1/schedules/${this.sale.id}/queue`, undefined, { as: person });
  }

  /* Until an answer comes; what was lost with the server is asked for again when there is one. */
  async until_told(ask, what) {
    for (let tries = 0; tries < 5; tries++) {
      const answer = await ask().catch(() => undefined);
      if (answer) return answer;
      await this.serving;
    }
    return assert.fail(`nobody answers ${what}`);
  }

  /* Whose first answer was lost has no receipt in the second: the proof has it. */
  async proof(place_token) {
    return ok(await this.until_told(() => world.api('GET', `/api/v1/queue/${place_token}/proof`), 'who wants a proof')).receipt;
  }

  async come(person) {
    const told = ok(await this.until_told(() => this.join(person), person.email), 201);
    const { place_token, position } = told;
    const receipt = told.receipt ?? (this.draws ? await this.proof(place_token) : null);
    const ack = { person, place_token, position, number: receipt ? Number(receipt.split(' ')[2]) : position, receipt };
    appendFileSync(this.log, `${JSON.stringify({ ...ack, person: person.email })}\n`);
    this.acks.push(ack);
    this.told();
  }

  async heard(count) {
    while (this.acks.length < count) await new Promise((told) => { this.told = told; });
  }

  async kill_at_random(random) {
    for (let i = 0; i < kills; i++) {
      const from = this.acks.length;
      await this.heard(Math.min(from + 1 + random(joins_a_kill), people.length - 1));
      this.serving = world.crash();
      await this.serving;
      const known = this.acks.slice(from);
      await each(known, (ack) => this.check(ack));
    }
  }

  /* The place is there, and where it was. */
  async check({ place_token, position, number, receipt }) {
    const place = ok(await world.api('GET', `/api/v1/queue/${place_token}`));
    assert.equal(place.state, 'waiting');
    assert.equal(place.position, position);
    if (receipt) assert.equal(ok(await world.api('GET', `/api/v1/queue/${place_token}/proof`)).number, number);
  }

  async check_all() {
    const settings = ok(await world.api('GET', `/api/v1/schedules/${this.sale.id}/queue/settings`, undefined, { as: world.admin }));
    assert.deepEqual([settings.joined, settings.waiting], [people.length, people.length]);
    assert.equal((await readFile(this.log, 'utf8')).trim().split('\n').length, people.length);
    assert.deepEqual(this.acks.map((ack) => ack.number).sort((a, b) => a - b), people.map((_, i) => i + 1));
    await each(this.acks, async (ack) => {
      await this.check(ack);
      assert.equal(ok(await this.join(ack.person), 201).place_token, ack.place_token);
    });
    await world.server.audit();
  }
}

async function storm(mode, salt) {
  const sale = await world.sale({ hall: { rows: 2, seats: 10 }, sale_starts_at: world.time(hour) });
  ok(await world.api('PUT', `/api/v1/schedules/${sale.id}/queue/settings`, { ...rules, mode }, { as: world.admin }));
  const it = new Storm(sale, mode === 'draw');
  await Promise.all([each(people, (person) => it.come(person)), it.kill_at_random(chance(seed + salt))]);
  await it.check_all();
  return it;
}

test(`${kills} kills while people join in order`, async (t) => {
  t.diagnostic(`CRASH_SEED=${seed}`);
  await storm('fifo', 0);
});

test(`${kills} kills while people join a draw: the published file has every receipt`, async () => {
  const { sale, acks } = await storm('draw', 1);
  await world.advance(hour);
  await world.advance(minute);
  const file = (await world.api('GET', `/api/v1/schedules/${sale.id}/queue/draw/entries`)).text;
  const lines = file.trimEnd().split('\n').slice(-people.length);
  for (const { number, receipt } of acks) {
    const [, , , joined_at, entrant] = receipt.split(' ');
    assert.equal(lines[number - 1], `${number} ${joined_at} ${entrant}`);
  }
  const at = path_join(world.server.data, 'draw');
  await writeFile(at, file);
  await writeFile(`${at}.receipt`, acks.at(-1).receipt);
  const code = await new Promise((done) => execFile(program, ['verify-draw', at, '--receipt', `${at}.receipt`], (error) => done(error ? error.code : 0)));
  assert.equal(code, 0);
});
