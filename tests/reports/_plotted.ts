/** Comparisons made up for plots: figures of any shape, without records. */
import type {
  CellFigures,
  ComparisonFacts,
  ComparisonResult,
  Difference,
  Estimate,
  GroupFigures,
  PartFigures,
  SeedDifference,
} from "../../lib/comparison/mod.ts";
import { COMPARISON_SCHEMA } from "../../lib/comparison/mod.ts";
import type { PlottedComparison } from "../../lib/reports/mod.ts";

/** What is asked of a made-up comparison. */
export interface Asked {
  readonly templates?: readonly string[];
  readonly policies?: readonly string[];
  readonly kind?: "templates" | "runs";
}

const TEXTS = { description: "", best_for: "", few_shot: [], question: "{{ question }}", question_suffix: "" } as const;

/** An estimate with its ends so far from it. */
export function estimate(value: number, half: number | null = 0.03): Estimate {
  const [low, high] = half === null ? [null, null] : [value - half, value + half];
  return { value, low, high, method: "wilson" };
}

/** Figures of a cell. */
export function cellFigures(name: string, correct: number, tokens: number, on_front = false): CellFigures {
  return {
    name,
    problems: 400,
    samples: 1,
    correct: estimate(correct),
    lenient: estimate(correct),
    format: estimate(0.9),
    truncated: estimate(0.02),
    reward: estimate(correct),
    completion_tokens: estimate(tokens, 2.5),
    prompt_tokens: 30,
    tokens_per_correct: estimate(tokens / correct, 5),
    pass_at: {},
    outcomes: { correct: Math.round(400 * correct), wrong: 400 - Math.round(400 * correct) },
    on_front,
  };
}

/** A made-up comparison of all templates by all policies. */
export function plotted(asked: Asked = {}): PlottedComparison {
  const { templates = ["baseline", "step_by_step", "concise"], policies = ["abacus"], kind = "templates" } = asked;
  const cells = policies.flatMap((policy, p) =>
    templates.map((template, t) => ({
      name: policies.length === 1 ? template : templates.length === 1 ? policy : `${template}, ${policy}`,
      template: t,
      policy: p,
      records: [],
      digest: "0".repeat(16),
    }))
  );
  const facts: ComparisonFacts = {
    comparison_schema: COMPARISON_SCHEMA,
    kind,
    created_at: "2026-01-01T00:00:00.000Z",
    title: templates.join(" against "),
    command: "deno task compare baseline step_by_step concise",
    env: "arithmetic",
    problem_set: "arithmetic test",
    fingerprint: "0".repeat(16),
    problems: 400,
    samples: 1,
    temperature: 0,
    max_tokens: 64,
    seed: 0,
    config: {},
    templates: templates.map((name) => ({ ...TEXTS, name, answer_format: "boxed" as const })),
    policies: policies.map((name) => ({ name, target: name, backend: "local", model: "abacus", runs: [], step: null })),
    cells,
    versions: {},
  };
  const figures = cells.map(({ name, template, policy }) =>
    cellFigures(name, 0.42 + 0.11 * ((template * 2) % 3) + 0.03 * policy, 30 + 14 * template + 2 * policy, template < 2)
  );
  return {
    facts,
    result: { ...resultOf(figures, facts), ...(kind === "runs" ? { training: trainingOf(facts) } : {}) },
  };
}

function resultOf(cells: readonly CellFigures[], { cells: of }: ComparisonFacts): ComparisonResult {
  const differences = cells.flatMap((left, a) =>
    cells.flatMap((right, b) => {
      const [one, other] = [of[a]!, of[b]!];
      const same = one.policy === other.policy;
      if (b <= a || (!same && one.template !== other.template)) return [];
      return [differenceOf(a, b, right.correct.value - left.correct.value, same ? "templates" : "policies")];
    })
  );
  const part = (kind: PartFigures["kind"], name: string, shift: number): PartFigures => ({
    kind,
    part: name,
    problems: 80,
    correct: cells.map(({ correct }) => estimate(correct.value + shift, 0.08)),
    differences: differences.map(({ difference }) => difference),
  });
  const parts = [
    ...["1", "2", "3", "4", "5"].map((level, i) => part("level", level, 0.12 - 0.06 * i)),
    ...["Algebra", "Counting & Probability", "Geometry"].map((name, i) => part("subject", name, 0.05 - 0.04 * i)),
    ...["1-20", "21-40", "41-60"].map((name, i) => part("length", name, 0.03 - 0.03 * i)),
  ];
  return { comparison_schema: COMPARISON_SCHEMA, cells, differences, parts };
}

function differenceOf(a: number, b: number, value: number, family: Difference["family"]): Difference {
  const told = Math.abs(value) > 0.08;
  return {
    family,
    a,
    b,
    difference: estimate(value, 0.045),
    gained: 90,
    lost: 40,
    test: "mcnemar",
    p: told ? 0.0001 : 0.3,
    p_adjusted: told ? 0.0002 : 0.6,
    verdict: told ? (value > 0 ? "better" : "worse") : "not_told_apart",
    problems_needed: 300,
    least_difference: 0.05,
    completion_tokens: estimate(10, 2),
    outcomes: { "wrong>correct": 90, "correct>wrong": 40 },
  };
}

function trainingOf({ cells }: ComparisonFacts): NonNullable<ComparisonResult["training"]> {
  const groups = cells.map(({ name }, i): GroupFigures => ({
    name,
    runs: [`${name} a`, `${name} b`, `${name} c`],
    seeds: [0, 1, 2],
    steps: [40, 40, 40],
    finals: [0.6, 0.62, 0.64],
    final: estimate(0.62, 0.05),
    curve: [0, 10, 20, 30, 40].map((step) => ({
      step,
      runs: 3,
      estimate: estimate(0.4 + (0.04 + 0.02 * i) * Math.sqrt(step), 0.04),
    })),
    settings: { learning_rate: String(i) },
    tokens: null,
    seconds: null,
  }));
  const differences = cells.slice(1).map((_, i): SeedDifference => ({
    a: 0,
    b: i + 1,
    difference: estimate(0.05 * (i + 1), i === 0 ? 0.08 : null),
    p: i === 0 ? 0.2 : null,
    p_adjusted: i === 0 ? 0.4 : null,
    verdict: "not_told_apart",
  }));
  return { metric: "test/env/all/correct", groups, differences };
}
