import { describe, expect, it } from "vitest";
import { check, refused } from "../src/editor/check";
import * as edit from "../src/editor/edit";
import { Editor } from "../src/editor/editor";
import { formatOf, gradesInUse, write } from "../src/editor/files";
import { changed, History } from "../src/editor/history";
import { letters, nameRows, numberSeats } from "../src/editor/number";
import { pictureOf, planOf } from "../src/editor/picture";
import { eachSeat, emptyPlan, guidOf, idsOf, nothing, seatCount, ungraded, type Plan, type SeatSection } from "../src/editor/plan";
import * as shapes from "../src/editor/shapes";
import { hall } from "./hall";

const spacing = { seat: 1, row: 1.2 };

function block(rows: number, seats: number, plan = emptyPlan()): Plan {
  const made = edit.addSeats(plan, "Floor", shapes.blockOf({ x: 0, y: 0 }, rows, seats, spacing), 0);
  return nameRows(made.plan, made.chosen, "letters", 1, false, false);
}

/* So many blocks of 10,000 seats, one below the other. */
function blocks(n: number): Plan {
  let plan = emptyPlan();
  for (let i = 0; i < n; i++) plan = edit.addSeats(plan, `Block ${i + 1}`, shapes.blockOf({ x: 0, y: i * 150 }, 100, 100, spacing), 0).plan;
  return plan;
}

const all = (plan: Plan) => new Set(plan.sections.flatMap(idsOf));
const section = (plan: Plan, i = 0) => plan.sections[i] as SeatSection;
const numbers = (plan: Plan, row = 0, i = 0) => section(plan, i).rows[row].seats.map((seat) => seat.number);
const kinds = (plan: Plan) => check(plan).map(({ kind }) => kind);
function labels(plan: Plan): string[] {
  const found: string[] = [];
  eachSeat(plan, (seat, row, one) => found.push(guidOf(one, row, seat)));
  return found;
}

describe("shapes", () => {
  it("fill a row and a block with as many seats as fit", () => {
    expect(shapes.line({ x: 0, y: 0 }, { x: 3, y: 4 }, 1).map(({ x, y }) => [x, y]).pop()).toEqual([3, 4]);
    expect(shapes.block({ x: 4, y: 2.4 }, { x: 0, y: 0 }, spacing).map((row) => row.length)).toEqual([5, 5, 5]);
    expect(shapes.line({ x: 1, y: 1 }, { x: 1, y: 1 }, 1)).toEqual([{ x: 1, y: 1 }]);
  });

  it("bend rows around one centre, evenly spaced, from left to right", () => {
    const rows = shapes.arcs({ x: -10, y: 0 }, { x: 10, y: 0 }, 0.2, 3, spacing);
    expect(rows.length).toBe(3);
    const deepest = rows.map((row) => Math.max(...row.map(({ y }) => y)));
    expect(deepest[0]).toBeCloseTo(4, 1);
    expect(deepest[1] - deepest[0]).toBeCloseTo(1.2, 1);
    for (const row of rows)
      row.slice(1).forEach((seat, i) => {
        expect(seat.x).toBeGreaterThan(row[i].x);
        expect(Math.hypot(seat.x - row[i].x, seat.y - row[i].y)).toBeCloseTo(1, 1);
      });
    expect(rows[2].length).toBeGreaterThan(rows[0].length);
    expect(shapes.arcs({ x: 5, y: 0 }, { x: 0, y: 0 }, 0, 2, spacing).map((row) => row.length)).toEqual([6, 6]);
  });

  it("set seats around a table, none in another", () => {
    for (const seats of [1, 4, 12]) {
      const around = shapes.table({ x: 2, y: 3 }, seats, 1);
      expect(around.length).toBe(seats);
      for (const a of around) for (const b of around) if (a !== b) expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(0.95);
    }
  });
});

