import { describe, expect, it } from "vitest";
import { personPrice, priceNow } from "../src/app/prices";

const won = (amount: number) => ({ amount, currency: "KRW" });

describe("what a person pays", () => {
  it("is a share less, rounded down", () => {
    expect(priceNow(won(9_999), 10)).toEqual(won(9_000));
    expect(priceNow(won(9_999))).toEqual(won(9_999));
    expect(personPrice(won(9_999), "R", { name: "student", percent: 33 })).toEqual(won(6_700));
  });

  it("is a price of one's own, but never more", () => {
    const child = { name: "child" as const, prices: { R: won(5_000), S: won(50_000) } };
    expect(personPrice(won(20_000), "R", child)).toEqual(won(5_000));
    expect(personPrice(won(20_000), "S", child)).toEqual(won(20_000));
    expect(personPrice(won(20_000), "VIP", child)).toEqual(won(20_000));
  });
});
