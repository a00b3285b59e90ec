/* Stories made up by chance: from signing up to a review, with whatever people do on the way. After each one the program is stopped (every
 * second time by kill -9) and the audit must find nothing; then what each person sees must add up. STORIES says how many (200), STORY_SEED
 * repeats a run, STORY runs one of them alone. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok } from '../lib/server.mjs';
import { FREE, SOLD, World, day, hour, minute } from '../lib/world.mjs';

const count = Number(process.env.STORIES ?? 200);
const seed = Number(process.env.STORY_SEED ?? 20260713);
const only = process.env.STORY === undefined ? undefined : Number(process.env.STORY);

/* A generator of numbers from one seed (mulberry32): the same seed tells the same story. */
function chance(of) {
  let state = of >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  return { next, below, pick: (list) => list[below(list.length)], sometimes: (share) => next() < share };
}

let world;

before(async () => { world = await World.open({ settings: { 'mileage.earn_rate': 1000 } }); });
after(() => world.close());

const api = (who, method, path, body, options = {}) => world.api(method, `/api/v1${path}`, body, { as: who, ...options });

/* An answer may be a refusal, but only one that the story allows; never a fault of the server. */
function may(answer, statuses, what) {
  assert.ok(statuses.includes(answer.status), `${what}: ${answer.status} ${answer.text.slice(0, 500)}`);
  return answer.status < 300 ? answer.json ?? true : undefined;
}

class Story {
  constructor(number) {
    this.number = number;
    this.by = chance(seed + number * 7919);
    this.told = [];
  }

  async begin() {
    this.people = await world.crowd(3);
    for (const person of this.people) Object.assign(person, { holds: [], bookings: [], coupons: [], reviews: [], tickets: [] });
    this.sale = await world.sale({ hall: { rows: 4, seats: 8 }, limit: 6, starts_at: world.time(12 * day), ends_at: world.time(12 * day + 2 * hour), sale_ends_at: world.time(11 * day) });
    this.coupon = ok(await api(world.admin, 'POST', '/coupons', {
      name: `Story ${this.number}`, code: `STORY-${this.number}`, quantity: 1 + this.by.below(3), expires_at: world.time(20 * day),
      ...(this.by.sometimes(0.5) ? { discount_percent: this.by.pick([1, 15, 33, 100]) } : { discount_amount: { amount: this.by.pick([500, 7777, 30000]), currency: 'KRW' } }),
    }), 201);
    this.cancelled = false;
  }

  somebody() { return this.by.pick(this.people); }
  some_seats(n) { return Array.from({ length: n }, () => this.by.pick(this.sale.guids)).filter((guid, i, all) => all.indexOf(guid) === i); }

  async step() {
    const [name, run] = this.by.pick(steps);
    this.told.push(name);
    await run(this, this.somebody());
  }
}

