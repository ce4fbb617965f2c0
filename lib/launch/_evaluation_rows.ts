/**
 * The rows of an evaluation's record: `rollouts.jsonl`, the same rows as a run's, those of a problem together and in drawing
 * order. Reading judges every row, for people edit files: a problem counts as finished where all its rows are there and
 * fit what is asked, and whatever else is in the file is passed over.
 */
import { isObject, toJsonLine } from "../basics/mod.ts";
import { rolloutOfRow, type RolloutRow, rolloutRows } from "../runs/mod.ts";
import { completionTokens } from "../training/mod.ts";
import {
  type Completion,
  type Grade,
  type Group,
  OUTCOMES,
  type Problem,
  type Prompt,
  type Rollout,
} from "../vocabulary.ts";

/** Longest line that is read, in characters; no completion fills one. */
const LONGEST_LINE = 1 << 26;
/** Version of rows that this module reads. */
const NEWEST_ROW = 1;

/** A row of a record. Where a server only said how long a completion is, that stands in it too. */
export interface EvaluationRow extends RolloutRow {
  /** Length of a completion whose tokens are not known. */
  readonly completion_tokens?: number;
}

/** Where a group stands. */
export interface GroupPlace {
  /** Index of its problem. */
  readonly index: number;
  /** The step of the checkpoint; 0 where there is none. */
  readonly step: number;
}

/** The lines of one problem, without line ends. */
export function groupLines(group: Group, { index, step }: GroupPlace): string[] {
  const { split } = group.problem;
  return rolloutRows([group], split, step).map((row, i) => {
    const { completion } = group.rollouts[i] as Rollout;
    const more = completion.tokens.length > 0 ? {} : { completion_tokens: completionTokens(completion) };
    // An advantage is what training makes of a reward.
    const whole: EvaluationRow = { ...row, group: index, advantage: 0, ...more };
    return toJsonLine(whole);
  });
}

/** What rows have to fit. */
export interface RowsAsked {
  /** By id: the problem, and how it is put. */
  readonly problems: ReadonlyMap<string, { readonly problem: Problem; readonly prompt: () => Prompt }>;
  /** Completions a problem. */
  readonly samples: number;
  /** Name of the template. */
  readonly template: string;
  /** Rewards are those of a function of one's own, in parts. */
  readonly hasParts: boolean;
}

/** A problem of the record. */
export interface RecordedGroup {
  /** Its rollouts; what was not recorded of them is the prompt's tokens, if the prompt has none. */
  readonly group: Group;
  /** Its lines as they stand in the file. */
  readonly lines: readonly string[];
}

/**
 * Reads the problems that are finished, one at a time.
 * @param skipped told of every line that is of no use
 */
export async function* recordedGroups(
  path: string,
  asked: RowsAsked,
  skipped: () => void = () => {},
): AsyncGenerator<RecordedGroup> {
  const seen = new Set<string>();
  let open: { readonly row: EvaluationRow; readonly line: string }[] = [];
  const dropOpen = () => {
    for (const _ of open) skipped();
    open = [];
  };
  for await (const line of linesOf(path)) {
    const row = line === undefined ? undefined : usableRow(line, asked);
    const continues = row !== undefined && open.length > 0 && row.problem_id === open[0]?.row.problem_id &&
      row.sample === open.length;
    if (!continues) dropOpen();
    if (row === undefined || (!continues && row.sample !== 0) || seen.has(row.problem_id)) {
      skipped();
      continue;
    }
    open.push({ row, line: line as string });
    if (open.length < asked.samples) continue;
    seen.add(row.problem_id);
    yield { group: groupOf(open.map((one) => one.row), asked), lines: open.map((one) => one.line) };
    open = [];
  }
  dropOpen();
}

/** Lines of a file one at a time; undefined for one that is too long. A file that is not there has none. */
async function* linesOf(path: string): AsyncGenerator<string | undefined> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  let rest = "";
  let tooLong = false;
  for await (const chunk of file.readable.pipeThrough(new TextDecoderStream())) {
    const lines = chunk.split("\n");
    lines[0] = rest + lines[0];
    rest = lines.pop() as string;
    for (const line of lines) {
      if (tooLong) yield undefined;
      else if (line.trim() !== "") yield line;
      tooLong = false;
    }
    if (rest.length > LONGEST_LINE) tooLong = true;
    if (tooLong) rest = "";
  }
  if (tooLong) yield undefined;
  else if (rest.trim() !== "") yield rest;
}

