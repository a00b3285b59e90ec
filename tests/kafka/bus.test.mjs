/* Events through Kafka: whoever reads there sees all of them, in order; our own services hear each once, whatever Kafka does. On librdkafka's mock
 * cluster, or on Kafka's own broker (TAKENSEAT_TEST_KAFKA=broker). KAFKA_KILLS: how often the brokers are killed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { kafka_start, kind, rewind, until } from '../lib/kafka.mjs';
import { ok, program } from '../lib/server.mjs';
import { World } from '../lib/world.mjs';

const run = promisify(execFile);
const kills = Number(process.env.KAFKA_KILLS ?? (kind === 'broker' ? 1 : 3));
const topics = { 'booking.confirmed': 'booking.completed.v1', 'payment.refunded': 'payment.refund.response' };
const rewound = { mileage: ['booking.confirmed', 'booking.cancelled'], notify: ['booking.confirmed', 'booking.cancelled'] };

const listeners = 5;                                             /* to booking.confirmed */

let kafka, world, sale, people, seat = 0;

const on_kafka = (topic) => topics[topic] ?? topic;
const rows = (sql) => world.server.store.rows(sql);
const outbox = (topic) => rows(`SELECT id, body FROM outbox WHERE topic = '${topic}' ORDER BY id`);
const buy = (person) => world.buy(person, sale, sale.guids.slice(seat, ++seat));
const metric = async (name) => (await world.server.metrics())[`takenseat_bus_${name}`];
const health = async () => ok(await world.api('GET', '/health/ready'));
const heard = () => world.advance(0);

before(async () => {
  kafka = await kafka_start(3);
  world = await World.open({ settings: { 'bus.url': kafka.url, 'mileage.earn_rate': 1000 } });
  people = await world.crowd(8);
  sale = await world.sale({ hall: { rows: 10, seats: 300 }, limit: 10000 });
});
after(async () => {
  await world?.close();
  await kafka?.stop();
});

/* Everything that came of events, by table. */
async function effects() {
  const names = (await rows("SELECT name FROM sqlite_master WHERE type = 'table' AND (name LIKE 'mileage%' OR name LIKE 'coupon%' OR name LIKE 'notify%' "
    + "OR name LIKE 'booking%' OR name LIKE 'payment%' OR name LIKE 'performance%' OR name LIKE 'bus_%') AND name <> 'bus_cursor' ORDER BY name")).flat();
  const counts = await rows(names.map((name) => `SELECT '${name}', COUNT(*) FROM ${name}`).join(' UNION ALL '));
  return { ...Object.fromEntries(counts), earned: await rows('SELECT user_id, delta FROM mileage_entry ORDER BY id') };
}

