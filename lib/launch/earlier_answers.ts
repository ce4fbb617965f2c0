/**
 * The answers of an earlier run as something that another run can imitate (`rollouts_from`): to problems it has itself,
 * under the prompts that it puts, in tokens of its own model, and right by its own grader. A run on other problems or with
 * another tokenizer is refused. Learning from answers drawn before is RFT's way (Yuan et al. 2023, arXiv:2308.01825).
 */
import { resolve } from "node:path";
import { clipLine, counted, inspected } from "../basics/mod.ts";
import { ConfigError, type TrainConfig } from "../config/mod.ts";
import { createProblemSet, type ProblemSet, sourceOf } from "../problems/mod.ts";
import { openRun, problemsText, type Run, RunFolderError } from "../runs/mod.ts";
import { isExpert, type RecordedAnswers } from "../training/mod.ts";
import type { Problem, Prompt, Rollout } from "../vocabulary.ts";
import { type RecordedRow, type RecordedRows, recordedRows } from "./_recorded_rows.ts";
import type { Task } from "./task.ts";

/** Answers that are graded together. */
const GRADED_AT_ONCE = 1024;
const IDS_AT_ONCE = 10_000;

/** The answers of an earlier run. */
export interface EarlierAnswers extends RecordedAnswers {
  /** The training problems that have some, in their order. */
  readonly problems: ProblemSet;
  /** What was found, in a sentence. */
  readonly notice: string;
}

/**
 * Opens the run that `rollouts_from` names; undefined where the configuration names none.
 * @throws {ConfigError} when there is no such run, it is still running, or it is the run itself
 */
export async function openEarlier({ rollouts_from: path, log_path }: TrainConfig): Promise<Run | undefined> {
  if (path === null) return undefined;
  if (resolve(path) === resolve(log_path)) {
    throw new ConfigError([`rollouts_from=${path}: a run cannot learn from its own folder; give another log_path`]);
  }
  try {
    const run = await openRun(path);
    if (run.state !== "running") return run;
    throw refused(run, "is still running, and its answers are not all there; wait for its end, or stop it");
  } catch (error) {
    if (!(error instanceof RunFolderError || error instanceof SyntaxError)) throw error;
    throw new ConfigError([`rollouts_from=${path}: ${error.message}`]);
  }
}

