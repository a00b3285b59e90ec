/* What lasts with the browser. A frame on somebody else's page, or a browser that was told so, may have nothing of the kind: then nothing lasts. */
import type { Store } from "./session";

const nowhere: Store = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };

function find(which: () => Storage): Store {
  try {
    return which();
  } catch {
    return nowhere;
  }
}

export const lasting: Store = typeof window === "undefined" ? nowhere : find(() => localStorage);
export const ofTab: Store = typeof window === "undefined" ? nowhere : find(() => sessionStorage);
