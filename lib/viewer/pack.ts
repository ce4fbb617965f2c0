/**
 * Rollouts in the form a page keeps them: the completion's text once, where its answer stands, two short strings instead
 * of the lists of token ids and log-probabilities. What comes in can be let go, so that a long run is read as a stream.
 */
import { cut } from "../basics/mod.ts";
import { extractAnswer } from "../grading/mod.ts";
import type { Message, Outcome, Split, StopReason } from "../vocabulary.ts";
import { encodeLengths, encodeLogprobs } from "./client/scale.js";
import type { PageProblem, PageText } from "./columns.ts";
import type { DrawFormulas } from "./formulas.ts";
import type { AlignTokens } from "./pieces.ts";

/** One rollout as a run folder keeps it, as far as it is shown. */
export interface TrajectoryRow {
  /** Training or held out. */
  readonly split: Split;
  /** The step it was drawn at. */
  readonly step: number;
  /** The problem. */
  readonly problem_id: string;
  /** The problem's text. */
  readonly question: string;
  /** Graded difficulty, where the problem has one. */
  readonly level?: number;
  /** Index of the group within the step. */
  readonly group: number;
  /** Index of the completion within the group. */
  readonly sample: number;
  /** Name of the template. */
  readonly template: string;
  /** The completion without its stop token. */
  readonly text: string;
  /** [T] token ids, the stop token included; empty: not known. */
  readonly tokens: readonly number[];
  /** [T] natural log-probabilities; empty: not known. */
  readonly logprobs: readonly (number | null)[];
  /** The answer found; null: none. */
  readonly extracted: string | null;
  /** First and last index (exclusive) of the answer in `text`, in UTF-16 code units; absent: not recorded. */
  readonly span?: readonly [start: number, end: number];
  /** The right answer. */
  readonly reference: string;
  /** What became of it. */
  readonly outcome: Outcome;
  /** Any final answer is right. */
  readonly lenient: boolean;
  /** It ended by itself and holds a box. */
  readonly format: boolean;
  /** What training was paid. */
  readonly reward: number;
  /** The parts that add up to the reward. */
  readonly reward_parts: Readonly<Record<string, number>>;
  /** Reward minus the mean of the group; of no meaning in evaluations. */
  readonly advantage: number;
  /** Why it ended. */
  readonly stop_reason: StopReason;
}

/** A rollout of a packed group. */
export interface PackedRollout {
  /** Its row without what the group says and without what was packed. */
  readonly row: Pick<TrajectoryRow, "sample" | "template" | "outcome" | "reward" | "reward_parts" | "advantage">;
  /** Tokens of the completion; 0: not known. */
  readonly tokens: number;
  /** Length of the text before anything was cut out of it. */
  readonly characters: number;
  /** Mean log-probability; null: not known. */
  readonly logprob: number | null;
  /** 1 lenient, 2 format, 4 ended by itself; added up. */
  readonly flags: number;
  /** What it says. */
  readonly said: PageText;
}

/** The rollouts of one prompt, ready for a page. */
export interface PackedGroup {
  /** The step they were drawn at. */
  readonly step: number;
  /** Training or held out. */
  readonly split: Split;
  /** Index of the group within the step. */
  readonly place: number;
  /** What was asked. */
  readonly problem: PageProblem;
  /** The chat up to the question, where it is known. */
  readonly messages: readonly Message[] | undefined;
  /** The completions, in drawing order. */
  readonly rollouts: readonly PackedRollout[];
}

/** Options of `packGroup`. */
export interface PackOptions {
  /** The chat up to the question. */
  readonly messages?: readonly Message[] | undefined;
  /** Finds the texts of tokens; absent: tokens cannot be coloured. */
  readonly align?: AlignTokens | undefined;
  /** Draws the formulas of a question; absent: they stand there as they were written. */
  readonly draw?: DrawFormulas | undefined;
}

/** Longest completion that is kept whole, in UTF-16 code units. */
const LONGEST_TEXT = 200_000;

/** Longest question or turn of a prompt. */
const LONGEST_PROMPT = 20_000;

/** Longest name, answer and the like. */
const LONGEST_WORD = 400;

/**
 * Packs the rows of one group.
 * @param rows at least one, all of one step, split and group
 */
