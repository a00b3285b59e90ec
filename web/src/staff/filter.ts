/* A filter that is kept in the address: what was found can be linked to, and the way back leads to it. */
import { query } from "../api/calls";
import { navigate, place } from "../app/router";

export type Filter<K extends string> = Partial<Record<K, string>>;

export function filterOf<K extends string>(names: readonly K[], address: string): Filter<K> {
  const said = new URLSearchParams(address);
  return Object.fromEntries(names.flatMap((name) => (said.get(name) ? [[name, said.get(name)]] : []))) as Filter<K>;
}

export function useFilter<K extends string>(names: readonly K[]): [Filter<K>, (change: Filter<K>) => void] {
  const filter = filterOf(names, place.value.query);
  const change = (part: Filter<K>) => navigate(place.value.path + query({ ...filter, ...part }), { replace: true, keepScroll: true });
  return [filter, change];
}
