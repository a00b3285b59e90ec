import { describe, expect, it } from "vitest";
import { sha256 } from "../src/work/sha256";
import { Solver } from "../src/work/solver";

const utf8 = new TextEncoder();
const digest = async (bytes: Uint8Array<ArrayBuffer>) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const words = (words: Int32Array) => Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");

describe("sha256", () => {
  it("hashes as the browser does, at every length around a block", async () => {
    expect(words(sha256("abc"))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    for (const length of [0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 300]) {
      const text = "가".repeat(length / 3) + "x".repeat(length % 3);
      expect(words(sha256(text))).toBe(hex(await digest(utf8.encode(text))));
    }
  });
});

/* What src/services/queue/work.h says, by another's hash. */
async function holds(challenge: string, bits: number, parts: number, solution: string): Promise<boolean> {
  const counters = Uint8Array.from(atob(solution.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  if (counters.length !== 4 * parts) return false;
  const input = new Uint8Array(40);
  input.set(await digest(utf8.encode(challenge)));
  for (let part = 0; part < parts; part++) {
    new DataView(input.buffer).setUint32(32, part);
    input.set(counters.subarray(4 * part, 4 * part + 4), 36);
    const hash = await digest(input);
    if (new DataView(hash.buffer).getUint32(0) >>> (32 - bits) !== 0) return false;
  }
  return true;
}

describe("Solver", () => {
  it("does all parts, in steps of any size", async () => {
    for (const tries of [1, 100, 1_000_000]) {
      const solver = new Solver({ challenge: "eyJ.abc-_", bits: 6, parts: 16 });
      let steps = 0, last = 0;
      while (!solver.step(tries)) {
        expect(solver.part).toBeGreaterThanOrEqual(last);
        last = solver.part;
        steps++;
      }
      expect(solver.part).toBe(16);
      expect(steps > 0).toBe(tries < 1_000_000);
      expect(solver.solution).toMatch(/^[\w-]{86}$/);
      expect(await holds("eyJ.abc-_", 6, 16, solver.solution)).toBe(true);
      expect(await holds("eyJ.abc-x", 6, 16, solver.solution)).toBe(false);
    }
  });
});
