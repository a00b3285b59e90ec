/* The pages of organizers and of those in charge: from a new performance to its end, its sales, bookings, and what keeps a house running. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { png } from '../lib/picture.mjs';
import { ok } from '../lib/server.mjs';
import { BLOCKED, day, hour } from '../lib/world.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

opens();

const tablet = { viewport: { width: 768, height: 1024 } };
const walks = [{ name: 'staff-phone-ko', device: phone, language: 'ko' }, { name: 'staff-desktop-en', device: desktop, language: 'en' }];

async function enter(options, user) {
  const visitor = await Visitor.open(browser, house, { refusals: [400, 409], ...options });
  await visitor.sign_in_as(user);
  return visitor;
}

/* As a field of type "datetime-local" has it, in Seoul. */
const local = (offset_ms) => new Date(Date.now() + offset_ms + 9 * hour).toISOString().slice(0, 16);

async function saved(visitor, button, path) {
  const answer = visitor.page.waitForResponse((response) => response.request().method() !== 'GET' && new URL(response.url()).pathname.endsWith(path));
  await visitor.act(button);
  assert.ok((await answer).ok(), `${path} is taken`);
}

async function download(visitor, button) {
  const file = visitor.page.waitForEvent('download');
  await visitor.act(button);
  return readFile(await (await file).path(), 'utf8');
}

const invalid = (visitor, field) => visitor.page.locator(`[data-testid="field-${field}"][aria-invalid]`).waitFor();
const number = (text) => Number(text.replace(/[^\d]/g, ''));

