import { describe, expect, it } from "vitest";
import { calendarFile, fold } from "../src/app/ics";

const evening = { uid: "b-1@takenseat", title: "Cats; dogs, and \\ more", place: "한빛 소극장", note: "Booking AB-12\nRow C", starts: "2026-12-24T10:30:00Z", ends: "2026-12-24T13:00:00Z" };

describe("a calendar file", () => {
  it("says what, when and where", () => {
    const file = calendarFile(evening, Date.parse("2026-11-23T00:00:00.123Z"));
    expect(file).toContain("\r\nDTSTART:20261224T103000Z\r\nDTEND:20261224T130000Z\r\n");
    expect(file).toContain("\r\nDTSTAMP:20261123T000000Z\r\n");
    expect(file).toContain("\r\nSUMMARY:Cats\\; dogs\\, and \\\\ more\r\n");
    expect(file).toContain("\r\nDESCRIPTION:Booking AB-12\\nRow C\r\n");
    expect(file.startsWith("BEGIN:VCALENDAR\r\n") && file.endsWith("END:VCALENDAR\r\n")).toBe(true);
  });

  it("has no line of more than 75 bytes, and tears no character apart", () => {
    const long = `SUMMARY:${"가나다라".repeat(40)}🎭`;
    const lines = fold(long).split("\r\n");
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
    expect(lines.map((line, i) => (i ? line.slice(1) : line)).join("")).toBe(long);
  });
});
