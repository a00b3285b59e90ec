/* Which seats somebody wants to see; the others step back in the picture and in the list. */
import { trait, type SeatMap } from "./model";

export interface Filter {
  /* A grade's number, or -1 for all. */
  grade: number;
  /* The highest price in minor units, or null for any. */
  most: number | null;
  onlyFree: boolean;
  /* Bits of SeatMap.traits that a seat must have, and must not have. */
  wanted: number;
  unwanted: number;
}

export const everything: Filter = { grade: -1, most: null, onlyFree: false, wanted: 0, unwanted: 0 };

/* How many wishes there are beside that for a grade. */
export function wishes(filter: Filter): number {
  const bits = [trait.wheelchair, trait.companion, trait.step_free, trait.restricted_view];
  return Number(filter.most !== null) + Number(filter.onlyFree) + bits.filter((bit) => (filter.wanted | filter.unwanted) & bit).length;
}

/* By seat, 1 where it is wanted; null where all are. What is free changes by itself and is not looked at here. */
export function fitting(map: SeatMap, filter: Filter): Uint8Array | null {
  const { grade, most, wanted, unwanted } = filter;
  if (grade < 0 && most === null && !wanted && !unwanted) return null;
  const right = map.grades.map(({ price }, i) => (grade < 0 || grade === i) && (most === null || price.amount <= most));
  return map.grade.map((g, seat) => Number(right[g] && (map.traits[seat] & wanted) === wanted && (map.traits[seat] & unwanted) === 0));
}

/* The prices by which one can choose, the lowest first. */
export function pricesOf(map: SeatMap) {
  const prices = map.offered.map((i) => map.grades[i].price).sort((a, b) => a.amount - b.amount);
  return prices.filter(({ amount }, i) => i === 0 || amount !== prices[i - 1].amount);
}
