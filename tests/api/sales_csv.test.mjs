/* The table of sales: what the server says was sold, day by day, as spreadsheets read it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, day } from '../lib/world.mjs';

let world, producer;
before(async () => {
  world = await World.open();
  producer = await world.user(['PRODUCER']);
});
after(() => world.close());

const ask = (performance, query = '', options = {}) =>
  world.api('GET', `/api/v1/performances/${performance.id}/sales.csv${query}`, undefined, { as: producer, ...options });

/* RFC 4180, as far as it is used: cells with quotes or without. */
function parse(answer) {
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers['content-type'], /^text\/csv; *charset=utf-8$/);
  assert.deepEqual([...answer.bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  const text = answer.bytes.subarray(3).toString('utf8');
  assert.ok(text.endsWith('\r\n'));
  const [head, ...rows] = text.slice(0, -2).split('\r\n')
    .map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? Number(plain)));
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])));
}

const korean_day = (offset = 0) => new Date(world.now + offset + 9 * 3600000).toISOString().slice(0, 10);

test('what was sold, by schedule and day', async () => {
  const sale = await world.sale({ as: producer, hall: { rows: 3, seats: 4 }, prices: {
    VIP: { amount: 30000, currency: 'KRW' }, R: { amount: 20000, currency: 'KRW' }, S: { amount: 0, currency: 'KRW' } } });
  assert.deepEqual(parse(await ask(sale.performance)), []);
  const [ann, ben] = [await world.user(), await world.user()];
  await world.buy(ann, sale, sale.guids.slice(0, 2));
  await world.buy(ben, sale, sale.guids.slice(4, 5));
  const free = await world.hold(ben, sale, sale.guids.slice(8, 10));
  await world.book(ben, free.json);
  await world.hold(ann, sale, sale.guids.slice(5, 6));
  const first = korean_day();
  await world.advance(day);
  await world.buy(await world.user(), sale, sale.guids.slice(2, 3));
  const rows = parse(await ask(sale.performance));
  assert.deepEqual(rows.map((row) => [row.date, row.schedule_id, row.seats_sold, row.complimentary, row.list_amount, row.paid_amount, row.seats_cancelled, row.currency]), [
    [first, sale.id, 5, 2, 80000, 80000, 0, 'KRW'],
    [korean_day(), sale.id, 1, 0, 30000, 30000, 0, 'KRW'],
  ]);
  const [today] = parse(await ask(sale.performance, `?from=${world.time(-1000)}&to=${world.time(1000)}`));
  assert.equal(today.date, korean_day());
  assert.equal(parse(await ask(sale.performance, `?to=${world.time(-1000)}`)).length, 1);
  assert.match((await ask(sale.performance, '', { lang: 'ko' })).text, /^\ufeff?"예매일"/);
});

test('what is given back counts on the day it is', async () => {
  const sale = await world.sale({ as: producer, hall: { rows: 3, seats: 4 } });
  const ann = await world.user();
  const { booking } = await world.buy(ann, sale, sale.guids.slice(0, 2));
  const first = korean_day();
  await world.advance(2 * day);
  ok(await world.api('POST', `/api/v1/bookings/${booking.id}/cancel`, {}, { as: ann }));
  const rows = parse(await ask(sale.performance));
  assert.deepEqual(rows.map((row) => [row.date, row.seats_sold, row.seats_cancelled]), [[first, 2, 0], [korean_day(), 0, 2]]);
  assert.equal(rows[0].refunded_amount, 0);
  assert.ok(rows[1].refunded_amount > 0 && rows[1].refunded_amount <= rows[0].paid_amount);
});

test('a title is text, whatever it begins with', async () => {
  for (const title of ['=HYPERLINK("http://example.com")', '+1', '-1', '@SUM(A1)', 'Say "hi", twice']) {
    const hall = await world.hall({ rows: 3, seats: 4, as: producer });
    const performance = await world.performance({ as: producer, title });
    const schedule = await world.schedule(performance, hall, { as: producer });
    await world.buy(await world.user(), schedule, ['1-1']);
    const [row] = parse(await ask(performance));
    assert.equal(row.performance, /^[=+@-]/.test(title) ? `'${title}` : title);
  }
});

test('only who sells it sees it, and only for days in order', async () => {
  const performance = await world.performance({ as: producer });
  refused(await ask(performance, '', { as: await world.user(['PRODUCER']) }), 404, 'not_found');
  refused(await ask(performance, '', { as: await world.user() }), 403, 'forbidden');
  assert.deepEqual(refused(await ask(performance, `?from=${world.time(day)}&to=${world.time(0)}`), 400, 'invalid').errors.map((e) => e.field), ['to']);
  assert.deepEqual(parse(await ask(performance)), []);
});