/* What people do, each as often as it stands here. */
const steps = Object.entries({
  async hold(s, who) {
    const wish = s.by.sometimes(0.4) ? { best: { count: 1 + s.by.below(3), grade: s.by.pick(s.sale.hall.categories).name } } : s.some_seats(1 + s.by.below(3));
    const hold = may(await world.hold(who, s.sale, wish), [201, 409], 'hold');
    if (hold) who.holds.push(hold);
  },
  async hold_again(s, who) { await steps_by_name.hold(s, who); },
  async release(s, who) {
    const hold = s.by.pick(who.holds);
    if (hold) may(await api(who, 'DELETE', `/holds/${hold.id}`), [204, 409], 'release');
  },
  async extend(s, who) {
    const hold = s.by.pick(who.holds);
    if (hold) may(await api(who, 'POST', `/holds/${hold.id}/extend`), [200, 409], 'extend');
  },
  async change_seats(s, who) {
    const hold = s.by.pick(who.holds);
    if (hold) may(await api(who, 'PUT', `/holds/${hold.id}/seats`, { seats: s.some_seats(2) }), [200, 409], 'change seats');
  },
  async claim_coupon(s, who) {
    const claim = may(await api(who, 'POST', `/coupons/${s.coupon.id}/claim`), [201, 409], 'claim');
    if (claim) who.coupons.push(claim.id);
  },
  async claim_coupon_again(s, who) { await steps_by_name.claim_coupon(s, who); },
  async gift_of_mileage(s, who) {
    may(await api(world.admin, 'POST', `/users/${who.id}/mileage`, { delta: s.by.pick([1000, 25000, -500]), reason: 'A story.' }), [200, 201, 409], 'mileage');
  },
  async book(s, who) {
    const hold = s.by.pick(who.holds);
    if (!hold) return;
    const body = { hold_id: hold.id };
    if (who.coupons.length && s.by.sometimes(0.6)) body.coupon_id = s.by.pick(who.coupons);
    if (s.by.sometimes(0.5)) body.mileage = s.by.pick([1, 500, 1000, 24000]);
    const booking = may(await api(who, 'POST', '/bookings', body, { key: s.by.sometimes(0.3) ? `story-${s.number}-${s.told.length}` : undefined }), [201, 409], 'book');
    if (booking && !who.bookings.includes(booking.id)) who.bookings.push(booking.id);
  },
  async book_again(s, who) { await steps_by_name.book(s, who); },
  async pay(s, who) {
    const id = s.by.pick(who.bookings);
    if (!id) return;
    const payment = may(await world.pay(who, { id }), [201, 409], 'pay');
    if (!payment) return;
    const key = s.by.pick(['sandbox-ok', 'sandbox-ok', 'sandbox-ok', 'sandbox-decline', 'sandbox-timeout', 'sandbox-late', 'sandbox-wrong-amount', 'sandbox-duplicate-webhook']);
    may(await world.confirm(who, payment, key), [200, 409], `confirm ${key}`);
    if (s.by.sometimes(0.2)) may(await world.confirm(who, payment, 'sandbox-ok'), [200, 409], 'confirm again');
  },
  async pay_again(s, who) { await steps_by_name.pay(s, who); },
  async pay_once_more(s, who) { await steps_by_name.pay(s, who); },
  async cancel(s, who) {
    const id = s.by.pick(who.bookings);
    if (id) may(await api(who, 'POST', `/bookings/${id}/cancel`, { reason: 'Other plans.' }), [200, 409], 'cancel');
  },
  async cancel_some(s, who) {
    const id = s.by.pick(who.bookings);
    if (!id) return;
    const { seats } = await world.booking(who, id);
    may(await api(who, 'POST', `/bookings/${id}/cancel`, { seats: [s.by.pick(seats).guid] }), [200, 409], 'cancel some');
  },
  async cancel_by_staff(s, who) {
    const id = s.by.pick(who.bookings);
    if (id && s.by.sometimes(0.5)) may(await api(world.admin, 'POST', `/admin/bookings/${id}/cancel`, { reason: 'The house asks.' }), [200, 409], 'cancel by staff');
  },
  async sell_at_the_box_office(s) {
    may(await api(world.admin, 'POST', `/admin/schedules/${s.sale.id}/sales`, { seats: s.some_seats(1), method: s.by.pick(['cash', 'card_terminal']), buyer_name: 'At the desk' }),
      [201, 409], 'box office');
  },
  async refund_by_staff(s, who) {
    const { items } = ok(await api(who, 'GET', '/payments'));
    const payment = s.by.pick(items);
    if (payment && s.by.sometimes(0.3))
      may(await api(world.admin, 'POST', `/payments/${payment.id}/refunds`, { amount: { amount: s.by.pick([1, 1000, 1000000]), currency: 'KRW' }, reason: 'Goodwill.' }), [201, 409], 'refund');
  },
  async wait_in_line(s, who) {
    may(await api(who, 'POST', `/schedules/${s.sale.id}/waitlist`, { grade: s.by.pick(s.sale.hall.categories).name, count: 1 + s.by.below(2) }), [201, 409], 'waiting list');
  },
  async a_while(s) { await world.advance(s.by.below(4 * minute)); },
  async a_long_while(s) { await world.advance(s.by.below(12 * minute)); },
  async days(s) { if (s.by.sometimes(0.3)) await world.advance(s.by.below(2 * day)); },
  async call_it_off(s) {
    if (s.by.sometimes(0.1)) may(await api(world.admin, 'POST', `/schedules/${s.sale.id}/cancel`, { reason: 'The star is ill.' }), [200, 202, 409], 'cancel the schedule');
  },
  async show_and_review(s, who) {
    if (!s.by.sometimes(0.15)) return;
    await world.advance(13 * day);
    const review = may(await api(who, 'POST', `/performances/${s.sale.performance.id}/reviews`, { rating: 1 + s.by.below(5), title: 'Seen', content: 'By chance.' }), [201, 403, 409], 'review');
    if (review) may(await api(s.somebody(), 'PUT', `/reviews/${review.id}/like`), [200], 'like');
  },
});
const steps_by_name = Object.fromEntries(steps);

/* ---- what everybody sees adds up ---- */

async function of_person(who) {
  const { balance } = ok(await api(who, 'GET', '/mileage'));
  const history = ok(await api(who, 'GET', '/mileage/history?limit=100')).items;
  assert.ok(balance >= 0);
  assert.equal(history.reduce((sum, { delta }) => sum + delta, 0), balance);
  const tickets = [];
  for (const id of who.bookings) {
    const booking = await world.booking(who, id);
    assert.equal(booking.total.amount, booking.discount.amount + booking.mileage_used + booking.due.amount, 'a price that does not add up');
    const items = ok(await api(who, 'GET', `/bookings/${id}/tickets`)).items;
    const valid = items.filter(({ status }) => status === 'valid');
    if (booking.status !== 'confirmed') assert.equal(valid.length, 0, `${booking.status} with tickets`);
    tickets.push(...valid.map(({ seat }) => seat.guid));
  }
  return tickets;
}

async function adds_up(s) {
  const tickets = [];
  for (const who of s.people) tickets.push(...await of_person(who));
  assert.equal(new Set(tickets).size, tickets.length, 'a seat has two tickets');
  const states = await world.seats(s.sale);
  for (const guid of tickets) assert.equal(states[s.sale.guids.indexOf(guid)], SOLD, `${guid} has a ticket and is not sold`);
  assert.ok(states.every((state) => state >= FREE));
}

async function tell(number, t) {
  const s = new Story(number);
  await s.begin();
  try {
    for (let left = 25 + s.by.below(40); left > 0; left--) await s.step();
    await world.advance(45 * minute);            /* what was under way has come to its end */
    await adds_up(s);
    if (number % 2) await world.server.kill9();
    else await world.server.terminate();
    await world.server.audit();
    await world.server.restart();
    await world.catch_up();
    await adds_up(s);
  } catch (error) {
    t.diagnostic(`STORY_SEED=${seed} STORY=${number}: ${s.told.join(', ')}`);
    throw error;
  }
}

for (let number = 0; number < count; number++)
  if (only === undefined || only === number) test(`story ${number}`, { timeout: 60000 }, (t) => tell(number, t));
