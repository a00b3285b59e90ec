/* Passes: asked for wherever something is taken, good for one account and one device, revocable (docs/passes.md). */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Device } from '../lib/device.mjs';
import { ok, refused } from '../lib/server.mjs';
import { World, minute } from '../lib/world.mjs';

let world;
const second = 1000;
const calm = { mode: 'fifo', admit_per_minute: 600, active_limit: 100, pass_seconds: 60, paused: false };

before(async () => { world = await World.open(); });
after(() => world.close());

const settle = async (sale, change = {}) =>
  ok(await world.api('PUT', `/api/v1/schedules/${sale.id}/queue/settings`, { ...calm, ...change }, { as: world.admin }));
const queue_of = (sale) => `/api/v1/schedules/${sale.id}/queue`;
const join = async (sale, as, device) =>
  ok(await (device ? device.ask(world, 'POST', queue_of(sale), undefined, { as }) : world.api('POST', queue_of(sale), undefined, { as })), 201);
const look = async (place, device) => {
  const path = `/api/v1/queue/${place.place_token}`;
  return ok(await (device ? device.ask(world, 'GET', path) : world.api('GET', path)));
};
const holds_of = (sale) => `/api/v1/schedules/${sale.id}/holds`;
const seats = (sale, n = 0) => ({ seats: [sale.guids[n]] });

async function room(change = {}) {
  const sale = await world.sale({ hall: { rows: 3, seats: 10 } });
  await settle(sale, change);
  return sale;
}

/* Somebody who has been let in: { sale, ann, place, pass }. */
async function inside({ device, ...change } = {}) {
  const sale = await room(change);
  const ann = await world.user();
  const place = await join(sale, ann, device);
  await world.advance(2 * second);
  const { pass } = await look(place, device);
  assert.ok(pass);
  return { sale, ann, place, pass };
}

/* A second sign-in of the same person. */
const other_session = async (user) => world.sign_in({ email: user.email, password: user.password, id: user.id });

/* ---- the route table ---- */

/* What each call that takes something is asked with, by somebody who is in its way but for the pass. */
const taking = {
  'POST /api/v1/schedules/{schedule_id}/holds': ({ sale }) => [holds_of(sale), seats(sale, 5)],
  'PUT /api/v1/holds/{hold_id}/seats': ({ hold, sale }) => [`/api/v1/holds/${hold.id}/seats`, seats(sale, 6)],
  'POST /api/v1/holds/{hold_id}/extend': ({ hold }) => [`/api/v1/holds/${hold.id}/extend`, {}],
  'POST /api/v1/bookings': ({ hold }) => ['/api/v1/bookings', { hold_id: hold.id }],
  'POST /api/v1/payments': ({ booking }) => ['/api/v1/payments', { booking_id: booking.id, provider: 'sandbox' }],
  'POST /api/v1/waitlist/{waitlist_id}/accept': ({ offer }) => [`/api/v1/waitlist/${offer.id}/accept`, {}],
};

/* A room that is on; ann is inside and holds, books, and is offered seats. */
async function midway() {
  const { sale, ann, pass, place } = await inside();
  const hold = ok(await world.hold(ann, sale, [sale.guids[0]], { pass }), 201);
  const booked = ok(await world.hold(ann, sale, [sale.guids[1]], { pass }), 201);
  const booking = ok(await world.book(ann, booked, { pass }), 201);
  const offer = await offered(sale, ann);
  return { sale, ann, pass, place, hold, booking, offer };
}

/* An offer of the waiting list: the last grade is sold out and a seat of it comes back. */
async function offered(sale, as) {
  const last = sale.guids.slice(20);
  await settle(sale, { mode: 'off' });
  const crowd = await world.crowd(3);
  const held = [];
  for (let i = 0; i < last.length; i += 4) held.push(ok(await world.hold(crowd[i / 4], sale, last.slice(i, i + 4)), 201));
  ok(await world.api('POST', `/api/v1/schedules/${sale.id}/waitlist`, { grade: 'S', count: 1 }, { as }), 201);
  await settle(sale);
  ok(await world.api('DELETE', `/api/v1/holds/${held[0].id}`, undefined, { as: crowd[0] }), 204);
  await world.advance(0);
  const entry = ok(await world.api('GET', '/api/v1/waitlist/mine', undefined, { as })).items[0];
  assert.equal(entry.status, 'offered');
  return entry;
}

