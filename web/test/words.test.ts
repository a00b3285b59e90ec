import { afterEach, describe, expect, it } from "vitest";
import { genres } from "../src/api/shapes/performance";
import { clockFace, koreanDay, money } from "../src/app/format";
import { catalogues } from "../src/app/i18n";
import { language, preferred } from "../src/app/language";
import { couponEn } from "../src/app/words.coupon.en";
import { couponKo } from "../src/app/words.coupon.ko";
import { moneyEn } from "../src/app/words.money.en";
import { moneyKo } from "../src/app/words.money.ko";
import { showEn } from "../src/app/words.show.en";
import { showKo } from "../src/app/words.show.ko";
import { payEn } from "../src/app/words.pay.en";
import { payKo } from "../src/app/words.pay.ko";
import { mapEn, mapKo } from "../src/map/words";
import { editorEn, editorKo } from "../src/editor/words";
import { deskEn, deskKo } from "../src/desk/words";
import { roomEn, roomKo } from "../src/room/words";
import { staffEn } from "../src/staff/words.en";
import { staffKo } from "../src/staff/words.ko";

type Tree = { [name: string]: unknown };

function leaves(tree: Tree, path = ""): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, value] of Object.entries(tree)) {
    if (typeof value === "object" && value !== null) for (const [key, leaf] of leaves(value as Tree, `${path}${name}.`)) found.set(key, leaf);
    else found.set(path + name, value);
  }
  return found;
}

const ko = leaves({ main: catalogues.ko, pay: payKo, money: moneyKo, coupon: couponKo, room: roomKo, map: mapKo, editor: editorKo, show: showKo, staff: staffKo, desk: deskKo });
const en = leaves({ main: catalogues.en, pay: payEn, money: moneyEn, coupon: couponEn, room: roomEn, map: mapEn, editor: editorEn, show: showEn, staff: staffEn, desk: deskEn });
/* Said by a neighbouring element, so it has no text of its own. */
const silent = new Set(["main.bookingNote.confirmed"]);

describe("the catalogues", () => {
  it("have the same entries of the same kind", () => {
    expect([...en.keys()].sort()).toEqual([...ko.keys()].sort());
    for (const [name, value] of ko) expect(typeof en.get(name), name).toBe(typeof value);
  });

  it("have a text for every entry, and use what they are given", () => {
    for (const [tongue, entries] of [["ko", ko], ["en", en]] as const)
      for (const [name, value] of entries) {
        const label = `${tongue} ${name}`;
        if (typeof value === "function") {
          const text = (value as (...given: unknown[]) => string)(...Array.from({ length: value.length }, (_, i) => (i + 2) * 11));
          expect(text.trim().length, label).toBeGreaterThan(0);
          expect(text, label).toContain("22");
        } else if (!silent.has(name)) expect(String(value).trim().length, label).toBeGreaterThan(0);
      }
  });

  it("are really translated", () => {
    const hangul = /[가-힣]/;
    for (const [name, value] of en) if (typeof value === "string") expect(hangul.test(value), name).toBe(false);
    for (const genre of genres) expect(hangul.test(catalogues.ko.genre[genre])).toBe(true);
  });
});

describe("language and format", () => {
  afterEach(() => void (language.value = "en"));

  it("prefers what was chosen, then the browser's first known language", () => {
    expect(preferred("ko", ["en-US"])).toBe("ko");
    expect(preferred(null, ["fr-FR", "ko-KR", "en"])).toBe("ko");
    expect(preferred("xx", ["en-AU"])).toBe("en");
    expect(preferred(null, ["fr"])).toBe("en");
  });

  it("writes money in minor units of its currency", () => {
    expect(money({ amount: 150000, currency: "KRW" })).toContain("150,000");
    expect(money({ amount: 1999, currency: "USD" })).toContain("19.99");
    language.value = "ko";
    expect(money({ amount: 150000, currency: "KRW" })).toBe("₩150,000");
  });

  it("knows when a Korean day begins and ends", () => {
    expect(koreanDay("2026-11-23")).toBe("2026-11-22T15:00:00.000Z");
    expect(koreanDay("2026-11-30", 1)).toBe("2026-11-30T15:00:00.000Z");
    for (const none of ["", "2026-13-01", "tomorrow"]) expect(koreanDay(none)).toBe("");
  });

  it("counts down in days and a clock", () => {
    expect(clockFace(61_000)).toEqual({ days: 0, face: "01:01" });
    expect(clockFace(2 * 86_400_000 + 3 * 3_600_000)).toEqual({ days: 2, face: "03:00:00" });
    expect(clockFace(-5)).toEqual({ days: 0, face: "00:00" });
  });
});
