/** Comparisons made up from a seed, with every answer in memory: problems, rows, figures. */
import { randomFrom } from "../../lib/basics/mod.ts";
import { type ComparisonFacts, type ComparisonResult, figuresOf } from "../../lib/comparison/mod.ts";
import type { RolloutRow } from "../../lib/runs/mod.ts";
import type { Compared } from "../../lib/reports/mod.ts";
import type { ProblemResult } from "../../lib/training/mod.ts";
import type { Outcome, PromptTemplate } from "../../lib/vocabulary.ts";

/** What is made up. */
export interface MadeUp {
  readonly templates?: readonly string[];
  readonly policies?: readonly string[];
  readonly problems?: number;
  readonly samples?: number;
  readonly kind?: "templates" | "runs";
  /** Changes every text that comes from outside. */
  readonly text?: (plain: string) => string;
}

export function templateNamed(name: string, i: number, text = (plain: string) => plain): PromptTemplate {
  return {
    name,
    description: text(`Template ${i + 1} of a test.`),
    best_for: text("Tests."),
    ...(i > 0 && { system: text(`Solve it in way ${i}.\nThen box it.`) }),
    few_shot: [{ question: text("What is 1+1?"), answer: text(`1+1 = 2, in way ${i}.\nThe answer is \\boxed{2}.`) }],
    question: "{{ question }}",
    question_suffix: text(" Box the answer."),
    answer_format: "boxed",
  };
}

export function madeUp(options: MadeUp = {}): Compared {
  const { problems = 60, samples = 1, kind = "templates", text = (plain: string) => plain } = options;
  const templates = (options.templates ?? ["baseline", "step_by_step"]).map(text);
  const policies = (options.policies ?? ["abacus"]).map(text);
  const places = policies.flatMap((_, policy) => templates.map((_, template) => ({ policy, template })));
  const nameOf = ({ policy, template }: { policy: number; template: number }) =>
    policies.length === 1
      ? templates[template]!
      : templates.length === 1
      ? policies[policy]!
      : `${policies[policy]!}, ${templates[template]!}`;
  const rows = places.map((place, cell) =>
    Array.from(
      { length: problems },
      (_, problem) =>
        Array.from({ length: samples }, (_, sample) => rowOf({ ...place, cell, problem, sample, text, templates })),
    )
  );
  const results = rows.map((ofCell) => ofCell.map((some, i) => resultOf(some, i, text)));
  const facts: ComparisonFacts = {
    comparison_schema: 1,
    kind,
    created_at: "2026-11-23T14:05:09.000Z",
    title: text("Two templates on word problems"),
    command: text("deno task compare baseline step_by_step"),
    ...{ env: text("word_problems"), problem_set: text("word_problems test"), fingerprint: text("fp-0123") },
    ...{ problems, samples, temperature: samples > 1 ? 1 : 0, max_tokens: 128, seed: 0 },
    config: { env: text("word_problems"), test_limit: problems } as ComparisonFacts["config"],
    templates: templates.map((name, i) => templateNamed(name, i, text)),
    policies: policies.map((name, i) => ({
      name,
      target: text(`the model ${i}`),
      backend: "local",
      model: text("abacus-v1"),
      runs: kind === "runs" ? [text(`run-${i}-a`), text(`run-${i}-b`)] : [],
      step: i === 0 ? null : 10 * i,
    })),
    cells: places.map((place) => ({
      name: nameOf(place),
      ...place,
      records: [text(`../../evaluations/${nameOf(place)}`)],
      digest: text("0123abcd"),
    })),
    versions: { "math-rl": text("0.8.0"), deno: text("2.9.6") },
  };
  const cells = places.map((place, i) => ({ name: nameOf(place), ...place, results: results[i]! }));
  const figures = figuresOf(cells, { kind, seed: 0, resamples: 200 });
  return {
    path: null,
    facts,
    result: kind === "runs" ? { ...figures, training: trainingOf(facts, figures) } : figures,
    hasRecords: () => true,
    problems: (cell) => results[cell]!,
    completions: (ids, asked = places.map((_, i) => i)) =>
      Promise.resolve(
        new Map(
          results[0]!.flatMap(({ problem_id }, i) =>
            ids.has(problem_id) ? [[problem_id, asked.map((cell) => rows[cell]![i]!)] as const] : []
          ),
        ),
      ),
  };
}

