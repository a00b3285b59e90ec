import { describe, expect, it } from "vitest";
import type { MapRow, SeatMapData, SeatTrait } from "../src/api/shapes/performance";
import { BestSeats } from "../src/map/best";
import { everything, fitting, pricesOf, wishes } from "../src/map/filter";
import { instead } from "../src/map/instead";
import { SeatMap, trait } from "../src/map/model";
import { edgeOf } from "../src/map/neighbours";
import { placeText, seatText } from "../src/map/seat-text";
import { sideOf, towards } from "../src/map/sight";
import { SeatStore } from "../src/map/store";
import { language } from "../src/app/language";

/* A row drawn as text: a letter is a seat of grade 0 (or 1 if a capital), a space is an aisle. */
function row(name: string, prefix: string, text: string, x: number, y: number, traits?: Partial<Record<SeatTrait, number[]>>): MapRow {
  const at = [...text].flatMap((letter, i) => (letter === " " ? [] : [i]));
  const grades = at.map((i) => Number(text[i] === text[i].toUpperCase()));
  const numbers = at.map((_, i) => String(i + 1));
  return { name, grade: 0, grades, guids: numbers.map((n) => `${prefix}-${name}-${n}`), numbers, xs: at.map((i) => x + i), ys: at.map(() => y), traits };
}

/* A stage above the middle of three rows, and a wing to the left of them. */
function house(): SeatMapData {
  const won = (amount: number) => ({ amount, currency: "KRW" });
  return {
    schedule_id: "s", hall: { id: "h", name: "Hall" }, seat_count: 23, bounds: { x: 0, y: 0, width: 40, height: 20, pitch: 1 },
    stage: { x: 16, y: 0, width: 8, height: 2 },
    grades: [{ name: "R", color: "#fff", price: won(120000) }, { name: "S", color: "#000", price: won(90000) }],
    sections: [
      { name: "Stalls", kind: "seats", outline: [16, 4, 24, 4, 24, 9, 16, 9], rows: [
        row("A", "S", "aaaa  aa", 16, 5),
        row("B", "S", "aaaaaa", 17, 6, { restricted_view: [0], step_free: [1, 2] }),
        row("C", "S", "SSSSS", 18, 7, { wheelchair: [0] }),
      ] },
      { name: "Wing", kind: "seats", outline: [], rows: [row("A", "W", "aaaaaa", 2, 6)] },
    ],
  };
}

const map = new SeatMap(house());
const seat = (guid: string) => map.seatOf(guid) as number;
const guids = (seats: readonly number[] | null) => seats?.map((one) => map.guid(one)).join(" ");
const anything = () => true;

describe("the best seats together", () => {
  const best = new BestSeats(map);

  it("are in the row nearest to the stage, beside its best place, then in another row, then in another section", () => {
    expect(best.find(2, 0, anything).map(guids)).toEqual(["S-A-3 S-A-4", "S-B-3 S-B-4", "W-A-5 W-A-6"]);
  });

  it("are not parted by an aisle or a grade, and leave nobody alone while there is another place", () => {
    expect(best.find(5, 0, anything).map(guids)).toEqual(["S-B-2 S-B-3 S-B-4 S-B-5 S-B-6", "W-A-2 W-A-3 W-A-4 W-A-5 W-A-6"]);
    expect(best.find(3, 0, (one) => one < 4).map(guids)).toEqual(["S-A-2 S-A-3 S-A-4"]);
    expect(best.find(3, 0, anything).map(guids)[0]).toBe("S-B-4 S-B-5 S-B-6");
  });

  it("are among those that are open", () => {
    const open = (one: number) => one > seat("S-B-2");
    expect(best.find(2, 0, open).map(guids)).toEqual(["S-B-3 S-B-4", "W-A-5 W-A-6"]);
    expect(best.find(7, 0, anything)).toEqual([]);
    expect(best.find(2, 1, anything).map(guids)).toEqual(["S-C-1 S-C-2"]);
    expect(best.find(1, 1, (one) => one !== seat("S-C-1")).map(guids)).toEqual(["S-C-2"]);
  });
});

describe("seats in place of others", () => {
  const sold = (...taken: string[]) => {
    map.setAll(Uint8Array.from({ length: map.count }, (_, i) => (taken.includes(map.guid(i)) ? 2 : 0)));
    return taken.map(seat);
  };

  it("are the nearest of the same grade to those that one keeps", () => {
    const lost = sold("S-A-2");
    expect(guids(instead(map, lost, [seat("S-A-3")]))).toBe("S-A-4");
    expect(guids(instead(map, lost, []))).toBe("S-A-1");
  });

  it("are together if that can be, one by one if not", () => {
    expect(guids(instead(map, sold("S-A-1", "S-A-2"), []))).toBe("S-A-3 S-A-4");
    const lost = sold(...["S-A-1", "S-A-2", "S-A-4", "S-A-5", "W-A-1", "W-A-2", "W-A-3", "W-A-5"], ...["1", "2", "4", "5", "6"].map((n) => `S-B-${n}`));
    expect(guids(instead(map, lost.slice(0, 2), []))).toBe("S-A-3 S-B-3");
  });

  it("lack nothing that the others had, and are not for other people", () => {
    const lost = sold("S-B-2");
    expect(guids(instead(map, lost, [seat("S-B-1")]))).toBe("S-B-3");
    expect(instead(map, sold("S-C-1"), [])).toBeNull();
    expect(guids(instead(map, sold("S-C-2", "S-C-3"), []))).toBe("S-C-4 S-C-5");
    expect(instead(map, sold("S-B-2", "S-B-3"), [])).toBeNull();
  });
});

