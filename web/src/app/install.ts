/* Makes the client open without network: the service worker is told which files it is made of. Where there is none (an old browser, a page without https)
 * all else works. */
import { pages } from "./pages";
import { mayEnter } from "./roles";

/* What has been loaded by now of the client's own files. */
export function ownFiles(loaded: readonly string[], origin: string): string[] {
  const paths = loaded.map((address) => new URL(address, origin)).filter((url) => url.origin === origin).map(({ pathname }) => pathname);
  return [...new Set(paths)].filter((path) => path.startsWith("/assets/") || path === "/favicon.svg");
}

/* Loads the pages that one may enter, so that a lost connection does not stop the way to the seats, and then has all of it kept. */
export async function keepClient(): Promise<void> {
  await Promise.all(pages.filter(mayEnter).map((page) => page.load().catch(() => undefined)));
  if (!("serviceWorker" in navigator)) return;
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const registration = await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  const worker = registration.active ?? (await navigator.serviceWorker.ready).active;
  worker?.postMessage({ keep: [...ownFiles(loaded, location.origin), "/icons/192.png"] });
}
