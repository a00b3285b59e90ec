import { describe, expect, it } from "vitest";
import { secondFactor } from "../src/api/account";

describe("the second factor", () => {
  it("is six digits of the app, however they are grouped", () => {
    expect(secondFactor("123456")).toEqual({ totp: "123456" });
    expect(secondFactor(" 123 456 ")).toEqual({ totp: "123456" });
  });

  it("is a recovery code otherwise", () => {
    expect(secondFactor("4ZGR-PZWY-LWU5-M3TT")).toEqual({ recovery_code: "4ZGR-PZWY-LWU5-M3TT" });
    expect(secondFactor("12345")).toEqual({ recovery_code: "12345" });
  });
});
