import { describe, expect, it } from "vitest";
import { monthsOf } from "../src/app/months";

describe("the months of a performance", () => {
  it("are each there once, in order, in weeks from Sunday", () => {
    const months = monthsOf(["2026-12-24T12:00:00", "2026-11-03T12:00:00", "2026-11-30T12:00:00"]);
    expect(months.map(({ first }) => first.getMonth())).toEqual([10, 11]);
    expect(months[0].weeks[0]).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(months[1].weeks[0]).toEqual([0, 0, 1, 2, 3, 4, 5]);
    expect(months[1].weeks.at(-1)).toEqual([27, 28, 29, 30, 31, 0, 0]);
    for (const { weeks } of months) for (const week of weeks) expect(week).toHaveLength(7);
  });

  it("know February", () => {
    const days = (time: string) => monthsOf([time])[0].weeks.flat().filter(Boolean).length;
    expect(days("2028-02-01T12:00:00")).toBe(29);
    expect(days("2027-02-01T12:00:00")).toBe(28);
  });

  it("are none without a date", () => expect(monthsOf([])).toEqual([]));
});
