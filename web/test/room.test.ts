import { describe, expect, it } from "vitest";
import type { SaleTerms } from "../src/api/shapes/booking";
import type { RoomRules } from "../src/api/shapes/queue";
import { readDraft } from "../src/app/draft";
import { fromLocal, toLocal } from "../src/room/local-time";
import { whoseOf } from "../src/room/lookup";
import { codesFault, groupsOf, makeCodes, splitCodes, termsWith, withGroup, withoutGroup } from "../src/room/presale";
import { changedRules, numbersWrong, rulesOf, type TypedRules } from "../src/room/rules";

const hour = (n: number) => new Date(Date.UTC(2026, 10, 23, n)).toISOString();
const fans = { name: "Fans", starts_at: hour(1), ends_at: hour(2) };
const card = { name: "Card", starts_at: hour(2), ends_at: hour(4) };
const terms = (more: Partial<SaleTerms> = {}): SaleTerms => ({
  person_types: [{ name: "adult" }, { name: "student", percent: 10 }], early_bird: [{ until: hour(9), percent: 5 }], max_per_user_of_performance: 8,
  presale: { starts_at: hour(0), ends_at: hour(6), max_per_user: 2, groups: [fans, card] },
  presale_codes: 5, presale_entered: 1, presale_groups: [{ name: "Fans", codes: 3, uses_per_code: 1 }, { name: "Card", codes: 2, uses_per_code: 50 }], ...more,
});

describe("a presale", () => {
  it("keeps what else is said of the sale, and lasts as long as its groups", () => {
    const change = termsWith(terms(), groupsOf(terms()));
    expect(change.person_types).toEqual([{ name: "student", percent: 10 }]);
    expect([change.early_bird, change.max_per_user_of_performance]).toEqual([terms().early_bird, 8]);
    expect(change.presale).toEqual({
      starts_at: hour(1), ends_at: hour(4), max_per_user: 2, uses_per_code: undefined, groups: [{ ...fans, uses_per_code: 1 }, { ...card, uses_per_code: 50 }],
    });
  });

  it("does not become shorter where codes of no group are about", () => {
    const { presale } = termsWith(terms({ presale_uses_per_code: 9 }), []);
    expect(presale).toEqual({ starts_at: hour(0), ends_at: hour(6), max_per_user: 2, uses_per_code: 9, groups: [] });
  });

  it("ends with its last group, and begins with its first", () => {
    expect(termsWith(terms(), []).presale).toBeUndefined();
    const first = { ...fans, uses_per_code: 1 };
    expect(termsWith(terms({ presale: null, presale_groups: [] }), [first]).presale).toMatchObject({ starts_at: hour(1), ends_at: hour(2), max_per_user: null });
  });

  it("changes a group in its place", () => {
    const groups = groupsOf(terms());
    expect(withGroup(groups, { ...fans, ends_at: hour(3), uses_per_code: 7 }).map(({ name, uses_per_code }) => [name, uses_per_code])).toEqual([["Fans", 7], ["Card", 50]]);
    expect(withGroup(groups, { ...fans, name: "Press", uses_per_code: 1 }).map(({ name }) => name)).toEqual(["Fans", "Card", "Press"]);
    expect(withoutGroup(groups, "Fans").map(({ name }) => name)).toEqual(["Card"]);
  });
});

describe("codes", () => {
  it("are all different, also where chance repeats itself", () => {
    const codes = makeCodes(500);
    expect(new Set(codes).size).toBe(500);
    for (const code of codes) expect(code).toMatch(/^[A-HJ-NP-Z2-9]{5}-[A-HJ-NP-Z2-9]{5}$/);
    expect(codesFault(codes)).toBeNull();
    let draws = 0;
    expect(makeCodes(2, (bytes) => bytes.fill(draws++ < 3 ? 0 : 1))).toEqual(["AAAAA-AAAAA", "BBBBB-BBBBB"]);
  });

  it("are read as people paste them", () => {
    expect(splitCodes('code,name\r\n"FAN-001",Ann\r\n\r\n  FAN-002  \nfan-003,')).toEqual(["FAN-001", "FAN-002", "fan-003"]);
    expect(splitCodes(" \n\n")).toEqual([]);
  });

  it("are refused by their place", () => {
    expect(codesFault([])).toEqual({ what: "none" });
    for (const bad of ["SHORT", "WITH SPACE", "한국어한국어", "x".repeat(65), 'QUO"TED']) expect(codesFault(["GOOD-ONE", bad])).toEqual({ at: 2, code: bad, what: "form" });
    expect(codesFault(["SAME-ONE", "OTHER-ONE", "same-one"])).toEqual({ at: 3, code: "same-one", what: "twice" });
    expect(codesFault(Array.from({ length: 50_001 }, (_, i) => `CODE-${i}`))).toEqual({ what: "many" });
  });
});

describe("settings", () => {
  const rules: RoomRules = {
    mode: "fifo", admit_per_minute: 60, active_limit: 100, pass_seconds: 600, opens_at: "2026-11-23T01:02:03Z", paused: false, draining: false,
    device_binding: "when_possible", work: "off", message: "", message_en: "",
  };
  const typed: TypedRules = { ...rules, admit_per_minute: "60", active_limit: "100", pass_seconds: "600", opens_at: "" };

  it("name the numbers that will not do", () => {
    expect(numbersWrong(typed)).toEqual([]);
    expect(numbersWrong({ ...typed, admit_per_minute: "0", active_limit: "many", pass_seconds: "29" })).toEqual(["admit_per_minute", "active_limit", "pass_seconds"]);
  });

  it("tell only what changes, times to the minute", () => {
    expect(changedRules(rules, { ...rules, opens_at: "2026-11-23T01:02:00.000Z" })).toEqual({});
    expect(changedRules(rules, { ...rules, opens_at: null, paused: true })).toEqual({ opens_at: null, paused: true });
    expect(rulesOf({ ...rules, joined: 3 } as RoomRules)).toEqual(rules);
  });
});

describe("what is typed", () => {
  it("as a time of the device's zone comes back as the same minute", () => {
    expect(fromLocal(toLocal("2026-11-23T01:02:03Z"))).toBe("2026-11-23T01:02:00.000Z");
    expect([toLocal(null), fromLocal(""), fromLocal("tomorrow")]).toEqual(["", null, null]);
  });

  it("to find a place is an account, a token, or words", () => {
    expect(whoseOf(" 0123456789abc ")).toEqual({ user_id: "0123456789abc" });
    const token = "A".repeat(30) + "." + "b_-9".repeat(10);
    expect(whoseOf(token)).toEqual({ token });
    expect(whoseOf(`https://tickets.example/wait/${token}?still=true`)).toEqual({ token });
    for (const text of ["", "kim@example.com", "Sky Kim", "0123456789ABC", "short"]) expect(whoseOf(text)).toBeNull();
  });

  it("is read again unless it is damaged", () => {
    const kept = (text: string | null) => readDraft<{ a: number }>({ getItem: () => text, setItem: () => undefined, removeItem: () => undefined }, "x");
    expect([kept('{"a":1}'), kept(null), kept("{"), kept("null"), kept("7")]).toEqual([{ a: 1 }, {}, {}, {}, {}]);
  });
});