describe("edits", () => {
  it("share what they do not touch", () => {
    const two = edit.addSeats(block(3, 4), "Balcony", [[{ x: 0, y: 20 }]], 0).plan;
    const moved = edit.move(two, new Set([section(two).rows[1].seats[0].id]), 1, 0);
    expect(moved.sections[1]).toBe(two.sections[1]);
    expect(section(moved).rows[0]).toBe(section(two).rows[0]);
    expect(section(moved).rows[1].seats[1]).toBe(section(two).rows[1].seats[1]);
    expect(section(moved).rows[1].seats[0].x).toBe(section(two).rows[1].seats[0].x + 1);
    expect(section(two).rows[1].seats[0].x).toBe(0);
    expect(edit.move(two, nothing, 5, 5)).toBe(two);
  });

  it("turn around the middle, and back again", () => {
    const plan = block(2, 3);
    const turned = edit.rotate(plan, all(plan), 90);
    expect(section(turned).rows[0].seats.map(({ x, y }) => [x, y])).toEqual([[1.6, -0.4], [1.6, 0.6], [1.6, 1.6]]);
    const back = edit.rotate(turned, all(turned), -90);
    expect(section(back).rows[0].seats[2].x).toBeCloseTo(2);
  });

  it("delete seats with the rows and sections that are empty then", () => {
    const plan = block(2, 3);
    const [first] = section(plan).rows;
    const rest = edit.remove(plan, new Set(first.seats.map(({ id }) => id)));
    expect(section(rest).rows.map(({ name }) => name)).toEqual(["B"]);
    expect(edit.remove(rest, all(rest)).sections).toEqual([]);
  });

  it("duplicate into sections of their own, without a name twice", () => {
    const plan = edit.addArea(block(2, 3), "Yard", shapes.rectangle({ x: 0, y: 5 }, { x: 4, y: 9 }), 50, 0).plan;
    const { plan: twice, chosen } = edit.duplicate(plan, all(plan), 10, 0);
    expect(twice.sections.map(({ name }) => name)).toEqual(["Floor", "Yard", "Floor 2", "Yard 2"]);
    expect(chosen.size).toBe(7);
    expect(check(twice)).toEqual([]);
    expect(seatCount(twice)).toBe(112);
  });

  it("add rows to the section of their name", () => {
    const first = edit.addRows(emptyPlan(), "Left", [[{ x: 0, y: 0 }, { x: 1, y: 0 }]], 0, letters).plan;
    const second = edit.addRows(first, "Left", [[{ x: 0, y: 1 }]], 0, letters);
    expect(second.plan.sections.length).toBe(1);
    expect(labels(second.plan)).toEqual(["Left-A-1", "Left-A-2", "Left-B-1"]);
    expect([...second.chosen]).toEqual([section(second.plan).rows[1].seats[0].id]);
  });

  it("gather chosen seats into a section, rows of one name together", () => {
    const plan = block(2, 3);
    const ends = new Set(section(plan).rows.map((row) => row.seats[2].id));
    const split = edit.gather(plan, ends, "Aisle");
    expect(labels(split)).toEqual(["Floor-A-1", "Floor-A-2", "Floor-B-1", "Floor-B-2", "Aisle-A-3", "Aisle-B-3"]);
    expect(labels(edit.gather(split, ends, "Floor"))).toEqual(labels(plan));
  });

  it("take a grade away from its seats and keep those of others", () => {
    const plan = edit.addGrade(edit.addGrade(block(1, 3), { name: "VIP", color: "#111111" }), { name: "S", color: "#222222" });
    const [a, b] = section(plan).rows[0].seats;
    const painted = edit.paint(edit.paint(plan, new Set([a.id]), 1), new Set([b.id]), 2);
    expect(gradesInUse(painted)).toEqual(["R", "VIP", "S"]);
    const without = edit.removeGrade(painted, 1);
    expect(section(without).rows[0].seats.map(({ grade }) => grade)).toEqual([ungraded, 1, 0]);
    expect(without.grades.map(({ name }) => name)).toEqual(["R", "S"]);
  });
});

