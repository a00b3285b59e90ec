/* The check of a draw, as docs/draw.md tells it, by the browser's own cryptography: nothing here asks the server whether it is right. */

export interface Receipt {
  schedule: string;
  number: number;
  joinedAt: number;
  entrant: string;
  commitment: string;
}

export interface DrawFile {
  schedule: string;
  count: number;
  root: string;
  seed: string;
  commitment: string;
  publicKey: string;
  beacon: "none" | "missed" | "used";
}

/* What is wrong; the page has words for each, the command line says more. */
export class Wrong extends Error {
  constructor(readonly what: WrongWhat, readonly line = 0) {
    super(line ? `${what} (line ${line})` : what);
  }
}
export type WrongWhat = "form" | "commitment" | "beacon" | "seed" | "signature" | "entries" | "root" | "receipt" | "other" | "late" | "left_out" | "missing";

/* ---- bytes ---- */

const utf8 = new TextEncoder();

export function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

export function unhex(text: string, length?: number): Uint8Array<ArrayBuffer> {
  if (!/^([0-9a-f]{2})*$/.test(text) || (length !== undefined && text.length !== 2 * length)) throw new Wrong("form");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/* Each field with its length before it, in four bytes. */
function packed(fields: (string | Uint8Array)[], before: number[] = []): Uint8Array<ArrayBuffer> {
  const parts = fields.map((field) => (typeof field === "string" ? utf8.encode(field) : field));
  const out = new Uint8Array(before.length + parts.reduce((n, part) => n + 4 + part.length, 0));
  const view = new DataView(out.buffer);
  out.set(before);
  let at = before.length;
  for (const part of parts) {
    view.setUint32(at, part.length);
    out.set(part, at + 4);
    at += 4 + part.length;
  }
  return out;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/* Null: this browser does not know Ed25519. */
async function signed(publicKey: string, message: Uint8Array<ArrayBuffer>, signature: string): Promise<boolean | null> {
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey("raw", unhex(publicKey, 32), "Ed25519", false, ["verify"]);
  } catch (error) {
    if (error instanceof Wrong) throw error;
    return null;
  }
  return crypto.subtle.verify("Ed25519", key, unhex(signature, 64), message);
}

/* ---- the tree ---- */

type Hash = Uint8Array<ArrayBuffer>;

export function leafHash(schedule: string, number: number, joinedAt: number, entrant: string): Promise<Hash> {
  return sha256(packed([schedule, entrant, String(number), String(joinedAt)], [0]));
}

function nodeHash(left: Hash, right: Hash): Promise<Hash> {
  const both = new Uint8Array(1 + left.length + right.length);
  both[0] = 1;
  both.set(left, 1);
  both.set(right, 1 + left.length);
  return sha256(both);
}

export async function treeRoot(leaves: Hash[]): Promise<Hash> {
  if (leaves.length === 0) return sha256(new Uint8Array());
  let level = leaves;
  while (level.length > 1) {
    const pairs: Promise<Hash>[] = [];
    for (let i = 0; i + 1 < level.length; i += 2) pairs.push(nodeHash(level[i], level[i + 1]));
    const next = await Promise.all(pairs);
    if (level.length % 2) next.push(level[level.length - 1]);
    level = next;
  }
  return level[0];
}

/* From the leaf at `index` of `count` up to the root. */
export async function climb(leaf: Hash, index: number, count: number, path: string[]): Promise<string> {
  let hash = leaf;
  let used = 0;
  if (index >= count) throw new Wrong("root");
  for (let n = count; n > 1; n = Math.ceil(n / 2), index = Math.floor(index / 2)) {
    const beside = index % 2 ? index - 1 : index + 1;
    if (beside >= n) continue;
    if (used === path.length) throw new Wrong("root");
    const other = unhex(path[used++], 32);
    hash = await (index % 2 ? nodeHash(other, hash) : nodeHash(hash, other));
  }
  if (used !== path.length) throw new Wrong("root");
  return hex(hash);
}

/* ---- chance ---- */

const rotate = (v: number, by: number) => (v << by) | (v >>> (32 - by));

/* Numbers of the ChaCha20 stream (RFC 8439) with a nonce of zeros, from block 0 on. */
function* chacha20(seed: Uint8Array<ArrayBuffer>): Generator<number, never> {
  const key = new DataView(seed.buffer, seed.byteOffset);
  const begin = new Uint32Array(16);
  begin.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
  for (let i = 0; i < 8; i++) begin[4 + i] = key.getUint32(4 * i, true);
  const s = new Uint32Array(16);
  const quarter = (a: number, b: number, c: number, d: number) => {
    s[a] += s[b]; s[d] = rotate(s[d] ^ s[a], 16);
    s[c] += s[d]; s[b] = rotate(s[b] ^ s[c], 12);
    s[a] += s[b]; s[d] = rotate(s[d] ^ s[a], 8);
    s[c] += s[d]; s[b] = rotate(s[b] ^ s[c], 7);
  };
  for (;; begin[12]++) {
    s.set(begin);
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 4; i++) quarter(i, 4 + i, 8 + i, 12 + i);
      for (let i = 0; i < 4; i++) quarter(i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4));
    }
    for (let i = 0; i < 16; i++) yield (s[i] + begin[i]) >>> 0;
  }
}

