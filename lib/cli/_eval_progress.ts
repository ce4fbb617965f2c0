/**
 * An evaluation in the terminal while it runs: a bar, what a server makes it wait for, and Ctrl-C, which ends it at once.
 * Where nobody watches, only waiting that lasts is told.
 */
import { counted } from "../basics/mod.ts";
import { type EvaluationResult, type EvaluationTask, runEvaluation } from "../launch/mod.ts";
import type { SamplingPolicy } from "../policy/mod.ts";
import { systemTicker, type Ticker, waitingText } from "../training/mod.ts";
import { listenForInterrupt } from "./_interrupt.ts";
import type { CliIo } from "./_io.ts";
import { liveLines } from "./_live.ts";
import { bar, duration, oneLine } from "./_text.ts";

const TICK_MS = 1000;
/** A pause shorter than this is no news for a log file. */
const NEWS_SECONDS = 10;

/** An evaluation, and where it is recorded. */
export interface PlannedEvaluation {
  readonly task: EvaluationTask;
  /** Absent: nowhere. */
  readonly folder?: string | undefined;
}

/** What is evaluated. */
export interface EvaluateAllArgs {
  /** One a template. */
  readonly planned: readonly PlannedEvaluation[];
  /** What is open already, and tells what it waits for. */
  readonly policy: SamplingPolicy | undefined;
  /** Opens it, where it is needed after all. */
  readonly open?: (() => Promise<SamplingPolicy>) | undefined;
  /** Goes on without a record where none can be written. */
  readonly mayLackRecord?: boolean | undefined;
  /** Asks everything again. */
  readonly fresh?: boolean | undefined;
  readonly io: CliIo;
  /** Looks at what the policy waits for. */
  readonly ticker?: Ticker;
}

/** What came of one template. */
export interface RecordedEvaluation {
  readonly name: string;
  readonly evaluation: EvaluationResult;
}

/** That Ctrl-C ended it. */
export interface Stopped {
  /** What is kept of it, in words; undefined: nothing. */
  readonly kept: string | undefined;
}

/** Evaluates each template in turn. */
export async function evaluateAll(
  { planned, policy, open, mayLackRecord, fresh, io, ticker = systemTicker }: EvaluateAllArgs,
): Promise<RecordedEvaluation[] | Stopped> {
  const live = liveLines(io);
  const interrupt = listenForInterrupt(io, () => {}, () => live.clear());
  const waiting = waitingLine(policy, io, (line) => io.err(`${line}\n`));
  const { signal } = interrupt;
  const results: RecordedEvaluation[] = [];
  let progress = "";
  let kept = 0;
  const show = () => live.show([progress, ...waiting()]);
  const stopTicking = policy?.waiting === undefined ? () => {} : ticker(show, TICK_MS);
  try {
    for (const { task, folder } of planned) {
      const { name } = task.template;
      const evaluation = await runEvaluation(task, {
        ...{ folder, mayLackRecord, fresh, signal },
        onStart: (notice) => {
          if (notice === undefined) return;
          live.clear();
          io.err(`${oneLine(notice, 1000)}\n`);
        },
        policy: () => policy === undefined && open !== undefined ? open() : Promise.resolve(policy as SamplingPolicy),
        onProgress: ({ done, total }) => {
          progress = `${bar(done / total, 30)}  ${done}/${total}  ${oneLine(name, 60)}`;
          show();
        },
        onKept: (problems) => kept += problems,
      });
      if (evaluation.record !== null) kept += evaluation.perProblem.length;
      results.push({ name, evaluation });
    }
    return results;
  } catch (error) {
    if (!signal.aborted) throw error;
    return { kept: keptText(planned, kept) };
  } finally {
    stopTicking();
    interrupt.close();
    live.clear();
  }
}

/** What is recorded of all templates together. */
function keptText(planned: readonly PlannedEvaluation[], kept: number): string | undefined {
  if (planned.every(({ folder }) => folder === undefined)) return undefined;
  const total = planned.reduce((sum, { task }) => sum + task.problems.length, 0);
  return `${kept.toLocaleString("en-US")} of ${counted(total, "problem")} ${total === 1 ? "is" : "are"} recorded`;
}

/** The line about waiting, if there is something to wait for. @param tell takes what is worth a line that stays */
function waitingLine(policy: SamplingPolicy | undefined, io: CliIo, tell: (line: string) => void): () => string[] {
  let state = "active";
  let since = io.now();
  let told = false;
  return () => {
    const waiting = policy?.waiting?.();
    if (waiting === undefined || waiting.state === "active") {
      state = "active";
      return [];
    }
    if (waiting.state !== state) [state, since, told] = [waiting.state, io.now(), false];
    const seconds = (io.now() - since) / 1000;
    const line = `waiting ${duration(seconds)}: ${oneLine(waitingText(waiting))}`;
    if (!io.isTerminal && !told && seconds >= NEWS_SECONDS) {
      told = true;
      tell(line);
    }
    return [line];
  };
}
