/* What an organizer is owed: from sale to statement, to the won, as JSON, as a table and on paper. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World, day } from '../lib/world.mjs';

const without_ghostscript = spawnSync('gs', ['--version']).error ? { skip: 'ghostscript is not here' } : {};
const rates = { 'payment.platform_fee_bp': 500, 'payment.vat_permille': 100, 'payment.sandbox_fee_bp': 340 };
const sums = ['gross', 'refunds', 'retained_fees', 'retained_by_platform', 'platform_fee', 'vat', 'provider_fee', 'net_due'];
let world, producer, rival;

before(async () => {
  world = await World.open({ settings: rates });
  producer = await world.user(['PRODUCER']);
  rival = await world.user(['PRODUCER']);
});
after(() => world.close());

const ask = (query = '', { as = producer, form = '', ...options } = {}) =>
  world.api('GET', `/api/v1/settlements${form}${query}`, undefined, { as, ...options });
const korean_day = (offset = 0) => new Date(world.now + offset + 9 * 3600000).toISOString().slice(0, 10);
const sums_of = (line) => sums.map((name) => line[name]);

/* What must hold of every statement. */
function assert_adds_up({ lines, totals }) {
  for (const l of [...lines, ...totals])
    assert.equal(l.net_due, l.gross - l.refunds - l.platform_fee - l.vat - l.provider_fee - l.retained_by_platform);
  for (const total of totals)
    for (const name of sums)
      assert.equal(total[name], lines.filter((l) => l.currency === total.currency).reduce((sum, l) => sum + l[name], 0));
}

async function statement(query, options) {
  const s = ok(await ask(query, options));
  assert_adds_up(s);
  return s;
}

test('a sale, a refund and a fee that is kept, each on its day', async () => {
  const sale = await world.sale({ as: producer, hall: { rows: 3, seats: 4 } });   /* VIP 30,000, R 20,000, S 10,000 */
  const { id } = sale.performance;
  assert.deepEqual((await statement(`?performance_id=${id}`)).lines, []);
  const ann = await world.user(), ben = await world.user(), first = korean_day();
  const { booking } = await world.buy(ann, sale, sale.guids.slice(0, 2));
  await world.buy(ben, sale, sale.guids.slice(4, 5));
  const [line, ...others] = (await statement(`?performance_id=${id}`)).lines;
  assert.deepEqual(others, []);
  assert.deepEqual([line.performance_id, line.title, line.day, line.currency], [id, 'An Evening', first, 'KRW']);
  assert.deepEqual(sums_of(line), [80000, 0, 0, 0, 4000, 400, 2720, 72880]);

  await world.advance(12 * day);                               /* eight days before the show: a tenth is kept */
  const { refund } = ok(await world.api('POST', `/api/v1/bookings/${booking.id}/cancel`, { seats: sale.guids.slice(0, 1) }, { as: ann }));
  assert.ok(refund.fee > 0);
  await world.advance(0);
  const { lines, totals } = await statement(`?performance_id=${id}`);
  assert.deepEqual(lines.map((l) => l.day), [first, korean_day()]);
  assert.deepEqual(lines[0], line);
  assert.equal(lines[1].gross, 0);
  assert.equal(lines[1].refunds, refund.amount);
  assert.equal(lines[1].retained_fees, refund.fee);
  assert.equal(lines[1].retained_by_platform, 0);
  /* Of the 60,000 that Ann paid half is left for the fees to be taken of; what is kept bears none. */
  assert.deepEqual(sums_of(totals[0]).slice(4), [2500, 250, 1700, 80000 - refund.amount - 2500 - 250 - 1700]);

  assert.deepEqual((await statement(`?performance_id=${id}&from=${world.time(-day)}`)).lines, [lines[1]]);
  assert.deepEqual((await statement(`?performance_id=${id}&to=${world.time(-day)}`)).lines, [lines[0]]);
  assert.deepEqual((await statement()).lines.filter((l) => l.performance_id === id), lines);
});

test('what is given back in full leaves nothing', async () => {
  const sale = await world.sale({ as: producer });
  const ann = await world.user();
  const { payment } = await world.buy(ann, sale, sale.guids.slice(0, 3));
  for (const amount of [33333, undefined])
    ok(await world.api('POST', `/api/v1/payments/${payment.id}/refunds`, { reason: 'ill', amount: amount && { amount, currency: 'KRW' } }, { as: world.admin }), 201);
  const [total] = (await statement(`?performance_id=${sale.performance.id}`)).totals;
  assert.equal(total.gross, payment.amount.amount);
  assert.deepEqual(sums_of(total).slice(1), [payment.amount.amount, 0, 0, 0, 0, 0, 0]);
});