/* The row 1, 2, ..., n shuffled: the place of entry i is at i - 1. */
export function shuffle(seed: string, n: number): Uint32Array {
  const row = Uint32Array.from({ length: n }, (_, i) => i + 1);
  const stream = chacha20(unhex(seed, 32));
  for (let i = n; i > 1; i--) {
    const rounds = Math.floor(2 ** 32 / i) * i;
    let v = stream.next().value;
    while (v >= rounds) v = stream.next().value;
    const j = v % i;
    [row[i - 1], row[j]] = [row[j], row[i - 1]];
  }
  return row;
}

/* ---- receipts ---- */

const whole = /^(0|[1-9][0-9]{0,14})$/;
const TOGETHER_MAX = 256;

/* The root that was signed: from the receipt's own leaf up, past the hashes of those who joined at the same moment. */
async function signedRoot(receipt: Receipt, index: number, count: number, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const leaf = await leafHash(receipt.schedule, receipt.number, receipt.joinedAt, receipt.entrant);
  const hashes = path === "-" ? [] : path.match(/.{64}|.+/g) ?? [];
  return unhex(await climb(leaf, index, count, hashes).catch(() => { throw new Wrong("receipt"); }));
}

/* Checks the signature too, where the browser can. */
export async function readReceipt(text: string, publicKey: string): Promise<Receipt & { signed: boolean }> {
  const words = text.trim().split(" ");
  const [name, schedule, number, joinedAt, entrant, commitment, index, count, path, signature] = words;
  if (words.length !== 10 || name !== "takenseat-receipt-2" || ![number, joinedAt, index, count].every((word) => whole.test(word))) throw new Wrong("receipt");
  if (Number(count) > TOGETHER_MAX) throw new Wrong("receipt");
  const receipt = { schedule, number: Number(number), joinedAt: Number(joinedAt), entrant, commitment };
  const root = await signedRoot(receipt, Number(index), Number(count), path);
  const good = await signed(publicKey, packed(["takenseat.receipt.2", schedule, unhex(commitment, 32), count, root]), signature);
  if (good === false) throw new Wrong("receipt");
  return { ...receipt, signed: good === true };
}

/* An entry behind the last one came when entries were closed; else it was left out. */
const behindTheLast = (receipt: Receipt, closedAt: number) => new Wrong(receipt.joinedAt >= closedAt ? "late" : "left_out");

/* ---- what follows from what ---- */

async function checkSecret(head: Record<string, string>, beacon: string): Promise<void> {
  const commitment = await sha256(packed(["takenseat.commitment.1", head.schedule, unhex(head.secret, 32)]));
  if (hex(commitment) !== head.commitment) throw new Wrong("commitment");
  if (beacon && hex(await sha256(unhex(head.beacon_signature))) !== beacon) throw new Wrong("beacon");
  const seed = await sha256(packed(["takenseat.seed.1", unhex(head.root, 32), head.count, unhex(head.secret, 32), unhex(beacon)]));
  if (hex(seed) !== head.seed) throw new Wrong("seed");
}

/* ---- one's own place, from the proof ---- */

export interface Published {
  schedule_id: string;
  closed_at: string | null;
  count: number | null;
  root: string | null;
  commitment: string;
  public_key: string;
  secret: string | null;
  seed: string | null;
  randomness: string | null;
  beacon_signature: string | null;
}

export interface Proof {
  index: number | null;
  count: number | null;
  path: string[];
}

export interface Checked {
  number: number;
  place: number;
  count: number;
  /* Signatures were checked too. */
  signed: boolean;
}

