/* A list that the server gives page by page. */
import { useEffect, useState } from "preact/hooks";
import type { Page } from "../api/shapes/common";
import { useSending, type Sending } from "../ui/Form";
import { useResource, type Resource } from "./resource";

export interface Listing<T> {
  /* The first page; Await it. */
  first: Resource<Page<T>>;
  items: T[];
  /* Null when that was all. */
  next: string | null;
  more: Sending;
}

/* `keys` say when it is another list. */
export function useList<T>(read: (cursor: string | null, signal?: AbortSignal) => Promise<Page<T>>, keys: readonly unknown[]): Listing<T> {
  const first = useResource((signal) => read(null, signal), keys);
  const [rest, setRest] = useState<Page<T> | null>(null);
  useEffect(() => setRest(null), [first.data]);
  const next = rest ? rest.next : (first.data?.next ?? null);
  const more = useSending(async () => {
    const page = await read(next);
    setRest({ items: [...(rest?.items ?? []), ...page.items], next: page.next });
  });
  return { first, items: [...(first.data?.items ?? []), ...(rest?.items ?? [])], next, more };
}
