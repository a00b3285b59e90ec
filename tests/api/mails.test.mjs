/* Mails: what is sent to whom in which language, and what happens when the mail server does not want it. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Mailbox, refusal } from '../lib/mailbox.mjs';
import { ok, refused } from '../lib/server.mjs';
import { World, day, hour, minute } from '../lib/world.mjs';

let box, world;

before(async () => {
  box = await Mailbox.open({ auth: { user: 'takenseat', password: 'quite secret' } });
  world = await World.open({ settings: {
    'notify.smtp_url': box.url, 'notify.smtp_user': 'takenseat', 'notify.smtp_password': 'quite secret', 'notify.smtp_tls': 'never',
    'notify.smtp_timeout_seconds': 1, 'notify.from': 'tickets@example.com', 'notify.public_url': 'https://tickets.example.com',
  } });
});
after(async () => {
  await world.close();
  await box.close();
});
beforeEach(() => { box.answer = () => undefined; });

const mails = async (query = '') => ok(await world.api('GET', `/api/v1/admin/mails${query}`, undefined, { as: world.admin })).items;
const mails_of = async (user, kind) => (await mails('?limit=100')).filter((mail) => mail.user_id === user.id && (!kind || mail.kind === kind));

/* What is due now has been sent. */
const settle = () => world.advance(0);

