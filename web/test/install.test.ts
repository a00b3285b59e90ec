import { describe, expect, it } from "vitest";
import { ownFiles } from "../src/app/install";

describe("what is kept of the client", () => {
  it("is its own files, each once, and no answer of the API", () => {
    const origin = "https://tickets.example";
    const loaded = ["/assets/a-1.js", "/assets/a-1.js", "/favicon.svg", "/api/v1/bookings", "/posters/x-480.jpg", "/openapi.json"].map((path) => origin + path);
    expect(ownFiles([...loaded, "https://other.example/assets/b-2.js"], origin)).toEqual(["/assets/a-1.js", "/favicon.svg"]);
  });
});
