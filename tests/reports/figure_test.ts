import assert from "node:assert/strict";
import type { ComparisonResult } from "../../lib/comparison/mod.ts";
import { estimate, figure, type FigureFormat, pointerTo } from "../../lib/reports/mod.ts";
import { madeUp } from "./_comparisons.ts";

function shown(value: number | null, format: FigureFormat): string {
  return figure({ result: { cells: [value] } as unknown as ComparisonResult }, "/cells/0", format).shown;
}

Deno.test("a figure is written for people, and keeps its value and place", () => {
  const comparison = madeUp();
  const { value } = comparison.result.cells[0]!.correct;
  assert.deepEqual(figure(comparison, "/cells/0/correct/value", "share"), {
    value,
    shown: value.toFixed(3),
    of: "/cells/0/correct/value",
  });
});

Deno.test("every format writes what it should", () => {
  const cases: readonly (readonly [number | null, FigureFormat, string])[] = [
    [0.4609375, "share", "0.461"],
    [0.189, "points", "+18.9"],
    [-0.0421, "points", "−4.2"],
    [0, "points", "0.0"],
    [-0, "points", "0.0"],
    [0.0004, "points", "+0.040"],
    [0.118, "point_size", "11.8"],
    [84.21, "tokens", "84.2"],
    [1234.5, "tokens", "1,235"],
    [-3.14, "more_tokens", "−3.1"],
    [3.14, "more_tokens", "+3.1"],
    [0.00049, "p", "<\u00a00.001"],
    [0.012345, "p", "0.012"],
    [1, "p", "1.000"],
    [1319, "count", "1,319"],
    [245.5, "seconds", "4:06"],
    [12.34, "seconds", "12.3 s"],
    [null, "share", "–"],
  ];
  for (const [value, format, text] of cases) assert.equal(shown(value, format), text, `${value} as ${format}`);
});

Deno.test("no p-value is rounded across 0.05", () => {
  for (const p of [0.0496, 0.04996, 0.049999, 0.05, 0.0500001, 0.0504]) {
    const text = shown(p, "p");
    assert.equal(Number(text) < 0.05, p < 0.05, text);
  }
});

Deno.test("a figure that is not there is refused, with its place", () => {
  const comparison = madeUp();
  assert.throws(
    () => figure(comparison, "/cells/9/correct/value", "share"),
    /RangeError: .*\/cells\/9\/correct\/value/,
  );
  assert.throws(() => figure(comparison, "/cells/0/name", "share"), RangeError);
  assert.throws(() => figure(comparison, "/cells/0/constructor", "share"), RangeError);
});

Deno.test("pointers escape what means something in them", () => {
  const outcomes = { "a/b~c>d": 3 };
  const result = { differences: [{ outcomes }] } as unknown as ComparisonResult;
  const pointer = pointerTo("differences", 0, "outcomes", "a/b~c>d");
  assert.equal(pointer, "/differences/0/outcomes/a~1b~0c>d");
  assert.equal(figure({ result }, pointer, "count").value, 3);
});

Deno.test("an estimate is told with its interval where it has one", () => {
  const result = {
    cells: [{ value: 0.5, low: 0.4, high: 0.6, method: "wilson" }, { value: 0.5, low: null, high: null }],
  };
  const text = (cell: number) =>
    estimate({ result: result as unknown as ComparisonResult }, `/cells/${cell}`, "share")
      .map((part) => typeof part === "string" ? part : part.shown).join("").replaceAll("\u00a0", " ");
  assert.deepEqual([text(0), text(1)], ["0.500 (0.400 to 0.600)", "0.500"]);
});
