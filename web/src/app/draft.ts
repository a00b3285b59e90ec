/* What has been typed and not sent yet. It stays with the tab: a reload, or signing in again in the middle, loses nothing. */
import { useState } from "preact/hooks";
import type { Store } from "./session";

export interface Draft<T> {
  /* What differs from what is stored. */
  typed: Partial<T>;
  change(part: Partial<T>): void;
  drop(): void;
}

export function readDraft<T>(store: Store, name: string): Partial<T> {
  try {
    const kept: unknown = JSON.parse(store.getItem(name) ?? "{}");
    return typeof kept === "object" && kept !== null ? (kept as Partial<T>) : {};
  } catch {
    return {};
  }
}

/* A tab that has no room left for it still has the page. */
function keep(name: string, text: string): void {
  try {
    sessionStorage.setItem(name, text);
  } catch {
    sessionStorage.removeItem(name);
  }
}

export function useDraft<T extends object>(what: string): Draft<T> {
  const name = `takenseat.draft.${what}`;
  const [typed, setTyped] = useState(() => readDraft<T>(sessionStorage, name));
  return {
    typed,
    change: (part) => setTyped((before) => {
      const after = { ...before, ...part };
      keep(name, JSON.stringify(after));
      return after;
    }),
    drop: () => {
      sessionStorage.removeItem(name);
      setTyped({});
    },
  };
}
