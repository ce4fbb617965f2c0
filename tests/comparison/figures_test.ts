import assert from "node:assert/strict";
import { randomFrom } from "../../lib/basics/mod.ts";
import { type Difference, type FigureCell, figuresOf } from "../../lib/comparison/mod.ts";
import { cell, drawnCell, result } from "./_cells.ts";

const TEMPLATES = { seed: 0, kind: "templates" } as const;

function near(a: number | null | undefined, b: number, by = 1e-9): void {
  assert.ok(typeof a === "number" && Math.abs(a - b) <= by, `${a} is not ${b}`);
}

function only(differences: readonly Difference[]): Difference {
  assert.equal(differences.length, 1);
  return differences[0]!;
}

Deno.test("figuresOf() of one completion a problem gives Wilson's, Tango's and McNemar's figures", () => {
  // 12 problems: 8 against 4 right, 5 gained, 1 lost.
  const a = cell("a", "111100000000");
  const b = cell("b", "111011111000");
  const { cells, differences } = figuresOf([a, b], TEMPLATES);
  assert.deepEqual(cells.map(({ name, problems, samples }) => [name, problems, samples]), [["a", 12, 1], ["b", 12, 1]]);
  // Wilson's interval of 4 in 12, as R's prop.test(4, 12, correct = FALSE) has it.
  near(cells[0]!.correct.low, 0.1381201, 1e-6);
  near(cells[0]!.correct.high, 0.6093779, 1e-6);
  assert.equal(cells[0]!.correct.method, "wilson");
  const one = only(differences);
  assert.deepEqual([one.gained, one.lost, one.test, one.difference.method], [5, 1, "mcnemar", "tango"]);
  near(one.difference.value, 4 / 12);
  // 2 (C(6,0) + C(6,1)) / 2^6
  near(one.p, 14 / 64);
  near(one.p_adjusted, 14 / 64);
  assert.equal(one.verdict, "not_told_apart");
  assert.deepEqual(one.outcomes, {
    "correct>correct": 3,
    "correct>wrong": 1,
    "wrong>correct": 5,
    "wrong>wrong": 3,
  });
});

Deno.test("figuresOf() with several completions a problem draws problems, not completions, and flips signs exactly", () => {
  // Every problem's completions agree: 4 of each are worth no more than one.
  const many = (name: string, rights: string): FigureCell => ({
    ...{ name, policy: 0 },
    results: [...rights].map((right, i) => result(i, Array(4).fill(right === "1"))),
  });
  const rights = ["110010101101000110010110", "111110101101110110011111"] as const;
  const single = figuresOf(rights.map((text, i) => cell(`s${i}`, text)), TEMPLATES);
  const several = figuresOf(rights.map((text, i) => many(`m${i}`, text)), TEMPLATES);
  near(several.cells[0]!.correct.value, single.cells[0]!.correct.value);
  assert.equal(several.cells[0]!.correct.method, "bootstrap");
  const [one, other] = [only(single.differences), only(several.differences)];
  assert.deepEqual([other.test, other.gained, other.lost], ["sign_flip", one.gained, one.lost]);
  // Four alike are the same evidence as one: the test says so to the last digit.
  near(other.p, one.p, 1e-12);
  assert.deepEqual(Object.keys(several.cells[0]!.pass_at), ["1", "2", "4"]);
  near(several.cells[0]!.pass_at["4"]!.value, single.cells[0]!.correct.value);
});

Deno.test("where all problems came out alike, no certainty is claimed", () => {
  const [right, same, wrong] = ["a", "b", "c"].map((name, i) => cell(name, (i < 2 ? "1" : "0").repeat(20)));
  const { cells, differences } = figuresOf([right!, same!, wrong!], TEMPLATES);
  assert.deepEqual([cells[0]!.correct.value, cells[0]!.correct.high], [1, 1]);
  assert.ok(cells[0]!.correct.low! < 0.9);
  assert.equal(cells[2]!.tokens_per_correct, null);
  const [alike, apart] = differences as [Difference, Difference];
  assert.deepEqual([alike.difference.value, alike.p, alike.problems_needed, alike.least_difference], [
    0,
    1,
    null,
    null,
  ]);
  assert.ok(alike.difference.low! < 0 && alike.difference.high! > 0);
  assert.deepEqual([apart.difference.value, apart.verdict], [-1, "worse"]);
  assert.ok(apart.difference.high! > -1);
});

