import { describe, expect, it } from "vitest";
import { SeatMap } from "../src/map/model";
import { hall } from "./hall";

describe("SeatMap", () => {
  it("counts seats in map order: sections, rows, seats", () => {
    const map = new SeatMap(hall());
    expect(map.count).toBe(9);
    const guids = Array.from({ length: 9 }, (_, seat) => map.guid(seat));
    expect(guids).toEqual(["A-1-1", "A-1-2", "A-1-3", "A-2-1", "A-2-2", "B-1", "B-2", "F-1", "F-2"]);
    guids.forEach((guid, seat) => expect(map.seatOf(guid)).toBe(seat));
    expect(map.seatOf("nowhere")).toBeUndefined();
  });

  it("lets the grades of a row win over the row's grade", () => {
    const map = new SeatMap(hall());
    expect([...map.grade]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect(map.totalByGrade).toEqual([4, 5]);
    expect(map.sections[0].grades).toEqual([0, 1]);
    expect(map.sections[0].grade).toBe(0);
  });

  it("offers the grades that have seats; another need not have a price", () => {
    const data = hall();
    data.grades.unshift({ name: "BOX", color: "#888", price: null });
    for (const row of data.sections.flatMap((section) => section.rows)) {
      row.grade++;
      row.grades = row.grades?.map((grade) => grade + 1);
    }
    expect(new SeatMap(data).offered).toEqual([1, 2]);
  });

  it("finds the row and the number of a seat", () => {
    const map = new SeatMap(hall());
    expect(map.rowOf(4).name).toBe("2");
    expect(map.number(4)).toBe("2");
    expect(map.isArea(7)).toBe(true);
    expect(map.isArea(6)).toBe(false);
  });

  it("draws an outline around a section that has none", () => {
    expect([...new SeatMap(hall()).sections[1].outline]).toEqual([17, 8, 20, 8, 20, 10, 17, 10]);
  });

  it("keeps the free counts right through a snapshot and deltas", () => {
    const map = new SeatMap(hall());
    map.setAll(Uint8Array.from([0, 1, 2, 3, 0, 0, 0, 0, 2]));
    expect(map.freeByGrade).toEqual([1, 4]);
    expect(map.sections.map((section) => section.free)).toEqual([2, 2, 1]);

    const before = map.sections[0].revision;
    expect(map.change([[0, 1], [1, 0], [4, 0], [99, 1], [-1, 1]])).toEqual([0, 1]);
    expect(map.freeByGrade).toEqual([1, 4]);
    expect(map.state[0]).toBe(1);
    expect(map.sections[0].free).toBe(2);
    expect(map.sections[0].revision).toBe(before + 2);
    expect(map.change([[7, 2]])).toEqual([7]);
    expect(map.sections[2].free).toBe(0);
  });
});
