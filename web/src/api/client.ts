/* Calls on behalf of the person: adds the access token, renews it once, repeats what may be repeated. */
import { prove } from "../app/device";
import { session } from "../app/session";
import { base, exchange, type Exchange } from "./http";
import { Problem } from "./problem";

export interface Call extends Exchange {
  /* The key of the intention; the server answers the same key with the same bytes. */
  key?: string;
  /* How often an uncertain outcome is asked again. */
  retries?: number;
  /* Sent with a proof of this device's key. */
  proves?: boolean;
}

/* A server that wants a longer rest than this (ms) is left to the person's own "try again". */
const patience = 5_000;

export async function call<T>(path: string, options: Call = {}): Promise<T> {
  const repeatable = (options.method ?? "GET") === "GET" || options.key !== undefined;
  let left = options.retries ?? (repeatable ? 2 : 0);
  for (let attempt = 0; ; attempt++) {
    try {
      return await authorized<T>(path, options);
    } catch (error) {
      if (!(error instanceof Problem) || !error.uncertain || left-- <= 0) throw error;
      if ((error.retryAfterMs ?? 0) > patience) throw error;
      await pause(error.retryAfterMs ?? backoff(attempt), options.signal);
    }
  }
}

async function authorized<T>(path: string, options: Call): Promise<T> {
  const token = await session.accessToken();
  try {
    return await send<T>(path, options, token);
  } catch (error) {
    if (!token || !(error instanceof Problem) || error.status !== 401) throw error;
    const renewed = await session.renew(token);
    if (!renewed) throw error;
    return send<T>(path, options, renewed);
  }
}

/* A proof that came too late, or came twice since the network repeated it, is made anew once; the server's answer has told its time. */
async function send<T>(path: string, options: Call, token: string | null): Promise<T> {
  try {
    return await exchange<T>(path, await withHeaders(path, options, token));
  } catch (error) {
    if (!(error instanceof Problem) || (error.code !== "proof_stale" && error.code !== "proof_replayed")) throw error;
    return exchange<T>(path, await withHeaders(path, options, token));
  }
}

async function withHeaders(path: string, options: Call, token: string | null): Promise<Exchange> {
  const headers = { ...options.headers };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (options.key) headers["Idempotency-Key"] = options.key;
  const proof = options.proves
    ? await prove({ method: options.method ?? "GET", path: decodeURIComponent(base + path.split("?")[0]), pass: headers["Queue-Pass"] })
    : null;
  if (proof) headers["Device-Proof"] = proof;
  return { ...options, headers };
}

/* Doubling from half a second to ten, spread so that a crowd does not return in step. */
export function backoff(attempt: number): number {
  const top = Math.min(10_000, 500 * 2 ** attempt);
  return top / 2 + Math.random() * (top / 2);
}

export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", stop);
    function done() {
      signal?.removeEventListener("abort", stop);
      resolve();
    }
    function stop() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
  });
}
