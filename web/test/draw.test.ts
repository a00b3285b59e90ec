import { describe, expect, it } from "vitest";
import beacon from "./draw/beacon.json";
import beaconFile from "./draw/beacon.txt?raw";
import plain from "./draw/plain.json";
import plainFile from "./draw/plain.txt?raw";
import { checkFile, checkOwn, climb, hex, leafHash, shuffle, treeRoot, unhex, Wrong } from "../src/draw/proof";

/* Published by the program; the command line checks the same files in tests/api/draw.test.mjs. */
const published = [{ name: "plain", file: plainFile, ...plain }, { name: "beacon", file: beaconFile, ...beacon }];
const wrong = async (of: Promise<unknown>) => of.then(() => null, (error: unknown) => (error instanceof Wrong ? error.what : error));

describe("a published draw", () => {
  for (const { name, file, draw, own } of published) {
    it(`is sound, and gives each receipt the place that the program gave: ${name}`, async () => {
      for (const { receipt, place } of own) expect(await checkFile(file, receipt)).toMatchObject({ place, count: own.length, signed: true });
      expect(new Set(own.map((one) => one.place)).size).toBe(own.length);
    });

    it(`can be checked for oneself without the file: ${name}`, async () => {
      for (const one of own) expect(await checkOwn(one.receipt, draw, one)).toMatchObject({ place: one.place, signed: true });
      const [first, second] = own;
      expect(await wrong(checkOwn(first.receipt, draw, second))).toBe("root");
      expect(await wrong(checkOwn(first.receipt, { ...draw, seed: "0".repeat(64) }, first))).toBe("seed");
      expect(await wrong(checkOwn(first.receipt, { ...draw, secret: "0".repeat(64) }, first))).toBe("commitment");
      expect(await wrong(checkOwn(first.receipt, { ...draw, count: own.length - 1 }, first))).toBe("seed");
      expect(await wrong(checkOwn(first.receipt, { ...draw, commitment: "0".repeat(64) }, first))).toBe("other");
      expect(await wrong(checkOwn(first.receipt.replace(/.$/, (c) => (c === "0" ? "1" : "0")), draw, first))).toBe("receipt");
    });

    it(`is refused with any byte changed: ${name}`, async () => {
      const bytes = [...file];
      for (let i = 0; i < bytes.length; i++) {
        const changed = file.slice(0, i) + (bytes[i] === "1" ? "2" : "1") + file.slice(i + 1);
        expect(await wrong(checkFile(changed)), `byte ${i}`).not.toBeNull();
      }
      expect(await wrong(checkFile(`${file}\n`))).not.toBeNull();
      expect(await wrong(checkFile(file.slice(0, -1)))).not.toBeNull();
    });
  }
});

/* What an operator can publish who leaves out the last entry of a draw: all of it follows from the rest, and he signs it. */
describe("an entry behind the last one", async () => {
  const bytes = new TextEncoder();
  const packed = (...fields: (string | Uint8Array)[]) => Uint8Array.from(fields.flatMap((field) => {
    const of = typeof field === "string" ? bytes.encode(field) : field;
    return [0, 0, of.length >> 8, of.length & 255, ...of];
  }));
  const keys = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  const sign = async (text: Uint8Array<ArrayBuffer>) => hex(new Uint8Array(await crypto.subtle.sign("Ed25519", keys.privateKey, text)));
  const public_key = hex(new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey)));

  const lines = plainFile.trimEnd().split("\n"), last = lines.pop()!.split(" "), used = lines.findIndex((line) => line.startsWith("signature "));
  const entries = lines.slice(used + 1), { schedule_id, commitment, secret } = plain.draw, count = entries.length;
  const closed = Date.parse(plain.draw.closed_at);
  const root = await treeRoot(await Promise.all(entries.map((line) => line.split(" ")).map(([n, at, who]) => leafHash(schedule_id, Number(n), Number(at), who))));
  const seed = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", packed("takenseat.seed.1", root, String(count), unhex(secret), ""))));
  const changed: Record<string, string> = { count: String(count), root: hex(root), seed, public_key };
  const head = lines.slice(0, used).map((line) => line.split(" ")[0]).map((name, i) => `${changed[name] ? `${name} ${changed[name]}` : lines[i]}\n`).join("");
  const file = `${head}signature ${await sign(bytes.encode(head))}\n${entries.join("\n")}\n`;
  const draw = { ...plain.draw, count, root: hex(root), seed, public_key };

  async function receipt(joinedAt: number): Promise<string> {
    const leaf = await leafHash(schedule_id, count + 1, joinedAt, last[2]);
    const signature = await sign(packed("takenseat.receipt.2", schedule_id, unhex(commitment), "1", leaf));
    return `takenseat-receipt-2 ${schedule_id} ${count + 1} ${joinedAt} ${last[2]} ${commitment} 0 1 - ${signature}`;
  }

  it("came late if it came when entries were closed, at the same moment too", async () => {
    expect(await checkFile(file)).toMatchObject({ count, signed: true });
    for (const at of [closed, closed + 1]) {
      expect(await wrong(checkFile(file, await receipt(at)))).toBe("late");
      expect(await wrong(checkOwn(await receipt(at), draw, plain.own[0]))).toBe("late");
    }
  });

  it("was left out if it came before", async () => {
    for (const at of [Number(last[1]), closed - 1]) {
      expect(await wrong(checkFile(file, await receipt(at)))).toBe("left_out");
      expect(await wrong(checkOwn(await receipt(at), draw, plain.own[0]))).toBe("left_out");
    }
  });
});

describe("the arithmetic of a draw", () => {
  it("climbs from every leaf to the root, for every size", async () => {
    for (let n = 1; n <= 20; n++) {
      const leaves = await Promise.all(Array.from({ length: n }, (_, i) => leafHash("schedule", i + 1, 7, "entrant")));
      const root = hex(await treeRoot(leaves));
      for (let index = 0; index < n; index++) {
        const path: string[] = [];
        for (let level = leaves, at = index; level.length > 1; at = Math.floor(at / 2)) {
          const beside = at % 2 ? at - 1 : at + 1;
          if (beside < level.length) path.push(hex(level[beside]));
          const above = [];
          for (let i = 0; i < level.length; i += 2) above.push(await treeRoot(level.slice(i, i + 2)));
          level = above;
        }
        expect(await climb(leaves[index], index, n, path)).toBe(root);
      }
    }
  });

  it("shuffles each number to one place, a million within a second or so", () => {
    const row = shuffle("ab".repeat(32), 1_000_000);
    expect(new Set(row).size).toBe(1_000_000);
  });
});
