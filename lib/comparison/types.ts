/**
 * The data of a comparison: what was compared, and what came of it. Names are snake_case because they are the words of two
 * files, `comparison.json` and `result.json`, that scripts in other languages read. Every figure of a report is one of
 * these, so that whoever has the records of the evaluations can work it out again.
 */
import type { TrainConfig } from "../config/mod.ts";
import type { Outcome, PromptTemplate } from "../vocabulary.ts";

/** Version of both files that this module writes. */
export const COMPARISON_SCHEMA = 1;

/** Names of the files of a comparison; reports lie beside them. */
export const COMPARISON_FILES = {
  facts: "comparison.json",
  result: "result.json",
  page: "report.html",
  notebook: "report.ipynb",
} as const;

/** What is compared: templates (with any policies), or training runs. */
export type ComparisonKind = "templates" | "runs";

/** Who answered. */
export interface ComparedPolicy {
  /** Unique among the policies, and short: `abacus`, `first step 40`, `learning_rate=0.0002`. */
  readonly name: string;
  /** The same in words. */
  readonly target: string;
  /** Where it ran. */
  readonly backend: string;
  /** The model's name, of a folder its last part. */
  readonly model: string;
  /** The runs it comes from, by name; of a group of runs that differ in their seed all of them; empty: it is a model. */
  readonly runs: readonly string[];
  /** The checkpoint's step; null: a model's own weights, or runs that ended at different steps. */
  readonly step: number | null;
}

/** A template by a policy. */
export interface ComparedCell {
  /** Unique: the template's name where there is one policy, the policy's where there is one template, else both. */
  readonly name: string;
  /** Index into the templates. */
  readonly template: number;
  /** Index into the policies. */
  readonly policy: number;
  /**
   * Where its rows lie, relative to the folder of the comparison, with forward slashes: for `templates` the folder of an
   * evaluation's record; for `runs` the files of held-out rollouts at the runs' last evaluation, one a run.
   */
  readonly records: readonly string[];
  /** Of what became of its problems, as `resultsDigest` makes it: records that have changed since are told from it. */
  readonly digest: string;
}

/** The content of `comparison.json`: what was compared, and how. No secret, no absolute path. */
export interface ComparisonFacts {
  /** Version of the file. */
  readonly comparison_schema: number;
  /** What is compared. */
  readonly kind: ComparisonKind;
  /** When it was made, ISO 8601 in UTC. */
  readonly created_at: string;
  /** In a few words, for headings. */
  readonly title: string;
  /** The command that makes the same comparison. */
  readonly command: string;
  /** The problem set, how it is called (for example `gsm8k test`), and a digest of its problems. */
  readonly env: string;
  /** The set's name with its side. */
  readonly problem_set: string;
  /** Digest of the problems' content. */
  readonly fingerprint: string;
  /** How many problems every cell was asked. */
  readonly problems: number;
  /** Completions a problem, in every cell; of runs as many as there are seeds. */
  readonly samples: number;
  /** 0 is greedy. */
  readonly temperature: number;
  /** Longest completion. */
  readonly max_tokens: number;
  /** What the random streams begin with: of sampling, and of the bootstrap. */
  readonly seed: number;
  /** The configuration that applied, without secrets and folders; keys in which cells differ are left out. */
  readonly config: Partial<TrainConfig>;
  /** [T] the templates with their texts. */
  readonly templates: readonly PromptTemplate[];
  /** [M] the policies. */
  readonly policies: readonly ComparedPolicy[];
  /** [C] what was asked, template by template within each policy. */
  readonly cells: readonly ComparedCell[];
  /** What was installed. */
  readonly versions: Readonly<Record<string, string>>;
  /** What whoever reads the figures has to know, in sentences: runs that have not ended, problems that were left out. */
  readonly notes?: readonly string[];
}

/**
 * How an interval was worked out: `wilson` for one completion a problem, `tango` for a difference of such, `bootstrap` over
 * problems (BCa) for several, `t` over seeds.
 */
export type IntervalMethod = "wilson" | "tango" | "bootstrap" | "t";

/** A figure with its 95 % interval. */
export interface Estimate {
  /** The figure. */
  readonly value: number;
  /** Lower end; null: it cannot be told. */
  readonly low: number | null;
  /** Upper end; null: it cannot be told. */
  readonly high: number | null;
  /** How both ends were worked out. */
  readonly method: IntervalMethod;
}

/** The figures of one cell. Shares are 0-1; means are over all completions, which is the mean over problems. */
export interface CellFigures {
  /** The cell's name. */
  readonly name: string;
  /** Problems. */
  readonly problems: number;
  /** Completions a problem. */
  readonly samples: number;
  /** Strict accuracy. */
  readonly correct: Estimate;
  /** Lenient accuracy. */
  readonly lenient: Estimate;
  /** Ended by itself, with a box that can be read. */
  readonly format: Estimate;
  /** Cut off by the token limit. */
  readonly truncated: Estimate;
  /** Mean reward; by the bootstrap. */
  readonly reward: Estimate;
  /** Mean tokens of a completion; by the bootstrap. */
  readonly completion_tokens: Estimate;
  /** Mean tokens of a prompt. */
  readonly prompt_tokens: number;
  /** All tokens of completions divided by the right ones among them; null: none was right. By the bootstrap. */
  readonly tokens_per_correct: Estimate | null;
  /** pass@k by k, where several completions were drawn: the unbiased estimate. */
  readonly pass_at: Readonly<Record<string, Estimate>>;
  /** How many completions had each outcome. */
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /**
   * On the Pareto front of accuracy against tokens: no other cell of its policy (of runs: no other cell) is as accurate for
   * fewer tokens, or more accurate for as many.
   */
  readonly on_front: boolean;
}

