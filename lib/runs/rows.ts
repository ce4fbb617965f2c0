/**
 * The rows of a run folder and how they are made: one object a rollout, one a step, one a checkpoint. Names are
 * snake_case because they are the words of the files, read from other languages as well.
 */
import { centered, promptTokens } from "../training/mod.ts";
import {
  type Checkpoint,
  type Grade,
  type Group,
  type Metrics,
  type Outcome,
  OUTCOMES,
  type Problem,
  type Rollout,
  type Split,
} from "../vocabulary.ts";
import type { TrajectoryRow } from "../viewer/mod.ts";
import { ROLLOUT_SCHEMA } from "./layout.ts";

/**
 * One completion with everything known about it, as a line of `rollouts/<split>_<step>.jsonl`: what is shown of it, and
 * these. The template's text is in `config.json`; log-probabilities have nine significant digits, which keeps 32-bit floats
 * exactly.
 */
export interface RolloutRow extends TrajectoryRow {
  /** Version of this row. */
  readonly schema_version: number;
  /** Length of the prompt. */
  readonly prompt_tokens: number;
  /** Strict: the boxed answer is right. */
  readonly correct: boolean;
  /** First and last index (exclusive) of the answer in `text`, in UTF-16 code units; absent: none, or an older version. */
  readonly span?: readonly [start: number, end: number];
  /** How the answer was read; absent: it could not be, or an older version wrote the row. */
  readonly normalised?: string;
  /** How it was compared: `verbatim`, `number`, `exact`, `numeric` or `text`; absent: it was not, or an older version. */
  readonly method?: string;
  /** Where both graders judged: whether the recipe's calls it right. */
  readonly recipe?: boolean;
  /** Why it could not be graded, in words; absent: it could be, or an older version wrote the row. */
  readonly reason?: string;
}

/** One line of `metrics.jsonl`: flat numbers with the step; null stands for a number that JSON lacks. */
export type MetricsRow = Readonly<Record<string, number | null>> & { readonly step: number };

/** Rollouts in drawing order, cut into groups where the problem changes. */
export function groupRollouts(rollouts: readonly Rollout[]): Group[] {
  const groups: { problem: Problem; rollouts: Rollout[] }[] = [];
  for (const rollout of rollouts) {
    const last = groups.at(-1);
    if (last?.problem.id === rollout.problem.id) last.rollouts.push(rollout);
    else groups.push({ problem: rollout.problem, rollouts: [rollout] });
  }
  return groups;
}

/**
 * The rows of one step's groups, in order.
 * @param given [P][G] what each completion was worth; absent: in training rewards less the group's mean, else 0
 */
export function rolloutRows(
  groups: readonly Group[],
  split: Split,
  step: number,
  given?: readonly (readonly number[])[],
): RolloutRow[] {
  const advantages = given ??
    (split === "train" ? groups.map((group) => centered(group.rollouts.map(({ reward }) => reward))) : []);
  return groups.flatMap((drawn, group) =>
    drawn.rollouts.map((rollout, sample) =>
      rolloutRow(rollout, { split, step, group, sample, advantage: advantages[group]?.[sample] ?? 0 })
    )
  );
}

type Place = Pick<RolloutRow, "split" | "step" | "group" | "sample" | "advantage">;

function rolloutRow(rollout: Rollout, place: Place): RolloutRow {
  const { problem, prompt, template, completion, text, grade, reward, rewardParts } = rollout;
  const correct = grade.correct ? 1 : 0;
  return {
    schema_version: ROLLOUT_SCHEMA,
    split: place.split,
    step: place.step,
    problem_id: problem.id,
    question: problem.question,
    ...(problem.level === undefined ? {} : { level: problem.level }),
    group: place.group,
    sample: place.sample,
    template,
    prompt_tokens: promptTokens({ prompt, completion }),
    text,
    tokens: completion.tokens,
    logprobs: completion.logprobs.map((value) => Number.isFinite(value) ? Number(value.toPrecision(9)) : null),
    extracted: grade.extracted ?? null,
    reference: grade.reference,
    outcome: grade.outcome,
    correct: grade.correct,
    lenient: grade.lenient,
    format: grade.format,
    ...gradingOf(grade),
    reward,
    // A full reward has nothing taken off: `0` rather than the `-0` or the rounding that a subtraction leaves.
    reward_parts: rewardParts ?? { correct, format: Number((reward - correct).toPrecision(9)) + 0 },
    advantage: place.advantage,
    stop_reason: completion.stopReason,
  };
}

type GradingKey = "span" | "normalised" | "method" | "recipe" | "reason";