for (const who of walks)
  test(`an organizer makes a performance, sells it and cancels its date (${who.name})`, { timeout: 120000 }, async () => {
    const { world } = house;
    const producer = await world.user(['PRODUCER']);
    const hall = await world.hall({ as: producer, name: `Hall of ${who.name}` });
    const title = `등대 · Lighthouse ${who.name}`;
    const visitor = await enter(who, producer);
    await visitor.go('/admin');
    await visitor.see('empty').waitFor();
    await visitor.look('no-shows');
    await visitor.act('new-show');
    await visitor.see('field-title').fill(title);
    await visitor.see('field-max_tickets_per_user').fill('many');
    await visitor.act('save-show');
    await invalid(visitor, 'max_tickets_per_user');
    await visitor.page.reload();
    await visitor.see('unsaved').waitFor();
    assert.equal(await visitor.see('field-title').inputValue(), title, 'nothing typed is lost');
    await visitor.see('field-max_tickets_per_user').fill('4');
    await visitor.see('field-casting').fill('한서윤 / 등대지기\n/ 폭풍');
    await visitor.act('save-show');
    await visitor.see('refusals').waitFor();
    await visitor.look('refused');
    await visitor.see('field-casting').fill('한서윤 / 등대지기');
    await saved(visitor, 'save-show', '/performances');

    await visitor.see('date-form').waitFor();
    const [made] = ok(await world.api('GET', '/api/v1/admin/performances', undefined, { as: producer })).items;
    assert.equal(made.title, title);
    await visitor.see('field-hall').fill(hall.name);
    await visitor.act('find-hall');
    await visitor.page.locator(`[data-testid="field-hall_id"] option[value="${hall.id}"]`).waitFor({ state: 'attached' });
    const times = { starts_at: 20 * day, ends_at: 20 * day + 2 * hour, sale_starts_at: -hour, sale_ends_at: 21 * day };
    for (const [name, offset] of Object.entries(times)) await visitor.see(`field-${name}`).fill(local(offset));
    await visitor.act('open-date');
    await invalid(visitor, 'price-VIP');
    for (const [grade, price] of [['VIP', '150,000'], ['R', '120000'], ['S', '90000']]) await visitor.see(`field-price-${grade}`).fill(price);
    await visitor.act('open-date');
    await invalid(visitor, 'sale_ends_at');
    await visitor.look('date-refused');
    await visitor.see('field-sale_ends_at').fill(local(19 * day));
    await saved(visitor, 'open-date', '/schedules');
    await visitor.see('times-form').waitFor();
    const id = visitor.path().split('/').pop();
    const schedule = async () => ok(await world.api('GET', `/api/v1/schedules/${id}`));
    assert.deepEqual((await schedule()).remaining.map(({ price }) => price.amount), [150000, 120000, 90000]);

    await visitor.see('field-price-S').fill('80000');
    await saved(visitor, 'save', id);
    assert.deepEqual((await schedule()).remaining.map(({ price }) => price.amount), [150000, 120000, 80000]);
    await visitor.look('times');

    await visitor.go(`/admin/schedules/${id}/terms`);
    await visitor.see('field-how-teen').selectOption('percent');
    await visitor.see('field-percent-teen').fill('50');
    await visitor.see('field-proof-teen').check();
    await visitor.see('field-how-senior').selectOption('own');
    await visitor.see('field-price-senior-R').fill('60000');
    await visitor.act('add-early');
    await visitor.see('field-until-0').fill(local(5 * day));
    await visitor.see('field-early-0').fill('10');
    await visitor.look('terms');
    await saved(visitor, 'save', '/terms');
    const terms = ok(await world.api('GET', `/api/v1/schedules/${id}/terms`, undefined, { as: producer }));
    assert.deepEqual(terms.person_types.filter(({ name }) => name !== 'adult').map(({ name, percent, prices, proof_at_door }) => [name, percent ?? null, prices?.R?.amount, proof_at_door === true]),
      [['teen', 50, undefined, true], ['senior', null, 60000, false]]);
    assert.equal(terms.percent_off ?? terms.early_bird[0].percent, 10);

    await visitor.go(`/admin/schedules/${id}/house`);
    await visitor.act('add-hold');
    await visitor.see('field-reason-0').fill('Press');
    await visitor.see('field-seats-0').fill('1-1, 1-2 nowhere');
    await visitor.act('save');
    await visitor.see('refusals').waitFor();
    await visitor.look('house-refused');
    await visitor.see('field-seats-0').fill('1-1, 1-2');
    await saved(visitor, 'save', '/house_seats');
    const map = ok(await world.api('GET', `/api/v1/schedules/${id}/map`));
    const sale = { id, guids: map.sections.flatMap(({ rows }) => rows.flatMap(({ guids }) => guids)) };
    assert.deepEqual((await world.seats(sale)).slice(0, 2), [BLOCKED, BLOCKED]);

    await visitor.go(`/admin/schedules/${id}/cast`);
    await visitor.see('field-cast').fill('오민재 / 등대지기');
    await saved(visitor, 'save', '/cast');
    assert.deepEqual((await schedule()).casting, [{ name: '오민재', role: '등대지기' }]);

    await visitor.go(`/admin/performances/${made.id}/edit`);
    await visitor.see('field-poster').setInputFiles({ name: 'poster.png', mimeType: 'image/png', buffer: png(480, 640) });
    await saved(visitor, 'save-poster', '/poster');
    assert.match(ok(await world.api('GET', `/api/v1/performances/${made.id}`)).poster_url, /^\/posters\//);
    await visitor.look('edit');

    const buyer = await world.user();
    const { booking } = await world.buy(buyer, sale, ['2-1', '2-2']);
    await visitor.go(`/admin/schedules/${id}/cancel`);
    assert.equal(number(await visitor.see('taken').innerText()), 2, 'what the house keeps is nobody\'s');
    await visitor.act('cancel-date');
    await invalid(visitor, 'reason');
    await visitor.see('field-reason').fill('Storm · 폭풍');
    await visitor.act('cancel-date');
    await visitor.see('sure').waitFor();
    await visitor.look('cancel-sure');
    await visitor.act('yes');
    await visitor.see('is-cancelled').waitFor();
    await visitor.look('cancelled');
    await visitor.until(async () => (await world.booking(buyer, booking.id)).status === 'refunded', 'everybody is refunded');
    await visitor.leave();
  });

for (const who of [walks[0], { name: 'staff-tablet-en', device: tablet, language: 'en' }])
  test(`sales are followed while they happen (${who.name})`, { timeout: 90000 }, async () => {
    const { world } = house;
    const producer = await world.user(['PRODUCER']);
    const sale = await world.sale({ as: producer });
    const buyer = await world.user();
    await world.buy(buyer, sale, sale.guids.slice(0, 2));
    const visitor = await enter({ ...who, name: `${who.name}-overview` }, producer);
    await visitor.go('/admin');
    await visitor.page.getByTestId('show').getByRole('link').click();
    const row = visitor.see('grade-VIP');
    const cell = async (name) => Number(await row.getByTestId(name).innerText());
    await row.waitFor();
    await visitor.page.locator('[data-testid="stock-state"][data-state="live"]').waitFor();
    assert.deepEqual([await cell('sold'), await cell('held'), await cell('free')], [2, 0, 18]);
    const held = ok(await world.hold(await world.user(), sale, sale.guids.slice(2, 3)), 201);
    await visitor.until(async () => await cell('held') === 1 && await cell('free') === 17, 'the hold is seen');
    assert.equal(held.seats.length, 1);
    await visitor.see('sales-curve').waitFor();
    const cells = await visitor.see('sales-table').locator('tbody tr').first().locator('td').allInnerTexts();
    assert.deepEqual(cells.slice(0, 3).map(number), [2, 0, 0]);
    assert.equal(number(cells[3]), 60000);
    await visitor.look('overview');
    await visitor.see('sales-table').scrollIntoViewIfNeeded();
    await visitor.look('sales');
    assert.match(await download(visitor, 'csv'), new RegExp(`\\n[^\\n]*${sale.id}`));
    await visitor.act('to-date');
    await visitor.see('times-form').waitFor();
    await visitor.leave();
  });

for (const who of walks)
  test(`a booking is found, noted and partly cancelled by staff (${who.name})`, { timeout: 90000 }, async () => {
    const { world } = house;
    const producer = await world.user(['PRODUCER']);
    const sale = await world.sale({ as: producer });
    const [ann, bob] = [await world.user(), await world.user()];
    const { booking } = await world.buy(ann, sale, sale.guids.slice(0, 2));
    await world.checkout(bob, sale, sale.guids.slice(4, 5));
    const visitor = await enter({ ...who, name: `${who.name}-bookings` }, producer);
    await visitor.go('/admin/bookings');
    const rows = visitor.page.getByTestId('booking');
    await visitor.see('bookings').waitFor();
    assert.equal(await rows.count(), 2, 'one\'s own, and nobody else\'s');
    await visitor.look('bookings');
    await visitor.see('field-status').selectOption('confirmed');
    await visitor.see('field-q').fill(booking.code);
    await visitor.act('find');
    await visitor.until(async () => await rows.count() === 1, 'that one');
    await visitor.page.reload();
    await visitor.see('bookings').waitFor();
    assert.equal(await rows.count(), 1, 'the filter stays in the address');
    assert.equal(await visitor.see('field-q').inputValue(), booking.code);
    const csv = await download(visitor, 'csv');
    assert.ok(csv.includes(booking.code) && csv.trim().split('\n').length === 2);
    await rows.getByRole('link').first().click();
    await visitor.see('note-form').waitFor();
    await visitor.see('field-note').fill('휠체어로 오십니다 · comes by wheelchair');
    await visitor.act('add-note');
    await visitor.see('notes').waitFor();
    await visitor.see(`field-seat-${sale.guids[1]}`).uncheck();
    await visitor.act('cancel-booking');
    await invalid(visitor, 'reason');
    await visitor.see('field-reason').fill('Asked on the phone');
    await visitor.act('cancel-booking');
    await visitor.see('sure').waitFor();
    await visitor.look('booking-sure');
    await visitor.act('yes');
    await visitor.see('cancellations').waitFor();
    await visitor.look('booking');
    const told = ok(await world.api('GET', `/api/v1/admin/bookings/${booking.id}`, undefined, { as: producer }));
    assert.deepEqual(told.cancellations.map(({ seats, refund }) => [seats, refund.fee]), [[[sale.guids[0]], 0]]);
    assert.equal(told.notes.length, 1);
    await visitor.go('/admin/bookings?status=refund_due');
    await visitor.see('empty').waitFor();
    await visitor.look('none');
    await visitor.leave();
  });

for (const who of walks)
  test(`keys, webhooks and coupons are made and taken back (${who.name})`, { timeout: 90000 }, async () => {
    const { world } = house;
    const producer = await world.user(['PRODUCER']);
    const mine = async (path) => ok(await world.api('GET', `/api/v1${path}`, undefined, { as: producer })).items;
    const visitor = await enter({ ...who, name: `${who.name}-programs` }, producer);
    await visitor.go('/admin/keys');
    await visitor.see('empty').waitFor();
    await visitor.act('make-key');
    await invalid(visitor, 'name');
    await visitor.see('field-name').fill('Till');
    await visitor.see('field-scopes-catalogue:read').check();
    await visitor.act('make-key');
    const key = await visitor.see('field-secret').inputValue();
    await visitor.look('key-once');
    assert.equal((await world.api('GET', '/api/v1/admin/bookings', undefined, { token: key })).status, 200, 'it works');
    await visitor.act('kept');
    await visitor.see('key-form').waitFor();
    assert.ok(!(await visitor.page.content()).includes(key), 'and is shown this once');
    assert.deepEqual((await mine('/users/me/api-keys'))[0].scopes, ['catalogue:read', 'sales:read']);
    await visitor.look('keys');
    await visitor.act('revoke-key');
    await visitor.act('yes');
    await visitor.see('empty').waitFor();
    assert.equal((await world.api('GET', '/api/v1/admin/bookings', undefined, { token: key })).status, 401);

    await visitor.go('/admin/webhooks');
    await visitor.see('field-url').fill('http://127.0.0.1/hook');
    await visitor.act('make-hook');
    await invalid(visitor, 'url');
    await visitor.see('field-url').fill('https://hooks.example.com/takenseat');
    await visitor.see('field-events-booking.refunded').uncheck();
    await visitor.act('make-hook');
    await visitor.see('once').waitFor();
    await visitor.act('kept');
    await visitor.see('hooks').waitFor();
    assert.deepEqual((await mine('/webhooks'))[0].events, ['booking.confirmed', 'booking.cancelled', 'performance.schedule_cancelled']);
    await visitor.act('look');
    await visitor.see('no-deliveries').waitFor();
    await visitor.act('turn');
    await visitor.until(async () => (await mine('/webhooks'))[0].active === false, 'it is off');
    await visitor.look('webhooks');
    await visitor.act('remove-hook');
    await visitor.act('yes');
    await visitor.see('empty').waitFor();

    await world.performance({ as: producer, title: 'Only this one' });
    await visitor.go('/admin/coupons');
    await visitor.page.locator('[data-testid="field-performance_id"] option').waitFor({ state: 'attached' });
    await visitor.see('field-name').fill(`첫 만남 · Welcome ${who.name}`);
    await visitor.act('make-offer');
    await invalid(visitor, 'expires_at');
    await visitor.see('field-expires_at').fill(local(10 * day));
    await visitor.see('field-open').uncheck();
    await saved(visitor, 'make-offer', '/coupons');
    await visitor.act('begin-codes');
    await visitor.see('field-count').fill('3');
    await saved(visitor, 'make-codes', '/codes');
    assert.equal((await download(visitor, 'codes-csv')).trim().split('\n').length, 4);
    await visitor.look('coupons');
    const offer = visitor.page.getByTestId('offer').filter({ hasText: who.name });
    await offer.getByTestId('remove-offer').click();
    await visitor.act('yes');
    await offer.waitFor({ state: 'detached' });
    await visitor.leave();
  });

test('an administrator gives roles, and reads who did what', { timeout: 90000 }, async () => {
  const { world } = house;
  const person = await world.user();
  const boss = await world.user(['MANAGER', 'ADMIN']);
  const visitor = await enter({ name: 'staff-admin', device: desktop, language: 'en' }, boss);
  await visitor.go('/admin/customers');
  await visitor.see('field-q').fill(person.email);
  await visitor.act('find');
  await visitor.page.getByText(person.email).waitFor();
  await visitor.act('change-roles');
  await visitor.see('field-role-STAFF').check();
  await visitor.look('roles');
  await visitor.act('save-roles');
  await visitor.see('roles-form').waitFor({ state: 'detached' });
  assert.deepEqual(ok(await world.api('GET', `/api/v1/users/${person.id}`, undefined, { as: boss })).roles, ['CUSTOMER', 'STAFF']);
  await visitor.go(`/admin/audit?object=${person.id}`);
  await visitor.see('log').waitFor();
  assert.match(await visitor.see('log').innerText(), /auth\.user_change/);
  await visitor.look('audit');
  await visitor.see('field-action').fill('nothing.at_all');
  await visitor.act('find');
  await visitor.see('empty').waitFor();
  await visitor.leave();
});

for (const who of walks)
  test(`reviews are moderated, and mails that failed are sent again (${who.name})`, { timeout: 60000 }, async () => {
    const { world } = house;
    const sale = await world.sale();
    const manager = await world.user(['MANAGER']);
    const visitor = await enter({ ...who, name: `${who.name}-care` }, manager);
    const review = {
      id: sale.performance.id, performance_id: sale.performance.id, user_id: manager.id, author: 'K**', rating: 1, title: '실망 · Let down', content: 'Buy at example.com', likes: 0,
      liked: false, mine: false, created_at: new Date().toISOString(), updated_at: null, hidden: false, hidden_reason: null, open_reports: 2, reasons: ['Advertising'],
    };
    await visitor.go('/admin/reviews');
    await visitor.see('empty').waitFor();
    await visitor.says('GET', '/admin/reviews', { body: { items: [review], next: null } });
    await visitor.page.reload();
    await visitor.see('review').waitFor();
    await visitor.look('reviews');
    const { user_id, open_reports, reasons, ...plain } = review;
    await visitor.says('PUT', `/reviews/${review.id}/hidden`, { body: { ...plain, hidden: true, hidden_reason: 'Advertising' } });
    await visitor.act('begin-hide');
    await visitor.see('field-reason').fill('Advertising');
    const asked = visitor.page.waitForRequest((request) => request.url().endsWith('/hidden'));
    await visitor.says('GET', '/admin/reviews', { body: { items: [{ ...review, hidden: true, hidden_reason: 'Advertising' }], next: null } });
    await visitor.act('hide');
    assert.deepEqual((await asked).postDataJSON(), { reason: 'Advertising' });
    await visitor.see('unhide').waitFor();
    await visitor.look('hidden');

    const mail = {
      id: sale.id, user_id: manager.id, kind: 'booking_confirmed', status: 'dead', attempts: 9, why: '550 no such mailbox', created_at: new Date().toISOString(), next_try_at: null,
      done_at: new Date().toISOString(),
    };
    await visitor.says('GET', '/admin/mails', { body: { items: [mail], next: null } });
    await visitor.go('/admin/mails');
    await visitor.see('retry-mail').waitFor();
    await visitor.look('mails');
    await visitor.says('POST', `/admin/mails/${mail.id}/retry`, { body: { ...mail, status: 'queued', done_at: null } });
    await visitor.says('GET', '/admin/mails', { body: { items: [{ ...mail, status: 'queued', done_at: null }], next: null } });
    await visitor.act('retry-mail');
    await visitor.see('retry-mail').waitFor({ state: 'detached' });
    await visitor.leave();
  });

test('for buyers these pages do not exist, and a producer has only his', { timeout: 60000 }, async () => {
  const { world } = house;
  const visitor = await enter({ name: 'staff-buyer' }, await world.user());
  for (const path of ['/admin', '/admin/bookings', '/admin/customers', '/desk']) {
    await visitor.go(path);
    await visitor.see('notice').waitFor();
    assert.equal(await visitor.page.getByTestId('staff-nav').count(), 0, path);
  }
  await visitor.leave();
  const producer = await enter({ name: 'staff-producer' }, await world.user(['PRODUCER']));
  await producer.go('/admin');
  await producer.see('staff-nav').waitFor();
  const ways = await producer.see('staff-nav').getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  assert.ok(ways.includes('/settlements') && ways.includes('/desk'));
  for (const way of ['/admin/money', '/admin/customers', '/admin/audit', '/admin/mails']) assert.ok(!ways.includes(way), way);
  await producer.leave();
});
