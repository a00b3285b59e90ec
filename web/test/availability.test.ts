import { describe, expect, it } from "vitest";
import { decodeSeats, fit, isDelta } from "../src/map/availability";

const base64 = (...bytes: number[]) => btoa(String.fromCharCode(...bytes));

describe("decodeSeats", () => {
  it("reads two bits a seat, least significant first, in map order", () => {
    expect([...decodeSeats(base64(0b11_10_01_00), 4)]).toEqual([0, 1, 2, 3]);
    expect([...decodeSeats(base64(0b00_00_00_10, 0b01_00_00_01), 8)]).toEqual([2, 0, 0, 0, 1, 0, 0, 1]);
  });

  it("ignores the bits after the last seat", () => {
    expect([...decodeSeats(base64(0b11_11_11_01), 1)]).toEqual([1]);
  });

  it("reads fifty thousand seats", () => {
    const bytes = new Uint8Array(12_500);
    bytes[12_499] = 0b10_00_00_00;
    const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    const states = decodeSeats(text, 50_000);
    expect(states[49_999]).toBe(2);
    expect(states.reduce((sum, state) => sum + state, 0)).toBe(2);
  });

  it("refuses an answer that is too short", () => {
    expect(() => decodeSeats(base64(0), 5)).toThrow(RangeError);
  });
});

describe("fit", () => {
  const delta = (from: number, version: number) => ({ from, version, changes: [] as [number, number][] });

  it("tells whether a delta follows, is known, or leaves a gap", () => {
    expect(fit(17, delta(17, 18))).toBe("applies");
    expect(fit(17, delta(17, 17))).toBe("known");
    expect(fit(17, delta(15, 17))).toBe("known");
    expect(fit(17, delta(18, 19))).toBe("gap");
    expect(fit(17, delta(16, 19))).toBe("gap");
  });

  it("accepts only what has the shape of a delta", () => {
    expect(isDelta(delta(1, 2))).toBe(true);
    expect(isDelta({ from: 1, version: 2 })).toBe(false);
    expect(isDelta(null)).toBe(false);
  });
});
