/** The shapes of both files of a comparison, and that they fit each other: indices that point somewhere, lists of one length. */
import { clipLine, isObject } from "../basics/mod.ts";
import { OUTCOMES } from "../vocabulary.ts";
import { anything, fields, flag, list, number, oneOf, orNull, text, values, whole } from "./_shape.ts";
import { COMPARISON_SCHEMA, type ComparisonFacts, type ComparisonResult } from "./types.ts";

const MOST_CELLS = 1000;
const NAME = text(300);

/** A template as far as it has to be known; the rest is shown, and never used. */
const TEMPLATE = fields({ name: NAME, question: text(200_000), question_suffix: text(200_000) }, {
  ...{ description: text(), best_for: text(), system: text(200_000) },
  few_shot: list(fields({ question: text(200_000), answer: text(200_000) }), { most: 10_000 }),
});

const FACTS = fields({
  comparison_schema: number(),
  kind: oneOf(["templates", "runs"]),
  ...{ created_at: text(100), title: text(), command: text(100_000) },
  ...{ env: text(5000), problem_set: text(5000), fingerprint: text(200) },
  ...{ problems: whole(1), samples: whole(1), temperature: number(0), max_tokens: whole(0), seed: number() },
  config: anything,
  templates: list(TEMPLATE, { least: 1, most: MOST_CELLS }),
  policies: list(
    fields({
      ...{ name: NAME, target: text(), backend: NAME, model: text(5000) },
      runs: list(text(5000), { most: 10_000 }),
      step: orNull(whole(0)),
    }),
    { least: 1, most: MOST_CELLS },
  ),
  cells: list(
    fields({
      ...{ name: NAME, template: whole(0), policy: whole(0), digest: text(200) },
      records: list(text(5000), { most: 10_000 }),
    }),
    { least: 1, most: MOST_CELLS },
  ),
  versions: values(text(200)),
}, { notes: list(text(2000), { most: 100 }) });

const ESTIMATE = fields({
  ...{ value: number(), low: orNull(number()), high: orNull(number()) },
  method: oneOf(["wilson", "tango", "bootstrap", "t"]),
});
const VERDICT = oneOf(["better", "worse", "not_told_apart"]);

const CELL = fields({
  ...{ name: NAME, problems: whole(1), samples: whole(1) },
  ...{ correct: ESTIMATE, lenient: ESTIMATE, format: ESTIMATE, truncated: ESTIMATE, reward: ESTIMATE },
  ...{ completion_tokens: ESTIMATE, prompt_tokens: number(0), tokens_per_correct: orNull(ESTIMATE) },
  ...{ pass_at: values(ESTIMATE), outcomes: values(whole(0), OUTCOMES.length) },
  on_front: flag,
});

const DIFFERENCE = fields({
  ...{ family: oneOf(["templates", "policies"]), a: whole(0), b: whole(0), difference: ESTIMATE },
  ...{ gained: whole(0), lost: whole(0), test: oneOf(["mcnemar", "sign_flip"]) },
  ...{ p: number(0, 1), p_adjusted: number(0, 1), verdict: VERDICT },
  ...{ problems_needed: orNull(number(0)), least_difference: orNull(number(0)) },
  ...{ completion_tokens: ESTIMATE, outcomes: values(whole(0)) },
});

const PART = fields({
  ...{ kind: oneOf(["level", "subject", "steps", "length"]), part: text(), problems: whole(1) },
  ...{ correct: list(ESTIMATE), differences: list(ESTIMATE) },
});

const GROUP = fields({
  ...{ name: NAME, runs: list(text(5000)), seeds: list(number()), steps: list(whole(0)), finals: list(number()) },
  ...{ final: ESTIMATE, settings: values(text()), tokens: orNull(number(0)), seconds: orNull(number(0)) },
  curve: list(fields({ step: whole(0), runs: whole(1), estimate: ESTIMATE })),
});

const SEED_DIFFERENCE = fields({
  ...{ a: whole(0), b: whole(0), difference: ESTIMATE, verdict: VERDICT },
  ...{ p: orNull(number(0, 1)), p_adjusted: orNull(number(0, 1)) },
});

const RESULT = fields({
  comparison_schema: number(),
  cells: list(CELL, { least: 1, most: MOST_CELLS }),
  differences: list(DIFFERENCE),
  parts: list(PART),
}, { training: fields({ metric: text(), groups: list(GROUP), differences: list(SEED_DIFFERENCE) }) });

/** What is wrong with the content of `comparison.json`; undefined: nothing. */
export function factsProblem(raw: unknown): string | undefined {
  const found = schemaProblem(raw) ?? FACTS(raw, "");
  if (found !== undefined) return found;
  const { cells, templates, policies } = raw as ComparisonFacts;
  const names = cells.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) return `/cells: ${clipLine(twice, 80)} is there twice`;
  const stray = cells.findIndex((cell) => cell.template >= templates.length || cell.policy >= policies.length);
  return stray < 0 ? undefined : `/cells/${stray}: it names a template or a policy that is not there`;
}

/** What is wrong with the content of `result.json`; undefined: nothing. */
export function resultProblem(raw: unknown, facts: ComparisonFacts): string | undefined {
  const found = schemaProblem(raw) ?? RESULT(raw, "");
  if (found !== undefined) return found;
  const { cells, differences, parts, training } = raw as ComparisonResult;
  const count = facts.cells.length;
  if (cells.length !== count) return `/cells: expected ${count} as in comparison.json, got ${cells.length}`;
  const other = cells.findIndex(({ name }, i) => name !== facts.cells[i]?.name);
  if (other >= 0) {
    return `/cells/${other}/name: expected ${clipLine(facts.cells[other]!.name, 80)} as in comparison.json`;
  }
  const isStray = ({ a, b }: { readonly a: number; readonly b: number }) => a >= count || b >= count || a === b;
  const stray = [...differences, ...training?.differences ?? []].findIndex(isStray);
  if (stray >= 0) return `/differences: number ${stray} is not one of two cells`;
  const part = parts.findIndex((one) => one.correct.length !== count || one.differences.length !== differences.length);
  if (part >= 0) return `/parts/${part}: expected a figure of every cell and every difference`;
  return training !== undefined && training.groups.length !== count
    ? `/training/groups: expected ${count}, one a cell, got ${training.groups.length}`
    : undefined;
}

function schemaProblem(raw: unknown): string | undefined {
  if (!isObject(raw) || typeof raw.comparison_schema !== "number") {
    return "it lacks comparison_schema, so something else wrote it";
  }
  if (raw.comparison_schema <= COMPARISON_SCHEMA) return undefined;
  return `a later version wrote it (comparison_schema ${raw.comparison_schema}; this one reads up to ${COMPARISON_SCHEMA})`;
}