test('every call that takes something is asked for a pass, from the route table', async (t) => {
  const way = await midway();
  const operations = world.server.contract.operations.filter(({ operation }) => operation['x-pass']?.required);
  assert.deepEqual(operations.map(({ name }) => name).sort(), Object.keys(taking).sort());
  for (const { name, method, operation } of operations) {
    const [path, body] = taking[name](way);
    await t.test(`${name}: none`, async () => refused(await world.api(method, path, body, { as: way.ann }), 403, 'pass_required'));
    await t.test(`${name}: somebody else's`, async () => {
      const { pass } = await inside();
      refused(await world.api(method, path, body, { as: way.ann, pass }), 403, 'pass_required');
    });
    assert.ok(operation.parameters.some(({ $ref }) => $ref?.endsWith('/queue_pass')));
  }
  for (const { name, method } of operations) {
    const [path, body] = taking[name](way);
    await t.test(`${name}: with it, it is done`, async () => {
      const answer = await world.api(method, path, body, { as: way.ann, pass: way.pass });
      assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
    });
  }
});

test('what a buyer may change without a pass says why', () => {
  const changing = world.server.contract.operations.filter(({ method, operation }) => ['POST', 'PUT', 'PATCH'].includes(method) &&
    ['booking', 'payment'].some((tag) => operation.tags.includes(tag)) && operation.description.startsWith('Needs a signed-in user'));
  assert.ok(changing.length > 10);
  for (const { name, operation } of changing) {
    const { required, exempt } = operation['x-pass'] ?? {};
    assert.ok(required ?? exempt, `${name} declares nothing of passes`);
  }
  const counter = world.server.contract.operations.find(({ name }) => name === 'POST /api/v1/admin/schedules/{schedule_id}/sales');
  assert.match(counter.operation['x-pass'].exempt, /box office/);
});

test('an offer of the waiting list brings a pass of its own, for that and nothing else', async () => {
  const sale = await room();
  const bob = await world.user();
  const entry = await offered(sale, bob);
  const { pass } = entry.offer;
  assert.ok(pass);
  refused(await world.hold(bob, sale, [sale.guids[0]], { pass }), 403, 'pass_required');
  refused(await world.api('POST', `/api/v1/waitlist/${entry.id}/accept`, {}, { as: await world.user(), pass }), 404, 'not_found');
  const hold = ok(await world.api('POST', `/api/v1/waitlist/${entry.id}/accept`, {}, { as: bob, pass }));
  refused(await world.book(bob, hold), 403, 'pass_required');
  await world.advance(5 * minute);
  const booking = ok(await world.book(bob, hold, { pass }), 201);
  const payment = ok(await world.pay(bob, booking, { pass }), 201);
  assert.equal(ok(await world.confirm(bob, payment)).status, 'paid');
});

test('who holds seats has until the end of the hold, whatever becomes of the pass', async () => {
  const { sale, ann, place, pass } = await inside();
  const hold = ok(await world.hold(ann, sale, [sale.guids[0]], { pass }), 201);
  await world.advance(2 * minute);
  assert.equal((await look(place)).state, 'expired');
  refused(await world.hold(ann, sale, [sale.guids[1]], { pass }), 403, 'pass_required');
  refused(await world.api('PUT', `/api/v1/holds/${hold.id}/seats`, seats(sale, 3), { as: ann, pass }), 403, 'pass_required');
  refused(await world.book(ann, hold), 403, 'pass_required');
  const booking = ok(await world.book(ann, hold, { pass }), 201);
  await world.advance(10 * minute);
  refused(await world.pay(ann, booking, { pass }), 403, 'pass_required');           /* its seats would be taken anew */
});

test('a room that is opened in mid-sale asks nothing of those who hold seats already', async () => {
  const sale = await world.sale({ hall: { rows: 3, seats: 10 } });
  const ann = await world.user();
  const hold = ok(await world.hold(ann, sale, [sale.guids[0]]), 201);
  await settle(sale);
  const booking = ok(await world.book(ann, hold), 201);
  const payment = ok(await world.pay(ann, booking), 201);
  assert.equal(ok(await world.confirm(ann, payment)).status, 'paid');
  refused(await world.hold(ann, sale, [sale.guids[1]]), 403, 'pass_required');
});

/* ---- devices ---- */

