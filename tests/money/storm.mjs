/* A sale through both companies, with one of their faults switched on and the server killed again and again; then everything that is late comes,
 * reconciliation does its work, and the two sides are compared. */
import { accessSync, constants } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Psp, secret_key, webhook_secret } from '../lib/psp.mjs';
import { ok } from '../lib/server.mjs';
import { World, minute } from '../lib/world.mjs';
import { compare, open_cases, read_books } from './books.mjs';

/* A killed process loses nothing of what it has written, so the data may be kept in memory: how long a disk takes is another test's matter. */
try {
  accessSync('/dev/shm', constants.W_OK);
  process.env.TMPDIR ??= '/dev/shm';
} catch {
  /* then on the disk */
}

const api = '/api/v1';
const settled_words = new Set(['paid', 'refunded', 'failed', 'cancelled', 'ready']);

/* What an order does besides buying: one in ten goes away after approving, one in five gives its tickets back, some confirm twice at once. */
const goes_away = (i) => (i >> 1) % 10 === 7;
const gives_back = (i) => (i >> 1) % 5 === 1;
const clicks_twice = (i) => (i >> 1) % 13 === 5;

class Storm {
  static async open({ profile, orders, buyers, every, hold_ms }) {
    const storm = new Storm();
    Object.assign(storm, { profile, count: orders, kills: 0, orders: [], refused: 0 });
    storm.psp = await Psp.start('--hold-ms', String(hold_ms), '--rate', '200');
    try {
      storm.world = await World.open({ clock: false, settings: settings_of(storm.psp) });
      const to = `http://127.0.0.1:${storm.world.server.port}${api}/payments/webhooks`;
      await storm.psp.control('POST', 'webhooks', { toss: `${to}/toss`, stripe: `${to}/stripe` });
      const seats = 100;
      storm.sale = await storm.world.sale({ hall: { rows: Math.max(3, Math.ceil(orders / seats)), seats }, limit: 1000000 });
      storm.people = await storm.world.crowd(buyers);
      await storm.psp.profile(profile, every);
    } catch (error) {
      await storm.close().catch(() => undefined);
      throw error;
    }
    return storm;
  }

  /* A request that goes on until it is answered: the server is killed, the key stays the same. */
  async call(as, method, path, body, key) {
    for (const end = Date.now() + 60_000; ; await sleep(50 + Math.random() * 100)) {
      const answer = await this.world.server.send(method, api + path, body,
        { authorization: `Bearer ${as.token}`, ...(key && { 'idempotency-key': key }) }).catch(() => undefined);
      const again = !answer || answer.status === 503 || answer.status === 429 || (answer.status === 409 && answer.json.code === 'in_progress');
      if (!again) return answer;
      if (Date.now() > end) throw new Error(`${method} ${path} was not answered in a minute: ${answer?.text ?? 'no connection'}`);
    }
  }

  async order(i) {
    const as = this.people[i % this.people.length], provider = i % 2 ? 'stripe' : 'toss';
    const hold = ok(await this.call(as, 'POST', `/schedules/${this.sale.id}/holds`, { seats: [this.sale.guids[i]] }, `hold-${i}`), 201);
    const booking = ok(await this.call(as, 'POST', '/bookings', { hold_id: hold.id }, `book-${i}`), 201);
    const payment = ok(await this.call(as, 'POST', '/payments', { booking_id: booking.id, provider }, `pay-${i}`), 201);
    const order = { i, provider, booking: booking.id, payment: payment.id, as };
    this.orders.push(order);
    const back = await this.psp.buyer(payment.client.redirect_url);
    if (back.status !== 303) throw new Error(`the buyer's page answered ${back.status}: ${back.text}`);
    if (goes_away(i)) return;
    const told = new URL(back.headers.get('location')).searchParams;
    const asked = { payment_key: told.get('paymentKey') ?? told.get('session_id'), amount: payment.amount.amount };
    order.asked_at = Date.now();
    const answers = await Promise.all(['one', 'two'].slice(0, clicks_twice(i) ? 2 : 1).map((click) =>
      this.call(as, 'POST', `/payments/${payment.id}/confirm`, asked, `confirm-${click}-${i}`)));
    this.refused += answers.filter(({ status }) => status !== 200).length;
    await this.watch(order, 'clear_at', ({ status }) => settled_words.has(status) && status !== 'ready');
    if (order.status !== 'paid' || !gives_back(i)) return;
    order.back_asked_at = Date.now();
    order.gave_back = ok(await this.call(as, 'POST', `/bookings/${booking.id}/cancel`, {}, `cancel-${i}`)).refund.amount;
    await this.watch(order, 'back_clear_at', ({ refunded }) => refunded.amount >= order.gave_back);
  }

  /* The buyer looks for two seconds whether it has ended; later the storm does. */
  async watch(order, noted, ended) {
    for (const end = Date.now() + 2000; Date.now() < end; await sleep(200)) {
      const payment = ok(await this.call(order.as, 'GET', `/payments/${order.payment}`));
      order.status = payment.status;
      if (!ended(payment)) continue;
      order[noted] = Date.now();
      return;
    }
  }

