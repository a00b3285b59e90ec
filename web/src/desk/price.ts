/* What a sale will cost, so that it can be said before the money is taken. The server decides: these are its rules (docs/wire.md, terms of a sale). */
import type { PersonTerms } from "../api/shapes/booking";
import type { Money } from "../api/shapes/common";

/* What is taken off is rounded down to whole minor units, seat by seat. */
const less = (amount: number, percent: number) => amount - Math.floor((amount * percent) / 100);

export interface Wanted {
  grade: string;
  person: string;
}

/* `prices`: of the grades, in full; `off`: what is taken off at present. */
export function totalOf(wanted: Wanted[], prices: Record<string, Money>, off: number, types: PersonTerms[]): number {
  return wanted.reduce((sum, { grade, person }) => {
    const price = less(prices[grade]?.amount ?? 0, off);
    const type = types.find(({ name }) => name === person);
    const own = type?.prices?.[grade];
    return sum + (own ? Math.min(own.amount, price) : less(price, type?.percent ?? 0));
  }, 0);
}

/* The person types of `count` seats in their order; those that are not named are adults. */
export function peopleOf(counts: Record<string, number>, count: number): string[] {
  const named = Object.entries(counts).flatMap(([person, n]) => Array.from({ length: n }, () => person));
  return [...named, ...Array.from({ length: Math.max(0, count - named.length) }, () => "adult")];
}