interface Place {
  readonly policy: number;
  readonly template: number;
  readonly cell: number;
  readonly problem: number;
  readonly sample: number;
  readonly text: (plain: string) => string;
  readonly templates: readonly string[];
}

function rowOf({ policy, template, problem, sample, text, templates }: Place): RolloutRow {
  const random = randomFrom(1, `${policy} ${template} ${problem} ${sample}`);
  const level = 1 + problem % 4;
  const skill = 0.75 - 0.13 * level + 0.12 * template + 0.05 * policy;
  const draw = random.next();
  const correct = draw < skill;
  const outcome: Outcome = correct ? "correct" : draw < 0.9 ? "wrong" : draw < 0.95 ? "truncated" : "no_answer";
  const reference = String(problem + 7);
  const extracted = outcome === "correct" ? reference : outcome === "wrong" ? String(problem + 8) : null;
  const said = text(`First ${problem}+7 has to be worked out.\n${"Then some more. ".repeat(1 + template * 3)}`);
  const whole = extracted === null ? said : `${said}\nThe answer is \\boxed{${extracted}}.`;
  const length = Math.round(20 + 15 * template + 20 * random.next() + 3 * level);
  return {
    ...{ schema_version: 1, split: "test", step: 0, problem_id: text(`word_problems/test/${problem}`) },
    question: text(`Ada has ${problem} marbles and finds 7 more. How many has she?`),
    ...{
      level,
      group: problem,
      sample,
      template: templates[template]!,
      prompt_tokens: 40 + 10 * template + problem % 17,
    },
    ...{
      text: whole,
      tokens: Array.from({ length }, (_, i) => i),
      logprobs: [],
      extracted: extracted === null ? null : text(extracted),
    },
    ...(extracted !== null && { span: [whole.length - 2 - extracted.length, whole.length - 2] as const }),
    ...{
      reference: text(reference),
      outcome,
      correct,
      lenient: correct || outcome === "no_answer",
      format: extracted !== null,
    },
    ...{
      reward: correct ? 1 : 0,
      reward_parts: {},
      advantage: 0,
      stop_reason: outcome === "truncated" ? "length" : "stop",
    },
  };
}

function resultOf(rows: readonly RolloutRow[], i: number, text: (plain: string) => string): ProblemResult {
  return {
    problem_id: rows[0]!.problem_id,
    level: rows[0]!.level!,
    subject: text(i % 3 === 0 ? "Algebra" : "Counting"),
    prompt_tokens: rows[0]!.prompt_tokens,
    completion_tokens: rows.map(({ tokens }) => tokens.length),
    outcome: rows.map(({ outcome }) => outcome),
    correct: rows.map(({ correct }) => correct),
    lenient: rows.map(({ lenient }) => lenient),
    format: rows.map(({ format }) => format),
    truncated: rows.map(({ outcome }) => outcome === "truncated"),
    reward: rows.map(({ reward }) => reward),
  };
}

function trainingOf(facts: ComparisonFacts, { cells }: ComparisonResult): NonNullable<ComparisonResult["training"]> {
  const estimate = (value: number, half = 0.03) => ({
    value,
    low: value - half,
    high: value + half,
    method: "t" as const,
  });
  const groups = facts.cells.map(({ name, policy }, i) => ({
    name,
    runs: facts.policies[policy]!.runs,
    ...{ seeds: [0, 1], steps: [20, 20 + 10 * i], finals: [cells[i]!.correct.value, cells[i]!.correct.value + 0.01] },
    final: estimate(cells[i]!.correct.value),
    curve: [0, 10, 20].map((step) => ({ step, runs: 2, estimate: estimate(0.2 + step / 100 + i / 10) })),
    ...{ settings: { learning_rate: `${i + 1}e-4` }, tokens: 123_456, seconds: 245.5 },
  }));
  const differences = groups.slice(1).map((_, i) => ({
    ...{ a: 0, b: i + 1, difference: estimate(0.1), p: 0.04, p_adjusted: 0.08, verdict: "not_told_apart" as const },
  }));
  return { metric: "test/env/all/correct", groups, differences };
}
