/* The way to the mail server: encrypted unless told otherwise, to a server that proves who it is, with a name and a password. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Mailbox } from '../lib/mailbox.mjs';
import { ok } from '../lib/server.mjs';
import { World } from '../lib/world.mjs';

const auth = { user: 'takenseat', password: 'quite secret' };
const signed_in = { 'notify.smtp_user': auth.user, 'notify.smtp_password': auth.password };
let folder, certificate, tls;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'takenseat-tls-'));
  certificate = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  await promisify(execFile)('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate]);
  tls = { key: await readFile(key), cert: await readFile(certificate) };
});
after(() => rm(folder, { recursive: true, force: true }));

/* What becomes of a mail with these settings. */
async function mail_with(box, settings) {
  const world = await World.open({ settings: { 'notify.smtp_url': box.url, 'notify.smtp_timeout_seconds': 2, ...settings } });
  try {
    const user = await world.user();
    await world.advance(0);
    const { items } = ok(await world.api('GET', '/api/v1/admin/mails', undefined, { as: world.admin }));
    return items.find(({ user_id }) => user_id === user.id);
  } finally {
    await world.close();
    await box.close();
  }
}

test('STARTTLS, then name and password', async () => {
  const box = await Mailbox.open({ auth, tls });
  const mail = await mail_with(box, { 'notify.smtp_ca_file': certificate, ...signed_in });
  assert.equal(mail.status, 'sent', mail.why);
  assert.equal(box.encrypted, box.mails.length);
});

for (const [what, has, settings, why] of [
  ['a server that cannot encrypt gets nothing', {}, {}, /SSL|TLS/i],
  ['a server whose certificate nobody knows gets nothing', { tls: true }, {}, /certificate/i],
  ['where encryption is only offered, a wrong certificate is still refused', { tls: true }, { 'notify.smtp_tls': 'offered' }, /certificate/i],
  ['a wrong password is not the mail\'s fault', { tls: true, auth }, { ca: true, 'notify.smtp_user': 'takenseat', 'notify.smtp_password': 'wrong' }, /login|denied|535/i],
])
  test(what, async () => {
    const { ca, ...rest } = settings;
    const box = await Mailbox.open({ auth: has.auth, tls: has.tls && tls });
    const mail = await mail_with(box, { ...rest, ...(ca && { 'notify.smtp_ca_file': certificate }) });
    assert.equal(mail.status, 'queued');
    assert.match(mail.why, why);
    assert.equal(box.mails.length, 0);
  });

test('a server that is not there', async () => {
  const box = await Mailbox.open();
  const { url } = box;
  await box.close();
  const mail = await mail_with({ url, close: () => undefined }, {});
  assert.equal(mail.status, 'queued');
  assert.match(mail.why, /connect/i);
});

for (const [name, value] of [['notify.smtp_tls', 'sometimes'], ['notify.smtp_url', 'http://example.com'], ['notify.from', 'not an address']])
  test(`${name}=${value} is refused at start`, async () => {
    await assert.rejects(World.open({ settings: { [name]: value } }), new RegExp(name.replace('.', '\\.')));
  });