Deno.test("one problem is too few for anything but the figures themselves", () => {
  const { cells, differences, parts } = figuresOf([cell("a", "1"), cell("b", "0")], TEMPLATES);
  assert.deepEqual([cells[0]!.correct.value, cells[0]!.reward.low, cells[0]!.tokens_per_correct?.low], [1, null, null]);
  assert.deepEqual([only(differences).p, only(differences).verdict, parts], [1, "not_told_apart", []]);
});

Deno.test("templates are compared within a policy and policies with the same template, each family corrected by itself", () => {
  const texts = ["1110001100", "1111101110", "0000001000", "1010101010"];
  const cells = texts.map((text, i) => ({ ...cell(`c${i}`, text), policy: i < 2 ? 0 : 1 }));
  const { differences } = figuresOf(cells, TEMPLATES);
  assert.deepEqual(differences.map(({ family, a, b }) => [family, a, b]), [
    ["templates", 0, 1],
    ["templates", 2, 3],
    ["policies", 0, 2],
    ["policies", 1, 3],
  ]);
  for (const [i, j] of [[0, 1], [2, 3]] as const) {
    const [low, high] = [differences[i]!, differences[j]!].toSorted((a, b) => a.p - b.p);
    near(low!.p_adjusted, Math.min(1, 2 * low!.p));
    near(high!.p_adjusted, Math.min(1, Math.max(high!.p, 2 * low!.p)));
  }
  const runs = figuresOf(cells, { seed: 0, kind: "runs" });
  assert.equal(runs.differences.length, 6);
  assert.ok(runs.differences.every(({ family }) => family === "policies"));
});

Deno.test("the front has what nothing of the same policy beats in accuracy and tokens at once", () => {
  const cells = [
    cell("cheap", "1100000000", { tokens: 5 }),
    cell("dear", "1111110000", { tokens: 50 }),
    cell("beaten", "1110000000", { tokens: 60 }),
    cell("twin", "1111110000", { tokens: 50 }),
    { ...cell("elsewhere", "0000000000", { tokens: 90 }), policy: 1 },
  ];
  const front = (kind: "templates" | "runs") =>
    figuresOf(cells, { seed: 0, kind }).cells.filter(({ on_front }) => on_front).map(({ name }) => name);
  assert.deepEqual(front("templates"), ["cheap", "dear", "twin", "elsewhere"]);
  assert.deepEqual(front("runs"), ["cheap", "dear", "twin"]);
});

Deno.test("parts are levels, subjects, steps that are not the levels, and quarters by length; nothing of one part", () => {
  const about = (i: number) => ({
    ...{ level: i % 2 + 1, subject: i < 4 ? "Algebra" : "Geometry", steps: i % 3 + 1, prompt_tokens: 10 + i },
  });
  const of = (name: string, right: (i: number) => boolean, longer: number): FigureCell => ({
    ...{ name, policy: 0 },
    results: Array.from({ length: 8 }, (_, i) => {
      const one = about(i);
      return result(i, [right(i)], { ...one, prompt_tokens: one.prompt_tokens + longer });
    }),
  });
  // The quarters are those of the shorter prompts, whichever template comes first.
  const { parts } = figuresOf([of("long", () => true, 100), of("short", (i) => i % 2 === 0, 0)], TEMPLATES);
  assert.deepEqual(parts.map(({ kind, part, problems }) => `${kind} ${part}: ${problems}`), [
    "level 1: 4",
    "level 2: 4",
    "subject Algebra: 4",
    "subject Geometry: 4",
    "steps 1: 3",
    "steps 2: 3",
    "steps 3: 2",
    "length 10-11: 2",
    "length 12-13: 2",
    "length 14-15: 2",
    "length 16-17: 2",
  ]);
  assert.deepEqual(parts[1]!.correct.map(({ value }) => value), [1, 0]);
  assert.deepEqual([parts[1]!.differences.length, parts[1]!.differences[0]!.value], [1, -1]);
  const equal = [cell("a", "1010101010"), cell("b", "1110001010")];
  assert.deepEqual(figuresOf(equal, TEMPLATES).parts, []);
});

