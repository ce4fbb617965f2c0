import assert from "node:assert/strict";
import { meanInterval, studentT95 } from "../../lib/basics/mod.ts";

Deno.test("studentT95() gives the figures of the printed tables", () => {
  const table: [number, string][] = [[1, "12.7062"], [2, "4.3027"], [3, "3.1824"], [4, "2.7764"], [9, "2.2622"]];
  for (const [freedom, point] of [...table, [30, "2.0423"], [120, "1.9799"]] as [number, string][]) {
    assert.equal(studentT95(freedom).toFixed(4), point, `${freedom} degrees of freedom`);
  }
  for (const freedom of [0, -1, Infinity, NaN]) assert.throws(() => studentT95(freedom), RangeError);
});

Deno.test("meanInterval() of three values is the mean and 4.303 standard errors", () => {
  // Mean 2, standard deviation 1 (by n - 1), standard error 1 / sqrt(3): 2 -+ 4.3027 * 0.57735.
  const interval = meanInterval([1, 2, 3]);
  assert.deepEqual([interval?.low.toFixed(4), interval?.high.toFixed(4)], ["-0.4841", "4.4841"]);
});

Deno.test("meanInterval() claims nothing from a single value", () => {
  assert.equal(meanInterval([1]), undefined);
  assert.equal(meanInterval([]), undefined);
});
