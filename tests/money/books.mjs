/* Both sides' books, and where they differ. Ours are read through the public API as the administrator. */
import { ok } from '../lib/server.mjs';

async function pages(world, path) {
  const items = [];
  for (let cursor = ''; cursor !== null;) {
    const page = ok(await world.server.send('GET', `/api/v1${path}?limit=100${cursor && `&cursor=${cursor}`}`, undefined,
      { authorization: `Bearer ${world.admin.token}` }));
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}

/* How many cases are open for people, by kind. */
export async function open_cases({ world }) {
  const count = {};
  for (const { kind, state } of await pages(world, '/admin/payment-cases')) if (state === 'open') count[kind] = (count[kind] ?? 0) + 1;
  return count;
}

/* unclear: payments of which nobody knows the end, and bookings whose money has not gone back. */
export async function read_books({ world }) {
  const payments = new Map((await pages(world, '/payments')).map((payment) => [payment.id, payment]));
  const bookings = new Map((await pages(world, '/admin/bookings')).map((booking) => [booking.id, booking]));
  const unclear = [
    ...[...payments.values()].filter(({ status }) => status === 'pending'),
    ...[...bookings.values()].filter(({ status }) => status === 'refund_due'),
  ];
  return { payments, bookings, unclear };
}

/* The company's ledger by our payment: what was taken, how often, and what went back. */
function by_payment(ledger) {
  const sums = new Map();
  for (const entry of ledger) {
    const sum = sums.get(entry.order) ?? { charges: 0, taken: 0, returned: 0, currency: entry.currency };
    sums.set(entry.order, sum);
    if (entry.kind === 'charge') {
      sum.charges++;
      sum.taken += entry.amount;
    } else if (entry.status === 'done') {
      sum.returned += entry.amount;
    }
  }
  return sums;
}

/* What is wrong with one payment, as sentences; `theirs` is undefined when the company never took anything. */
function* payment_faults(payment, theirs) {
  const taken = ['paid', 'refunded'].includes(payment.status);
  if (theirs?.charges > 1) yield `was charged ${theirs.charges} times`;
  if (taken && !theirs?.charges) yield `is ${payment.status}, but nothing was taken`;
  if (!taken && theirs && theirs.taken !== theirs.returned) yield `is ${payment.status}, but ${theirs.taken - theirs.returned} was taken and kept`;
  if (payment.status === 'paid' && theirs && (theirs.taken !== payment.amount.amount || theirs.currency !== payment.amount.currency))
    yield `is paid with ${theirs.taken} ${theirs.currency} in place of ${payment.amount.amount}`;
  if (theirs && (payment.refunded?.amount ?? 0) !== theirs.returned) yield `has ${payment.refunded?.amount} refunded, the company ${theirs.returned}`;
}

/* A booking that holds seats holds money, exactly what was due and not given back, and has its ticket. */
async function* booking_faults(world, booking, payments, sums) {
  const theirs = sums.get(booking.payment);
  const kept = theirs ? theirs.taken - theirs.returned : 0;
  if (booking.status !== 'confirmed') return;
  if (payments.get(booking.payment)?.status !== 'paid') yield 'is confirmed without a paid payment';
  if (kept !== booking.due.amount) yield `is confirmed with ${kept} of ${booking.due.amount}`;
  const { tickets } = ok(await world.server.send('GET', `/api/v1/admin/bookings/${booking.id}`, undefined, { authorization: `Bearer ${world.admin.token}` }));
  if (tickets.filter(({ status }) => status === 'valid').length !== booking.seats.length) yield 'is confirmed without its tickets';
}

async function all_booking_faults({ world }, { payments, bookings }, sums) {
  const found = [], waiting = [...bookings.values()];
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (let booking = waiting.pop(); booking; booking = waiting.pop())
      for await (const fault of booking_faults(world, booking, payments, sums)) found.push(`booking ${booking.id} ${fault}`);
  }));
  return found;
}

/* In both directions: each of our payments against the ledger, each of its entries against our payments; then bookings against money. */
export async function compare(storm, books) {
  const sums = by_payment(await storm.psp.ledger());
  const differences = [];
  for (const [id, payment] of books.payments)
    for (const fault of payment_faults(payment, sums.get(id))) differences.push(`payment ${id} (${payment.provider}) ${fault}`);
  for (const [order, { taken, returned }] of sums) {
    const payment = books.payments.get(order);
    if (!payment) differences.push(`${taken} was taken for ${order}, which is no payment of ours`);
    else if (taken > returned && books.bookings.get(payment.booking_id)?.status !== 'confirmed')
      differences.push(`payment ${order}: ${taken - returned} was kept without a ticket`);
  }
  if (storm.unheard) differences.push(`${storm.unheard} webhooks are not taken`);
  for (const thing of books.unclear) differences.push(`${thing.id} is still ${thing.status}`);
  for (const order of storm.orders) {
    const payment = books.payments.get(order.payment);
    if (!payment) differences.push(`payment ${order.payment} was acknowledged and is lost`);
    else if (order.status === 'paid' && payment.status !== 'paid' && payment.status !== 'refunded') differences.push(`payment ${order.payment} was paid once`);
  }
  differences.push(...await all_booking_faults(storm, books, sums));
  const paid = [...books.payments.values()].filter(({ status }) => status === 'paid').length;
  const refunded = [...books.payments.values()].filter(({ refunded: back }) => back?.amount > 0).length;
  return { differences, charged: sums.size, paid, refunded };
}
