/* The work that a waiting room may ask of those who join: src/services/queue/work.h says what it is. Its inputs are one block of SHA-256 (FIPS 180-4)
 * each; node's own hash takes ten times as long for so little. */
import { createHash } from 'node:crypto';

const fraction = (root) => Math.floor((root - Math.floor(root)) * 2 ** 32) | 0;
const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
const constants = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const start = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const turn = (x, n) => (x >>> n) | (x << (32 - n));
const w = new Int32Array(64);

/* The first word of the hash of one block, which is padded. */
function first_word(block) {
  w.set(block);
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15], y = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = start;
  for (let i = 0; i < 64; i++) {
    const t = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + constants[i] + w[i]) | 0;
    const u = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t) | 0; d = c; c = b; b = a; a = (t + u) | 0;
  }
  return a + start[0];
}

export function solve({ challenge, bits, parts }) {
  const seed = createHash('sha256').update(challenge).digest(), solution = Buffer.alloc(4 * parts), block = new Int32Array(16);
  for (let i = 0; i < 8; i++) block[i] = seed.readInt32BE(4 * i);
  block[10] = 0x80000000;
  block[15] = 8 * 40;
  for (let part = 0; part < parts; part++) {
    block[8] = part;
    for (block[9] = 0; first_word(block) >>> (32 - bits) !== 0;) block[9]++;
    solution.writeUInt32BE(block[9] >>> 0, 4 * part);
  }
  return { challenge, solution: solution.toString('base64url') };
}
