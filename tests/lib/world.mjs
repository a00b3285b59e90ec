/* People, halls and sales for a test to begin with. */
import assert from 'node:assert/strict';
import { plan_of } from './plan.mjs';
import { Server, admin, ok } from './server.mjs';

export const minute = 60000;
export const hour = 60 * minute;
export const day = 24 * hour;

export class World {
  static async open(options) {
    const world = new World();
    world.server = await Server.start({ ...options, settings: { 'auth.access_seconds': 3600, ...options?.settings } });
    world.timed = options?.clock ?? true;
    world.now = world.timed ? Date.parse(await world.server.clock(0)) : undefined;
    world.users = [];
    world.serial = 0;
    world.admin = { ...admin };
    await world.sign_in(world.admin);
    return world;
  }

  api(...args) {
    return this.server.api(...args);
  }

  close() {
    return this.server.stop();
  }

  /* The server's time. */
  time(offset_ms = 0) {
    return new Date((this.timed ? this.now : Date.now()) + offset_ms).toISOString();
  }

  /* Moves the clock; whose access token may be spent by then signs in again. */
  async advance(ms) {
    this.now = Date.parse(await this.server.clock(ms));
    for (const user of this.users) if (this.now - user.since > 50 * minute) await this.sign_in(user);
  }

  /* A test clock begins anew with each start of the server: brings it to where it was. */
  async catch_up() {
    const lag = this.now - Date.parse(await this.server.clock(0));
    this.now = Date.parse(await this.server.clock(Math.max(0, lag)));
  }

  /* kill -9 and a new start. */
  async crash() {
    await this.server.kill9();
    await this.server.restart();
    if (this.timed) await this.catch_up();
  }

  async sign_in(user) {
    const tokens = ok(await this.api('POST', '/api/v1/auth/login', { email: user.email, password: user.password }));
    Object.assign(user, { token: tokens.access_token, refresh: tokens.refresh_token, since: this.now });
    if (!this.users.includes(user)) this.users.push(user);
    return user;
  }

  /* A signed-in account; with roles other than CUSTOMER they are given by the administrator. */
  async user(roles = ['CUSTOMER']) {
    const n = ++this.serial;
    const user = { email: `person${n}@example.com`, password: `a password for ${n}`, name: `Person ${n}` };
    user.id = ok(await this.api('POST', '/api/v1/auth/signup', { email: user.email, password: user.password, name: user.name }), 201).id;
    if (roles.join() !== 'CUSTOMER') ok(await this.api('PATCH', `/api/v1/users/${user.id}`, { roles }, { as: this.admin }));
    return this.sign_in(user);
  }

  /* Closes an account. */
  async close_account(user) {
    ok(await this.api('DELETE', '/api/v1/users/me', { password: user.password }, { as: user }), 204);
    this.users = this.users.filter((other) => other !== user);
  }

  async crowd(count) {
    const people = [];
    while (people.length < count)
      people.push(...await Promise.all(Array.from({ length: Math.min(32, count - people.length) }, () => this.user())));
    return people;
  }

  async hall({ plan, rows, seats, as = this.admin, ...rest } = {}) {
    return ok(await this.api('POST', '/api/v1/halls',
      { name: 'Small hall', address: '1 Main Street', plan: plan ?? plan_of({ rows, seats }), ...rest }, { as }), 201);
  }

  async performance({ as = this.admin, ...rest } = {}) {
    return ok(await this.api('POST', '/api/v1/performances',
      { title: 'An Evening', genre: 'concert', max_tickets_per_user: 4, ...rest }, { as }), 201);
  }

  /* What a schedule is asked for with: on sale for ten days, then played; each grade costs 10,000 more than the next. */
  schedule_body(hall, change = {}) {
    const prices = Object.fromEntries(hall.categories.map(({ name }, i, all) => [name, { amount: (all.length - i) * 10000, currency: 'KRW' }]));
    return { hall_id: hall.id, starts_at: this.time(20 * day), ends_at: this.time(20 * day + 2 * hour), sale_starts_at: this.time(-1000),
      sale_ends_at: this.time(10 * day), prices, ...change };
  }

  async schedule(performance, hall, { as = this.admin, ...change } = {}) {
    return ok(await this.api('POST', `/api/v1/performances/${performance.id}/schedules`, this.schedule_body(hall, change), { as }), 201);
  }

