import assert from "node:assert/strict";
import { resolveConfig } from "../../lib/config/mod.ts";
import { evaluationFacts, type EvaluationState } from "../../lib/notebook/_evaluation_facts.ts";
import { loadTemplate } from "../../lib/prompts/mod.ts";

async function stateOf(samples: number): Promise<EvaluationState> {
  const { config } = resolveConfig({ env: "arithmetic" }, { environment: {} });
  const start = { target: "m", config, template: await loadTemplate("none"), problems: 10, samples };
  return {
    since: 0,
    start,
    progress: { done: 8, total: 10 * samples, correct: 4, outcomes: { correct: 4, wrong: 4 } },
  };
}

Deno.test("with several completions a problem the panel counts completions, and claims no certainty it has not", async () => {
  const several = evaluationFacts(await stateOf(4), 1000);
  assert.match(several.about, /^10 problems of arithmetic, 4 completions each, template none$/);
  assert.deepEqual(several.numbers[0], ["accuracy", "0.500"]);
  const ended = evaluationFacts({ ...await stateOf(4), stopping: true, end: { at: 5, error: "x" } }, 1000);
  assert.match(ended.notices[0]!.text, /after 8 of 40 completions/);
});

Deno.test("with one completion a problem the panel has the interval so far", async () => {
  const one = evaluationFacts(await stateOf(1), 1000);
  assert.match(one.about, /^10 problems of arithmetic, template none$/);
  assert.match(one.numbers[0]![0], /^accuracy \(95 %: 0\.\d{3} to 0\.\d{3}\)$/);
});
