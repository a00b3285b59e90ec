/* Mails and webhooks while the server is killed again and again, most often between what was taken outside and the note of it: none is lost, and
 * what comes twice has the same id. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Mailbox } from '../lib/mailbox.mjs';
import { Receiver } from '../lib/receiver.mjs';
import { ok } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';
import { World } from '../lib/world.mjs';

const buyer_count = 30, kills = 20;
const answer_ms = 60;

let box, receiver, world, bought;

before(async () => {
  box = await Mailbox.open();
  receiver = await Receiver.open();
  world = await World.open({ clock: false, settings: { 'notify.smtp_url': box.url, 'notify.smtp_tls': 'never', 'notify.webhook_loopback': true } });
  box.delay_ms = receiver.delay_ms = answer_ms;
  const producer = await world.user(['PRODUCER']);
  receiver.secret = ok(await world.api('POST', '/api/v1/webhooks', { url: receiver.url, events: ['booking.confirmed'] }, { as: producer }), 201).secret;
  const sale = await world.sale({ as: producer });
  const buyers = await world.crowd(buyer_count);
  bought = await Promise.all(buyers.map(async (buyer, i) => ({ buyer, ...await world.buy(buyer, sale, [sale.guids[i]]) })));
});
after(async () => {
  await world.close();
  await box.close();
  await receiver.close();
});

test(`${buyer_count} purchases, ${kills} kills`, async (t) => {
  const begun = { mails: box.mails.length, events: receiver.heard.length };
  for (let i = 0; i < kills; i++) {
    await sleep(20 + Math.random() * 2 * answer_ms);
    await world.server.kill9();
    await world.server.restart();
  }
  t.diagnostic(`taken before the first kill: ${begun.mails} mails, ${begun.events} events; before the last: ${box.mails.length}, ${receiver.heard.length}`);
  box.delay_ms = receiver.delay_ms = 0;

  const mail_of = ({ buyer, booking }) => box.to(buyer.email).filter(({ subject }) => subject.includes(booking.code));
  const welcome_of = ({ buyer }) => box.to(buyer.email).filter(({ subject }) => /confirm your e-mail/.test(subject));
  const events_of = ({ booking }) => receiver.heard.filter(({ data }) => data.booking_id === booking.id);
  const told = (one) => mail_of(one).length > 0 && welcome_of(one).length > 0 && events_of(one).length > 0;
  await until('everybody is told', () => bought.every(told), 60);

  for (const one of bought) {
    assert.equal(new Set(mail_of(one).map(({ id }) => id)).size, 1, `mails of ${one.booking.code}`);
    assert.equal(new Set(welcome_of(one).map(({ id }) => id)).size, 1, `mails to ${one.buyer.email}`);
    assert.equal(new Set(events_of(one).map(({ text }) => text)).size, 1, `events of ${one.booking.code}`);
  }
  const ids = (things) => new Set(things.map(({ id }) => id)).size;
  assert.equal(ids(receiver.heard), buyer_count);
  receiver.assert_genuine();
  t.diagnostic(`${box.mails.length} mails with ${ids(box.mails)} ids, ${receiver.heard.length} calls with ${ids(receiver.heard)} ids`);
  assert.ok(box.mails.length > ids(box.mails), 'no kill came between a mail and the note of it: nothing was shown');

  const queued = async () => ok(await world.api('GET', '/api/v1/admin/mails?status=queued', undefined, { as: world.admin })).items;
  await until('no mail waits any more', async () => (await queued()).length === 0);
});
