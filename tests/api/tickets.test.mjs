/* Tickets: codes that anybody can verify with the public key, and nobody can make. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World } from '../lib/world.mjs';

let world, sale, ann, tickets, keys;

before(async () => {
  world = await World.open();
  sale = await world.sale({ hall: { rows: 3, seats: 10 } });
  ann = await world.user();
  ({ tickets } = await world.buy(ann, sale, sale.guids.slice(0, 4)));
  keys = ok(await world.api('GET', '/api/v1/tickets/keys')).keys;
});
after(() => world.close());

/* DER of an Ed25519 public key (RFC 8410) is this and the 32 bytes. */
const der_head = Buffer.from('302a300506032b6570032100', 'hex');

function public_key({ public_key: text }) {
  return createPublicKey({ key: Buffer.concat([der_head, Buffer.from(text, 'base64url')]), format: 'der', type: 'spki' });
}

/* "TS1." payload "." signature of all before it. */
function read(code) {
  const [version, payload, signature] = code.split('.');
  const bytes = Buffer.from(payload, 'base64url');
  return { version, signed: Buffer.from(`${version}.${payload}`), signature: Buffer.from(signature, 'base64url'), kid: bytes.subarray(0, 4).toString('hex'),
    starts_at: bytes.readUInt32BE(4) * 1000, issue: bytes.readUInt16BE(8), seat: bytes.readUInt32BE(10),
    schedule: bytes.subarray(14, 27).toString(), ticket: bytes.subarray(27, 40).toString(), length: bytes.length };
}

const genuine = (code) => {
  const { signed, signature, kid } = read(code);
  const key = keys.find((k) => k.kid === kid);
  return key !== undefined && verify(null, signed, public_key(key), signature);
};

test('there is a public key with a name', () => {
  assert.ok(keys.length > 0);
  for (const key of keys) assert.equal(Buffer.from(key.public_key, 'base64url').length, 32);
});

test('each seat of a booking has a ticket of its own', async () => {
  assert.equal(tickets.length, 4);
  assert.equal(new Set(tickets.map((ticket) => ticket.code)).size, 4);
  for (const ticket of tickets) assert.deepEqual(ok(await world.api('GET', `/api/v1/tickets/${ticket.id}`, undefined, { as: ann })), ticket);
});

test('a code says what it is for and verifies with the public key alone', () => {
  for (const ticket of tickets) {
    const code = read(ticket.code);
    assert.equal(code.version, 'TS1');
    assert.equal(code.length, 40);
    assert.equal(code.schedule, sale.id);
    assert.equal(code.ticket, ticket.id);
    assert.equal(sale.guids[code.seat], ticket.seat.guid);
    assert.equal(code.starts_at, Math.floor(Date.parse(ticket.starts_at) / 1000) * 1000);
    assert.ok(genuine(ticket.code));
  }
});

test('a code with any bit changed does not verify', () => {
  const { code } = tickets[0];
  const [version, payload, signature] = code.split('.');
  let tried = 0;
  for (const [part, text] of [['payload', payload], ['signature', signature]]) {
    const bytes = Buffer.from(text, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++, tried++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] ^= 1 << (bit & 7);
      const parts = part === 'payload' ? [changed.toString('base64url'), signature] : [payload, changed.toString('base64url')];
      assert.ok(!genuine([version, ...parts].join('.')), `bit ${bit} of the ${part}`);
    }
  }
  assert.equal(tried, (40 + 64) * 8);
});

test("a code's signature does not fit another's payload", () => {
  const [a, b] = tickets.map((ticket) => ticket.code.split('.'));
  assert.ok(!genuine([a[0], a[1], b[2]].join('.')));
});

test('the picture is an SVG that shows the code', async () => {
  const { id, code } = tickets[0];
  const picture = await world.api('GET', `/api/v1/tickets/${id}/qr.svg`, undefined, { as: ann });
  assert.equal(picture.status, 200);
  assert.equal(picture.type, 'image/svg+xml');
  assert.match(picture.headers['cache-control'] ?? '', /private|no-store/);
  assert.match(picture.text, /^<svg [^>]*viewBox="0 0 \d+ \d+"/);
  assert.ok(!/<script|href=|on[a-z]+=/.test(picture.text));
  const pixels = drawn(picture.text, 6);
  const file = join(world.server.data, 'code.pbm');
  await writeFile(file, pixels);
  assert.equal(execFileSync('zbarimg', ['--nodbus', '-q', '--raw', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(), code);
});

/* The dark modules of the path, each `scale` pixels wide, as a bitmap (PBM). */
function drawn(svg, scale) {
  const side = Number(/viewBox="0 0 (\d+)/.exec(svg)[1]);
  const dark = Array.from({ length: side }, () => new Uint8Array(side));
  for (const [, x, y, run] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) dark[y].fill(1, Number(x), Number(x) + Number(run));
  const lines = dark.flatMap((row) => Array(scale).fill(Array.from(row, (bit) => String(bit).repeat(scale)).join('')));
  return `P1\n${side * scale} ${side * scale}\n${lines.join('\n')}\n`;
}

test("somebody else's ticket is not there", async () => {
  const bob = await world.user();
  for (const path of [`/api/v1/tickets/${tickets[0].id}`, `/api/v1/tickets/${tickets[0].id}/qr.svg`]) {
    refused(await world.api('GET', path, undefined, { as: bob }), 404, 'not_found');
    refused(await world.api('GET', path), 401, 'unauthenticated');
  }
});

test('a booking that is not paid has no tickets', async () => {
  const { booking } = await world.checkout(await world.user(), sale, sale.guids.slice(10, 12));
  assert.notEqual(booking.status, 'confirmed');
  const bob = await world.user();
  const way = await world.checkout(bob, sale, sale.guids.slice(12, 13));
  assert.deepEqual(ok(await world.api('GET', `/api/v1/bookings/${way.booking.id}/tickets`, undefined, { as: bob })).items, []);
});
