/* What a person pays for a seat of a grade, as the server counts it: each share is rounded down, and a price of one's own never costs more. */
import type { PersonTerms } from "../api/shapes/booking";
import type { Money } from "../api/shapes/common";

const less = (amount: number, percent: number) => amount - Math.floor((amount * percent) / 100);

/* `now` is what everybody pays at this time. */
export function personPrice(now: Money, grade: string, type: PersonTerms): Money {
  if (type.percent) return { ...now, amount: less(now.amount, type.percent) };
  const own = type.prices?.[grade];
  return own ? { ...now, amount: Math.min(own.amount, now.amount) } : now;
}

export function priceNow(price: Money, percentOff = 0): Money {
  return { ...price, amount: less(price.amount, percentOff) };
}