export async function checkOwn(receiptText: string, draw: Published, proof: Proof): Promise<Checked> {
  const receipt = await readReceipt(receiptText, draw.public_key);
  if (receipt.schedule !== draw.schedule_id || receipt.commitment !== draw.commitment) throw new Wrong("other");
  if (draw.count === null || !draw.closed_at || !draw.root || !draw.secret || !draw.seed) throw new Wrong("missing");
  if (receipt.number > draw.count) throw behindTheLast(receipt, Date.parse(draw.closed_at));
  await checkSecret({
    schedule: draw.schedule_id, count: String(draw.count), secret: draw.secret, commitment: draw.commitment, root: draw.root, seed: draw.seed,
    beacon_signature: draw.beacon_signature ?? "",
  }, draw.randomness ?? "");
  const leaf = await leafHash(receipt.schedule, receipt.number, receipt.joinedAt, receipt.entrant);
  if (await climb(leaf, receipt.number - 1, draw.count, proof.path) !== draw.root) throw new Wrong("root");
  return { number: receipt.number, place: shuffle(draw.seed, draw.count)[receipt.number - 1], count: draw.count, signed: receipt.signed };
}

/* ---- everybody's, from the file ---- */

const names = ["schedule", "closed_at", "drawn_at", "count", "root", "commitment", "secret", "beacon", "seed", "public_key"];

/* The lines of the head and the text that is signed. Every line has one form only. */
function readHead(lines: string[]): { head: Record<string, string>; used: number } {
  const head: Record<string, string> = {};
  let at = 1;
  if (lines[0] !== "takenseat draw 1") throw new Wrong("form", 1);
  const take = (name: string) => {
    const line = lines[at++] ?? "";
    if (!line.startsWith(`${name} `) || line.length === name.length + 1) throw new Wrong("form", at);
    head[name] = line.slice(name.length + 1);
  };
  for (const name of names) {
    take(name);
    if (name === "beacon" && head.beacon.startsWith("used ")) ["randomness", "beacon_signature"].forEach(take);
  }
  if (!/^(none|missed [0-9]+ [^ ]+|used [0-9]+ [^ ]+)$/.test(head.beacon)) throw new Wrong("form");
  if (!/^(0|[1-9][0-9]{0,9})$/.test(head.count) || !whole.test(head.closed_at)) throw new Wrong("form");
  return { head, used: at };
}

const entryLine = /^([1-9][0-9]*) ([1-9][0-9]*) ([0-9a-z]{13})$/;
const TOGETHER = 4096;

async function hashEntries(lines: string[], from: number, schedule: string, count: number, tell?: (part: number) => void): Promise<Hash[]> {
  const leaves: Hash[] = [];
  for (let i = 0; i < count; i += TOGETHER) {
    const some = lines.slice(from + i, from + Math.min(count, i + TOGETHER)).map((line, k) => {
      const found = entryLine.exec(line);
      if (!found || Number(found[1]) !== i + k + 1) throw new Wrong("entries", from + i + k + 1);
      return leafHash(schedule, Number(found[1]), Number(found[2]), found[3]);
    });
    for (const leaf of await Promise.all(some)) leaves.push(leaf);
    tell?.(leaves.length / count);
  }
  return leaves;
}

export async function checkFile(text: string, receiptText?: string, tell?: (part: number) => void): Promise<DrawFile & Partial<Checked> & { signed: boolean }> {
  const lines = text.split("\n");
  const { head, used } = readHead(lines);
  const count = Number(head.count);
  if (!lines[used]?.startsWith("signature ")) throw new Wrong("form", used + 1);
  const good = await signed(head.public_key, utf8.encode(lines.slice(0, used).join("\n") + "\n"), lines[used].slice("signature ".length));
  if (good === false) throw new Wrong("signature");
  await checkSecret(head, head.beacon.startsWith("used ") ? head.randomness : "");
  if (lines.length !== used + 1 + count + 1 || lines[lines.length - 1] !== "") throw new Wrong("entries");
  const leaves = await hashEntries(lines, used + 1, head.schedule, count, tell);
  const receipt = receiptText ? await readReceipt(receiptText, head.public_key) : null;
  if (receipt) {
    if (receipt.schedule !== head.schedule || receipt.commitment !== head.commitment) throw new Wrong("other");
    if (receipt.number > count) throw behindTheLast(receipt, Number(head.closed_at));
    const leaf = await leafHash(receipt.schedule, receipt.number, receipt.joinedAt, receipt.entrant);
    if (hex(leaf) !== hex(leaves[receipt.number - 1])) throw new Wrong("other");
  }
  if (hex(await treeRoot(leaves)) !== head.root) throw new Wrong("root");
  return {
    schedule: head.schedule, count, root: head.root, seed: head.seed, commitment: head.commitment, publicKey: head.public_key,
    beacon: head.beacon.split(" ")[0] as DrawFile["beacon"], signed: good === true,
    ...(receipt && { number: receipt.number, place: shuffle(head.seed, count)[receipt.number - 1] }),
  };
}
