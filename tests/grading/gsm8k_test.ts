/** Claims about grading the whole of GSM8K; skipped where its files are not at hand. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { gradeCompletion, parseNumber } from "../../lib/grading/mod.ts";
import { loadGsm8k } from "../../lib/problems/mod.ts";

const FOLDER = fileURLToPath(new URL("../../../shared/data/gsm8k", import.meta.url));

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

Deno.test({
  name: "every one of GSM8K's 8,792 references parses, and a completion that boxes it is correct",
  ignore: !isThere(FOLDER),
  async fn() {
    const train = await loadGsm8k({ split: "train", data_path: FOLDER });
    const test = await loadGsm8k({ split: "test", data_path: FOLDER });
    assert.deepEqual([train.length, test.length], [7473, 1319]);
    const failed: string[] = [];
    for (const { id, answer, solution = "" } of [...train, ...test]) {
      const boxed = gradeCompletion(`So \\boxed{${answer}}.`, { reference: answer, stopReason: "stop" });
      const worked = gradeCompletion(solution, { reference: answer, stopReason: "stop" });
      const good = parseNumber(answer) !== undefined && boxed.outcome === "correct" && boxed.format &&
        worked.lenient && !worked.correct && worked.outcome === "no_answer";
      const other = gradeCompletion(`\\boxed{${answer}1}`, { reference: answer, stopReason: "stop" });
      if (!good || other.outcome !== "wrong") failed.push(id);
    }
    assert.deepEqual(failed, []);
  },
});
