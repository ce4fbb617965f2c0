import assert from "node:assert/strict";
import { createJudge } from "../../lib/grading/mod.ts";
import { judgedSame, majorities, majority, type SameAnswers, type Vote } from "../../lib/training/mod.ts";
import type { Grade, Rollout } from "../../lib/vocabulary.ts";

const wrong = (answer: string): Vote => ({ answer, lenient: false, correct: false });
const right = (answer = "right"): Vote => ({ answer, lenient: true, correct: true });
const unboxed: Vote = { answer: "right", lenient: true, correct: false };
const silent: Vote = { lenient: false, correct: false };

const sameText: SameAnswers = (answers, other) => Promise.resolve(answers.map((answer) => answer === other));
const times = (count: number, vote: Vote) => Array.from({ length: count }, () => vote);

Deno.test("the most frequent answer wins, and ties count as drawn by lot", async () => {
  const cases: [Vote[], number][] = [
    [[right(), right(), wrong("1")], 1],
    [[right(), wrong("1"), wrong("1")], 0],
    [[right(), wrong("1")], 1 / 2],
    [[right(), wrong("1"), wrong("2"), wrong("3")], 1 / 4],
    [[...times(2, right()), ...times(2, wrong("1")), ...times(2, wrong("2")), wrong("3")], 1 / 3],
    [[...times(2, right()), ...times(3, wrong("1")), ...times(2, wrong("2"))], 0],
    [[right(), silent, silent, silent], 1],
    [[silent, silent], 0],
    [[wrong("1")], 0],
  ];
  for (const [votes, share] of cases) assert.equal(await majority(votes, sameText), share, JSON.stringify(votes));
});

Deno.test("a right answer counts where one of those who gave it has boxed it: with one vote that is strict accuracy", async () => {
  assert.equal(await majority([unboxed], sameText), 0);
  assert.equal(await majority([right()], sameText), 1);
  assert.equal(await majority([unboxed, unboxed, wrong("1")], sameText), 0);
  assert.equal(await majority([unboxed, right(), wrong("1"), wrong("1")], sameText), 1 / 2);
});

Deno.test("answers that are written differently are one where the grader says so", async () => {
  const judge = createJudge();
  try {
    const same = judgedSame(judge);
    const votes = [right("7"), right("7.0"), wrong("1/2"), wrong("0.5"), wrong("\\frac{1}{2}")];
    assert.equal(await majority(votes, same), 0);
    assert.equal(await majority(votes, sameText), 1);
    const sets = [right("7"), right("7"), wrong("\\{1,2\\}"), wrong("\\{2, 1\\}"), wrong("x+1")];
    assert.equal(await majority(sets, same), 1 / 2);
  } finally {
    await judge.close();
  }
});

Deno.test("answers are compared only where that can decide something, and a bounded number of them", async () => {
  let asked = 0;
  const counting: SameAnswers = (answers, other) => {
    asked += answers.length;
    return sameText(answers, other);
  };
  const many = Array.from({ length: 5000 }, (_, i) => wrong(String(i)));
  assert.equal(await majority([...times(5001, right()), ...many], counting), 1);
  assert.equal(await majority([unboxed, ...many], counting), 0);
  assert.equal(await majority(many, counting), 0);
  assert.equal(asked, 0);
  // One vote for each of 5,000 wrong answers, and one for the right one.
  assert.equal(await majority([right(), ...many], counting), 1 / 5001);
  assert.ok(asked <= 64 * 63 / 2, `${asked}`);
});

Deno.test("comparisons that take too long are given up, and texts decide", async () => {
  let asked = 0;
  const verdict = {
    correct: false,
    strict: false,
    lenient: false,
    outcome: "grader_timeout",
    reference: "",
    ms: 1,
  } as const;
  const judge = {
    judge: (requests: readonly unknown[]) => {
      asked += requests.length;
      return Promise.resolve(requests.map(() => verdict));
    },
    close: () => Promise.resolve(),
  };
  const votes = [right(), ...Array.from({ length: 20 }, (_, i) => wrong(String(i)))];
  assert.equal(await majority(votes, judgedSame(judge)), 1 / 21);
  assert.equal(asked, 19);
});

function rollout({ answer, lenient, correct }: Vote): Rollout {
  return { grade: { extracted: answer, lenient, correct } as Grade } as Rollout;
}

Deno.test("of more than k completions every k vote on their own, and the mean counts", async () => {
  const votes = [right(), right(), wrong("1"), wrong("2"), right(), wrong("3"), wrong("4")];
  assert.deepEqual(await majorities([{ rollouts: votes.map(rollout) }], { k: 2 }), [(1 + 0 + 1 / 2) / 3]);
  const aborted = AbortSignal.abort(new Error("enough"));
  await assert.rejects(majorities([{ rollouts: votes.map(rollout) }], { k: 2, signal: aborted }), /enough/);
});

Deno.test("majority() is what drawing lots among the most frequent answers comes to", async () => {
  for (let code = 0; code < 4 ** 5; code++) {
    const answers = Array.from({ length: 5 }, (_, i) => Math.floor(code / 4 ** i) % 4);
    const votes = answers.map((answer) => answer === 0 ? right() : wrong(String(answer)));
    const counts = [0, 1, 2, 3].map((answer) => answers.filter((one) => one === answer).length);
    const most = Math.max(...counts);
    const winners = counts.filter((count) => count === most).length;
    assert.equal(await majority(votes, sameText), counts[0] === most ? 1 / winners : 0, answers.join());
  }
});
