/* Webhooks as the sandbox would send them: signed with its key, which is made from the installation's secret. */
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';

/* crypto_kdf of libsodium: BLAKE2b with the number of the key as salt and its purpose as personalization. */
const derive = 'import hashlib, sys; seed = open(sys.argv[1], "rb").read();'
  + 'print(hashlib.blake2b(b"", digest_size=32, key=seed, salt=(1).to_bytes(16, "little"), person=b"webhook").hexdigest())';
const keys = new Map();

function key_of(server) {
  if (!keys.has(server.data)) keys.set(server.data, Buffer.from(execFileSync('python3', ['-c', derive, `${server.data}/secret`], { encoding: 'utf8' }).trim(), 'hex'));
  return keys.get(server.data);
}

/* Tells that this payment was charged with `amount`; `late_ms`: how long ago it was signed. */
export function tell(world, payment, { id, amount = payment.amount, late_ms = 0 }) {
  const event = { id, type: 'charge.paid', payment: payment.id, amount };
  const at = Math.floor((world.now - late_ms) / 1000);
  const mac = createHmac('sha256', key_of(world.server)).update(`${at}.${JSON.stringify(event)}`).digest('hex');
  return world.api('POST', '/api/v1/payments/webhooks/sandbox', event, { headers: { 'sandbox-signature': `t=${at},v1=${mac}` } });
}
