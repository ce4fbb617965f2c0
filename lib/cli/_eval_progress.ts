/**
 * An evaluation in the terminal while it runs: a bar, what a server makes it wait for, and Ctrl-C, which ends it at once.
 * Where nobody watches, only waiting that lasts is told.
 */
import type { TrainConfig } from "../config/mod.ts";
import { createEnvironment } from "../environment/mod.ts";
import { gradingOf } from "../launch/mod.ts";
import type { SamplingPolicy } from "../policy/mod.ts";
import { evaluatePolicy, systemTicker, type Ticker, waitingText } from "../training/mod.ts";
import type { Problems, PromptTemplate } from "../vocabulary.ts";
import { listenForInterrupt } from "./_interrupt.ts";
import type { CliIo } from "./_io.ts";
import { liveLines } from "./_live.ts";
import type { NamedEvaluation } from "./_summary.ts";
import { bar, duration, oneLine } from "./_text.ts";

const TICK_MS = 1000;
/** A pause shorter than this is no news for a log file. */
const NEWS_SECONDS = 10;

/** What is evaluated. */
export interface EvaluateAllArgs {
  readonly config: TrainConfig;
  readonly policy: SamplingPolicy;
  readonly templates: readonly PromptTemplate[];
  readonly problems: Problems;
  readonly io: CliIo;
  /** Looks at what the policy waits for. */
  readonly ticker?: Ticker;
}

/** Evaluates each template in turn. @returns nothing when it was stopped */
export async function evaluateAll(
  { config, policy, templates, problems, io, ticker = systemTicker }: EvaluateAllArgs,
): Promise<NamedEvaluation[] | undefined> {
  const live = liveLines(io);
  const interrupt = listenForInterrupt(io, () => {}, () => live.clear());
  const waiting = waitingLine(policy, io, (line) => io.err(`${line}\n`));
  const { signal } = interrupt;
  const results: NamedEvaluation[] = [];
  let progress = "";
  const show = () => live.show([progress, ...waiting()]);
  const stopTicking = policy.waiting === undefined ? () => {} : ticker(show, TICK_MS);
  try {
    for (const template of templates) {
      const environment = createEnvironment({ template, chat: policy.chat, ...gradingOf(config) });
      const onProgress = (done: number, total: number) => {
        progress = `${bar(done / total, 30)}  ${done}/${total}  ${oneLine(template.name, 60)}`;
        show();
      };
      const evaluation = await evaluatePolicy({ config, policy, environment, problems, signal, onProgress })
        .finally(() => environment.close());
      results.push({ name: template.name, evaluation });
    }
    return results;
  } catch (error) {
    if (!signal.aborted) throw error;
    return undefined;
  } finally {
    stopTicking();
    interrupt.close();
    live.clear();
  }
}

/** The line about waiting, if there is something to wait for. @param tell takes what is worth a line that stays */
function waitingLine(policy: SamplingPolicy, io: CliIo, tell: (line: string) => void): () => string[] {
  let state = "active";
  let since = io.now();
  let told = false;
  return () => {
    const waiting = policy.waiting?.();
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