/**
 * Which differences are one family, within which p-values are corrected: all pairs of templates, each with the same policy,
 * or all pairs of policies, each with the same template.
 */
export type DifferenceFamily = "templates" | "policies";

/**
 * What the test says. `better` and `worse` only where the corrected p-value is below 0.05; everything else is
 * `not_told_apart`, which does not mean equal.
 */
export type Verdict = "better" | "worse" | "not_told_apart";

/** Cell b less cell a, paired by problem, in strict accuracy. */
export interface Difference {
  /** What it is corrected with. */
  readonly family: DifferenceFamily;
  /** Index of the cell that is taken away. */
  readonly a: number;
  /** Index of the cell that it is taken away from. */
  readonly b: number;
  /** Accuracy of b less that of a. */
  readonly difference: Estimate;
  /** Problems of which b solves more completions than a does. */
  readonly gained: number;
  /** Problems of which a solves more. */
  readonly lost: number;
  /** `mcnemar`: exact, one completion a problem. `sign_flip`: the same for several, exact as well. Two-sided. */
  readonly test: "mcnemar" | "sign_flip";
  /** The p-value by itself. */
  readonly p: number;
  /** Corrected for all of its family, by Holm. */
  readonly p_adjusted: number;
  /** What follows, of b. */
  readonly verdict: Verdict;
  /**
   * Problems at which a difference as large as the one seen is told with probability 0.8 at level 0.05, one comparison;
   * null: none was seen, or it would take more than 10 million, or several completions differ alike on every problem.
   */
  readonly problems_needed: number | null;
  /** The smallest difference that so many problems tell with probability 0.8, with as many discordant problems as were seen. */
  readonly least_difference: number | null;
  /** Mean tokens of b's completions less those of a's; by the bootstrap. */
  readonly completion_tokens: Estimate;
  /** Changes of outcome, from a's to b's: counts of completions drawn with the same stream, `"wrong>correct"`: 12. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/**
 * By what problems are told apart: graded difficulty, subject, steps of the worked answer, and quarters by length: tokens of
 * the prompt with the template whose prompts are shortest.
 */
export type PartKind = "level" | "subject" | "steps" | "length";

/** Some of the problems. */
export interface PartFigures {
  /** By what. */
  readonly kind: PartKind;
  /** Which, as text: `3`, `Algebra`, `41-60`. */
  readonly part: string;
  /** How many problems. */
  readonly problems: number;
  /** [C] strict accuracy of each cell. */
  readonly correct: readonly Estimate[];
  /** [D] the differences, in the order of `differences`; uncorrected intervals, and no test: these are for exploring. */
  readonly differences: readonly Estimate[];
}

/** A point of a learning curve, over the seeds of a group. */
export interface CurvePoint {
  /** The step. */
  readonly step: number;
  /** Runs that have a value there. */
  readonly runs: number;
  /** Their mean, with Student's interval; without one for a single run, and where all came out alike. */
  readonly estimate: Estimate;
}

/** Runs that differ in nothing that moves a result but their seed. */
export interface GroupFigures {
  /** The cell's name. */
  readonly name: string;
  /** The runs by name. */
  readonly runs: readonly string[];
  /** Their seeds. */
  readonly seeds: readonly number[];
  /** Steps that each had done at its last evaluation. */
  readonly steps: readonly number[];
  /** Each run's held-out accuracy at its last evaluation. */
  readonly finals: readonly number[];
  /** Their mean, with Student's interval over seeds; without one for a single seed, and where all came out alike. */
  readonly final: Estimate;
  /** Held-out accuracy over steps. */
  readonly curve: readonly CurvePoint[];
  /** The settings that tell this group from the others, `key: value` as text. */
  readonly settings: Readonly<Record<string, string>>;
  /** Tokens read, drawn and trained on, and seconds spent: the mean over runs; null: not recorded. */
  readonly tokens: number | null;
  /** Seconds in steps and evaluations. */
  readonly seconds: number | null;
}

/**
 * Group b less group a, seeds as the observations: Welch's test. What is paired by problem says whether these very weights
 * differ; this says whether the settings do.
 */
export interface SeedDifference {
  /** Index of the cell that is taken away. */
  readonly a: number;
  /** Index of the cell that it is taken away from. */
  readonly b: number;
  /** Difference of the means; without an interval where a group has one seed. */
  readonly difference: Estimate;
  /** By itself; null where a group has one seed. */
  readonly p: number | null;
  /** Corrected by Holm. */
  readonly p_adjusted: number | null;
  /** What follows, of b. */
  readonly verdict: Verdict;
}

/** What only training runs have. */
export interface TrainingFigures {
  /** The metric of curves and finals: `test/env/all/correct`. */
  readonly metric: string;
  /** [C] the groups, in the order of cells. */
  readonly groups: readonly GroupFigures[];
  /** Over seeds. */
  readonly differences: readonly SeedDifference[];
}

/** The content of `result.json`. */
export interface ComparisonResult {
  /** Version of the file. */
  readonly comparison_schema: number;
  /** [C] */
  readonly cells: readonly CellFigures[];
  /** [D] */
  readonly differences: readonly Difference[];
  /** Accuracy by difficulty, subject, steps and length. */
  readonly parts: readonly PartFigures[];
  /** Of training runs. */
  readonly training?: TrainingFigures;
}
