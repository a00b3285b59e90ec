/* One tab at a time. The Web Locks API where there is one; on a page without it (plain http off loopback)
   a lease in localStorage, which is as good as a tab needs: written, left to settle, and read back. */

const lease = 20_000;
const settle = 40;

export function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
  return locks ? (locks.request(name, work) as Promise<T>) : leased(`${name}.lease`, work);
}

async function leased<T>(name: string, work: () => Promise<T>): Promise<T> {
  const me = Math.random().toString(36).slice(2);
  while (!(await taken(name, me))) await sleep(settle + Math.random() * settle);
  try {
    return await work();
  } finally {
    if (owner(name) === me) localStorage.removeItem(name);
  }
}

async function taken(name: string, me: string): Promise<boolean> {
  if (owner(name) !== null) return false;
  localStorage.setItem(name, `${me} ${Date.now() + lease}`);
  await sleep(settle);
  return owner(name) === me;
}

function owner(name: string): string | null {
  const [who, until] = (localStorage.getItem(name) ?? "").split(" ");
  return who && Number(until) > Date.now() ? who : null;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