test('a place is bound to the device it is taken on, and a copy of its pass is good for nothing elsewhere', async () => {
  const [phone, laptop] = [await Device.make(), await Device.make()];
  const { sale, ann, place, pass } = await inside({ device: phone });
  const plain = await look(place);
  assert.deepEqual([plain.state, plain.device, plain.pass], ['admitted', 'asked', null]);
  const copied = await look(place, laptop);
  assert.deepEqual([copied.device, copied.pass], ['other', null]);
  assert.equal((await look(place, phone)).device, 'this');
  assert.match(refused(await world.hold(ann, sale, [sale.guids[0]], { pass }), 403, 'pass_other_device').detail, /sign in on this one/);
  refused(await laptop.ask(world, 'POST', holds_of(sale), seats(sale), { as: ann, pass }), 403, 'pass_other_device');
  const hold = ok(await phone.ask(world, 'POST', holds_of(sale), seats(sale), { as: ann, pass }), 201);
  refused(await world.book(ann, hold, { pass }), 403, 'pass_other_device');
  const booking = ok(await phone.ask(world, 'POST', '/api/v1/bookings', { hold_id: hold.id }, { as: ann, pass }), 201);
  refused(await laptop.ask(world, 'POST', '/api/v1/payments', { booking_id: booking.id, provider: 'sandbox' }, { as: ann, pass }), 403, 'pass_other_device');
  ok(await phone.ask(world, 'POST', '/api/v1/payments', { booking_id: booking.id, provider: 'sandbox' }, { as: ann, pass }), 201);
});

test('the same person on a second device: the same place, no pass; after a move it is this one\'s', async () => {
  const [phone, laptop] = [await Device.make(), await Device.make()];
  const { sale, ann, place, pass } = await inside({ device: phone });
  const move = (device, as) => device.ask(world, 'POST', `${queue_of(sale)}/device`, undefined, { as });
  refused(await move(laptop, ann), 403, 'sign_in_again');
  const there = await other_session(ann);
  const seen = await join(sale, there, laptop);
  assert.deepEqual([seen.state, seen.device, seen.pass], ['admitted', 'other', null]);
  refused(await world.api('POST', `${queue_of(sale)}/device`, undefined, { as: there }), 403, 'device_key_required');
  const moved = ok(await move(laptop, there));
  assert.equal(moved.device, 'this');
  assert.ok(moved.pass);
  assert.equal(ok(await move(laptop, there)).pass, moved.pass);
  assert.equal((await look(place, phone)).device, 'other');
  refused(await phone.ask(world, 'POST', holds_of(sale), seats(sale), { as: ann, pass }), 403, 'pass_other_device');
  for (const device of [phone, await Device.make()])           /* nor with a copy of the first sign-in, now that it has gone on */
    refused(await move(device, ann), 403, 'sign_in_again');
  await world.crash();
  assert.equal((await look(place, phone)).device, 'other');
  ok(await laptop.ask(world, 'POST', holds_of(sale), seats(sale), { as: there, pass: moved.pass }), 201);
  const log = ok(await world.api('GET', '/api/v1/audit-log?action=queue.device_move', undefined, { as: world.admin })).items;
  assert.equal(log[0].user_id, ann.id);
});

test('a place moves five times, not more; one that no device has needs no move', async () => {
  const [phone, laptop] = [await Device.make(), await Device.make()];
  const { sale, ann } = await inside({ device: phone, pass_seconds: 600 });
  const move = async (device) => device.ask(world, 'POST', `${queue_of(sale)}/device`, undefined, { as: await other_session(ann) });
  for (let i = 0; i < 5; i++) ok(await move([laptop, phone][i % 2]));
  refused(await move(phone), 409, 'moves_spent');
  const { sale: open, ann: bob } = await inside();
  refused(await phone.ask(world, 'POST', `${queue_of(open)}/device`, undefined, { as: bob }), 409, 'not_bound');
  refused(await phone.ask(world, 'POST', `${queue_of(await room())}/device`, undefined, { as: bob }), 404, 'not_found');
});