test('a new account is asked to confirm its address, by a link that works once', async () => {
  const user = await world.user();
  await settle();
  const [mail] = box.to(user.email);
  assert.ok(mail, 'no mail');
  assert.match(mail.subject, /confirm your e-mail address/);
  assert.match(mail.text, /https:\/\/tickets\.example\.com\//);
  assert.match(mail.html, /href="https:\/\/tickets\.example\.com\//);
  assert.equal(mail.from, 'tickets@example.com');
  assert.match(mail.id, /^<[^@<>]+@example\.com>$/);
  assert.match(mail.headers['content-type'], /^multipart\/alternative/);
  assert.equal((await mails_of(user))[0].status, 'sent');
});

test('no secret and no address is in the log or among the mails that staff see', async () => {
  const user = await world.user();
  await settle();
  const [mail] = box.to(user.email);
  const [, path] = /https:\/\/tickets\.example\.com\/(\S+)/.exec(mail.text);
  const token = path.split(/[/=#?]/).pop();
  assert.ok(token.length > 20, token);
  assert.ok(!JSON.stringify(await mails('?limit=100')).includes(token));
  const log = await world.server.log();
  assert.ok(!log.includes(token) && !log.includes(user.email) && !log.includes('quite secret'));
});

test('the audit log knows whose password a link has changed, and nothing of links that are none', async () => {
  const user = await world.user();
  const post = (path, body) => world.api('POST', `/api/v1/auth/${path}`, body);
  const log = async () => ok(await world.api('GET', '/api/v1/audit-log', undefined, { as: world.admin })).items;
  const [last] = await log();
  refused(await post('password/reset', { token: 'made up', new_password: 'a fresh password' }), 409, 'link_invalid');
  assert.deepEqual((await log())[0], last);

  await settle();
  const [mail] = box.to(user.email);
  const [, verify] = /verify#(\S+)/.exec(mail.text);
  ok(await post('verify', { token: verify }));
  ok(await post('password/forgot', { email: user.email }), 202);
  await settle();
  const [, reset] = /reset#(\S+)/.exec(box.to(user.email).at(-1).text);
  ok(await post('password/reset', { token: reset, new_password: 'a fresh password' }), 204);
  user.password = 'a fresh password';
  const lines = (await log()).slice(0, 2);
  assert.deepEqual(lines.map(({ user_id, action, body }) => [user_id, action, body]), [[user.id, 'auth.reset', ''], [user.id, 'auth.verify', '']]);
});

test('a purchase is confirmed by mail with code, seats and a link to the tickets', async () => {
  const user = await world.user();
  const sale = await world.sale();
  const { booking } = await world.buy(user, sale, sale.guids.slice(0, 2));
  await settle();
  const mail = box.to(user.email).find(({ subject }) => subject.includes(booking.code));
  assert.ok(mail, box.to(user.email).map(({ subject }) => subject).join());
  for (const text of [mail.text, mail.html]) {
    assert.ok(text.includes(booking.code));
    assert.ok(text.includes(`https://tickets.example.com/tickets/${booking.id}`));
    assert.match(text, /An Evening/);
    assert.match(text, /KRW [\d,]+/);
  }
});

test('who cancels is told the fee and the refund, and when the money has gone back', async () => {
  const user = await world.user();
  const sale = await world.sale();
  const { booking } = await world.buy(user, sale, sale.guids.slice(0, 2));
  ok(await world.api('POST', `/api/v1/bookings/${booking.id}/cancel`, { seats: [sale.guids[1]] }, { as: user }));
  await world.advance(minute);
  const [cancelled] = box.to(user.email).filter(({ subject }) => subject.includes('cancelled'));
  assert.match(cancelled.subject, new RegExp(`Booking ${booking.code} cancelled`));
  assert.match(cancelled.text, /Cancelled seats: 1\r\n/);
  assert.match(cancelled.text, /Refund: KRW [\d,]+ /);
  const [refunded] = box.to(user.email).filter(({ subject }) => subject.includes('Refund'));
  assert.match(refunded.text, /Refund: KRW [\d,]+\r\n/);
});

test('when an event is called off everybody with a ticket is told, in their language', async () => {
  const [ann, min] = [await world.user(), await world.user()];
  ok(await world.api('PATCH', '/api/v1/users/me', { lang: 'ko' }, { as: min }));
  const sale = await world.sale();
  await world.buy(ann, sale, sale.guids.slice(0, 1));
  await world.buy(min, sale, sale.guids.slice(1, 3));
  ok(await world.api('POST', `/api/v1/schedules/${sale.id}/cancel`, { reason: 'The singer is ill' }, { as: world.admin }));
  await world.advance(minute);
  const told = (user, pattern) => box.to(user.email).filter(({ subject }) => pattern.test(subject)).length;
  assert.equal(told(ann, /^Cancelled: An Evening/), 1);
  assert.equal(told(min, /^공연 취소 안내: An Evening/), 1);
});

test('an account that speaks Korean gets Korean mails', async () => {
  const user = await world.user();
  ok(await world.api('PATCH', '/api/v1/users/me', { lang: 'ko' }, { as: user }));
  const sale = await world.sale();
  const { booking } = await world.buy(user, sale, sale.guids.slice(0, 1));
  await settle();
  const mail = box.to(user.email).find(({ subject }) => subject.includes(booking.code));
  assert.match(mail.subject, /^예매 완료/);
  assert.match(mail.text, /예매 번호: /);
  assert.match(mail.text, /30,000원\r\n/);
  assert.match(mail.headers.subject, /^[\x20-\x7e]+$/);
});

test('who does not want to hear of bookings does not; security mails have no switch', async () => {
  const user = await world.user();
  const settings = ok(await world.api('GET', '/api/v1/notifications/settings', undefined, { as: user }));
  assert.deepEqual(settings, { security: true, booking_confirmed: true, booking_cancelled: true, refund_done: true, schedule_cancelled: true, seat_offered: true });
  const changed = ok(await world.api('PATCH', '/api/v1/notifications/settings', { booking_confirmed: false }, { as: user }));
  assert.deepEqual(changed, { ...settings, booking_confirmed: false });
  refused(await world.api('PATCH', '/api/v1/notifications/settings', { security: false }, { as: user }), 400, 'invalid');
  assert.deepEqual(ok(await world.api('GET', '/api/v1/notifications/settings', undefined, { as: user })), changed);

  const sale = await world.sale();
  await world.buy(user, sale, sale.guids.slice(0, 1));
  await settle();
  assert.deepEqual(await mails_of(user, 'booking_confirmed'), []);
  ok(await world.api('PATCH', '/api/v1/notifications/settings', { booking_confirmed: true }, { as: user }));
  await world.buy(user, sale, sale.guids.slice(1, 2));
  await settle();
  assert.equal((await mails_of(user, 'booking_confirmed')).length, 1);
});

test('a recipient who is refused for the moment (4xx) is tried again with the same Message-ID', async () => {
  const seen = [];
  box.answer = (address) => { seen.push(address); return seen.length < 3 ? refusal(451, `<${address}> is büsy, try later`) : undefined; };
  const user = await world.user();
  await settle();
  const [waiting] = await mails_of(user);
  assert.equal(waiting.status, 'queued');
  assert.equal(waiting.attempts, 1);
  assert.match(waiting.why, /451.*<\*> is b\?\?sy/);
  assert.ok(!waiting.why.includes(user.email));
  assert.equal(Date.parse(waiting.next_try_at) - world.now, minute);
  await world.advance(minute);
  assert.equal((await mails_of(user))[0].attempts, 2);
  await world.advance(2 * minute);
  const [sent] = await mails_of(user);
  assert.equal(sent.status, 'sent');
  assert.equal(sent.attempts, 3);
  assert.equal(box.to(user.email).length, 1);
});

test('a recipient who is refused for good (5xx) is a dead letter; staff may send it once more', async () => {
  box.answer = () => refusal(550, 'no such user');
  const user = await world.user();
  await settle();
  const [dead] = await mails_of(user);
  assert.equal(dead.status, 'dead');
  assert.equal(dead.next_try_at, null);
  assert.ok((await mails('?status=dead&limit=100')).some(({ id }) => id === dead.id));
  assert.ok(!(await mails('?status=queued&limit=100')).some(({ id }) => id === dead.id));

  box.answer = () => undefined;
  assert.equal(ok(await world.api('POST', `/api/v1/admin/mails/${dead.id}/retry`, undefined, { as: world.admin })).status, 'queued');
  await settle();
  assert.equal((await mails_of(user))[0].status, 'sent');
  assert.equal(box.to(user.email).length, 1);
  refused(await world.api('POST', `/api/v1/admin/mails/${dead.id}/retry`, undefined, { as: world.admin }), 409, 'mail_finished');
});

test('a server that hangs is left alone for a while, and gets everything later', async () => {
  box.answer = () => 'hang';
  const users = [await world.user(), await world.user()];
  await settle();
  assert.deepEqual((await Promise.all(users.map((user) => mails_of(user)))).map(([mail]) => mail.status), ['queued', 'queued']);
  box.answer = () => undefined;
  await world.advance(10 * minute);
  for (const user of users) {
    assert.equal((await mails_of(user))[0].status, 'sent');
    assert.equal(box.to(user.email).length, 1);
  }
});

test('twelve tries over a day, then a mail is a dead letter', async () => {
  box.answer = () => refusal(452, 'mailbox full');
  const user = await world.user();
  const begun = world.now;
  await settle();
  for (let i = 0; i < 23; i++) await world.advance(hour);
  const [mail] = await mails_of(user);
  assert.equal(mail.status, 'dead');
  assert.equal(mail.attempts, 12);
  assert.ok(Date.parse(mail.done_at) - begun < day);
});

test('mails are listed page by page, newest first', async () => {
  const first = ok(await world.api('GET', '/api/v1/admin/mails?limit=2', undefined, { as: world.admin }));
  const second = ok(await world.api('GET', `/api/v1/admin/mails?limit=2&cursor=${first.next}`, undefined, { as: world.admin }));
  const four = await mails('?limit=4');
  assert.deepEqual([...first.items, ...second.items], four);
});

test('what was sent is forgotten after a month', async () => {
  await world.advance(31 * day);
  assert.deepEqual((await mails('?limit=100')).filter(({ status }) => status !== 'queued'), []);
});
