import { expect, test } from "bun:test";
import { app } from "../src/app.ts";
import { modules, svg } from "../src/code.ts";

test("a short text takes the smallest code", () => {
  expect(modules("dfopt").length).toBe(21);
});

test("three corners have the finder pattern", () => {
  const rows = modules("dfopt");
  for (const [y, x] of [[0, 0], [0, 14], [14, 0]] as const) {
    expect(rows[y]!.slice(x, x + 7)).toEqual(Array(7).fill(true));
  }
});

test("the picture has a quiet zone", () => {
  expect(svg("dfopt")).toContain('viewBox="0 0 29 29"');
});

test("a text that is too long is refused", async () => {
  const answer = await app.request(`/qr?text=${"x".repeat(1001)}`);
  expect(answer.status).toBe(400);
});
