import { describe, expect, it } from "vitest";
import { filterCall, filterPath, readFilter, refinements } from "../src/app/filter";

describe("a search in the address", () => {
  it("comes out as it went in", () => {
    const path = "/?q=%EB%8B%AC%EB%B9%9B&genre=musical&status=on_sale&region=%EC%84%9C%EC%9A%B8&from=2026-12-01&to=2026-12-31&min_price=10000&max_price=90000&sort=price";
    const filter = readFilter(path.slice(1));
    expect(filter).toMatchObject({ q: "달빛", genre: "musical", region: "서울", from: "2026-12-01", sort: "price" });
    expect(filterPath(filter)).toBe(path);
    expect(refinements(filter)).toBe(7);
  });

  it("takes what cannot be meant for nothing", () => {
    const filter = readFilter("?genre=opera&status=cancelled&sort=password&from=2026-13-40&to=soon&min_price=-1&max_price=1e9&q=%20%20");
    expect(filterPath(filter)).toBe("/");
    expect(refinements(filter)).toBe(0);
  });

  it("asks for whole Korean days", () => {
    expect(filterCall(readFilter("?from=2026-12-01&to=2026-12-01"))).toMatchObject({ from: "2026-11-30T15:00:00.000Z", to: "2026-12-01T15:00:00.000Z", q: "" });
  });
});
