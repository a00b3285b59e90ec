/* What is searched for, as it stands in the address: it can be sent to a friend, and going back finds it again. */
import { genres, type SaleStatus } from "../api/shapes/performance";
import { koreanDay } from "./format";

export const sorts = ["popular", "soonest", "newest", "price", "title"] as const;
export const soughtStatuses = ["on_sale", "upcoming", "sold_out", "closed"] as const satisfies readonly SaleStatus[];

/* All of it text, empty where nothing was asked; days are of the Korean calendar, prices whole won. */
export interface Filter {
  q: string;
  genre: string;
  status: string;
  region: string;
  from: string;
  to: string;
  min_price: string;
  max_price: string;
  sort: string;
}

const anything = (text: string) => text.trim().slice(0, 100);
const oneOf = (words: readonly string[]) => (text: string) => (words.includes(text) ? text : "");
const day = (text: string) => (/^\d{4}-\d\d-\d\d$/.test(text) && koreanDay(text) ? text : "");
const won = (text: string) => (/^\d{1,12}$/.test(text) ? text : "");

/* How each is read; what cannot be meant counts as not asked, since an address may come from anywhere. */
const readers: { [name in keyof Filter]: (text: string) => string } = {
  q: anything, genre: oneOf(genres), status: oneOf(soughtStatuses), region: anything, from: day, to: day, min_price: won, max_price: won, sort: oneOf(sorts),
};
const names = Object.keys(readers) as (keyof Filter)[];

export function readFilter(query: string): Filter {
  const asked = new URLSearchParams(query);
  return Object.fromEntries(names.map((name) => [name, readers[name](asked.get(name) ?? "")])) as unknown as Filter;
}

export function filterPath(filter: Filter): string {
  const set = new URLSearchParams();
  for (const name of names) if (filter[name]) set.set(name, filter[name]);
  const text = set.toString();
  return text ? `/?${text}` : "/";
}

/* How many of the answers behind the words and the genre are given. */
export function refinements(filter: Filter): number {
  return names.filter((name) => name !== "q" && name !== "genre" && filter[name]).length;
}

/* As the API asks for it: days become the moments they begin and end. */
export function filterCall(filter: Filter): Record<string, string> {
  return { ...filter, from: koreanDay(filter.from), to: koreanDay(filter.to, 1) };
}
