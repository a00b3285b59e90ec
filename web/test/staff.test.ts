import { describe, expect, it } from "vitest";
import type { SeatMapData } from "../src/api/shapes/performance";
import { peopleOf, totalOf } from "../src/desk/price";
import { filterOf } from "../src/staff/filter";
import { readCsv, salesColumns, salesDays } from "../src/staff/sales";
import { countSeats, gradesOf } from "../src/staff/stock";
import { amountOf, amountText, castOf, castText, seatsOf, whole } from "../src/staff/typed";

describe("what people type", () => {
  it("is an amount in minor units of its currency, or none", () => {
    expect(amountOf("150,000", "KRW")).toEqual({ amount: 150000, currency: "KRW" });
    expect(amountOf("19.9", "USD")).toEqual({ amount: 1990, currency: "USD" });
    for (const [text, currency] of [["", "KRW"], ["12.5", "KRW"], ["1.999", "USD"], ["-1", "KRW"], ["free", "USD"]]) expect(amountOf(text, currency), text).toBeNull();
    for (const amount of [0, 5, 1990, 150000]) expect(amountOf(amountText({ amount, currency: "USD" }), "USD")?.amount).toBe(amount);
  });

  it("is a whole number, or none", () => {
    expect(whole(" 12 ")).toBe(12);
    for (const text of ["", "1.5", "-1", "ten", "12345678901"]) expect(whole(text), text).toBeNull();
  });

  it("is a cast, a person a line", () => {
    const cast = castOf("한서윤 / 유령\n\n  오민재\r\nAnn / Anna / Beth");
    expect(cast).toEqual([{ name: "한서윤", role: "유령" }, { name: "오민재", role: "" }, { name: "Ann", role: "Anna / Beth" }]);
    expect(castOf(castText(cast))).toEqual(cast);
    expect(castOf("/ Anna")).toEqual([{ name: "", role: "Anna" }]);
  });

  it("is codes of seats with anything between them", () => {
    expect(seatsOf(" A-1, A-2;A-3\nB-1 ")).toEqual(["A-1", "A-2", "A-3", "B-1"]);
    expect(seatsOf(" ")).toEqual([]);
  });
});

describe("a table of sales", () => {
  const head = "\ufeffdate,performance,schedule_id,starts_at,hall,seats_sold,complimentary,list_amount,paid_amount,seats_cancelled,refunded_amount,currency\r\n";
  const row = (day: string, schedule: string, rest: string) => `${day},"A ""B"", C",${schedule},2026-12-01 20:00,Hall,${rest},KRW\r\n`;
  const csv = head + row("2026-11-24", "s1", "3,1,30000,20000,0,0") + row("2026-11-23", "s1", "2,0,20000,20000,1,10000") + row("2026-11-24", "s2", "1,0,10000,10000,0,0");

  it("keeps quotes, commas and new lines in its cells", () => {
    expect(readCsv('a,"b, ""c""\nd",\r\n,e\r\n')).toEqual([["a", 'b, "c"\nd', ""], ["", "e"]]);
    expect(readCsv("x,y")).toEqual([["x", "y"]]);
    expect(readCsv("")).toEqual([]);
  });

  it("is added up by day, the oldest first", () => {
    expect(salesDays(csv)).toEqual([
      { day: "2026-11-23", sold: 2, complimentary: 0, back: 1, paid: 20000, refunded: 10000, currency: "KRW" },
      { day: "2026-11-24", sold: 4, complimentary: 1, back: 0, paid: 30000, refunded: 0, currency: "KRW" },
    ]);
    expect(salesDays(csv, "s2").map(({ sold }) => sold)).toEqual([1]);
    expect(salesDays(head)).toEqual([]);
  });

  it("becomes lines: sold, given back, and in all", () => {
    const [days, ...lines] = salesColumns(salesDays(csv));
    expect(days[1] - days[0]).toBe(86_400);
    expect(lines).toEqual([[2, 4], [1, 0], [1, 5]]);
  });
});

describe("seats by grade", () => {
  it("are counted by their states, whatever row mixes grades", () => {
    const row = { name: "1", numbers: ["1", "2"], xs: [0, 1], ys: [0, 0] };
    const map = {
      grades: [{ name: "VIP", color: "#fff", price: null }, { name: "R", color: "#000", price: null }, { name: "S", color: "#ccc", price: null }],
      sections: [{ name: "F", kind: "seats", outline: [], rows: [{ ...row, grade: 0, guids: ["a", "b"] }, { ...row, grade: 0, guids: ["c", "d"], grades: [1, 0] }] }],
    } as unknown as SeatMapData;
    const grades = gradesOf(map);
    expect([...grades]).toEqual([0, 0, 1, 0]);
    expect(countSeats(map, grades, Uint8Array.of(0, 1, 2, 3))).toEqual([
      { grade: "VIP", free: 1, held: 1, sold: 0, house: 1 }, { grade: "R", free: 0, held: 0, sold: 1, house: 0 },
    ]);
  });
});

describe("a sale at the desk", () => {
  const prices = { VIP: { amount: 150000, currency: "KRW" }, R: { amount: 99999, currency: "KRW" } };
  const types = [{ name: "teen" as const, percent: 33 }, { name: "senior" as const, prices: { R: { amount: 40000, currency: "KRW" } } }];
  const total = (people: [string, string][], off = 0) => totalOf(people.map(([grade, person]) => ({ grade, person })), prices, off, types);

  it("costs what the server will ask for", () => {
    expect(total([["VIP", "adult"], ["R", "teen"]])).toBe(150000 + 99999 - 32999);
    expect(total([["R", "teen"]], 10)).toBe(90000 - 29700);
    expect(total([["R", "senior"], ["VIP", "senior"]])).toBe(40000 + 150000);
    expect(total([["R", "senior"]], 90)).toBe(99999 - 89999);      /* a type's own price never costs more than the price of the day */
  });

  it("is for those who are named, the rest are adults", () => {
    expect(peopleOf({ teen: 1, senior: 0 }, 3)).toEqual(["teen", "adult", "adult"]);
    expect(peopleOf({ teen: 3 }, 2)).toHaveLength(3);
  });
});

describe("a filter in the address", () => {
  it("has what is known of it, and nothing empty", () => {
    expect(filterOf(["q", "status"], "?q=a%20b&status=&other=1")).toEqual({ q: "a b" });
  });
});
