/**
 * The right answers in the rollouts of a run, each once, as its folder has them. Rows are data from outside: what is not
 * of the shape of an answer is left out, and there is an end to how much is held. What the answers are worth to another
 * run is found out in `earlier_answers.ts`.
 */
import { ConfigError } from "../config/mod.ts";
import type { Run } from "../runs/mod.ts";
import { answerFilter } from "../training/mod.ts";

/** Most tokens of answers that are held, about 256 MB with their log-probabilities. */
const MOST_TOKENS = 1 << 24;

/** A right answer as it was recorded. */
export interface RecordedRow {
  /** What it was an answer to. */
  readonly question: string;
  /** What it said. */
  readonly text: string;
  /** [T] whole numbers from 0, the stop token last. */
  readonly tokens: readonly number[];
  /** [T] NaN where none was recorded. */
  readonly logprobs: readonly number[];
}

/** What a run has answered in training. */
export interface RecordedRows {
  /** Different right answers by problem id, in the order they were drawn; a problem without one has none. */
  readonly right: ReadonlyMap<string, readonly RecordedRow[]>;
  /** Ids of all problems it was asked. */
  readonly asked: ReadonlySet<string>;
}

/**
 * Reads the training rollouts of a run.
 * @throws {ConfigError} when a file is broken, or there is more than can be held
 * @throws the signal's reason, when it was aborted
 */
export async function recordedRows(run: Run, signal: AbortSignal | undefined): Promise<RecordedRows> {
  const right = new Map<string, RecordedRow[]>();
  const filters = new Map<string, ReturnType<typeof answerFilter>>();
  const asked = new Set<string>();
  let held = 0;
  for await (const row of rolloutsOf(run)) {
    signal?.throwIfAborted();
    asked.add(row.problem_id);
    if (!row.correct || row.stop_reason !== "stop" || !isTokens(row.tokens)) continue;
    const isNew = filters.get(row.problem_id) ?? answerFilter();
    filters.set(row.problem_id, isNew);
    if (!isNew(row.text, row.tokens)) continue;
    held += row.tokens.length;
    if (held > MOST_TOKENS) {
      throw new ConfigError([
        `rollouts_from=${run.path}: its right answers have more than ${MOST_TOKENS} tokens, which is more than is held; ` +
        "take a shorter run",
      ]);
    }
    const { question, text, tokens, logprobs } = row;
    const answer = { question, text, tokens, logprobs: numbersOf(logprobs, tokens.length) };
    const others = right.get(row.problem_id);
    if (others === undefined) right.set(row.problem_id, [answer]);
    else others.push(answer);
  }
  return { right, asked };
}

/** @throws {ConfigError} when a file is broken */
async function* rolloutsOf(run: Run): ReturnType<Run["rollouts"]> {
  try {
    yield* run.rollouts({ split: "train" });
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    throw new ConfigError([`rollouts_from=${run.path}: its rollouts cannot be read: ${error.message}`]);
  }
}

/** Whether a list from a file is one of token ids. */
function isTokens(tokens: readonly unknown[]): tokens is readonly number[] {
  return tokens.length > 0 && tokens.every((id) => Number.isSafeInteger(id) && (id as number) >= 0);
}

/** Of every token a number, whatever a file has. They are shown, and nothing is computed from them. */
function numbersOf(values: readonly unknown[], length: number): number[] {
  return Array.from({ length }, (_, t) => {
    const value = values[t];
    return typeof value === "number" ? value : NaN;
  });
}