  async kill_until(over, pause_ms) {
    for (let pause = pause_ms / 3; !over.aborted; pause = pause_ms) {
      await sleep(pause, undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) break;
      await this.world.server.kill9();
      await this.world.server.restart();
      this.kills++;
    }
  }

  async sell(buyers_at_once, kill_ms) {
    const over = new AbortController();
    let next = 0;
    const selling = Promise.all(Array.from({ length: buyers_at_once }, async () => {
      while (next < this.count && !over.signal.aborted) await this.order(next++);
    })).finally(() => over.abort());
    const ends = await Promise.allSettled([selling, this.kill_until(over.signal, kill_ms).finally(() => over.abort())]);
    for (const { status, reason } of ends) if (status === 'rejected') throw reason;
  }

  /* Time passes at both ends. */
  async advance(ms) {
    await this.psp.control('POST', 'clock', { advance_ms: ms });
    const now = await this.world.server.clock(ms);
    this.world.now = Date.parse(now);
    await this.world.sign_in(this.world.admin);
  }

  /* From here on time is moved by hand, so that hours of waiting are over at once. */
  async reconcile() {
    const { world, psp } = this;
    await psp.profile('none');
    await world.server.kill9();
    world.server.flags = [...world.server.flags, '--test-clock'];
    await world.server.restart();
    world.timed = true;
    await this.advance(0);
    await this.hear_all();
    for (let step = 5000, spent = 0; spent < 12 * 60 * minute; spent += step, step = Math.min(step * 2, 60 * minute)) {
      await this.advance(step);
      this.unheard = await this.hear_all();
      this.books = await read_books(this);
      this.note_clear();
      if (!this.books.unclear.length && !this.unheard) return;
    }
  }

  /* All webhooks leave now; how many the server has not taken three seconds later. */
  async hear_all() {
    let waiting = (await this.psp.control('POST', 'settle')).webhooks_waiting;
    for (const end = Date.now() + 3000; waiting && Date.now() < end; await sleep(20)) waiting = (await this.psp.control('GET', 'stats')).webhooks_waiting;
    return waiting;
  }

  note_clear() {
    for (const order of this.orders) {
      const payment = this.books.payments.get(order.payment);
      if (!payment) continue;
      if (settled_words.has(payment.status)) order.clear_at ??= this.world.now;
      if (payment.refunded.amount >= order.gave_back) order.back_clear_at ??= this.world.now;
    }
  }

  /* How long money was unclear at most: from asking for it, or from wanting it back, to the end. Infinite when there was none. */
  unclear_ms() {
    return Math.max(0, ...this.orders.map(({ asked_at, clear_at = Infinity }) => (asked_at ? clear_at - asked_at : 0)),
      ...this.orders.map(({ back_asked_at, back_clear_at = Infinity }) => (back_asked_at ? back_clear_at - back_asked_at : 0)));
  }

  async close() {
    try {
      await this.world?.close();             /* ends it by SIGTERM and audits its data */
    } finally {
      await this.psp.stop();
    }
  }
}

function settings_of(psp) {
  return {
    'payment.providers': 'sandbox,toss,stripe', 'payment.toss_url': psp.url, 'payment.toss_secret_key': secret_key,
    'payment.stripe_url': psp.url, 'payment.stripe_secret_key': secret_key, 'payment.stripe_webhook_secret': webhook_secret,
    'payment.resume_seconds': 1,
  };
}

/* One profile: { profile, orders, charged, paid, refunded, faults, refused, kills, differences, cases, unclear_s, seconds }: refused counts
 * confirmations that were not answered with 200, cases what is left for people, by kind. Ends with an audit that must be clean. */
export async function money_storm({ profile, orders, buyers = 32, every = 1, hold_ms = 100, kill_ms = 3000 }) {
  const begun = Date.now();
  const storm = await Storm.open({ profile, orders, buyers, every, hold_ms });
  let result;
  try {
    await storm.sell(buyers, kill_ms);
    await storm.reconcile();
    const { differences, charged, paid, refunded } = await compare(storm, storm.books);
    const { faults } = await storm.psp.control('GET', 'stats');
    result = { profile, orders: storm.orders.length, charged, paid, refunded, faults, kills: storm.kills, refused: storm.refused, differences,
      cases: await open_cases(storm),
      unclear_s: Math.round(storm.unclear_ms() / 100) / 10 };
  } finally {
    await storm.close();
  }
  return { ...result, seconds: Math.round((Date.now() - begun) / 100) / 10 };
}

export const profiles = ['none', 'timeout-before-charge', 'timeout-after-charge', 'error-after-success', 'webhook-first', 'webhook-repeated',
  'webhook-late', 'webhook-reordered', 'wrong-amount', 'wrong-currency', 'bad-signature', 'replayed', 'refund-fails'];
