import assert from "node:assert/strict";
import { chooseAnswers } from "../../lib/training/mod.ts";
import type { Group } from "../../lib/vocabulary.ts";
import { answer, groupOf, problemNamed } from "./_answers.ts";

const OPTIONS = { max_kept_per_problem: 2, seed: 0, step: 0 };
const a = problemNamed("a");

/** The tokens that are kept, by problem. */
function keptTokens(groups: readonly Group[], options: Partial<typeof OPTIONS> = {}): [string, number[]][] {
  return chooseAnswers(groups, { ...OPTIONS, ...options }).kept.map(({ problem, answers }) => [
    problem.id,
    answers.map(({ rollout }) => rollout.completion.tokens[0] as number),
  ]);
}

Deno.test("chooseAnswers() keeps answers that are right and whole, and no others", () => {
  const rollouts = [
    answer(a, [1]),
    answer(a, [2], { correct: false }),
    answer(a, [3], { stopped: false }),
    answer(a, []),
    answer(a, [], { stopped: false }),
  ];
  const { kept, problems, duplicates } = chooseAnswers([{ problem: a, rollouts }], {
    ...OPTIONS,
    max_kept_per_problem: 9,
  });
  assert.deepEqual(kept.map(({ answers }) => answers.map(({ group, sample }) => [group, sample])), [[[0, 0], [0, 3]]]);
  assert.deepEqual([problems, duplicates], [1, 0]);
});

Deno.test("chooseAnswers() leaves a problem without a right answer out", () => {
  const wrong = { problem: problemNamed("b"), rollouts: [answer(problemNamed("b"), [1], { correct: false })] };
  const choice = chooseAnswers([wrong, groupOf("c", [1])], OPTIONS);
  assert.deepEqual([choice.kept.map(({ problem }) => problem.id), choice.problems], [["c"], 2]);
  assert.deepEqual(chooseAnswers([wrong], OPTIONS).kept, []);
});

Deno.test("chooseAnswers() keeps equal tokens once, and equal texts but for white space", () => {
  const texts = ["one  two", " one two\n", "one\ttwo", "One two", "onetwo"];
  const rollouts = [
    ...texts.map((text, i) => answer(a, [i], { text })),
    // The same tokens, read another way.
    answer(a, [3], { text: "something else" }),
  ];
  const { kept, duplicates } = chooseAnswers([{ problem: a, rollouts }], { ...OPTIONS, max_kept_per_problem: 9 });
  assert.deepEqual(kept[0]?.answers.map(({ sample }) => sample), [0, 3, 4]);
  assert.equal(duplicates, 3);
});

Deno.test("chooseAnswers() takes the same answer to two problems for two answers", () => {
  assert.deepEqual(keptTokens([groupOf("a", [1]), groupOf("b", [1])]), [["a", [1]], ["b", [1]]]);
});

Deno.test("chooseAnswers() keeps at most max_kept_per_problem, in the order they were drawn", () => {
  for (const max_kept_per_problem of [1, 2, 3, 4, 5]) {
    const [[, tokens]] = keptTokens([groupOf("a", [1], [2], [3], [4])], { max_kept_per_problem }) as [
      [string, number[]],
    ];
    assert.equal(tokens.length, Math.min(4, max_kept_per_problem));
    assert.deepEqual(tokens, [...tokens].sort());
  }
});

Deno.test("chooseAnswers() takes a problem that is in the batch twice for one", () => {
  const choice = chooseAnswers([groupOf("a", [1], [2]), groupOf("b", [1]), groupOf("a", [2], [3])], {
    ...OPTIONS,
    max_kept_per_problem: 9,
  });
  assert.deepEqual(
    choice.kept.map(({ problem, answers }) => [problem.id, answers.map(({ group, sample }) => [group, sample])]),
    [
      ["a", [[0, 0], [0, 1], [2, 1]]],
      ["b", [[1, 0]]],
    ],
  );
  assert.deepEqual([choice.problems, choice.duplicates], [2, 1]);
});

Deno.test("chooseAnswers() is a function of the seed, the round and the problem, whatever else is in the batch", () => {
  const group = groupOf("a", ...Array.from({ length: 12 }, (_, i) => [i]));
  const alone = keptTokens([group])[0];
  assert.deepEqual(keptTokens([groupOf("b", [1], [2], [3]), group])[1], alone);
  const others = [{ seed: 1 }, { seed: 2 }, { step: 1 }, { step: 2 }].map((change) => keptTokens([group], change)[0]);
  assert.ok(others.some((other) => JSON.stringify(other) !== JSON.stringify(alone)));
});

Deno.test("chooseAnswers() chooses each answer as often as another", () => {
  const group = groupOf("a", [0], [1], [2], [3]);
  const counts = [0, 0, 0, 0];
  const rounds = 2000;
  for (let step = 0; step < rounds; step++) {
    for (const token of keptTokens([group], { step })[0]![1]) counts[token]!++;
  }
  // Each is kept with probability 1/2: four standard deviations are 2 sqrt(rounds).
  for (const count of counts) assert.ok(Math.abs(count - rounds / 2) < 2 * Math.sqrt(rounds), counts.join());
});
