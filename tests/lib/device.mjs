/* A buyer's device: a P-256 key, and the proofs that it makes (docs/passes.md). */
import { createHash, randomBytes, webcrypto } from 'node:crypto';

const base64url = (bytes) => Buffer.from(bytes).toString('base64url');
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };

export class Device {
  static async make() {
    const device = new Device();
    const pair = await webcrypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
    const raw = Buffer.from(await webcrypto.subtle.exportKey('raw', pair.publicKey));
    return Object.assign(device, { secret: pair.privateKey, key: base64url(raw.subarray(1)) });
  }

  /* A proof for one request at `time` (ms), or with any part of it as told. */
  async proof(method, path, time, { pass, nonce = base64url(randomBytes(16)), key = this.key } = {}) {
    const hash = pass ? createHash('sha256').update(pass).digest('base64url') : '-';
    const statement = ['takenseat-proof-1', method, path, time, nonce, hash].join('\n');
    const signature = await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, this.secret, Buffer.from(statement));
    return [key, time, nonce, base64url(signature)].join('.');
  }

  /* A request of the world's with a proof and, if there is one, a pass. */
  async ask(world, method, path, body, { pass, headers, ...options } = {}) {
    const proof = await this.proof(method, path, world.now ?? Date.now(), { pass });
    return world.api(method, path, body, { pass, headers: { ...headers, 'device-proof': proof }, ...options });
  }
}
