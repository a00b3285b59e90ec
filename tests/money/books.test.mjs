/* The comparison itself: books that agree have no difference, and each way to differ is found. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from './books.mjs';

const krw = (amount) => ({ amount, currency: 'KRW' });
const charge = (order, amount, more) => ({ kind: 'charge', order, amount, currency: 'KRW', status: 'captured', ...more });
const refund = (order, amount, status = 'done') => ({ kind: 'refund', order, amount, currency: 'KRW', status });

/* Payment p1 of booking b1: 1,000 won for two seats; `change` spoils it. */
function storm_of(change = {}) {
  const payment = { id: 'p1', provider: 'toss', booking_id: 'b1', status: 'paid', amount: krw(1000), refunded: krw(0), ...change.payment };
  const booking = { id: 'b1', status: 'confirmed', payment: 'p1', due: krw(1000), seats: ['1-1', '1-2'], ...change.booking };
  const tickets = change.tickets ?? [{ status: 'valid' }, { status: 'valid' }];
  const answer = { status: 200, text: '', json: { ...booking, tickets } };
  return {
    storm: {
      psp: { ledger: async () => change.ledger ?? [charge('p1', 1000)] },
      world: { admin: { token: 't' }, server: { send: async () => answer } },
      unheard: change.unheard,
      orders: change.orders ?? [{ payment: 'p1', status: 'paid' }],
    },
    books: { payments: new Map([['p1', payment]]), bookings: new Map([['b1', booking]]), unclear: change.unclear ?? [] },
  };
}

const differences = async (change) => {
  const { storm, books } = storm_of(change);
  return (await compare(storm, books)).differences;
};

const back = { payment: { status: 'refunded', refunded: krw(1000) }, booking: { status: 'refunded' } };

test('books that agree', async () => {
  assert.deepEqual(await differences(), []);
  assert.deepEqual(await differences({ ...back, ledger: [charge('p1', 1000), refund('p1', 1000, 'failed'), refund('p1', 1000)] }), []);
  assert.deepEqual(await differences({ payment: { status: 'failed' }, booking: { status: 'expired' }, ledger: [], orders: [] }), []);
});

for (const [what, change, told] of [
  ['charged twice', { ledger: [charge('p1', 1000), charge('p1', 1000)] }, /charged 2 times/],
  ['paid, but nothing was taken', { ledger: [] }, /nothing was taken/],
  ['taken, but it failed', { payment: { status: 'failed' }, booking: { status: 'expired' } }, /is failed, but 1000 was taken and kept/],
  ['another amount', { ledger: [charge('p1', 999)] }, /999 KRW in place of 1000/],
  ['another currency', { ledger: [charge('p1', 1000, { currency: 'USD' })] }, /1000 USD in place of 1000/],
  ['a refund that only the company knows', { ledger: [charge('p1', 1000), refund('p1', 10)] }, /the company 10/],
  ['a refund that only we know', { payment: { refunded: krw(10) } }, /has 10 refunded, the company 0/],
  ['a charge of nobody', { ledger: [charge('p1', 1000), charge('p9', 5)] }, /5 was taken for p9/],
  ['money kept without a ticket', { booking: { status: 'expired' } }, /1000 was kept without a ticket/],
  ['a ticket without money', { ...back, booking: {}, ledger: [charge('p1', 1000), refund('p1', 1000)] }, /confirmed without a paid payment/],
  ['a booking without its tickets', { tickets: [{ status: 'valid' }, { status: 'void' }] }, /without its tickets/],
  ['something that is still open', { unclear: [{ id: 'p1', status: 'pending' }] }, /still pending/],
  ['webhooks that nobody takes', { unheard: 3 }, /3 webhooks are not taken/],
  ['an acknowledged payment that is lost', { orders: [{ payment: 'p7', status: 'paid' }] }, /p7 was acknowledged and is lost/],
  ['a paid payment that is paid no more', { payment: { status: 'pending' } }, /was paid once/],
])
  test(`found: ${what}`, async () => {
    assert.match((await differences(change)).join('\n'), told);
  });
