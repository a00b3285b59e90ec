/* The service worker: the pages of the client open without network. It serves the client's own files and nothing else: what is asked of the API never
 * passes through here, and what one may see of one's tickets without network is kept by the page (app/kept.ts).
 *
 * A page tells it which files it is made of (app/install.ts); those of the version before are dropped then. Files under /assets/ are named after their
 * content, so a kept one is as good as a new one; the page itself is asked for first, since it names the newest files. */
export {};

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Lasting {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
/* What is needed of a ServiceWorkerGlobalScope, whose types do not go together with those of pages. */
interface Worker {
  skipWaiting(): Promise<void>;
  addEventListener(name: "install", hear: (event: Lasting) => void): void;
  addEventListener(name: "message", hear: (event: Lasting & { data: unknown }) => void): void;
  addEventListener(name: "fetch", hear: (event: Asked) => void): void;
}

const worker = self as unknown as Worker;
const shelf = "takenseat-client";
const page = "/index.html";

worker.addEventListener("install", (event) => {
  event.waitUntil(caches.open(shelf).then((files) => files.add(page)));
  void worker.skipWaiting();
});

worker.addEventListener("message", (event) => {
  const { keep } = (event.data ?? {}) as { keep?: string[] };
  if (Array.isArray(keep)) event.waitUntil(keepOnly(keep.filter(isFile)));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (isFile(url.pathname)) event.respondWith(fileOf(request));
  else if (request.mode === "navigate" && isPage(url.pathname)) event.respondWith(pageOf(request));
});

function isFile(path: string): boolean {
  return path.startsWith("/assets/") || path === "/favicon.svg" || path === "/manifest.webmanifest" || path.startsWith("/icons/");
}

/* What the server answers by itself is none of the client's pages. */
function isPage(path: string): boolean {
  return !/^\/(api|assets|docs|embed|health|metrics|openapi|posters|registry|wait)(\/|\.|$)/.test(path);
}

async function fileOf(request: Request): Promise<Response> {
  const files = await caches.open(shelf);
  return (await files.match(request)) ?? fetch(request);
}

async function pageOf(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await (await caches.open(shelf)).match(page);
    if (kept) return kept;
    throw error;
  }
}

async function keepOnly(paths: string[]): Promise<void> {
  const files = await caches.open(shelf);
  const had = new Set((await files.keys()).map(({ url }) => new URL(url).pathname));
  await files.addAll([page, ...paths.filter((path) => !had.has(path))]);
  const wanted = new Set([page, ...paths]);
  await Promise.all([...had].filter((path) => !wanted.has(path)).map((path) => files.delete(path)));
}