/** How the verdict came about. */
function gradingOf(
  { span, normalised, method, recipe, reason }: { readonly [K in GradingKey]?: Grade[K] | undefined },
): Pick<RolloutRow, GradingKey> {
  return {
    ...(span !== undefined && { span }),
    ...(normalised !== undefined && { normalised }),
    ...(method !== undefined && { method }),
    ...(recipe !== undefined && { recipe }),
    ...(reason !== undefined && { reason }),
  };
}

/** The line of one step: what is not a finite number becomes null, so that the line stays JSON. */
export function metricsRow(step: number, metrics: Metrics): MetricsRow {
  const row: Record<string, number | null> = { step };
  for (const [key, value] of Object.entries(metrics)) {
    if (key !== "step") row[key] = Number.isFinite(value) ? value : null;
  }
  return row as MetricsRow;
}

/** Metrics as they were measured: null becomes NaN again, whatever is not a number is left out. */
export function metricsOfRow(row: unknown): { readonly step: number; readonly metrics: Metrics } | undefined {
  const { step, ...rest } = (typeof row === "object" && row !== null ? row : {}) as Record<string, unknown>;
  if (typeof step !== "number" || !Number.isInteger(step)) return undefined;
  const metrics: Record<string, number> = {};
  for (const [key, value] of Object.entries(rest)) {
    if (value === null) metrics[key] = NaN;
    else if (typeof value === "number") metrics[key] = value;
  }
  return { step, metrics };
}

/** A line of `checkpoints.jsonl`, or nothing where it lacks what a checkpoint needs. */
export function checkpointOfRow(row: unknown): Checkpoint | undefined {
  const { name, step, state_path, sampler_path, final } = (row ?? {}) as Partial<Record<keyof Checkpoint, unknown>>;
  if (typeof name !== "string" || typeof state_path !== "string") return undefined;
  if (typeof step !== "number" || !Number.isInteger(step) || step < 0) return undefined;
  return {
    name,
    step,
    state_path,
    sampler_path: typeof sampler_path === "string" ? sampler_path : state_path,
    final: final === true,
  };
}

/**
 * A line of a rollout file, or nothing where it lacks what makes a rollout. Fields of later versions are kept; a field
 * that an older file lacks gets a value that claims nothing.
 */
export function rolloutOfRow(row: unknown): RolloutRow | undefined {
  const raw = (typeof row === "object" && row !== null ? row : {}) as Partial<Record<keyof RolloutRow, unknown>>;
  if (typeof raw.text !== "string" || typeof raw.problem_id !== "string") return undefined;
  if (raw.split !== "train" && raw.split !== "test") return undefined;
  const text = (value: unknown) => typeof value === "string" ? value : "";
  const number = (value: unknown) => typeof value === "number" ? value : 0;
  const { span, normalised, method, recipe, reason, ...rest } = raw;
  return {
    ...rest,
    ...gradingOf({
      span: isSpan(span, raw.text.length) ? span : undefined,
      normalised: typeof normalised === "string" ? normalised : undefined,
      method: typeof method === "string" ? method : undefined,
      recipe: typeof recipe === "boolean" ? recipe : undefined,
      reason: typeof reason === "string" ? reason : undefined,
    }),
    schema_version: number(raw.schema_version),
    split: raw.split,
    step: number(raw.step),
    problem_id: raw.problem_id,
    question: text(raw.question),
    group: number(raw.group),
    sample: number(raw.sample),
    template: text(raw.template),
    prompt_tokens: number(raw.prompt_tokens),
    text: raw.text,
    tokens: Array.isArray(raw.tokens) ? raw.tokens : [],
    logprobs: Array.isArray(raw.logprobs) ? raw.logprobs : [],
    extracted: typeof raw.extracted === "string" ? raw.extracted : null,
    reference: text(raw.reference),
    outcome: OUTCOMES.includes(raw.outcome as Outcome) ? raw.outcome as Outcome : "ungradable",
    correct: raw.correct === true,
    lenient: raw.lenient === true,
    format: raw.format === true,
    reward: number(raw.reward),
    reward_parts: (raw.reward_parts ?? {}) as Record<string, number>,
    advantage: number(raw.advantage),
    stop_reason: raw.stop_reason === "length" ? "length" : "stop",
  } as RolloutRow;
}

function isSpan(value: unknown, length: number): value is readonly [number, number] {
  if (!Array.isArray(value) || value.length !== 2 || !value.every(Number.isInteger)) return false;
  const [start, end] = value as [number, number];
  return 0 <= start && start <= end && end <= length;
}