  /* A hall, a performance and a schedule on sale: { id, guids in map order, hall, performance, map }. */
  async sale({ hall, limit = 4, as = this.admin, ...change } = {}) {
    const made = hall?.id ? hall : await this.hall({ as, ...hall });
    const performance = await this.performance({ as, max_tickets_per_user: limit });
    const schedule = await this.schedule(performance, made, { as, ...change });
    const map = ok(await this.api('GET', `/api/v1/schedules/${schedule.id}/map`));
    const guids = map.sections.flatMap((section) => section.rows.flatMap((row) => row.guids));
    assert.equal(guids.length, made.seat_count);
    return { id: schedule.id, guids, hall: made, performance, map };
  }

  /* The state of each seat in map order. */
  async seats(sale) {
    const { version, seats } = ok(await this.api('GET', `/api/v1/schedules/${sale.id}/availability`));
    return Object.assign(unpack(seats, sale.guids.length), { version });
  }

  hold(as, sale, wish, options = {}) {
    return this.api('POST', `/api/v1/schedules/${sale.id}/holds`, Array.isArray(wish) ? { seats: wish } : wish, { as, ...options });
  }

  book(as, hold, { coupon_id, mileage, people, ...options } = {}) {
    return this.api('POST', '/api/v1/bookings', { hold_id: hold.id, coupon_id, mileage, people }, { as, ...options });
  }

  /* Who pays less, when, and who may buy first. */
  terms(sale, terms, { as = this.admin } = {}) {
    return this.api('PUT', `/api/v1/schedules/${sale.id}/terms`, terms, { as });
  }

  pay(as, booking, options = {}) {
    return this.api('POST', '/api/v1/payments', { booking_id: booking.id, provider: 'sandbox' }, { as, ...options });
  }

  confirm(as, payment, payment_key = 'sandbox-ok', { amount = payment.amount.amount, ...options } = {}) {
    return this.api('POST', `/api/v1/payments/${payment.id}/confirm`, { payment_key, amount }, { as, ...options });
  }

  /* From the hold to a payment that waits to be confirmed. */
  async checkout(as, sale, wish) {
    const hold = ok(await this.hold(as, sale, wish), 201);
    const booking = ok(await this.book(as, hold), 201);
    const payment = ok(await this.pay(as, booking), 201);
    return { hold, booking, payment };
  }

  /* The whole way: a confirmed booking with its tickets. */
  async buy(as, sale, wish) {
    const way = await this.checkout(as, sale, wish);
    const payment = ok(await this.confirm(as, way.payment));
    assert.equal(payment.status, 'paid');
    const booking = await this.booking(as, way.booking.id);
    const tickets = ok(await this.api('GET', `/api/v1/bookings/${booking.id}/tickets`, undefined, { as })).items;
    return { ...way, payment, booking, tickets };
  }

  /* A review of something that was played: the clock moves on by three weeks. */
  async review(as) {
    const sale = await this.sale();
    await this.buy(as, sale, sale.guids.slice(0, 1));
    await this.advance(21 * day);
    return ok(await this.api('POST', `/api/v1/performances/${sale.performance.id}/reviews`, { rating: 5, title: 'Moving', content: 'Twice.' }, { as }), 201);
  }

  /* An entry of the waiting list of a house with one VIP seat, which somebody else holds. */
  async waiting(as) {
    const sale = await this.sale({ hall: { rows: 3, seats: 1 } });
    ok(await this.hold(await this.user(), sale, sale.guids.slice(0, 1)), 201);
    return ok(await this.api('POST', `/api/v1/schedules/${sale.id}/waitlist`, { grade: 'VIP', count: 1 }, { as }), 201);
  }

  async booking(as, id) {
    return ok(await this.api('GET', `/api/v1/bookings/${id}`, undefined, { as }));
  }
}

export const FREE = 0, HELD = 1, SOLD = 2, BLOCKED = 3;

/* Two bits a seat, least significant bits first. */
export function unpack(base64, count) {
  const bytes = Buffer.from(base64, 'base64');
  assert.equal(bytes.length, Math.ceil(count / 4));
  return Array.from({ length: count }, (_, i) => (bytes[i >> 2] >> (2 * (i & 3))) & 3);
}
