"use strict";

const assert = require("node:assert");
const { test } = require("node:test");
const { Links } = require("../src/links");

test("one URL gets one code", () => {
  const links = new Links();
  const code = links.add("https://example.com/a");
  assert.strictEqual(links.add("https://example.com/a"), code);
  assert.strictEqual(links.get(code), "https://example.com/a");
  assert.strictEqual(links.size, 1);
});

test("only web addresses are links", () => {
  assert.throws(() => new Links().add("javascript:alert(1)"), TypeError);
  assert.throws(() => new Links().add("no url"), TypeError);
});