/** The same rollouts with the prompt in full; a policy that takes tokens counts them itself. */
export function withPrompt({ problem, rollouts }: Group, prompt: Prompt): Group {
  if (prompt.tokens.length === 0) return { problem, rollouts: rollouts.map((rollout) => ({ ...rollout, prompt })) };
  return {
    problem,
    rollouts: rollouts.map((rollout) => {
      const { usage: _, ...completion } = rollout.completion;
      return { ...rollout, prompt, completion: completion.tokens.length > 0 ? completion : rollout.completion };
    }),
  };
}

/** A row that fits what is asked; undefined for anything else. */
function usableRow(line: string, { problems, samples, template, hasParts }: RowsAsked): EvaluationRow | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(line);
  } catch {
    return undefined;
  }
  const row = rolloutOfRow(raw) as EvaluationRow | undefined;
  if (row === undefined || !isObject(raw) || row.schema_version > NEWEST_ROW) return undefined;
  const { correct, lenient, format, outcome, reward, stop_reason, sample } = raw;
  const wanted = problems.get(row.problem_id)?.problem;
  // What `rolloutOfRow` fills in for old files of training would be a made-up figure here.
  const isWhole = [correct, lenient, format].every((flag) => typeof flag === "boolean") && Number.isFinite(reward) &&
    OUTCOMES.some((one) => one === outcome) && (stop_reason === "stop" || stop_reason === "length");
  const fits = wanted !== undefined && row.reference === wanted.answer && row.template === template &&
    Number.isInteger(sample) && row.sample >= 0 && row.sample < samples;
  const counts = [row.completion_tokens ?? 0, row.prompt_tokens, ...row.tokens];
  const isCounted = counts.every((count) => Number.isSafeInteger(count) && count >= 0);
  return isWhole && fits && isCounted && (!hasParts || hasOnlyNumbers(row.reward_parts)) ? row : undefined;
}

function hasOnlyNumbers(parts: unknown): boolean {
  return isObject(parts) && Object.values(parts).every(Number.isFinite);
}

function groupOf(rows: readonly EvaluationRow[], { problems, hasParts }: RowsAsked): Group {
  const { problem, prompt } = problems.get((rows[0] as EvaluationRow).problem_id)!;
  const put = prompt();
  return { problem, rollouts: rows.map((row) => rolloutOf(row, put, hasParts)) };
}

function rolloutOf(row: EvaluationRow, prompt: Prompt, hasParts: boolean): Rollout {
  return {
    problem: prompt.problem,
    prompt,
    template: row.template,
    completion: completionOf(row, prompt),
    text: row.text,
    grade: gradeOf(row),
    reward: row.reward,
    ...(hasParts && { rewardParts: row.reward_parts }),
  };
}

/** Counts stand for tokens where these are not known. */
function completionOf(row: EvaluationRow, prompt: Prompt): Completion {
  const { tokens, stop_reason: stopReason } = row;
  const usage = { prompt: row.prompt_tokens, completion: row.completion_tokens ?? tokens.length };
  return {
    tokens,
    logprobs: row.logprobs.map((value) => value ?? NaN),
    stopReason,
    ...(tokens.length === 0 && { text: row.text }),
    ...((tokens.length === 0 || prompt.tokens.length === 0) && { usage }),
  };
}

function gradeOf({ span, normalised, method, recipe, reason, ...row }: EvaluationRow): Grade {
  return {
    ...{ outcome: row.outcome, correct: row.correct, lenient: row.lenient, format: row.format },
    ...(row.extracted !== null && { extracted: row.extracted }),
    ...(span !== undefined && { span }),
    ...(normalised !== undefined && { normalised }),
    ...(method !== undefined && { method }),
    ...(recipe !== undefined && { recipe }),
    ...(reason !== undefined && { reason }),
    reference: row.reference,
  };
}