Deno.test("cells with different numbers of completions are compared by their shares", () => {
  const one = cell("one", "110011001100");
  const three: FigureCell = {
    ...{ name: "three", policy: 1 },
    results: one.results.map(({ correct: [right] }, i) => result(i, [right!, right!, i % 2 === 0])),
  };
  const { cells, differences } = figuresOf([one, three], { seed: 0, kind: "runs" });
  assert.deepEqual([cells[0]!.correct.method, cells[1]!.correct.method], ["wilson", "bootstrap"]);
  const difference = only(differences);
  assert.equal(difference.test, "sign_flip");
  near(difference.difference.value, cells[1]!.correct.value - cells[0]!.correct.value);
});

Deno.test("figuresOf() is a function of the seed, and of nothing else", () => {
  const cells = ["a", "b"].map((name) => drawnCell(name, { problems: 40, samples: 3, rateOf: () => 0.5, seed: 1 }));
  const figures = (seed: number) => figuresOf(cells, { ...TEMPLATES, seed, resamples: 400 });
  assert.deepEqual(figures(3), figures(3));
  assert.notDeepEqual(figures(3), figures(4));
  assert.deepEqual(JSON.parse(JSON.stringify(figures(3))), figures(3));
});

Deno.test("figuresOf() refuses what is not paired, and says what", () => {
  const a = cell("a", "1010");
  const other = { ...a, name: "b", results: a.results.toReversed() };
  assert.throws(() => figuresOf([], TEMPLATES), /RangeError: cannot compare nothing/);
  assert.throws(() => figuresOf([cell("a", "")], TEMPLATES), /cannot compare a: it was asked no problems/);
  assert.throws(() => figuresOf([a, cell("b", "101")], TEMPLATES), /a with b: .* but 4 and 3 of them/);
  assert.throws(() => figuresOf([a, other], TEMPLATES), /number 1 is p\/0 and p\/3/);
  const twice = { ...a, results: [...a.results, a.results[0]!] };
  assert.throws(() => figuresOf([twice], TEMPLATES), /problem p\/0 is there twice/);
  const uneven = { ...a, results: [result(0, [true]), result(1, [true, false])] };
  assert.throws(() => figuresOf([uneven], TEMPLATES), /problem p\/1 has 2 completions, others 1/);
});

Deno.test("of 400 comparisons of three alike templates at most 5 in 100 call any of them different, with one completion or several", () => {
  for (const samples of [1, 3]) {
    let called = 0;
    for (let seed = 0; seed < 400; seed++) {
      // Problems are of different difficulty, so completions of one are alike.
      const random = randomFrom(seed, "difficulty");
      const rates = Array.from({ length: 60 }, () => random.next());
      const cells = ["a", "b", "c"].map((name) =>
        drawnCell(name, { problems: 60, samples, rateOf: (i) => rates[i]!, seed })
      );
      const { differences } = figuresOf(cells, { ...TEMPLATES, seed, resamples: 100 });
      if (differences.some(({ verdict }) => verdict !== "not_told_apart")) called++;
    }
    // 20 are expected at most; 33 are three standard deviations above.
    assert.ok(called <= 33, `${called} of 400 with ${samples}`);
    assert.ok(called >= 1, "a test that never calls anything different has no power");
  }
});

Deno.test("intervals of differences cover the truth about 95 times in 100", () => {
  for (const samples of [1, 4]) {
    let covered = 0;
    const runs = 300;
    for (let seed = 0; seed < runs; seed++) {
      const random = randomFrom(seed, "cover");
      const rates = Array.from({ length: 80 }, () => 0.1 + 0.6 * random.next());
      const cells = [0, 0.2].map((more, i) =>
        drawnCell(`c${i}`, { problems: 80, samples, rateOf: (p) => rates[p]! + more, seed })
      );
      const { low, high } = only(figuresOf(cells, { ...TEMPLATES, seed, resamples: 300 }).differences).difference;
      if (low! <= 0.2 && 0.2 <= high!) covered++;
    }
    assert.ok(covered / runs > 0.91 && covered / runs < 0.985, `${covered / runs} with ${samples}`);
  }
});
