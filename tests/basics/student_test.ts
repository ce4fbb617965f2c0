import assert from "node:assert/strict";
import { meanInterval, studentQuantile, studentShare, studentT95 } from "../../lib/basics/mod.ts";

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

Deno.test("studentShare() has a closed form at 1 and 2 degrees of freedom", () => {
  for (const t of [-1e6, -30, -2, -0.5, 0, 0.1, 3]) {
    const one = t < 0 ? Math.atan(-1 / t) / Math.PI : 0.5 + Math.atan(t) / Math.PI;
    assert.ok(Math.abs(studentShare(t, 1) / one - 1) < 1e-13, `${t}`);
    const two = t < 0 ? 1 / (2 + t * t - t * Math.sqrt(2 + t * t)) : 0.5 + t / (2 * Math.sqrt(2 + t * t));
    assert.ok(Math.abs(studentShare(t, 2) / two - 1) < 1e-13, `${t}`);
  }
});

Deno.test("studentShare() is right between whole numbers and in far tails, as worked out with 40 digits", () => {
  const cases: [freedom: number, t: number, share: number][] = [
    [0.5, -50, 0.045352606402966379],
    [1.5, -3, 0.066773877127456633],
    [7.3, -50, 7.923980043522109e-11],
    [7.3, 2, 0.95802948033294839],
    [250.5, -50, 1.2189771273967698e-132],
    [1e6, -3, 0.0013499312707108985],
  ];
  for (const [freedom, t, share] of cases) {
    assert.ok(Math.abs(studentShare(t, freedom) / share - 1) < 1e-12, `${t} at ${freedom}`);
  }
  assert.deepEqual([studentShare(-Infinity, 3), studentShare(0, 3), studentShare(Infinity, 3)], [0, 0.5, 1]);
});

Deno.test("studentQuantile() undoes studentShare(), and is normal in the end", () => {
  for (const freedom of [0.3, 1, 2.7, 40, 1e5]) {
    for (const share of [1e-6, 0.025, 0.4, 0.5, 0.9, 0.9995]) {
      const back = studentShare(studentQuantile(share, freedom), freedom);
      assert.ok(Math.abs(back / share - 1) < 1e-12, `${share} at ${freedom}`);
    }
  }
  assert.ok(Math.abs(studentQuantile(0.975, 1e12) - 1.959963984540054) < 1e-9);
  assert.deepEqual([studentQuantile(0, 3), studentQuantile(1, 3)], [-Infinity, Infinity]);
});

Deno.test("studentShare() and studentQuantile() refuse what is no freedom and no share", () => {
  for (const freedom of [0, -1, NaN, Infinity]) {
    assert.throws(() => studentShare(1, freedom), RangeError);
    assert.throws(() => studentQuantile(0.5, freedom), RangeError);
  }
  for (const share of [-0.1, 1.1, NaN]) assert.throws(() => studentQuantile(share, 3), RangeError);
  assert.throws(() => studentShare(NaN, 3), RangeError);
});
