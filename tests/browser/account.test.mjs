/* One's account: the links of mails, a forgotten password, the second factor. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Mailbox } from '../lib/mailbox.mjs';
import { ok } from '../lib/server.mjs';
import { totp } from '../lib/totp.mjs';
import { House } from './house.mjs';
import { desktop, launch, phone, Visitor } from './visitor.mjs';

let house, browser, box;

before(async () => {
  box = await Mailbox.open();
  house = await House.open({ 'notify.smtp_url': box.url, 'notify.smtp_tls': 'never', 'notify.public_url': 'https://tickets.example.com' });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await house?.close();
  await box?.close();
});

const walks = [
  { name: 'account-phone-ko', device: phone, language: 'ko' },
  { name: 'account-desktop-en', device: desktop, language: 'en' },
];

/* The path of the newest link in a mail to somebody, the `n`-th of its kind. */
const link = (user, page, n = 1) => box.until((mails) => {
  const paths = mails.filter((mail) => mail.to.includes(user.email)).flatMap((mail) => /tickets\.example\.com(\/\w+#\S+)/.exec(mail.text)?.[1] ?? []);
  return paths.filter((path) => path.startsWith(`/${page}#`))[n - 1];
});

for (const who of walks) {
  test(`an address is confirmed by the link of a mail, once (${who.name})`, { timeout: 60000 }, async () => {
    const visitor = await Visitor.open(browser, house, { ...who, name: `${who.name}-verify`, refusals: [409] });
    const user = await house.world.user();
    await visitor.sign_in_as(user);
    await visitor.go('/tickets');
    await visitor.see('verify-notice').waitFor();
    await visitor.look('asked');
    await visitor.act('send-again');
    await visitor.see('sent-again').waitFor();
    const [first, second] = [await link(user, 'verify'), await link(user, 'verify', 2)];
    await visitor.go(second);
    await visitor.see('verified').waitFor();
    assert.equal(new URL(visitor.page.url()).hash, '', 'the secret is gone from the address');
    await visitor.look('verified');
    await visitor.go('/tickets');
    await visitor.see('empty').waitFor();
    assert.equal(await visitor.page.getByTestId('verify-notice').count(), 0);
    await visitor.go(first);
    await visitor.see('link-over').waitFor();
    await visitor.look('over');
    await visitor.leave();
  });

  test(`a forgotten password is chosen anew (${who.name})`, { timeout: 60000 }, async () => {
    const visitor = await Visitor.open(browser, house, { ...who, name: `${who.name}-forgot`, refusals: [409] });
    const user = await house.world.user();
    await visitor.go('/login');
    await visitor.act('forgot-link');
    await visitor.see('forgot-form').waitFor();
    await visitor.look('forgot');
    await visitor.see('field-email').fill(user.email);
    await visitor.act('submit');
    await visitor.see('link-sent').waitFor();
    await visitor.look('sent');
    const path = await link(user, 'reset');
    await visitor.go(path);
    await visitor.see('reset-form').waitFor();
    await visitor.look('reset');
    await visitor.see('field-new_password').fill('a quite different one');
    await visitor.act('submit');
    await visitor.see('password-saved').waitFor();
    await visitor.look('saved');
    await visitor.sign_in_as({ ...user, password: 'a quite different one' });
    await visitor.go('/');
    await visitor.go(path);
    await visitor.see('field-new_password').fill('and one more of them');
    await visitor.act('submit');
    await visitor.see('link-over').waitFor();
    await visitor.look('over');
    await visitor.leave();
  });

  test(`who has a second factor is asked for it (${who.name})`, { timeout: 60000 }, async () => {
    const visitor = await Visitor.open(browser, house, { ...who, name: `${who.name}-factor`, refusals: [401, 429] });
    const api = (...args) => house.world.api(...args);
    const user = await house.world.user();
    const { secret } = ok(await api('POST', '/api/v1/users/me/totp', { password: user.password }, { as: user }), 201);
    const { recovery_codes } = ok(await api('POST', '/api/v1/users/me/totp/confirm', { code: totp(secret, Date.now()) }, { as: user }));

    await visitor.go('/login');
    await visitor.see('field-email').fill(user.email);
    await visitor.see('field-password').fill(user.password);
    await visitor.act('submit');
    await visitor.see('field-code').waitFor();
    await visitor.look('code');
    await visitor.see('field-code').fill('000000');
    await visitor.act('submit');
    await visitor.see('form-problem').waitFor();
    await visitor.look('wrong');
    await visitor.see('field-code').fill(recovery_codes[0]);
    await visitor.act('submit');
    await visitor.see('tickets-link').waitFor();
    await visitor.until(() => visitor.path() === '/', 'the front page');

    const guess = () => api('POST', '/api/v1/auth/login', { email: user.email, password: 'not it at all' });
    for (let i = 0; (await guess()).status !== 429; i++) assert.ok(i < 20, 'guessing is never slowed down');
    const other = await Visitor.open(browser, house, { ...who, name: `${who.name}-wait`, refusals: [401, 429] });
    await other.go('/login');
    await other.see('field-email').fill(user.email);
    await other.see('field-password').fill(user.password);
    for (let i = 0; i < 5 && !(await other.page.getByTestId('wait-countdown').count()); i++) {
      await guess();
      await other.act('submit');
      await other.see('form-problem').waitFor();
    }
    await other.look('wait');
    assert.match(await other.see('wait-countdown').innerText(), /^00:\d\d$/);
    await other.leave();
    await visitor.leave();
  });
}
