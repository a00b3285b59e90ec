import { describe, expect, it } from "vitest";
import { Camera } from "../src/map/camera";
import { insideOutline, SeatGrid } from "../src/map/grid";
import { SeatMap } from "../src/map/model";
import { moveSeat } from "../src/map/roving";
import { hall } from "./hall";

function bigHall(columns: number, lines: number): SeatMap {
  const data = hall();
  const list = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i));
  data.bounds = { x: 0, y: 0, width: columns, height: lines, pitch: 1 };
  data.sections = [{
    name: "X", kind: "seats", outline: [], rows: list(lines, (y) => ({
      name: String(y), grade: 0, guids: list(columns, (x) => `${x}/${y}`), numbers: list(columns, String),
      xs: list(columns, (x) => x + (y % 2) * 0.5), ys: list(columns, () => y),
    })),
  }];
  return new SeatMap(data);
}

describe("SeatGrid", () => {
  it("hits the nearest seat within reach, and nothing beyond", () => {
    const grid = new SeatGrid(new SeatMap(hall()));
    expect(grid.nearest(2.2, 1.1, 0.6)).toBe(1);
    expect(grid.nearest(1, 2, 0.6)).toBe(3);
    expect(grid.nearest(18.4, 9, 0.6)).toBe(5);
    expect(grid.nearest(10, 2, 0.6)).toBe(-1);
    expect(grid.nearest(-50, -50, 0.6)).toBe(-1);
  });

  it("does not hit the places of an area", () => {
    expect(new SeatGrid(new SeatMap(hall())).nearest(9, 7, 1)).toBe(-1);
  });

  it("agrees with a search through all of 10,000 seats", () => {
    const map = bigHall(100, 100);
    const grid = new SeatGrid(map);
    let seed = 7;
    const roll = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    for (let n = 0; n < 300; n++) {
      const [x, y] = [roll() * 104 - 2, roll() * 104 - 2];
      let best = -1;
      let least = 0.6 ** 2;
      for (let i = 0; i < map.count; i++) {
        const d = (map.xs[i] - x) ** 2 + (map.ys[i] - y) ** 2;
        if (d < least) [best, least] = [i, d];
      }
      expect(grid.nearest(x, y, 0.6)).toBe(best);
    }
  });

  it("visits every seat of a rectangle exactly once", () => {
    const map = bigHall(60, 40);
    const seen: number[] = [];
    new SeatGrid(map).within({ x: 10, y: 10, width: 20, height: 5 }, (seat) => seen.push(seat));
    const inside = Array.from({ length: map.count }, (_, i) => i)
      .filter((i) => map.xs[i] >= 10 && map.xs[i] <= 30 && map.ys[i] >= 10 && map.ys[i] <= 15);
    expect(seen).toEqual(expect.arrayContaining(inside));
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe("insideOutline", () => {
  it("tells inside from outside, also for a bent outline", () => {
    const bent = Float32Array.from([0, 0, 4, 0, 4, 4, 2, 1, 0, 4]);
    expect(insideOutline(bent, 1, 1)).toBe(true);
    expect(insideOutline(bent, 2, 3)).toBe(false);
    expect(insideOutline(bent, 5, 1)).toBe(false);
  });
});

describe("Camera", () => {
  const camera = () => {
    const made = new Camera({ x: 0, y: 0, width: 100, height: 50 }, 40);
    made.resize(400, 200);
    made.set(made.fitting({ x: 0, y: 0, width: 100, height: 50 }, 0));
    return made;
  };

  it("keeps the point under the finger while zooming", () => {
    const view = camera();
    const before = view.toHall(120, 80);
    view.zoomAt(120, 80, 2);
    expect(view.scale).toBeCloseTo(8);
    expect(view.toHall(120, 80).x).toBeCloseTo(before.x);
    expect(view.toHall(120, 80).y).toBeCloseTo(before.y);
  });

  it("stays within its scales and keeps the middle in the hall", () => {
    const view = camera();
    view.zoomAt(0, 0, 1e6);
    expect(view.scale).toBe(40);
    view.pan(1e9, -1e9);
    expect(view.toHall(200, 100).x).toBeCloseTo(0);
    expect(view.toHall(200, 100).y).toBeCloseTo(50);
    view.zoomAt(0, 0, 1e-6);
    expect(view.visible().width).toBeLessThan(130);
  });
});

describe("moveSeat", () => {
  const map = new SeatMap(hall());
  const { rows } = map.sections[0];
  const go = (seat: number, key: string) => moveSeat(rows, map.xs, seat, key);

  it("walks along a row and stops at its ends", () => {
    expect(go(0, "ArrowRight")).toBe(1);
    expect(go(2, "ArrowRight")).toBe(2);
    expect(go(0, "ArrowLeft")).toBe(0);
    expect(go(1, "Home")).toBe(0);
    expect(go(1, "End")).toBe(2);
  });

  it("goes to the seat nearest across the hall in the next row", () => {
    expect(go(2, "ArrowDown")).toBe(4);
    expect(go(0, "ArrowDown")).toBe(3);
    expect(go(4, "ArrowUp")).toBe(2);
    expect(go(4, "ArrowDown")).toBe(4);
    expect(go(1, "x")).toBe(1);
  });
});
