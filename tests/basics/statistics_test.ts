import assert from "node:assert/strict";
import { mean, standardDeviation, wilsonInterval } from "../../lib/basics/mod.ts";

Deno.test("wilsonInterval() gives the published figures for 81 of 263", () => {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I: 0.2553 to 0.3662.
  const { low, high } = wilsonInterval(81, 263);
  assert.deepEqual([low.toFixed(4), high.toFixed(4)], ["0.2553", "0.3662"]);
});

Deno.test("wilsonInterval() stays within 0 and 1, and is honest about few trials", () => {
  assert.equal(wilsonInterval(0, 20).low, 0);
  assert.equal(wilsonInterval(0, 20).high.toFixed(4), "0.1611");
  assert.equal(wilsonInterval(20, 20).high, 1);
  assert.deepEqual(wilsonInterval(0, 0), { low: 0, high: 1 });
  assert.throws(() => wilsonInterval(3, 2), { name: "RangeError" });
});

Deno.test("mean() and standardDeviation() divide by n", () => {
  assert.equal(mean([1, 2, 6]), 3);
  assert.equal(standardDeviation([1, 3]), 1);
  assert.ok(Number.isNaN(mean([])));
});
