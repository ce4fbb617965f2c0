/**
 * `deno task train key=value ...`: trains a policy, records the run and shows it. Everything is checked before anything
 * is written; the log folder is touched last.
 */
import { parseKeyValues, referenceTable, type TrainConfig } from "../config/mod.ts";
import {
  closeTask,
  isComplete,
  type Opening,
  openPlan,
  type OpenPolicy,
  openRecorder,
  type Plan,
  type PlanInput,
  planRun,
  recordTraining,
  type Task,
  totalSteps,
} from "../launch/mod.ts";
import { isForeignServer, openPolicy } from "../policy/mod.ts";
import { openRun, type Run, type RunRecorder, settleRun } from "../runs/mod.ts";
import { dollars, type TrainEvent } from "../training/mod.ts";
import { listenForInterrupt } from "./_interrupt.ts";
import { type CliIo, reportError, runCommand, systemIo, tinkerEnvironment, UsageError } from "./_io.ts";
import { ServerMessages } from "./_server_messages.ts";
import { beforeAfterTable, evaluationsOf, KEYS } from "./_summary.ts";
import { showOpening } from "./_opening.ts";
import { createReporter } from "./_terminal.ts";
import { duration, oneLine } from "./_text.ts";

const HELP = `Trains a model on mathematics with GRPO:

  deno task train key=value ...
  deno task train gsm8k step_by_step [model] [key=value ...]

A run can be stopped with Ctrl-C; the same command goes on with it, and so does: deno task resume <run>
Keys, with their defaults on the embedded engine:

`;

/** For who has no Deno of their own; whether that is so cannot be told from here. */
const WITH_NPX = "(with npx: npx -y deno task ...)\n";

/** Trains. @returns the exit code: 0 also for a run that was stopped in good order */
export function main(args: readonly string[], io: CliIo = systemIo(), open: OpenPolicy = openPolicy): Promise<number> {
  return runCommand(io, async () => {
    const parsed = parseKeyValues(args);
    if (parsed.help) {
      io.out(`${HELP}${referenceTable()}\n`);
      return 0;
    }
    return await trainAsSaid(parsed, io, open);
  });
}

/** Trains what a command line says. @returns the exit code */
export async function trainAsSaid(parsed: PlanInput, io: CliIo, open: OpenPolicy): Promise<number> {
  const ask = io.ask === null ? undefined : (path: string, state: string) => askAbout(path, state, io);
  const plan = await planRun(parsed, { environment: tinkerEnvironment(io), ask, now: io.now() });
  for (const notice of plan.notices) io.out(`${notice}\n`);
  const { action, config: { log_path, behavior_if_log_dir_exists: behavior } } = plan;
  if (action === "create" && behavior === "resume") {
    io.out(`There is no run in ${oneLine(log_path)} to resume: a new one begins.\n`);
  }
  const { task, recorder, messages } = await showOpening(
    io,
    plan.config,
    (opening, io) => openReady(plan, open, { opening, messages: new ServerMessages(io) }),
  );
  try {
    if (recorder === undefined) return sayComplete(plan, totalSteps(plan, task), io);
    return await trainTask(plan, task, { recorder, messages }, io);
  } finally {
    await closeTask(task);
  }
}

/** A run that is ready to train; without a recorder where nothing is left to do. */
interface ReadyRun {
  readonly task: Task;
  readonly recorder: RunRecorder | undefined;
  readonly messages: ServerMessages;
}

async function openReady(
  plan: Plan,
  open: OpenPolicy,
  { opening, messages }: { readonly opening: Opening; readonly messages: ServerMessages },
): Promise<ReadyRun> {
  const watchers = { ...opening, onMessage: messages.onMessage };
  const task = await openPlan(plan, open, watchers);
  try {
    const { resume } = plan;
    const complete = resume !== undefined && isComplete(resume.from, totalSteps(plan, task));
    if (complete) await settleRun(plan.config.log_path);
    return { task, recorder: complete ? undefined : await openRecorder(plan, task, watchers), messages };
  } catch (error) {
    await closeTask(task);
    throw error;
  }
}

function sayComplete({ config, resume }: Plan, total: number, io: CliIo): number {
  const done = resume?.from.step ?? 0;
  const steps = done > total
    ? `${done} steps are done, more than the ${total} asked for`
    : `all ${total} steps are done`;
  io.out(`${oneLine(config.log_path)} is complete: ${steps}. `);
  io.out(`To go on, give a larger max_steps, for example max_steps=${done * 2}\n`);
  return 0;
}