/** Who takes answers. */
export interface TakingOptions {
  /** The run that goes on with them, if one does. */
  readonly resume?: { readonly run: Run } | undefined;
  /** Its configuration as it is now. */
  readonly config: TrainConfig;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes the right answers from the training rollouts of a run.
 * @throws {ConfigError} when the run was on other problems, its tokens are not this model's, it has no right answer, or it
 * has changed since the run that goes on with its answers began
 * @throws the signal's reason, when it was aborted
 */
export async function earlierAnswers(
  run: Run,
  task: Pick<Task, "policy" | "environment" | "trainProblems">,
  { config, resume, signal }: TakingOptions,
): Promise<EarlierAnswers> {
  const rows = await recordedRows(run, signal);
  const problems = problemsWith(rows, run, task.trainProblems);
  const { answers, tooLong } = await answersTo(problems, rows, run, { ...task, signal });
  const count = [...answers.values()].reduce((sum, { length }) => sum + length, 0);
  requireSame(run, count, config, resume?.run);
  if (count === 0) throw refused(run, "has no right answer that can be learnt from");
  const solved = problems.filter(({ id }) => answers.has(id));
  const { env, name } = task.trainProblems;
  const others = tooLong === 0 ? "" : `; ${tooLong} too long for the context are left out`;
  return {
    count,
    of: ({ id }) => answers.get(id) ?? [],
    problems: createProblemSet(sourceOf(solved), { env, name }),
    notice: `learning from ${counted(count, "different right answer")} of ${run.path}, to ${solved.length} of the ` +
      `${counted(rows.asked.size, "problem")} that it was asked${others}`,
  };
}

function refused({ path }: Pick<Run, "path">, why: string): ConfigError {
  return new ConfigError([`rollouts_from=${path}: it ${why}`]);
}

/** Of the problems of this run those that the earlier one was asked and has answered. */
function problemsWith({ right, asked }: RecordedRows, run: Run, problems: ProblemSet): Problem[] {
  const found: Problem[] = [];
  let known = 0;
  for (let start = 0; start < problems.length; start += IDS_AT_ONCE) {
    problems.slice(start, start + IDS_AT_ONCE).ids().forEach((id, i) => {
      known += Number(asked.has(id));
      const [first] = right.get(id) ?? [];
      if (first === undefined) return;
      const problem = problems[start + i] as Problem;
      if (problem.question !== first.question) throw otherQuestion(run, problem, first);
      found.push(problem);
    });
  }
  if (known > 0 || asked.size === 0) return found;
  const { config: { env, seed }, facts } = run;
  const had = facts.problems === undefined ? env : problemsText(facts.problems.train);
  throw refused(
    run,
    `was on other problems: none of the ${asked.size} it was asked is among the ${problems.length} of this one; it had ` +
      `${had} (seed=${seed}); take the same problems, where they are made by a seed with the same seed`,
  );
}

function otherQuestion(run: Run, { id, question }: Problem, row: RecordedRow): ConfigError {
  const [was, is] = [row.question, question].map((text) => inspected(clipLine(text, 80)));
  return refused(run, `was on other problems: ${clipLine(id, 80)} was ${was}, and is ${is}`);
}

/** The answers as this run would have given them, by problem id. */
async function answersTo(
  problems: readonly Problem[],
  { right }: RecordedRows,
  run: Run,
  { policy, environment, signal }: Pick<Task, "policy" | "environment"> & { readonly signal: AbortSignal | undefined },
): Promise<{ readonly answers: ReadonlyMap<string, readonly Rollout[]>; readonly tooLong: number }> {
  const asked = problems.flatMap((problem) => {
    const prompt = environment.prompt(problem);
    return (right.get(problem.id) ?? []).map((row) => ({ prompt, row }));
  });
  for (const { row, prompt } of asked) requireOwnTokens(row, prompt, run, policy.chat);
  // The last token is predicted, and not read.
  const fitting = asked.filter(({ prompt, row }) =>
    prompt.tokens.length + row.tokens.length - 1 <= policy.contextLength
  );
  const answers = new Map<string, Rollout[]>();
  for (let start = 0; start < fitting.length; start += GRADED_AT_ONCE) {
    const some = fitting.slice(start, start + GRADED_AT_ONCE).map(({ prompt, row: { tokens, logprobs } }) => ({
      ...{ prompt, completion: { tokens, logprobs, stopReason: "stop" as const } },
    }));
    for (const rollout of (await environment.grade(some, { signal })).filter(isExpert)) {
      const { id } = rollout.problem;
      answers.set(id, [...answers.get(id) ?? [], rollout]);
    }
  }
  return { answers, tooLong: asked.length - fitting.length };
}

/** Tokens of another tokenizer say something else, or nothing, in this model's. */
function requireOwnTokens(
  { tokens, text }: RecordedRow,
  prompt: Prompt,
  run: Run,
  chat: Task["policy"]["chat"],
): void {
  const says = (what: string) =>
    refused(
      run,
      `has the answers of another tokenizer: ${what}; take a run of the same model (it was ${run.config.model_name})`,
    );
  const unknown = tokens.find((id) => id >= chat.vocabSize);
  if (unknown !== undefined) throw says(`token ${unknown} is outside this model's vocabulary of ${chat.vocabSize}`);
  if (!chat.stopTokens.includes(tokens.at(-1) as number)) {
    throw says(
      `an answer to ${clipLine(prompt.problem.id, 80)} ends with token ${tokens.at(-1)}, which ends none here`,
    );
  }
  const read = chat.parseResponse(tokens, "stop", { prompt: prompt.tokens }).text;
  if (read === text) return;
  const [was, is] = [text, read].map((some) => inspected(clipLine(some, 60)));
  throw says(`an answer to ${clipLine(prompt.problem.id, 80)} was ${was}, and reads ${is}`);
}

/** A run that goes on has to learn from what it began with, unless it is told to take another's answers. */
function requireSame(run: Run, count: number, { rollouts_from }: TrainConfig, resumed: Run | undefined): void {
  if (resumed === undefined || resumed.config.rollouts_from !== rollouts_from) return;
  const before = resumed.series("expert/answers").at(-1)?.value;
  if (before === undefined || before === count) return;
  throw refused(
    run,
    `has changed since ${resumed.path} began: it had ${before} different right answers, and now has ${count}; put it ` +
      "back, or start another run with load_checkpoint_path",
  );
}
