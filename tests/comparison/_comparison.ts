/** Comparisons without a model: facts made up around cells. */
import { join } from "node:path";
import {
  type ComparisonFacts,
  type FigureCell,
  figuresOf,
  recordName,
  resultsDigest,
  type Stated,
} from "../../lib/comparison/mod.ts";
import type { ProblemResult } from "../../lib/training/mod.ts";

/** What `comparison.json` says of cells: template by template within each policy. */
export function factsFor(cells: readonly FigureCell[], more: Partial<ComparisonFacts> = {}): ComparisonFacts {
  const policies = [...new Set(cells.map(({ policy }) => policy))];
  const each = cells.length / policies.length;
  const samples = cells[0]!.results[0]!.correct.length;
  return {
    ...{ comparison_schema: 1, kind: "templates", created_at: "2026-01-02T03:04:05.000Z", title: "a comparison" },
    ...{
      command: "deno task compare a b",
      env: "arithmetic",
      problem_set: "arithmetic test",
      fingerprint: "0".repeat(16),
    },
    ...{ problems: cells[0]!.results.length, samples, temperature: 1, max_tokens: 64, seed: 0, config: {} },
    templates: cells.slice(0, each).map(({ name }) => ({
      ...{ name: name.split(",")[0]!, description: "", best_for: "", few_shot: [], question: "{{ question }}" },
      ...{ question_suffix: "", answer_format: "boxed" },
    })),
    policies: policies.map((p) => ({
      ...{ name: `policy ${p}`, target: `policy ${p}`, backend: "local", model: "m", runs: [], step: null },
    })),
    cells: cells.map(({ name, policy, results }, i) => ({
      ...{ name, policy, template: i % each, records: [], digest: resultsDigest(results) },
    })),
    versions: { deno: "2" },
    ...more,
  };
}

/** A comparison as far as sentences go. */
export function statedOf(cells: readonly FigureCell[], more: Partial<ComparisonFacts> = {}): Stated {
  const facts = factsFor(cells, more);
  return { facts, result: figuresOf(cells, { seed: 0, kind: facts.kind, resamples: 500 }) };
}

/** A line of a record. */
export function rowOf(result: ProblemResult, sample: number, text = `answer ${sample}`): Record<string, unknown> {
  return {
    ...{
      schema_version: 1,
      split: "test",
      step: 0,
      problem_id: result.problem_id,
      question: "What?",
      group: 0,
      sample,
    },
    ...{ template: "a", prompt_tokens: result.prompt_tokens, text, tokens: [1, 2, 3], logprobs: [-0.1, -0.2, -0.3] },
    ...{ extracted: "1", reference: "1", outcome: result.outcome[sample], correct: result.correct[sample] },
    ...{ lenient: result.lenient[sample], format: true, reward: result.reward[sample], reward_parts: {}, advantage: 0 },
    stop_reason: "stop",
  };
}

/** Writes the record of an evaluation below a folder. @returns its name relative to a comparison's folder */
export async function recordCell(
  runs: string,
  name: string,
  { results }: FigureCell,
  comparison: string,
): Promise<string> {
  const folder = join(runs, "evaluations", name);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "evaluation.json"), `{"evaluation_schema":1,"identity":{}}`);
  await Deno.writeTextFile(join(folder, "result.json"), JSON.stringify({ metrics: {}, tokens: {}, problems: results }));
  const lines = results.flatMap((one) => one.correct.map((_, sample) => JSON.stringify(rowOf(one, sample))));
  await Deno.writeTextFile(join(folder, "rollouts.jsonl"), `${lines.join("\n")}\n`);
  return recordName(comparison, folder);
}