/** Trains an opened run. */
async function trainTask(
  plan: Plan,
  task: Task,
  { recorder, messages }: { readonly recorder: RunRecorder; readonly messages: ServerMessages },
  io: CliIo,
): Promise<number> {
  const { config, resume } = plan;
  const total = totalSteps(plan, task);
  const log = (line: string) => void recorder.log(line).catch(() => {});
  const reporter = createReporter(io, log);
  messages.moveTo(reporter.line, log);
  reporter.line(startLine(config, recorder, total, resume?.run));
  // The recorder has logged it.
  for (const notice of task.notices ?? []) io.out(`${oneLine(notice, 500)}\n`);
  const notice = () => reporter.line("finishing: saving a checkpoint... (Ctrl-C again stops at once)");
  const interrupt = listenForInterrupt(io, notice, () => reporter.close());
  try {
    const done = await recordTraining(plan, task, recorder, {
      signal: interrupt.signal,
      onEvent: (event) => reporter.event(event),
      onProgress: (progress) => reporter.progress(progress),
      onNotice: (line) => reporter.show(oneLine(line, 500)),
    });
    reporter.close();
    await recorder.close();
    io.out(await ending(config.log_path, done, total));
    return 0;
  } catch (error) {
    reporter.close();
    await recorder.fail(error);
    reportError(io, error);
    if (recorder.canResume) {
      io.err(`to go on from the last checkpoint:\n  ${resumeCommand(config)}\n${WITH_NPX}`);
    }
    return 1;
  } finally {
    interrupt.close();
    await recorder.close();
  }
}

function startLine({ log_path, env }: TrainConfig, { from }: RunRecorder, total: number, run: Run | undefined): string {
  const path = oneLine(log_path);
  if (run === undefined) return `training on ${env} for ${total} steps; the run is recorded in ${path}`;
  const gone = (from.unusable ?? []).map(({ path, why }) => `; ${oneLine(path, 500)} of a later one is ${why}`).join(
    "",
  );
  if (from.checkpoint === undefined) return `${path} has no checkpoint yet: starting again at step 0 of ${total}`;
  return `resuming ${path} after ${from.step} of ${total} steps, from checkpoint ${
    oneLine(from.checkpoint.name)
  }${gone}`;
}

function askAbout(path: string, state: string, io: CliIo): "delete" | "resume" {
  for (let tries = 0; tries < 5; tries++) {
    const answer = io.ask?.(`${path} holds a run already (${state}). delete, resume or exit?`)?.trim().toLowerCase();
    if (answer === "delete" || answer === "resume") return answer;
    if (answer === undefined || answer === "exit") break;
    io.out(`please answer delete, resume or exit\n`);
  }
  throw new UsageError(`nothing was done: ${path} is as it was`);
}

/** What to say at the end, from the run folder: a resumed run began before this process did. */
async function ending(path: string, last: TrainEvent | undefined, total: number): Promise<string> {
  const run = await openRun(path);
  const name = oneLine(path);
  if (last?.type === "done" && last.reason !== "finished") {
    const { step, detail, limit, enough = 0 } = last;
    const why = detail === undefined ? "" : ` (${oneLine(detail, 500)})`;
    // Without more of what ran out it would end again at once.
    const more = limit === undefined ? "" : ` ${limit}=${Math.max((run.config[limit] ?? 0) * 2, enough)}`;
    const from = fromWhere(run, step);
    return `stopped after ${step} of ${total} steps${why}; to go on${from}:\n  ${
      resumeCommand(run.config)
    }${more}\n${WITH_NPX}`;
  }
  const seconds = run.series("time/total").reduce((sum, { value }) => sum + (value || 0), 0);
  const evaluations = evaluationsOf(run);
  const [first, final] = [evaluations[0], evaluations.at(-1)];
  const table = first !== undefined && final !== undefined && first !== final
    ? `\n${beforeAfterTable(first.metrics, final.metrics)}\n`
    : "";
  const cost = run.series(KEYS.cost).at(-1);
  const price = cost === undefined ? "" : ` for ${dollars(cost.value)}`;
  return `finished ${total} steps in ${
    duration(seconds)
  }${price}\n${table}\nrun folder: ${name}\nto see it:  deno task show ${quoted(path)}\n`;
}

/** Where a run goes on, when that is not where it stopped. */
function fromWhere({ checkpoints }: Run, step: number): string {
  const last = checkpoints.at(-1);
  if (last === undefined) return step === 0 ? "" : " from step 0, as there is no checkpoint";
  return last.step === step ? "" : ` from checkpoint ${oneLine(last.name)} after ${last.step} steps`;
}

/** The command that continues a run; everything else it needs is in the folder. */
export function resumeCommand(config: Pick<TrainConfig, "log_path" | "backend" | "base_url">): string {
  // A key goes to such a server only when it is named again.
  const server = isForeignServer(config) ? ` ${quoted(`base_url=${config.base_url}`)}` : "";
  return `deno task train ${quoted(`log_path=${config.log_path}`)} behavior_if_log_dir_exists=resume${server}`;
}

/** Text as one word of a shell. */
function quoted(text: string): string {
  return /^[\w./=:@%+,-]+$/.test(text) ? text : `'${oneLine(text, 4096).replaceAll("'", `'\\''`)}'`;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
