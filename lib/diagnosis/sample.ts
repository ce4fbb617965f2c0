/**
 * The completions of a run's last step, in the few figures that metrics do not have: whether it was the context that ended
 * them, whether all answers to a problem are one and the same, what an answer without a box looks like.
 */
import type { RolloutRow, Run } from "../runs/mod.ts";

/** What the completions of one step show. */
export interface Sample {
  /** Index of the step. */
  readonly step: number;
  /** Completions that were looked at. */
  readonly size: number;
  /** Tokens of the longest prompt. */
  readonly longestPrompt: number;
  /** Tokens of the longest completion that ended by itself; 0: none did. */
  readonly longestFinished: number;
  /** Completions that were cut off, whatever by. */
  readonly cut: number;
  /** Those of them that had not reached `max_tokens`: the context was used up. */
  readonly cutByContext: number;
  /** Prompt and completion of those together, in tokens: the context; 0: there are none. */
  readonly contextSeen: number;
  /** Completions that were cut off while they repeated themselves. */
  readonly repeating: number;
  /** Groups of more than one completion. */
  readonly groups: number;
  /** Those of them whose completions are all the same text. */
  readonly sameGroups: number;
  /** Completions that ended without a box. */
  readonly boxless: number;
  /** Those of them with an answer all the same. */
  readonly unboxed: number;
  /** Why completions could not be graded, the most frequent first; foreign text. */
  readonly reasons: readonly string[];
  /** A completion for each outcome that occurred; foreign text. */
  readonly examples: Readonly<Partial<Record<RolloutRow["outcome"], RolloutRow>>>;
}

/** More rows than this say nothing new. */
const MOST_ROWS = 4096;

/** The figures of the last step's completions; nothing where there are none, or their file is damaged. */
export async function sampleOf(run: Run): Promise<Sample | undefined> {
  try {
    const file = (await run.rolloutFiles({ split: "train" })).at(-1);
    if (file === undefined) return undefined;
    const rows: RolloutRow[] = [];
    for await (const row of run.rollouts({ split: "train", step: file.step })) {
      if (rows.push(row) === MOST_ROWS) break;
    }
    return rows.length === 0 ? undefined : sampleOfRows(rows, file.step, run.config.max_tokens);
  } catch (error) {
    // A damaged file, or one that was set aside meanwhile: the metrics are still there to go by.
    if (error instanceof SyntaxError || error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The figures of completions. @param maxTokens the longest that was allowed */
function sampleOfRows(rows: readonly RolloutRow[], step: number, maxTokens: number): Sample {
  const cut = rows.filter(({ stop_reason }) => stop_reason === "length");
  // An endpoint that tells no token ids leaves none: then nothing can be said of lengths.
  const byContext = cut.filter(({ tokens }) => tokens.length > 0 && tokens.length < maxTokens);
  const groups = [...Map.groupBy(rows, ({ group }) => group).values()].filter((group) => group.length > 1);
  const lengths = rows.filter(({ stop_reason }) => stop_reason === "stop").map(({ tokens }) => tokens.length);
  return {
    ...{ step, size: rows.length },
    longestPrompt: largest(rows.map(({ prompt_tokens }) => prompt_tokens)),
    longestFinished: largest(lengths),
    cut: cut.length,
    cutByContext: byContext.length,
    contextSeen: largest(byContext.map(({ prompt_tokens, tokens }) => prompt_tokens + tokens.length)),
    repeating: cut.filter(({ text }) => repeatsItself(text)).length,
    groups: groups.length,
    sameGroups: groups.filter((group) => group.every(({ text }) => text === group[0]?.text)).length,
    boxless: rows.filter(({ outcome }) => outcome === "no_answer").length,
    unboxed: rows.filter(({ outcome, extracted }) => outcome === "no_answer" && extracted !== null).length,
    reasons: reasonsOf(rows),
    examples: examplesOf(rows),
  };
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function reasonsOf(rows: readonly RolloutRow[]): string[] {
  const counts = new Map<string, number>();
  for (const { outcome, reason } of rows) {
    if (outcome === "ungradable" && reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([reason]) => reason);
}

function examplesOf(rows: readonly RolloutRow[]): Sample["examples"] {
  const examples: Partial<Record<RolloutRow["outcome"], RolloutRow>> = {};
  for (const row of rows) examples[row.outcome] ??= row;
  return examples;
}

/** Length of the piece that is looked for, and how often the end of a text has to hold it. */
const PIECE = 12;
const REPEATS = 4;

/** Whether the end of a text says the same thing over and over. */
function repeatsItself(text: string): boolean {
  const end = text.trimEnd().slice(-PIECE * REPEATS * 4);
  const piece = end.slice(-PIECE);
  return piece.length === PIECE && end.split(piece).length - 1 >= REPEATS;
}