/* Nothing is missing on Kafka, what one key orders is in order, and each message is an event as docs/events.md has it. */
async function assert_relayed(topic, { repeated = false } = {}) {
  const said = await outbox(topic), messages = await kafka.read(on_kafka(topic));
  assert.ok(said.length > 0);
  const events = messages.map(({ text }) => JSON.parse(text));
  const last = new Map(), seen = new Map();
  events.forEach((event, i) => {
    assert.equal(messages[i].key, event.subject);
    if (!repeated) assert.match(messages[i].headers, /content-type=application\/cloudevents\+json/);
    assert.deepEqual(Object.keys(event), ['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'dataschema', 'data']);
    assert.equal(event.type, topic);
    assert.equal(event.dataschema, `urn:takenseat:event:${topic}:1`);
    if (!seen.has(event.id)) assert.ok(Number(event.id) > (last.get(event.subject) ?? 0), `${topic}: ${event.id} stands behind ${last.get(event.subject)}`);
    if (!seen.has(event.id)) last.set(event.subject, Number(event.id));
    seen.set(event.id, JSON.stringify(event.data));
  });
  assert.deepEqual(said.map(([id, body]) => [String(id), body]), [...seen].sort((a, b) => a[0] - b[0]));
  if (!repeated) assert.equal(events.length, said.length);
}

test('a sale can be read on Kafka by a client of others, in order for each key', async () => {
  for (const person of people) await buy(person);
  const { booking } = await buy(people[0]);
  ok(await world.api('POST', `/api/v1/bookings/${booking.id}/cancel`, {}, { as: people[0] }));
  await heard();
  for (const topic of ['auth.user_joined', 'performance.schedule_opened', 'booking.confirmed', 'booking.cancelled', 'payment.refunded']) await assert_relayed(topic);
  const [{ key, text }] = await kafka.read('booking.completed.v1');
  assert.equal(key, sale.id);
  assert.deepEqual(JSON.parse(text).data.schedule_id, sale.id);
  assert.equal((await world.booking(people[0], booking.id)).status, 'refunded');
  assert.deepEqual(await health(), { status: 'ok' });
  await until('nothing is left to hear', async () => Object.entries(await world.server.metrics()).every(([name, n]) => !name.startsWith('takenseat_bus_lag') || n === 0));
});

test('every event ten times, and all offsets back at zero, change nothing', async () => {
  const before_it = await effects();
  const confirmed = await kafka.read('booking.completed.v1');
  const first = await metric('repeated_total');
  await kafka.write('booking.completed.v1', Array.from({ length: 10 }, () => confirmed).flat());
  await until('the copies have been heard', async () => await metric('repeated_total') >= first + 10 * listeners * confirmed.length);
  assert.deepEqual(await effects(), before_it);

  await world.server.terminate();
  await Promise.all(Object.entries(rewound).map(([service, said]) => rewind(kafka, `takenseat-${service}`, said.map(on_kafka))));
  await world.server.restart();
  await world.catch_up();
  await until('all has been heard again', async () => await metric('repeated_total') >= 2 * 11 * confirmed.length);
  assert.deepEqual(await effects(), before_it);
  assert.equal(await metric('parked_total'), 0);
});

/* Everybody buys, one seat after the other, until told to stop, or has some. */
function buy_all() {
  let buying = true;
  const crowd = { bought: 0, stop() { buying = false; return this.all; } };
  crowd.all = Promise.all(people.map(async (person) => {
    for (let i = 0; i < 30 && buying; i++) {
      await buy(person);
      crowd.bought++;
      await sleep(100);
    }
  }));
  return crowd;
}

test('brokers that are killed while people buy lose no event, and each has its effect once', async (t) => {
  for (let i = 0; i < kills; i++) {
    const crowd = buy_all();
    await until('people buy', () => crowd.bought > 0);
    await kafka.kill();
    const { bought } = crowd;
    await until('people buy without Kafka', async () => crowd.bought >= bought + people.length);
    if (i === 0) await until('the health says so', async () => (await health()).without?.includes('bus'));
    await kafka.revive();
    await until('Kafka is there again', async () => (await health()).status === 'ok');
    await crowd.stop();
    if (i === 0) await world.crash();
  }
  await heard();
  for (const topic of ['booking.confirmed', 'auth.user_joined']) await assert_relayed(topic, { repeated: true });
  const confirmed = await outbox('booking.confirmed');
  const heard_by = await rows("SELECT COUNT(*) FROM bus_inbox WHERE subscription LIKE '%.booking.confirmed' GROUP BY subscription");
  assert.deepEqual(heard_by.flat(), Array(listeners).fill(confirmed.length));
  t.diagnostic(`${kills} kills, ${confirmed.length} bookings`);
});

test('messages that are no events of ours are parked, and what follows is heard', async () => {
  const [{ key, text }] = await kafka.read('booking.completed.v1');
  const event = JSON.parse(text);
  const bad = ['{', '\u00ff', '[]', JSON.stringify({ ...event, source: '/elsewhere' }), JSON.stringify({ ...event, type: 'booking.ended' }),
    JSON.stringify({ ...event, dataschema: 'urn:takenseat:event:booking.confirmed:2' }), JSON.stringify({ ...event, id: '-1' }), JSON.stringify({ ...event, extra: 1 })];
  await kafka.write('booking.completed.v1', bad.map((message) => ({ key, text: message })));
  const { booking } = await buy(people[1]);
  await heard();
  await until('all are parked', async () => await metric('parked_total') === bad.length * listeners);
  assert.equal((await rows(`SELECT COUNT(*) FROM bus_parked WHERE event_id = 0 AND code IN ('envelope', 'source', 'schema')`))[0][0], bad.length * listeners);
  assert.equal((await rows("SELECT COUNT(*) FROM mileage_entry")).flat()[0] > 0, true);
  assert.equal((await world.booking(people[1], booking.id)).status, 'confirmed');

  const { stdout } = await run(program, ['events', 'parked', '--data', world.server.data, ...world.server.settings]);
  assert.match(stdout, /mileage\.booking\.confirmed source: The message is not from this installation/);
  assert.match(stdout, /at booking\.completed\.v1\/\d\/\d+/);
  await world.server.terminate();
  const replay = await run(program, ['events', 'replay', '--data', world.server.data, ...world.server.settings]).catch((error) => error);
  assert.equal(replay.code, 1);
  assert.equal(replay.stdout.match(/stays parked/g).length, bad.length * listeners);
  await world.server.store.sql('DELETE FROM bus_parked');
  await world.server.restart();
  await world.catch_up();
});

test('an event that was refused is heard when it is told again', async () => {
  const earned = await effects();
  await world.server.terminate();
  const [[id]] = await rows("SELECT MAX(id) FROM outbox WHERE topic = 'booking.confirmed'");
  await world.server.store.sql(`INSERT INTO bus_parked (subscription, event_id, code, detail, parked_at) VALUES ('notify.booking.confirmed', ${id}, 'conflict', 'Not now.', 1)`);
  const listed = await run(program, ['events', 'parked', '--data', world.server.data, ...world.server.settings]);
  assert.match(listed.stdout, new RegExp(`event ${id}\n {5}\\{"booking_id"`));
  const { stdout } = await run(program, ['events', 'replay', '--data', world.server.data, ...world.server.settings]);
  assert.match(stdout, /notify\.booking\.confirmed: heard/);
  assert.deepEqual(await rows('SELECT id FROM bus_parked'), []);
  await world.server.restart();
  await world.catch_up();
  assert.deepEqual(await effects(), earned);
});

test('a setting that is wrong is refused by its name, and tells no secret', async () => {
  const serve = (setting) => run(program, ['serve', '--data', `${world.server.data}/none`, setting]).then(() => assert.fail('it serves'), (error) => error);
  for (const url of ['127.0.0.1:9092', 'kafka://', 'kafka://127.0.0.1', 'http://127.0.0.1:9092', 'kafka://127.0.0.1:99999', 'kafka://a:1,,b:2', 'kafka://me:pass@a:1']) {
    const { code, stderr } = await serve(`--bus.url=${url}`);
    assert.equal(code, 2);
    assert.match(stderr, /bus\.url: .* is not kafka:\/\/HOST:PORT/);
  }
  for (const setting of ['--bus.options=sasl.passwort=hush-hush', '--bus.options=acks=hush-hush']) {
    const { code, stderr } = await serve(setting);
    assert.deepEqual([code, stderr.includes('bus.options'), stderr.includes('hush-hush')], [2, true, false]);
  }
  assert.match((await serve('--bus.prefix=a/b')).stderr, /bus\.prefix/);
});

test('without a broker people buy, the health says what is missing, and events wait', async () => {
  const alone = await World.open({ clock: false, settings: { 'bus.url': 'kafka://127.0.0.1:1' } });
  await until('the log names the setting', async () => (await alone.server.log()).includes('bus.url: no broker answers'));
  assert.deepEqual(ok(await alone.api('GET', '/health/ready')), { status: 'degraded', without: ['bus'] });
  await alone.user();
  const said = (await alone.server.store.rows('SELECT COUNT(*) FROM outbox'))[0][0];
  const metrics = await alone.server.metrics();
  assert.ok(said > 0);
  assert.deepEqual([metrics.takenseat_bus_up, metrics.takenseat_bus_waiting, metrics.takenseat_bus_relayed_total], [0, said, 0]);
  await alone.close();
});