describe("schemes", () => {
  const plan = block(3, 5);

  it("number seats from either side, odd, even and with letters", () => {
    const by = (order: Parameters<typeof numberSeats>[2], first = 1) => numbers(numberSeats(plan, all(plan), order, first, false)).join(" ");
    expect(by("left", 11)).toBe("11 12 13 14 15");
    expect(by("right")).toBe("5 4 3 2 1");
    expect(by("odd")).toBe("1 3 5 7 9");
    expect(by("even")).toBe("2 4 6 8 10");
    expect(by("letters")).toBe("A B C D E");
  });

  it("number by where seats stand, not by the order they were drawn in", () => {
    const drawn = edit.addSeats(emptyPlan(), "X", [[{ x: 3, y: 0 }, { x: 1, y: 0 }, { x: 2, y: 0 }]], 0);
    expect(numbers(numberSeats(drawn.plan, drawn.chosen, "left", 1, false))).toEqual(["3", "1", "2"]);
    const upright = edit.addSeats(emptyPlan(), "X", [[{ x: 0, y: 2 }, { x: 0.1, y: 1 }]], 0);
    expect(numbers(numberSeats(upright.plan, upright.chosen, "left", 1, false))).toEqual(["2", "1"]);
  });

  it("name rows from the stage or towards it, and leave I and O out", () => {
    const names = (of: Plan) => section(of).rows.map(({ name }) => name).join(" ");
    expect(names(nameRows(plan, all(plan), "numbers", 3, true, false))).toBe("5 4 3");
    const deep = block(16, 1);
    expect(names(nameRows(deep, all(deep), "plain-letters", 1, false, false))).toBe("A B C D E F G H J K L M N P Q R");
    expect([0, 25, 26, 27, 52, 701, 702].map((n) => letters(n))).toEqual(["A", "Z", "AA", "AB", "BA", "ZZ", "AAA"]);
  });

  it("keep what was loaded apart from what is read, unless it shall follow", () => {
    const loaded = planOf(hall());
    const renamed = numberSeats(loaded, all(loaded), "left", 11, false);
    expect(numbers(renamed)).toEqual(["11", "12", "13"]);
    expect(labels(renamed)).toEqual(labels(loaded));
    expect(labels(numberSeats(loaded, all(loaded), "left", 11, true)).slice(0, 3)).toEqual(["A-1-11", "A-1-12", "A-1-13"]);
  });
});

describe("the check", () => {
  it("finds nothing in a sound plan, and says that an empty one is empty", () => {
    expect(check(block(4, 6))).toEqual([]);
    expect(kinds(emptyPlan())).toEqual(["empty"]);
  });

  it("names doubled numbers, doubled identifiers, seats without name or grade, and seats over each other", () => {
    const plan = block(1, 3);
    const [a, b] = section(plan).rows[0].seats;
    const doubled = edit.changeRows(plan, new Set([a.id]), false, (row) => ({ ...row, seats: row.seats.map((seat) => ({ ...seat, number: "7" })) }));
    expect(check(doubled).map(({ kind, what, where }) => [kind, what, where.length])).toEqual([["doubled", "Floor A 7", 4]]);
    const guid = edit.changeRows(plan, new Set([a.id]), false, (row) => ({ ...row, seats: row.seats.map((seat) => ({ ...seat, guid: seat === row.seats[2] ? "Floor-A-1" : null })) }));
    expect(check(guid).map(({ kind, what }) => [kind, what])).toEqual([["guid", "Floor-A-1"]]);
    expect(kinds(edit.paint(plan, new Set([b.id]), ungraded))).toEqual(["ungraded"]);
    expect(kinds(edit.renameSection(plan, section(plan).id, " "))).toContain("unnamed");
    const over = check(edit.move(plan, new Set([a.id]), 0.8, 0));
    expect(over.map(({ kind, where }) => [kind, [...where].sort()])).toEqual([["overlap", [a.id, b.id].sort()]]);
    expect(over.some(refused)).toBe(false);
  });

  it("names a grade that is there twice, and places of an area that seats have already", () => {
    const plan = edit.addArea(block(1, 2), "Floor-A", shapes.rectangle({ x: 0, y: 5 }, { x: 4, y: 9 }), 2, 0).plan;
    expect(kinds(plan)).toEqual(["guid", "guid"]);
    expect(kinds(edit.addGrade(block(1, 1), { name: "R", color: "#000000" }))).toEqual(["grade"]);
  });
});

