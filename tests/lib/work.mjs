/* The work that a waiting room may ask of those who join: src/services/queue/work.h says what it is. */
import { createHash } from 'node:crypto';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest();

export function solve({ challenge, bits, parts }) {
  const input = Buffer.concat([sha256(challenge), Buffer.alloc(8)]);
  const solution = Buffer.alloc(4 * parts);
  for (let part = 0; part < parts; part++) {
    input.writeUInt32BE(part, 32);
    let counter = 0;
    do input.writeUInt32BE(counter++, 36); while (sha256(input).readUInt32BE() >>> (32 - bits) !== 0);
    solution.writeUInt32BE(counter - 1, 4 * part);
  }
  return { challenge, solution: solution.toString('base64url') };
}
