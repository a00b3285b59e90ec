/* The work that a waiting room may ask for before it gives a place: for each part a number, such that the hash of seed, part and number begins with
 * so many zero bits. The seed is the hash of the challenge. */
import { begin, compress, sha256 } from "./sha256";

export interface Challenge {
  challenge: string;
  bits: number;
  parts: number;
}

export class Solver {
  /* Parts that are done. */
  part = 0;
  private readonly block = new Int32Array(16);
  private readonly found: Uint8Array;
  private counter = 0;

  constructor(private readonly task: Challenge) {
    this.block.set(sha256(task.challenge));
    this.block[10] = 0x80000000;
    this.block[15] = 8 * 40;
    this.found = new Uint8Array(4 * task.parts);
  }

  /* Tries so many numbers at most; true once all parts are done. */
  step(tries: number): boolean {
    const rest = 32 - this.task.bits;
    for (; tries > 0 && this.part < this.task.parts; tries--) {
      const state = begin();
      this.block[8] = this.part;
      this.block[9] = this.counter;
      compress(state, this.block);
      if (state[0] >>> rest !== 0) {
        this.counter++;
        continue;
      }
      new DataView(this.found.buffer).setUint32(4 * this.part++, this.counter);
      this.counter = 0;
    }
    return this.part === this.task.parts;
  }

  get solution(): string {
    return btoa(String.fromCharCode(...this.found)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
}
