import { describe, expect, it } from "vitest";
import { keptTheme } from "../src/app/theme";

const sheets = import.meta.glob<string>("../src/styles/*.css", { query: "?raw", import: "default", eager: true });
const [light, dark] = sheets["../src/styles/tokens.css"].split("@media not print");
const named = (text: string) => new Set([...text.matchAll(/^\s*(--[\w-]+):/gm)].map((found) => found[1]));

describe("the theme", () => {
  it("is what was chosen, else what the device wants", () => {
    expect(keptTheme("dark")).toBe("dark");
    expect(keptTheme("light")).toBe("light");
    for (const other of [null, "", "auto", "blue"]) expect(keptTheme(other)).toBe("auto");
  });

  it("changes tokens that there are, and no others", () => {
    expect(named(dark).size).toBeGreaterThan(20);
    for (const name of named(dark)) expect(named(light).has(name), name).toBe(true);
  });

  it("is all that the styles ask for", () => {
    for (const [name, text] of Object.entries(sheets)) for (const [, used] of text.matchAll(/var\((--[\w-]+)/g)) expect(named(light).has(used), `${name}: ${used}`).toBe(true);
  });
});
