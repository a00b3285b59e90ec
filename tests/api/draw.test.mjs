/* A sale whose places are drawn: the promise, the draw, and the check by somebody who trusts nobody. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { availableParallelism, tmpdir } from 'node:os';
import { join as path_join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { change_byte, changed_bytes, changed_lines } from '../lib/draw_bytes.mjs';
import { ok, program, refused } from '../lib/server.mjs';
import { World, hour, minute } from '../lib/world.mjs';

const second = 1000;
const rules = { mode: 'draw', admit_per_minute: 6000, active_limit: 100, pass_seconds: 60 };
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

let world;
let folder;
let beacon;

/* A public beacon on this machine: answers rounds once they have come, silent when told so. */
async function open_beacon() {
  const it = { asked: [], silent: false };
  it.server = http.createServer((request, response) => {
    const round = Number(request.url.split('/').at(-1));
    it.asked.push(round);
    if (it.silent) return response.writeHead(404).end();
    const signature = sha256(`round ${round}`).repeat(3);
    response.end(JSON.stringify({ round, signature, randomness: sha256(Buffer.from(signature, 'hex')), previous_signature: '00' }));
  });
  await new Promise((done) => it.server.listen(0, '127.0.0.1', done));
  it.url = `http://127.0.0.1:${it.server.address().port}/public/{round}`;
  return it;
}

before(async () => {
  beacon = await open_beacon();
  world = await World.open({ settings: { 'queue.beacon_url': beacon.url, 'queue.beacon_genesis': 1595431050, 'queue.beacon_period': 30 } });
  folder = await mkdtemp(path_join(tmpdir(), 'takenseat-draw-'));
});
after(async () => {
  await world.close();
  beacon.server.close();
  await rm(folder, { recursive: true });
});

const settle = (sale, settings) => world.api('PUT', `/api/v1/schedules/${sale.id}/queue/settings`, settings, { as: world.admin });
const join = (sale, as) => world.api('POST', `/api/v1/schedules/${sale.id}/queue`, undefined, { as });
const look = async (place) => ok(await world.api('GET', `/api/v1/queue/${place.place_token}`));
const draw_of = (sale) => world.api('GET', `/api/v1/schedules/${sale.id}/queue/draw`);
const proof_of = async (place) => ok(await world.api('GET', `/api/v1/queue/${place.place_token}/proof`));

async function drawing(people) {
  const starts_at = world.time(hour);
  const sale = { ...await world.sale({ hall: { rows: 3, seats: 20 }, sale_starts_at: starts_at }), starts_at };
  ok(await settle(sale, rules));
  const places = [];
  for (const person of people) places.push(ok(await join(sale, person), 201));
  return { sale, places };
}

const file_of = async (sale) => {
  const answer = await world.api('GET', `/api/v1/schedules/${sale.id}/queue/draw/entries`);
  assert.equal(answer.status, 200);
  return answer.text;
};

const verify = (...args) => new Promise((done) => execFile(program, ['verify-draw', ...args], (error, stdout) => done({ code: error ? error.code : 0, stdout })));

const own_file = (name) => fileURLToPath(new URL(`../../web/test/draw/${name}`, import.meta.url));

async function written(name, text) {
  const at = path_join(folder, name);
  await writeFile(at, text);
  return at;
}

test('before the draw there are receipts and a commitment, and nobody has a position', async () => {
  const { sale, places } = await drawing(await world.crowd(3));
  const draw = ok(await draw_of(sale));
  assert.equal(draw.state, 'open');
  assert.equal(draw.root, null);
  assert.equal(draw.secret, null);
  assert.equal(Date.parse(draw.draws_at), Date.parse(sale.starts_at));
  assert.equal(ok(await settle(sale, rules)).commitment, draw.commitment);
  for (const [i, place] of places.entries()) {
    assert.equal(place.position, null);
    assert.equal(place.eta_reason, 'draw');
    const words = place.receipt.split(' ');
    assert.deepEqual([words[0], words[1], words[2], words[5]], ['takenseat-receipt-2', sale.id, String(i + 1), draw.commitment]);
    assert.equal((await proof_of(place)).receipt, place.receipt);
  }
  refused(await world.api('GET', `/api/v1/schedules/${sale.id}/queue/draw/entries`), 404, 'not_drawn');
  refused(await settle(sale, { ...rules, mode: 'fifo' }), 409, 'already_joined');
});

test('the draw follows from the round that was named, and a stranger can check it', async () => {
  const people = await world.crowd(12);
  const { sale, places } = await drawing(people);
  const named = ok(await draw_of(sale)).beacon_round;
  assert.ok(named > 0);
  beacon.asked = [];
  await world.advance(hour);
  await world.advance(minute);
  assert.deepEqual([...new Set(beacon.asked)], [named]);
  const draw = ok(await draw_of(sale));
  assert.deepEqual([draw.state, draw.count, draw.beacon, draw.beacon_round, draw.parts], ['drawn', 12, 'used', named, 1]);

  const file = await file_of(sale);
  const at = await written('file', file);
  for (const person of people) for (const secret of [person.email, person.name, person.id]) assert.ok(!file.includes(secret));
  const drawn = [];
  for (const [i, place] of places.entries()) {
    const proof = await proof_of(place);
    const { code, stdout } = await verify(at, '--receipt', await written('receipt', `${place.receipt}\n`));
    assert.equal(code, 0, stdout);
    assert.match(stdout, new RegExp(`entry ${i + 1} has place ${proof.place}\\n`));
    drawn.push(proof.place);
  }
  assert.deepEqual([...drawn].sort((a, b) => a - b), Array.from({ length: 12 }, (_, i) => i + 1));

  assert.equal((await verify(path_join(folder, 'nothing'))).code, 2);
});