describe("undo", () => {
  it("goes back and forth through every step, and a new one ends what could be redone", () => {
    const editor = new Editor(block(2, 2), null);
    const states = [editor.plan.value];
    editor.chooseAll();
    for (let i = 0; i < 300; i++) {
      editor.move(1, 0);
      states.push(editor.plan.value);
    }
    for (let i = 299; i >= 0; i--) {
      editor.undo();
      expect(editor.plan.value).toBe(states[i]);
    }
    expect(editor.canUndo.value).toBe(false);
    expect(editor.dirty.value).toBe(false);
    editor.redo();
    expect(editor.plan.value).toBe(states[1]);
    editor.move(0, 1);
    expect(editor.canRedo.value).toBe(false);
    editor.destroy();
  });

  it("takes steps of one kind together", () => {
    const editor = new Editor(block(1, 2), null);
    const before = editor.plan.value;
    editor.chooseAll();
    for (let i = 0; i < 5; i++) editor.move(0.5, 0, "nudge");
    editor.undo();
    expect(editor.plan.value).toBe(before);
    expect(editor.canUndo.value).toBe(false);
    editor.destroy();
  });

  it("is bounded by what the steps have changed", () => {
    const big = blocks(4);
    expect(changed(big, edit.move(big, all(big), 1, 0))).toBeGreaterThanOrEqual(40_000);
    expect(changed(big, edit.move(big, new Set([section(big).rows[5].seats[0].id]), 1, 0))).toBeLessThan(600);
    const history = new History({ plan: big, chosen: nothing });
    let plan = big;
    for (let i = 0; i < 100; i++) {
      plan = edit.move(plan, all(plan), 1, 0);
      history.push({ plan, chosen: nothing });
    }
    let steps = 0;
    while (history.undo()) steps++;
    expect(steps).toBeGreaterThan(10);
    expect(steps).toBeLessThan(40);
  });
});

describe("the editor's tools", () => {
  it("draw, number and choose what they have drawn", () => {
    const editor = new Editor(emptyPlan(), null);
    editor.tool.value = "block";
    editor.make({ x: 0, y: 0 }, { x: 3, y: 2.4 }, "Stalls");
    expect(labels(editor.plan.value)).toHaveLength(12);
    expect(labels(editor.plan.value)[0]).toBe("Stalls-A-1");
    expect(editor.chosen.value.size).toBe(12);
    editor.tool.value = "table";
    editor.make({ x: 0, y: 9 }, { x: 0, y: 9 }, "Tables");
    editor.make({ x: 8, y: 9 }, { x: 8, y: 9 }, "Tables");
    expect(section(editor.plan.value, 1).rows.map(({ name, seats }) => [name, seats.length])).toEqual([["1", 8], ["2", 8]]);
    editor.tool.value = "area";
    editor.make({ x: 0, y: 20 }, { x: 0.5, y: 30 }, "Yard");
    editor.make({ x: 0, y: 20 }, { x: 9, y: 30 }, "Yard");
    expect(editor.plan.value.sections.map(({ name, kind }) => [name, kind])).toEqual([["Stalls", "seats"], ["Tables", "seats"], ["Yard", "area"]]);
    expect(editor.look()).toEqual([]);
    editor.destroy();
  });

  it("rename a section that is chosen as a whole, and split one that is not", () => {
    const editor = new Editor(block(2, 2), null);
    editor.chooseAll();
    editor.name("Circle");
    expect(editor.plan.value.sections.map(({ name }) => name)).toEqual(["Circle"]);
    editor.choose(new Set([section(editor.plan.value).rows[0].seats[0].id]));
    editor.name("Box");
    expect(editor.plan.value.sections.map(({ name }) => name)).toEqual(["Circle", "Box"]);
    editor.destroy();
  });
});