export function packGroup(
  rows: readonly [TrajectoryRow, ...TrajectoryRow[]],
  { messages, align, draw }: PackOptions = {},
): PackedGroup {
  const [{ step, split, group, problem_id, question, reference, level }] = rows;
  return {
    step,
    split,
    place: group,
    problem: {
      id: cut(problem_id, LONGEST_WORD),
      question: cut(question, LONGEST_PROMPT),
      formulas: draw?.(cut(question, LONGEST_PROMPT)) ?? null,
      reference: cut(reference, LONGEST_WORD),
      level: typeof level === "number" ? level : null,
    },
    messages: messages?.map(({ role, content }) => ({ role, content: cut(content, LONGEST_PROMPT) })),
    rollouts: rows.map((row) => packRollout(row, align)),
  };
}

/** The groups of rows in recorded order: a new one starts where the step, the split or the group changes. */
export function rowGroups<T extends TrajectoryRow>(rows: readonly T[]): [T, ...T[]][] {
  const groups: [T, ...T[]][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last !== undefined && sameGroup(last[0], row)) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

/** Whether two rows are of one group. */
export function sameGroup(a: TrajectoryRow, b: TrajectoryRow): boolean {
  return a.group === b.group && a.problem_id === b.problem_id && a.step === b.step && a.split === b.split;
}

function packRollout(row: TrajectoryRow, align: AlignTokens | undefined): PackedRollout {
  const { sample, outcome, reward, advantage, logprobs, stop_reason, lenient, format } = row;
  // A row read from a file was not looked at this closely.
  const parts = Object.entries(row.reward_parts).filter(([, part]) => Number.isFinite(part));
  const reward_parts = Object.fromEntries(parts.map(([name, part]) => [cut(name, LONGEST_WORD), part]));
  const known = logprobs.filter((value): value is number => typeof value === "number" && Number.isFinite(value));
  const sum = known.reduce((total, value) => total + value, 0);
  return {
    row: { sample, template: cut(row.template, LONGEST_WORD), outcome, reward, reward_parts, advantage },
    tokens: row.tokens.length,
    characters: row.text.length,
    logprob: known.length === 0 ? null : Number((sum / known.length).toPrecision(4)),
    flags: Number(lenient) + 2 * Number(format) + 4 * Number(stop_reason === "stop"),
    said: pageText(row, align),
  };
}

function pageText(row: TrajectoryRow, align: AlignTokens | undefined): PageText {
  const { text, extracted, tokens, logprobs } = row;
  const answer = extracted === null ? {} : { answer: cut(extracted, LONGEST_WORD) };
  if (text.length > LONGEST_TEXT) return { text: withoutMiddle(text), ...answer };
  const span = answerSpan(row);
  const lengths = align?.(text, tokens);
  const code = lengths && encodeLengths(lengths);
  return {
    text,
    ...answer,
    ...(span && { span }),
    ...(code !== undefined && { lengths: code }),
    ...(code !== undefined && logprobs.length === tokens.length && { logprobs: encodeLogprobs(logprobs) }),
  };
}

/** What tells where an answer stands. */
export interface PlacedAnswer extends Pick<TrajectoryRow, "text" | "extracted"> {
  /** As recorded, by whoever wrote the file. */
  readonly span?: readonly [start: number, end: number] | undefined;
}

/**
 * First and last index (exclusive) of an answer in its text: as recorded; else, in rows that are older, where it would be
 * found today, or where it stands last. Undefined where there is no answer, or where it stands nowhere.
 */
export function answerSpan({ text, extracted, span }: PlacedAnswer): readonly [number, number] | undefined {
  if (extracted === null || extracted === "") return undefined;
  if (span !== undefined && isWithin(span, text.length)) return [span[0], span[1]];
  const found = extractAnswer(text);
  if (found?.text.startsWith(extracted)) return [found.start, found.end];
  const at = text.lastIndexOf(extracted);
  return at < 0 ? undefined : [at, at + extracted.length];
}

/** A row read from a file may hold anything. */
function isWithin(span: readonly number[], length: number): boolean {
  if (!Array.isArray(span) || span.length !== 2 || !span.every(Number.isInteger)) return false;
  const [start, end] = span as [number, number];
  return 0 <= start && start < end && end <= length;
}

/** The beginning and the end, where the answer is. */
function withoutMiddle(text: string): string {
  const half = LONGEST_TEXT / 2;
  const left = text.length - 2 * half;
  return `${text.slice(0, half)}\n\n[... ${left} characters left out ...]\n\n${text.slice(-half)}`;
}