test('those who join at one moment are signed together, and each receipt is good by itself', async () => {
  const people = await world.crowd(40);
  const { sale } = await drawing([]);
  const joined = (await Promise.all(people.map((as) => join(sale, as)))).map((answer) => ok(answer, 201));
  const again = (await Promise.all(people.map((as) => join(sale, as)))).map((answer) => ok(answer, 201));
  assert.ok(joined.some(({ receipt }) => Number(receipt.split(' ')[7]) > 1), 'no two were signed together');
  await world.advance(hour);
  await world.advance(minute);
  const at = await written('together', await file_of(sale));
  for (const [i, first] of joined.entries()) {
    assert.equal(again[i].place_token, first.place_token);
    assert.equal(again[i].receipt, null);
    const told = await Promise.all([first, await proof_of(first)].map(async ({ receipt }, k) => verify(at, '--receipt', await written(`together.${i}.${k}`, receipt))));
    for (const { code, stdout } of told) assert.equal(code, 0, stdout);
    assert.equal(told[0].stdout, told[1].stdout);
  }
});

test('the files that the browser checks are checked by the command line alike', async () => {
  for (const name of ['plain', 'beacon']) {
    const { own } = JSON.parse(await readFile(own_file(`${name}.json`), 'utf8'));
    for (const { receipt, place } of own.slice(0, 5)) {
      const { code, stdout } = await verify(own_file(`${name}.txt`), '--receipt', await written('receipt', receipt));
      assert.equal(code, 0, stdout);
      assert.ok(stdout.endsWith(`has place ${place}\n`), stdout);
    }
  }
});

/* As many programs at once as there are processors to run them. */
async function refuses_all(files) {
  const todo = [...files];
  const worker = async (n) => {
    for (let next = todo.pop(); next; next = todo.pop()) {
      const { code, stdout } = await verify(await written(`changed${n}`, next.file));
      assert.equal(code, 1, `${next.what}: ${stdout}`);
      assert.match(stdout, /^WRONG: /, next.what);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, (_, n) => worker(n)));
}

test('a file with one byte changed is refused, whichever it is', async (t) => {
  const { sale } = await drawing(await world.crowd(5));
  await world.advance(hour);
  await world.advance(minute);
  const fresh = Buffer.from(await file_of(sale));
  const with_round = await readFile(own_file('beacon.txt'));
  for (const [name, file] of [['of this sale', fresh], ['with a public round', with_round]]) {
    assert.equal((await verify(await written('sound', file))).code, 0);
    const changed = changed_bytes(file);
    assert.ok(changed.length > 70);
    await t.test(`one byte of each kind, ${name}`, () => refuses_all(changed));
    await t.test(`lines moved, left out, made up, ${name}`, () => refuses_all(changed_lines(file)));
  }
  /* DRAW_CHANGES=1000 for the long one. */
  const by_chance = Array.from({ length: Number(process.env.DRAW_CHANGES ?? 50) }, () => {
    const at = randomInt(fresh.length), byte = (fresh[at] + randomInt(1, 256)) % 256;
    return { what: `byte ${at} is ${byte}`, file: change_byte(fresh, at, byte) };
  });
  await t.test(`${by_chance.length} bytes by chance`, () => refuses_all(by_chance));
});

test('when the beacon is silent the draw goes without, and says so', async () => {
  beacon.silent = true;
  const { sale, places } = await drawing(await world.crowd(4));
  await world.advance(hour);
  assert.equal(ok(await draw_of(sale)).state, 'closed');
  assert.equal((await look(places[0])).position, null);
  const late = ok(await join(sale, await world.user()), 201);
  assert.equal(late.position, 5);
  await world.crash();
  assert.equal(ok(await draw_of(sale)).state, 'closed');
  await world.advance(61 * second);
  beacon.silent = false;
  const draw = ok(await draw_of(sale));
  assert.deepEqual([draw.state, draw.beacon, draw.randomness, draw.count], ['drawn', 'missed', null, 4]);
  const { code, stdout } = await verify(await written('missed', await file_of(sale)));
  assert.equal(code, 0, stdout);
  assert.match(stdout, /the public round was missed/);
});

test('places are the same after a kill, and people come in in their order', async () => {
  const people = await world.crowd(8);
  const { sale, places } = await drawing(people);
  await world.crash();
  await world.advance(hour);
  await world.advance(minute);
  const file = await file_of(sale);
  const drawn = await Promise.all(places.map(async (place) => (await proof_of(place)).place));
  assert.ok((await Promise.all(places.map(look))).every((place) => place.state === 'waiting' && place.eta_reason === 'back'));
  await world.advance(second);
  assert.ok((await Promise.all(places.map(look))).every((place) => place.state === 'admitted'));
  await world.crash();
  assert.equal(await file_of(sale), file);
  assert.deepEqual(await Promise.all(places.map(async (place) => (await proof_of(place)).place)), drawn);
});

test('what has no draw has none to show', async () => {
  const sale = await world.sale();
  refused(await draw_of(sale), 404, 'no_draw');
  refused(await settle(sale, rules), 409, 'sale_begun');
  refused(await world.api('GET', '/api/v1/queue/nothing/proof'), 404, 'not_found');
});
