import { describe, expect, it } from "vitest";
import { Intent } from "../src/api/intent";
import { refusedOf, Problem } from "../src/api/problem";

function setUp() {
  const kept = new Map<string, string>();
  const store = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
  let n = 0;
  const make = () => new Intent("hold", store, () => `key-${++n}`);
  const keys: string[] = [];
  const answer = (outcome: unknown) => async (key: string) => {
    keys.push(key);
    if (outcome instanceof Problem) throw outcome;
    return outcome;
  };
  return { make, keys, answer };
}

const lost = new Problem(0, "network", "", "");
const broken = new Problem(503, "unavailable", "", "");
const refused = new Problem(409, "seat_taken", "", "");

describe("Intent", () => {
  it("keeps its key while the outcome is unknown, also across a reload", async () => {
    const { make, keys, answer } = setUp();
    await expect(make().carryOut({ seats: ["a"] }, answer(lost))).rejects.toBe(lost);
    await expect(make().carryOut({ seats: ["a"] }, answer(broken))).rejects.toBe(broken);
    expect(await make().carryOut({ seats: ["a"] }, answer("held"))).toBe("held");
    expect(keys).toEqual(["key-1", "key-1", "key-1"]);
  });

  it("takes a new key once the server has decided", async () => {
    const { make, keys, answer } = setUp();
    const intent = make();
    await expect(intent.carryOut({ seats: ["a"] }, answer(refused))).rejects.toBe(refused);
    await intent.carryOut({ seats: ["a"] }, answer("held"));
    await intent.carryOut({ seats: ["a"] }, answer("held"));
    expect(keys).toEqual(["key-1", "key-2", "key-3"]);
  });

  it("takes a new key for another wish", async () => {
    const { make, keys, answer } = setUp();
    const intent = make();
    await expect(intent.carryOut({ seats: ["a"] }, answer(lost))).rejects.toBe(lost);
    await intent.carryOut({ seats: ["b"] }, answer("held"));
    expect(keys).toEqual(["key-1", "key-2"]);
  });
});

describe("refusedOf", () => {
  it("finds the elements whose index a problem names", () => {
    const fields = [{ field: "seats[1]", message: "taken" }, { field: "seats[10]", message: "taken" }, { field: "best", message: "odd" }];
    const problem = new Problem(409, "seat_taken", "", "", fields);
    expect(refusedOf(problem, "seats", ["A-1", "A-2", "A-3"])).toEqual(["A-2"]);
    expect(refusedOf(new Problem(409, "x", "", ""), "seats", ["A-1"])).toEqual([]);
  });
});
