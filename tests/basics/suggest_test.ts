import assert from "node:assert/strict";
import { didYouMean, editDistance, nearestName } from "../../lib/basics/mod.ts";

Deno.test("editDistance() counts insertions, deletions, replacements and swaps of neighbours", () => {
  assert.equal(editDistance("", "abc"), 3);
  assert.equal(editDistance("kitten", "sitting"), 3);
  assert.equal(editDistance("grpo", "gpro"), 1);
  assert.equal(editDistance("same", "same"), 0);
});

Deno.test("editDistance() gives up on texts that are no typing slip, so that its cost is bounded", () => {
  assert.equal(editDistance("x".repeat(1e6), "x".repeat(1e6)), Infinity);
});

Deno.test("nearestName() finds a slip, ignores case and dashes, and prefers the nearest", () => {
  const known = ["group_size", "groups_per_batch", "seed", "eps"];
  assert.equal(nearestName("grup_size", known), "group_size");
  assert.equal(nearestName("Group-Size", known), "group_size");
  assert.equal(nearestName("sede", known), "seed");
});

Deno.test("nearestName() and didYouMean() say nothing rather than something far-fetched", () => {
  assert.equal(nearestName("temperature", ["seed", "eps"]), undefined);
  assert.equal(didYouMean("temperature", ["seed"]), "");
  assert.equal(didYouMean("sed", ["seed"]), ' Did you mean "seed"?');
});
