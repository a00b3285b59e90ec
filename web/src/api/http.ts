/* One HTTP exchange: JSON in, JSON out, a Problem for everything else. Knows nothing of accounts. */
import { observeDate } from "../app/clock";
import { language } from "../app/language";
import { networkProblem, Problem, readProblem } from "./problem";

export interface Exchange {
  method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /* Sent as JSON; a Blob as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  as?: "json" | "text" | "blob";
  /* How long (ms) an answer is waited for. */
  patience?: number;
}

export const base = "/api/v1";
const usualPatience = 15_000;

export async function exchange<T>(path: string, options: Exchange = {}): Promise<T> {
  const headers: Record<string, string> = {
    Accept: "application/json, application/problem+json;q=0.9, */*;q=0.1",
    "Accept-Language": language.value,
    ...options.headers,
  };
  const file = options.body instanceof Blob ? options.body : null;
  if (options.body !== undefined) headers["Content-Type"] = file?.type || "application/json";

  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), options.patience ?? usualPatience);
  const abort = () => limit.abort();
  options.signal?.addEventListener("abort", abort);
  if (options.signal?.aborted) abort();      /* of which no event tells any more */
  try {
    const sent = Date.now();
    const response = await fetch(base + path, {
      method: options.method ?? "GET",
      headers,
      body: file ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
      signal: limit.signal,
    });
    observeDate(response.headers.get("Date"), sent, Date.now());
    if (!response.ok) throw await readProblem(response);
    if (response.status === 204) return undefined as T;
    return (await response[options.as ?? "json"]()) as T;
  } catch (error) {
    if (error instanceof Problem || options.signal?.aborted) throw error;
    throw networkProblem();
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", abort);
  }
}
