/* This browser's key (docs/passes.md): made once and kept in IndexedDB; its secret half cannot leave the browser. With it requests prove that they
 * come from here. Where there is no such key (an old browser, a page without https, storage switched off) they go without a proof. */
import { serverNow } from "./clock";

const algorithm = { name: "ECDSA", namedCurve: "P-256" };

export interface ProofParts {
  method: string;
  path: string;
  pass?: string;
}

let device: Promise<CryptoKeyPair | null> | undefined;

/* What goes into the header Device-Proof of one request; null without a key. */
export async function prove(parts: ProofParts): Promise<string | null> {
  device ??= findKey().catch(() => null);
  const pair = await device;
  return pair && signProof(pair, parts, Math.round(serverNow()));
}

export async function signProof(pair: CryptoKeyPair, { method, path, pass }: ProofParts, time: number): Promise<string> {
  const nonce = base64url(crypto.getRandomValues(new Uint8Array(16)));
  const hash = pass ? base64url(await crypto.subtle.digest("SHA-256", bytes(pass))) : "-";
  const statement = bytes(["takenseat-proof-1", method, path, time, nonce, hash].join("\n"));
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, statement);
  const point = await crypto.subtle.exportKey("raw", pair.publicKey);
  return [base64url(point.slice(1)), time, nonce, base64url(signature)].join(".");
}

/* Two tabs may make one at the same time: the first one kept is the browser's. */
async function findKey(): Promise<CryptoKeyPair> {
  const store = await openStore();
  const kept = await done(store("readonly").get("key"));
  if (kept) return kept as CryptoKeyPair;
  const made = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
  const keys = store("readwrite");
  const first = await done(keys.get("key"));
  if (first) return first as CryptoKeyPair;
  await done(keys.put(made, "key"));
  return made;
}

async function openStore(): Promise<(mode: IDBTransactionMode) => IDBObjectStore> {
  const opening = indexedDB.open("takenseat.device", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("device");
  const database = await done(opening);
  return (mode) => database.transaction("device", mode).objectStore("device");
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function base64url(of: ArrayBuffer | Uint8Array): string {
  return btoa(String.fromCharCode(...new Uint8Array(of))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