test('rates of the day of the sale hold, and the platform keeps fees where it is told to', async () => {
  const other = await World.open({ settings: { ...rates, 'payment.retained_fee_to': 'platform', 'payment.platform_fee_fixed': 'KRW 1000' } });
  try {
    const maker = await other.user(['PRODUCER']);
    const sale = await other.sale({ as: maker });
    const ann = await other.user();
    const { booking } = await other.buy(ann, sale, sale.guids.slice(0, 1));
    await other.advance(12 * day);
    const { refund } = ok(await other.api('POST', `/api/v1/bookings/${booking.id}/cancel`, {}, { as: ann }));
    await other.advance(0);
    const s = ok(await other.api('GET', '/api/v1/settlements', undefined, { as: maker }));
    assert_adds_up(s);
    assert.deepEqual(sums_of(s.totals[0]), [booking.due.amount, refund.amount, refund.fee, refund.fee, 0, 0, 0, 0]);
    assert.equal(s.lines[0].platform_fee, booking.due.amount / 20 + 1000);
  } finally {
    await other.close();
  }
});

test('each currency by itself', async () => {
  const sale = await world.sale({ as: producer, prices: Object.fromEntries(['VIP', 'R', 'S'].map((name) => [name, { amount: 1999, currency: 'USD' }])) });
  await world.buy(await world.user(), sale, sale.guids.slice(0, 1));
  const { totals } = await statement();
  assert.deepEqual(totals.map((t) => t.currency).sort(), ['KRW', 'USD']);
  assert.deepEqual(sums_of(totals.find((t) => t.currency === 'USD')), [1999, 0, 0, 0, 99, 9, 67, 1824]);
});

test('the table says the same', async () => {
  const { lines } = await statement();
  const answer = await ask('', { form: '.csv' });
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type'], /^text\/csv; *charset=utf-8$/);
  const [head, ...rows] = answer.bytes.subarray(3).toString('utf8').trimEnd().split('\r\n').map((row) => row.split(',').map((cell) => cell.replaceAll('"', '')));
  assert.deepEqual(head, ['day', 'performance_id', 'performance', 'currency', ...sums]);
  assert.deepEqual(rows, lines.map((l) => [l.day, l.performance_id, l.title, l.currency, ...sums_of(l).map(String)]));
  assert.match((await ask('', { form: '.csv', lang: 'ko' })).text, /^\ufeff?"일자"/);
});

test('and so does the paper', without_ghostscript, async () => {
  const { totals } = await statement();
  const page = join(world.server.data, 'settlement.pdf');
  for (const [lang, words] of Object.entries({ en: ['Settlement statement', 'Net due'], ko: ['정산서', '정산액'] })) {
    const answer = await ask('', { form: '.pdf', lang });
    assert.equal(answer.status, 200);
    assert.equal(answer.type, 'application/pdf');
    await writeFile(page, answer.bytes);
    const text = execFileSync('gs', ['-q', '-dSAFER', '-dNOPAUSE', '-dBATCH', '-sDEVICE=txtwrite', '-sOutputFile=-', page]).toString();
    for (const part of [...words, producer.id, ...totals.map((t) => (t.currency === 'USD' ? (t.net_due / 100).toFixed(2) : t.net_due.toLocaleString('en')))])
      assert.ok(text.includes(part), `${part} is not in: ${text}`);
  }
});

test('the ledger owes what the statements say', async () => {
  const mine = await statement();
  const { totals } = await statement(`?organizer_id=${producer.id}`, { as: world.admin });
  assert.deepEqual(totals, mine.totals);
  assert.deepEqual((await statement('', { as: rival })).lines, []);
  await world.server.audit();
});

test('only who is settled with sees it, and only for times in order', async () => {
  refused(await ask(`?organizer_id=${producer.id}`, { as: rival }), 404, 'not_found');
  refused(await ask('', { as: await world.user() }), 403, 'forbidden');
  for (const form of ['', '.csv', '.pdf'])
    assert.deepEqual(refused(await ask(`?from=${world.time(day)}&to=${world.time(0)}`, { form }), 400, 'invalid').errors.map((e) => e.field), ['to']);
  const of_another = await world.sale({ as: rival });
  await world.buy(await world.user(), of_another, of_another.guids.slice(0, 1));
  assert.deepEqual((await statement(`?performance_id=${of_another.performance.id}`)).lines, []);
});