describe("pictures and files", () => {
  it("draw every seat where it is, and know which one it is", () => {
    const plan = planOf(hall());
    const { map, ids } = pictureOf(plan);
    expect(map.count).toBe(9);
    expect([...map.xs].slice(0, 7)).toEqual([1, 2, 3, 1, 3, 18, 19]);
    const expected: number[] = [];
    for (const one of plan.sections) expected.push(...(one.kind === "area" ? [one.id, one.id] : idsOf(one)));
    expect([...ids]).toEqual(expected);
    expect(map.grades.length).toBe(3);
  });

  it("draw a move of one row without working out the others again", () => {
    const plan = block(50, 50);
    const before = pictureOf(plan).map;
    const moved = edit.move(plan, new Set(section(plan).rows[7].seats.map(({ id }) => id)), 0, 0.5);
    const { map } = pictureOf(moved);
    expect(map.ys[7 * 50]).toBeCloseTo(before.ys[7 * 50] + 0.5);
    expect(map.ys[8 * 50]).toBe(before.ys[8 * 50]);
  });

  it("load a hall and write it again as it was", () => {
    const data = hall();
    data.sections[0].rows[1].traits = { wheelchair: [1], step_free: [0, 1] };
    const plan = planOf(data);
    expect(plan.sections.map(({ kind, name }) => [kind, name])).toEqual([["seats", "A"], ["seats", "B"], ["area", "Floor"]]);
    const { document } = write(plan, "Hall", "venue");
    const { sections } = document as { sections: { prefix?: string; category: string; area?: { capacity: number }; placed?: { rows: { seats: object[] }[] } }[] };
    expect(sections[2]).toMatchObject({ prefix: "F", category: "R", area: { capacity: 2 } });
    expect(sections[0].category).toBe("VIP");
    expect(sections[0].placed?.rows[1].seats).toEqual([
      { guid: "A-2-1", number: "1", x: 1, y: 2, traits: ["step_free"] },
      { guid: "A-2-2", number: "2", x: 3, y: 2, category: "R", traits: ["wheelchair", "step_free"] },
    ]);
  });

  it("keep the places of an area whose names follow no rule", () => {
    const data = hall();
    data.sections[2].rows[0].guids = ["F-1", "F-9"];
    const plan = planOf(data);
    expect(plan.sections[2].kind).toBe("seats");
    expect(labels(plan).slice(-2)).toEqual(["F-1", "F-9"]);
  });

  it("tell what another format cannot say", () => {
    const plan = planOf(hall());
    expect(write(plan, "Hall", "pretix")).toMatchObject({ renamed: 0, areas: 1 });
    expect(write(plan, "Hall", "seatsio")).toMatchObject({ renamed: 4, areas: 0 });
    expect(write(block(3, 3), "Hall", "seatsio")).toMatchObject({ renamed: 0 });
  });

  it("know a format by what only it has", () => {
    const plan = block(1, 1);
    for (const format of ["venue", "pretix", "seatsio"] as const) expect(formatOf(write(plan, "Hall", format).document)).toBe(format);
    expect(formatOf({ rows: [] })).toBe(null);
    expect(formatOf("text")).toBe(null);
  });
});

describe("50,000 seats", () => {
  it("are moved, checked and drawn again in a fraction of a second", () => {
    const plan = blocks(5);
    pictureOf(plan);
    const began = performance.now();
    const moved = edit.move(plan, new Set(section(plan).rows[9].seats.map(({ id }) => id)), 0.3, 0);
    const { map } = pictureOf(moved);
    const drawn = performance.now() - began;
    expect(map.count).toBe(50_000);
    expect(check(moved)).toEqual([]);
    /* Some 10 ms on a desktop; the bound is for a machine that does other things as well. */
    expect(drawn).toBeLessThan(1_500);
  });
});
