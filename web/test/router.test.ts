import { describe, expect, it } from "vitest";
import { findPage, pages } from "../src/app/pages";
import { matchPath, safeReturn, signInPath } from "../src/app/router";

describe("matchPath", () => {
  it("matches parts and takes out what is named", () => {
    expect(matchPath("/", "/")).toEqual({});
    expect(matchPath("/performances/:id", "/performances/p1")).toEqual({ id: "p1" });
    expect(matchPath("/schedules/:id/seats", "/schedules/a%20b/seats/")).toEqual({ id: "a b" });
  });

  it("does not match other paths", () => {
    expect(matchPath("/performances/:id", "/performances")).toBeNull();
    expect(matchPath("/performances/:id", "/performances/")).toBeNull();
    expect(matchPath("/schedules/:id/seats", "/schedules/1/queue")).toBeNull();
    expect(matchPath("/performances/:id", "/performances/%E0%A4%A")).toBeNull();
  });
});

describe("findPage", () => {
  it("finds each page by its own pattern, and none for a strange path", () => {
    for (const page of pages) expect(findPage(page.pattern.replace(/:\w+/g, "x"))?.page).toBe(page);
    expect(findPage("/nowhere")).toBeNull();
  });

  it("asks for a sign-in where things belong to a person", () => {
    const personal = pages.filter((page) => page.personal && !page.roles).map((page) => page.pattern);
    expect(personal).toEqual(
      ["/schedules/:id/queue", "/schedules/:id/waitlist", "/checkout/:holdId", "/pay/return", "/tickets", "/tickets/:bookingId", "/receipts/:paymentId", "/coupons", "/mileage", "/account"]);
  });

  it("asks for a role as well where work is done", () => {
    const work = pages.filter(({ pattern }) => /^\/(admin|desk|settlements|settings)(\/|$)/.test(pattern));
    expect(work.length).toBeGreaterThan(20);
    for (const page of work) expect(page.personal && page.roles?.length, page.pattern).toBeTruthy();
    expect(pages.filter((page) => page.roles && !work.includes(page))).toEqual([]);
  });
});

describe("returning after sign-in", () => {
  it("goes back to paths of this site only", () => {
    expect(safeReturn("/schedules/1/seats?x=1")).toBe("/schedules/1/seats?x=1");
    for (const bad of [null, "", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"])
      expect(safeReturn(bad)).toBe("/");
    expect(signInPath("/a?b=c")).toBe("/login?return=%2Fa%3Fb%3Dc");
  });
});
