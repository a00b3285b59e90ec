/* One's account: the links of mails, a forgotten password, the second factor. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Mailbox } from '../lib/mailbox.mjs';
import { ok, refused } from '../lib/server.mjs';
import { totp } from '../lib/totp.mjs';
import { Visitor, browser, desktop, house, opens, phone } from './visitor.mjs';

let box;

opens({ settings: async () => {
  box = await Mailbox.open();
  return { 'notify.smtp_url': box.url, 'notify.smtp_tls': 'never', 'notify.public_url': 'https://tickets.example.com' };
} });
after(() => box?.close());

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
    const other = await Visitor.open(browser, house, { ...who, name: `${who.name}-wait`, refusals: [401, 429] });
    await other.go('/login');
    await other.see('field-email').fill(user.email);
    await other.see('field-password').fill(user.password);
    let pause = 0;                                  /* long enough for the form to be sent meanwhile */
    for (let i = 0; pause < 4; i++) {
      assert.ok(i < 20, 'guessing is never slowed down');
      await new Promise((go) => setTimeout(go, pause * 1000));
      pause = Number((await guess()).headers['retry-after'] ?? 0);
    }
    for (let i = 0; i < 5 && !(await other.page.getByTestId('wait-countdown').count()); i++) {
      await guess();
      await other.act('submit');
      await other.see('form-problem').waitFor();
    }
    assert.match(await other.see('wait-countdown').innerText(), /^00:\d\d$/);
    await other.look('wait');
    await other.leave();
    await visitor.leave();
  });

  test(`one's account is changed (${who.name})`, { timeout: 60000 }, async () => {
    const visitor = await Visitor.open(browser, house, { ...who, name: `${who.name}-profile`, refusals: [403] });
    const user = await house.world.user();
    const me = async () => ok(await house.world.api('GET', '/api/v1/users/me', undefined, { as: user }));
    await visitor.sign_in_as(user);
    await visitor.act('account-link');
    await visitor.see('sign-in').waitFor();
    await visitor.look('account');
    await visitor.see('field-name').fill('새 이름');
    await visitor.see('field-phone').fill('010-1234-5678');
    await visitor.see('field-lang').selectOption('ko');
    await visitor.act('save-profile');
    await visitor.see('toast').waitFor();
    const changed = await me();
    assert.deepEqual([changed.name, changed.lang], ['새 이름', 'ko']);
    assert.match(changed.phone, /1234/);

    assert.equal(await visitor.page.getByTestId('sign-in').count(), 2, 'this browser and the test');
    await visitor.act('end-sign-in');
    await visitor.until(async () => (await visitor.page.getByTestId('sign-in').count()) === 1, 'one device left');
    await visitor.see('field-current_password').fill('not the one');
    await visitor.see('field-new_password').fill('an entirely new one');
    await visitor.act('save-password');
    await visitor.page.locator('[data-testid="password-form"] .field__error').waitFor();
    await visitor.see('password-form').scrollIntoViewIfNeeded();
    await visitor.look('wrong-password');
    await visitor.see('field-current_password').fill(user.password);
    await visitor.act('save-password');
    await visitor.until(async () => (await visitor.see('field-current_password').inputValue()) === '', 'the password is saved');
    user.password = 'an entirely new one';
    await house.world.sign_in(user);
    await visitor.act('sign-out');
    await visitor.see('sign-in-link').waitFor();
    assert.equal(visitor.path(), '/');
    await visitor.leave();
  });

  test(`a second factor is set up and given up (${who.name})`, { timeout: 60000 }, async () => {
    const visitor = await Visitor.open(browser, house, { ...who, name: `${who.name}-setup` });
    const user = await house.world.user();
    const login = () => house.world.api('POST', '/api/v1/auth/login', { email: user.email, password: user.password });
    await visitor.sign_in_as(user);
    await visitor.go('/account');
    await visitor.see('field-factor-password').fill(user.password);
    await visitor.act('factor-begin');
    const secret = await visitor.see('factor-secret').innerText();
    assert.match(await visitor.see('factor-uri').getAttribute('href'), new RegExp(`^otpauth://totp/.*secret=${secret}`));
    await visitor.see('factor').scrollIntoViewIfNeeded();
    await visitor.look('secret');
    await visitor.see('field-factor-code').fill(totp(secret, Date.now()));
    await visitor.act('factor-submit');
    await visitor.see('recovery-codes').waitFor();
    const codes = await visitor.see('recovery-codes').locator('code').allInnerTexts();
    assert.equal(new Set(codes).size, 10);
    await visitor.look('recovery');
    refused(await login(), 401, 'second_factor_required');
    await visitor.act('recovery-kept');
    await visitor.see('factor-stop').waitFor();
    await visitor.look('on');
    await visitor.see('field-factor-password').fill(user.password);
    await visitor.see('field-factor-code').fill(codes[3]);
    await visitor.act('factor-end');
    await visitor.see('factor-start').waitFor();
    ok(await login());
    await visitor.leave();
  });

  test(`an account is closed for good (${who.name})`, { timeout: 60000 }, async () => {
    const visitor = await Visitor.open(browser, house, { ...who, name: `${who.name}-close` });
    const user = await house.world.user();
    await visitor.sign_in_as(user);
    await visitor.go('/account');
    await visitor.act('close-begin');
    await visitor.see('field-close-password').fill(user.password);
    await visitor.look('sure');
    await visitor.act('close-now');
    await visitor.see('sign-in-link').waitFor();
    refused(await house.world.api('POST', '/api/v1/auth/login', { email: user.email, password: user.password }), 401, 'bad_credentials');
    await visitor.leave();
  });
}
