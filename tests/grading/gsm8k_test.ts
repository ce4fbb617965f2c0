/** Claims about grading the whole of GSM8K; skipped where its files are not at hand. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { gradeAnswer, gradeCompletion, gradeQuickly, prepareReference } from "../../lib/grading/mod.ts";
import { loadGsm8k } from "../../lib/problems/mod.ts";

const FOLDER = fileURLToPath(new URL("../../../shared/data/gsm8k", import.meta.url));

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

async function allProblems() {
  const train = await loadGsm8k({ split: "train", data_path: FOLDER });
  const test = await loadGsm8k({ split: "test", data_path: FOLDER });
  assert.deepEqual([train.length, test.length], [7473, 1319]);
  return [...train, ...test];
}

const ignore = !isThere(FOLDER);

Deno.test({
  name: "every one of GSM8K's 8,792 references can be read, and is right for itself, boxed and bare",
  ignore,
  async fn() {
    const failed: string[] = [];
    for (const { id, answer } of await allProblems()) {
      const bare = gradeAnswer(answer, answer, { bare: true });
      const boxed = gradeCompletion(`So \\boxed{${answer}}.`, { reference: answer, stopReason: "stop" });
      const other = gradeCompletion(`So \\boxed{${answer}1}.`, { reference: answer, stopReason: "stop" });
      const isRight = bare.correct && boxed.outcome === "correct" && boxed.format && other.outcome === "wrong";
      if (!isRight || prepareReference(answer).problem !== undefined) failed.push(id);
    }
    assert.deepEqual(failed, []);
  },
});

Deno.test({
  name: "GSM8K's worked answers are right against the references, leniently as written and strictly with a box",
  ignore,
  async fn() {
    const failed: string[] = [];
    for (const { id, answer, solution = "" } of await allProblems()) {
      const options = { reference: answer, stopReason: "stop" } as const;
      const written = gradeAnswer(solution, answer);
      const place = written.place === "hashes" && written.outcome === "correct" && !written.strict;
      const worked = gradeCompletion(solution, options);
      const boxed = `${solution}\n\\boxed{${answer}}`;
      const strict = gradeCompletion(boxed, options);
      const isRight = place && worked.lenient && !worked.correct && worked.outcome === "no_answer" && strict.correct;
      if (!isRight || !gradeQuickly(boxed, options)?.correct) failed.push(id);
    }
    assert.deepEqual(failed, []);
  },
});

Deno.test({
  name: "a worked answer is wrong against the reference of another problem, unless both have the same",
  ignore,
  async fn() {
    const problems = await allProblems();
    const failed = problems.filter(({ solution = "" }, i) => {
      const { answer } = problems[(i + 1) % problems.length]!;
      return gradeAnswer(solution, answer).correct !== (Number(answer) === Number(problems[i]!.answer));
    });
    assert.deepEqual(failed.map(({ id }) => id), []);
  },
});