describe("a filter", () => {
  const kept = (filter: Partial<typeof everything>) => {
    const fit = fitting(map, { ...everything, ...filter });
    return fit && [...fit].reduce((sum, one) => sum + one, 0);
  };

  it("is by price, by grade and by what one needs", () => {
    expect(kept({})).toBeNull();
    expect(kept({ onlyFree: true })).toBeNull();
    expect(kept({ most: 90000 })).toBe(5);
    expect(kept({ most: 120000 })).toBe(23);
    expect(kept({ grade: 0 })).toBe(18);
    expect(kept({ grade: 0, most: 90000 })).toBe(0);
    expect(kept({ wanted: trait.step_free })).toBe(2);
    expect(kept({ unwanted: trait.restricted_view })).toBe(22);
  });

  it("names the prices there are and counts what one asks for", () => {
    expect(pricesOf(map).map(({ amount }) => amount)).toEqual([90000, 120000]);
    expect(wishes({ ...everything, grade: 1 })).toBe(0);
    expect(wishes({ ...everything, most: 1, onlyFree: true, unwanted: trait.restricted_view })).toBe(3);
  });

  it("counts what is left in each section, also after changes", () => {
    const store = new SeatStore(house(), 4);
    store.takeSnapshot({ version: 1, seats: btoa("\0".repeat(6)) });
    expect([store.leftIn(0), store.leftIn(1)]).toEqual([17, 6]);
    store.sift({ most: 90000 });
    expect([store.leftIn(0), store.leftIn(1)]).toEqual([5, 0]);
    store.takeDelta({ from: 1, version: 2, changes: [[seat("S-C-1"), 2], [seat("S-A-1"), 2]] });
    expect([store.leftIn(0), store.leftIn(1)]).toEqual([4, 0]);
    expect(store.hidden(seat("S-C-1"))).toBe(false);
    store.sift({ onlyFree: true });
    expect(store.hidden(seat("S-C-1"))).toBe(true);
  });
});

describe("what one sees from a seat", () => {
  it("is the stage from one of its sides", () => {
    expect(sideOf(map, seat("S-A-4"))).toBe("front");
    expect(sideOf(map, seat("W-A-1"))).toBe("left");
    expect(sideOf(new SeatMap({ ...house(), stage: null }), 0)).toBeNull();
    expect(sideOf(new SeatMap({ ...house(), stage: null, focus: { x: 20, y: 10 } }), 0)).toBeNull();
    expect(sideOf(new SeatMap({ ...house(), focus: { x: 38, y: 10 } }), seat("W-A-1"))).toBe("front");
  });

  it("is pointed at from the edge of a section", () => {
    const square = Float32Array.from([0, 0, 4, 0, 4, 4, 0, 4]);
    expect(towards(square, { x: 2, y: 2 }, { x: 2, y: -6 })).toEqual({ x: 2, y: 0, dx: 0, dy: -1 });
    expect(towards(square, { x: 2, y: 2 }, { x: 10, y: 2 })).toEqual({ x: 4, y: 2, dx: 1, dy: 0 });
    expect(towards(square, { x: 2, y: 2 }, { x: 3, y: 3 })).toBeNull();
  });
});

describe("a seat in words", () => {
  it("says all that one should know, in both languages", () => {
    map.setAll(new Uint8Array(map.count));
    language.value = "en";
    expect(placeText(map, [seat("S-B-2"), seat("S-B-3")])).toMatch(/^Stalls, row B, 2 seats together, step-free, facing the stage, ₩120,000 each$/);
    expect(seatText(map, seat("S-B-1"))).toBe("Stalls, row B, seat 1 · R ₩120,000 · end of the row · restricted view · facing the stage · available");
    language.value = "ko";
    expect(placeText(map, [seat("S-A-4")])).toBe("Stalls, A열, 1석, 통로 옆, 무대 정면, ₩120,000");
    expect(seatText(map, seat("S-C-1"))).toBe("Stalls C열 1번 · S ₩90,000 · 열 끝 · 휠체어석 · 무대 정면 · 선택 가능");
  });

  it("knows who sits at an aisle and where a row ends", () => {
    expect(["S-A-1", "S-A-2", "S-A-4", "S-A-5", "S-A-6"].map((guid) => edgeOf(map, seat(guid)))).toEqual(["end", null, "aisle", "aisle", "end"]);
  });
});