test('the organizer decides: required, when possible, off', async () => {
  const phone = await Device.make();
  const sale = await room({ device_binding: 'required', pass_seconds: 600 });
  const ann = await world.user();
  refused(await world.api('POST', queue_of(sale), undefined, { as: ann }), 403, 'device_key_required');
  const place = await join(sale, ann, phone);
  await world.advance(2 * second);
  const { pass } = await look(place, phone);
  refused(await world.hold(ann, sale, [sale.guids[0]], { pass }), 403, 'pass_other_device');
  assert.equal((await settle(sale, { device_binding: 'off', pass_seconds: 600 })).device_binding, 'off');
  assert.equal((await look(place)).pass, pass);
  ok(await world.hold(ann, sale, [sale.guids[0]], { pass }), 201);
  const bob = await world.user();
  assert.equal((await join(sale, bob, phone)).device, 'any');
  assert.equal((await settle(sale)).device_binding, 'when_possible');
});

/* ---- proofs ---- */

test('a proof is of one request, of now, and good once', async (t) => {
  const [phone, laptop] = [await Device.make(), await Device.make()];
  await world.advance(2 * minute);           /* what was proved before a start of the server counts for nothing */
  const { sale, ann, pass } = await inside({ device: phone, pass_seconds: 3600 });
  const path = holds_of(sale), body = seats(sale);
  const send = (proof) => world.api('POST', path, body, { as: ann, pass, headers: { 'device-proof': proof } });
  const proof = (time = world.now, change) => phone.proof('POST', path, time, { pass, ...change });
  const wrong = {
    'for another method': () => phone.proof('PUT', path, world.now, { pass }),
    'for another path': () => phone.proof('POST', `${path}/`, world.now, { pass }),
    'without the pass': () => phone.proof('POST', path, world.now),
    'with another pass': () => phone.proof('POST', path, world.now, { pass: `${pass}x` }),
    "with another device's key": () => proof(world.now, { key: laptop.key }),
    'with a point that is on no curve': () => proof(world.now, { key: Buffer.alloc(64, 1).toString('base64url') }),
    'of zeros': () => `${phone.key}.${world.now}.${'A'.repeat(22)}.${'A'.repeat(86)}`,
  };
  const malformed = {
    'with a short nonce': () => proof(world.now, { nonce: 'AAAA' }),
    'cut off': async () => (await proof()).slice(0, -2),
    'with a letter more': async () => `${await proof()}A`,
    'with padding': async () => `${await proof()}=`,
    'of words': () => 'a.b.c.d',
    'of nothing': () => '.',
  };
  for (const [name, make] of Object.entries(wrong))
    await t.test(`one ${name} is refused`, async () => refused(await send(await make()), 403, 'proof_invalid'));
  for (const [name, make] of Object.entries(malformed))
    await t.test(`one ${name} is none`, async () => assert.equal(refused(await send(await make()), 400, 'invalid').errors[0].field, 'Device-Proof'));
  for (const late of [-61 * second, 61 * second])
    await t.test(`${late / second} s off is too much`, async () => refused(await send(await proof(world.now + late)), 403, 'proof_stale'));
  await t.test('a clock that is a little off does no harm, and the proof is good once', async () => {
    const once = await proof(world.now - 50 * second);
    const hold = ok(await send(once), 201);
    refused(await send(once), 403, 'proof_replayed');
    await world.advance(5 * second);
    refused(await send(once), 403, 'proof_replayed');
    ok(await world.api('DELETE', `/api/v1/holds/${hold.id}`, undefined, { as: ann }), 204);
    ok(await send(await proof(world.now + 50 * second)), 201);
  });
});

test('joining and looking may repeat a proof: nothing is remembered of it', async () => {
  const phone = await Device.make();
  const { sale, ann, place, pass } = await inside({ device: phone });
  const look_path = `/api/v1/queue/${place.place_token}`;
  const [look_proof, join_proof] = [await phone.proof('GET', look_path, world.now), await phone.proof('POST', queue_of(sale), world.now)];
  for (let i = 0; i < 2; i++) {
    assert.equal(ok(await world.api('GET', look_path, undefined, { headers: { 'device-proof': look_proof } })).pass, pass);
    assert.equal(ok(await world.api('POST', queue_of(sale), undefined, { as: ann, headers: { 'device-proof': join_proof } }), 201).place_token, place.place_token);
  }
  refused(await world.api('POST', holds_of(sale), seats(sale), { as: ann, pass, headers: { 'device-proof': look_proof } }), 403, 'proof_invalid');
});

