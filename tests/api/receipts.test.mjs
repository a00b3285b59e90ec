/* Receipts: what was paid, which tax is in it, what went back; for its payer and the people in charge. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World } from '../lib/world.mjs';

const without_ghostscript = spawnSync('gs', ['--version']).error ? { skip: 'ghostscript is not here' } : {};
const issuer = '테이큰싯 123-45-67890';
let world, ann, producer, sale;

before(async () => {
  world = await World.open({ settings: { 'payment.receipt_issuer': issuer } });
  ann = await world.user();
  producer = await world.user(['PRODUCER']);
  sale = await world.sale({ as: producer, limit: 20, hall: { rows: 3, seats: 20 } });
});
after(() => world.close());

const ask = (payment, { as = ann, form = '', ...options } = {}) => world.api('GET', `/api/v1/payments/${payment.id}/receipt${form}`, undefined, { as, ...options });
let seat = 0;
const buy = (w = world, as = ann, of = sale, n = 1) => w.buy(as, of, of.guids.slice(seat, (seat += n)));
const lines = (receipt) => receipt.lines.map((l) => [l.kind, l.amount.amount]);
const refund = (payment, amount) =>
  world.api('POST', `/api/v1/payments/${payment.id}/refunds`, { reason: 'ill', amount: { amount, currency: 'KRW' } }, { as: world.admin });

function assert_adds_up(receipt) {
  const total = receipt.lines.reduce((sum, l) => sum + l.amount.amount, 0);
  const paid = receipt.lines.filter((l) => l.kind !== 'refund').reduce((sum, l) => sum + l.amount.amount, 0);
  assert.equal(paid, receipt.amount.amount);
  assert.equal(total, receipt.left.amount);
}

test('tickets are exempt from tax unless told otherwise', async () => {
  const { payment, booking } = await buy();
  const receipt = ok(await ask(payment));
  assert_adds_up(receipt);
  assert.deepEqual([receipt.payment_id, receipt.booking_id, receipt.issuer, receipt.seller, receipt.title, receipt.provider, receipt.paid_at.slice(0, 16)],
    [payment.id, booking.id, issuer, producer.name, 'An Evening', 'sandbox', world.time().slice(0, 16)]);
  assert.deepEqual(receipt.amount, payment.amount);
  assert.deepEqual(lines(receipt), [['tax_exempt', payment.amount.amount]]);
  assert.equal(ok(await ask(payment, { lang: 'ko' })).lines[0].label, '입장권(면세)');
  assert.deepEqual(ok(await ask(payment, { as: world.admin })), receipt);
});

test('refunds stand in it, the oldest first', async () => {
  const { payment } = await buy();
  for (const amount of [1000, 2000]) ok(await refund(payment, amount), 201);
  const receipt = ok(await ask(payment));
  assert_adds_up(receipt);
  assert.deepEqual(lines(receipt).slice(1), [['refund', -1000], ['refund', -2000]]);
  assert.equal(receipt.left.amount, payment.amount.amount - 3000);
});

test('the tax in the price is that of the day of the payment', async () => {
  const other = await World.open({ settings: { 'payment.ticket_vat_permille': 100 } });
  try {
    const show = await other.sale(), bob = await other.user();
    const { payment } = await other.buy(bob, show, show.guids.slice(0, 1));
    const of_it = () => other.api('GET', `/api/v1/payments/${payment.id}/receipt`, undefined, { as: bob });
    const receipt = ok(await of_it()), vat = Math.floor(payment.amount.amount * 100 / 1100);
    assert_adds_up(receipt);
    assert.deepEqual(lines(receipt), [['supply', payment.amount.amount - vat], ['vat', vat]]);
  } finally {
    await other.close();
  }
});

test('on paper in the language asked for', without_ghostscript, async () => {
  const { payment } = await buy();
  ok(await refund(payment, 1234), 201);
  const page = join(world.server.data, 'receipt.pdf');
  for (const [lang, words] of Object.entries({ en: ['Receipt', 'Tickets, exempt from tax', 'After refunds'], ko: ['영수증', '입장권(면세)', '환불 후 금액'] })) {
    const answer = await ask(payment, { form: '.pdf', lang });
    assert.equal(answer.status, 200);
    assert.equal(answer.type, 'application/pdf');
    await writeFile(page, answer.bytes);
    const text = execFileSync('gs', ['-q', '-dSAFER', '-dNOPAUSE', '-dBATCH', '-sDEVICE=txtwrite', '-sOutputFile=-', page]).toString();
    for (const part of [...words, payment.id, issuer, producer.name, '-1,234', payment.amount.amount.toLocaleString('en')])
      assert.ok(text.includes(part), `${part} is not in: ${text}`);
  }
});

test('no receipt without money, and none for others', async () => {
  const { payment } = await world.checkout(ann, sale, sale.guids.slice(seat, ++seat));
  const bought = await buy();
  for (const form of ['', '.pdf']) {
    refused(await ask(payment, { form }), 404, 'not_paid');
    refused(await ask(bought.payment, { form, as: await world.user() }), 404, 'not_found');
    refused(await ask(bought.payment, { form, as: producer }), 404, 'not_found');
  }
});

test('a seller whose account is closed is not named any more', async () => {
  const gone = await world.user(['PRODUCER']);
  const show = await world.sale({ as: gone });
  const { payment } = await world.buy(ann, show, show.guids.slice(0, 1));
  await world.close_account(gone);
  assert.equal(ok(await ask(payment)).seller, null);
});