test('mutations of proofs: none is accepted', async () => {
  const phone = await Device.make();
  const { sale, ann, pass } = await inside({ device: phone, pass_seconds: 3600 });
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
  for (let i = 0; i < 100; i++) {
    const proof = await phone.proof('POST', holds_of(sale), world.now, { pass });
    const [at, letter] = [randomBytes(4).readUInt32LE() % proof.length, letters[randomBytes(1)[0] % letters.length]];
    if (proof[at] === letter) continue;
    const answer = await world.api('POST', holds_of(sale), seats(sale), { as: ann, pass,
      headers: { 'device-proof': proof.slice(0, at) + letter + proof.slice(at + 1) } });
    assert.ok(answer.status === 403 || answer.status === 400, answer.text);
  }
});

/* ---- looking up and revoking ---- */

test('staff looks a place up, by account, pass or place token', async () => {
  const { sale, ann, place, pass } = await inside({ active_limit: 1 });
  const bob = await world.user(), behind = await join(sale, bob);
  const path = `${queue_of(sale)}/lookups`;
  const found = async (wish) => ok(await world.api('POST', path, wish, { as: world.admin }));
  const { pass_expires_at, ...inside_now } = await found({ user_id: ann.id });
  assert.deepEqual(inside_now, { schedule_id: sale.id, user_id: ann.id, state: 'admitted', position: 0, back_by: null });
  assert.equal(pass_expires_at, (await look(place)).pass_expires_at);
  for (const token of [pass, place.place_token]) assert.equal((await found({ token })).user_id, ann.id);
  const waits = await found({ token: behind.place_token });
  assert.deepEqual([waits.user_id, waits.state, waits.position, waits.pass_expires_at], [bob.id, 'waiting', 1, null]);

  const other = await inside();
  for (const wish of [{ token: other.pass }, { token: `${pass}A` }, { token: 'x' }, { user_id: other.ann.id }])
    refused(await world.api('POST', path, wish, { as: world.admin }), 404, 'not_found');
  for (const wish of [{}, { user_id: ann.id, token: pass }])
    assert.equal(refused(await world.api('POST', path, wish, { as: world.admin }), 400, 'invalid').errors[0].field, 'user_id');
  refused(await world.api('POST', path, { token: pass }, { as: await world.user(['PRODUCER']) }), 404, 'not_found');
  const log = ok(await world.api('GET', '/api/v1/audit-log?action=queue.look_up', undefined, { as: world.admin }));
  assert.ok(log.items.length > 0 && !JSON.stringify(log).includes(pass), 'it is in the log, without the pass');
});

test('staff revokes a pass: nothing can be taken with it, and the buyer is told why', async () => {
  const { sale, ann, place, pass } = await inside();
  const hold = ok(await world.hold(ann, sale, [sale.guids[0]], { pass }), 201);
  const path = `${queue_of(sale)}/revocations`, body = { user_id: ann.id, reason: 'Resale was offered for this account.' };
  refused(await world.api('POST', path, body, { as: await world.user(['PRODUCER']) }), 404, 'not_found');
  refused(await world.api('POST', path, { ...body, reason: '' }, { as: world.admin }), 400, 'invalid');
  refused(await world.api('POST', path, { ...body, user_id: (await world.user()).id }, { as: world.admin }), 404, 'not_found');
  const done = ok(await world.api('POST', path, body, { as: world.admin }), 201);
  assert.deepEqual([done.user_id, done.was, done.reason], [ann.id, 'admitted', body.reason]);
  refused(await world.api('POST', path, body, { as: world.admin }), 409, 'already_revoked');
  for (const again of [false, true]) {
    if (again) await world.crash();
    assert.match(refused(await world.hold(ann, sale, [sale.guids[1]], { pass }), 403, 'pass_revoked').detail, /Resale/);
    refused(await world.book(ann, hold, { pass }), 403, 'pass_revoked');
    const seen = await look(place);
    assert.deepEqual([seen.state, seen.revoked_reason], ['left', body.reason]);
    const found = ok(await world.api('POST', `${queue_of(sale)}/lookups`, { user_id: ann.id }, { as: world.admin }));
    assert.deepEqual([found.state, found.revoked_reason], ['left', body.reason]);
  }
  const log = ok(await world.api('GET', '/api/v1/audit-log?action=queue.revoke', undefined, { as: world.admin })).items;
  assert.equal(log[0].user_id, ok(await world.api('GET', '/api/v1/users/me', undefined, { as: world.admin })).id);
});
