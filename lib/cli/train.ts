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
import { memoryText, openPolicy } from "../policy/mod.ts";
import { type Run, type RunRecorder, settleRun } from "../runs/mod.ts";
import { resumeCommand, WITH_NPX } from "./_commands.ts";
import { launchAsPlanned, takeDetach } from "./_detach.ts";
import { completeText, ending } from "./_ending.ts";
import { listenForInterrupt } from "./_interrupt.ts";
import { type CliIo, reportError, runCommand, systemIo, tinkerEnvironment, UsageError } from "./_io.ts";
import { ServerMessages } from "./_server_messages.ts";
import { showOpening } from "./_opening.ts";
import { createReporter } from "./_terminal.ts";
import { oneLine } from "./_text.ts";

const HELP =
  `Trains a model on mathematics with GRPO, or with method=expert_iteration by imitating its own right answers:

  deno task train key=value ...
  deno task train gsm8k step_by_step [model] [key=value ...]
  deno task train --detach key=value ...    in the background: it outlives this terminal

A run can be stopped with Ctrl-C; the same command goes on with it, and so does: deno task resume <run>
Keys, with their defaults on the embedded engine:

`;

/** Trains. @returns the exit code: 0 also for a run that was stopped in good order */
export function main(args: readonly string[], io: CliIo = systemIo(), open: OpenPolicy = openPolicy): Promise<number> {
  return runCommand(io, async () => {
    const { rest, detach } = takeDetach(args);
    const parsed = parseKeyValues(rest);
    if (parsed.help) {
      io.out(`${HELP}${referenceTable()}\n`);
      return 0;
    }
    return await trainAsSaid(parsed, io, detach ? "detached" : open);
  });
}

/** Trains what a command line says, here or in a process of its own. @returns the exit code */
export async function trainAsSaid(parsed: PlanInput, io: CliIo, open: OpenPolicy | "detached"): Promise<number> {
  const ask = io.ask === null ? undefined : (path: string, state: string) => askAbout(path, state, io);
  const plan = await planRun(parsed, { environment: tinkerEnvironment(io), ask, now: io.now() });
  for (const notice of plan.notices) io.out(`${notice}\n`);
  const { action, config: { log_path, behavior_if_log_dir_exists: behavior } } = plan;
  if (action === "create" && behavior === "resume") {
    io.out(`There is no run in ${oneLine(log_path)} to resume: a new one begins.\n`);
  }
  if (open === "detached") return await launchAsPlanned(plan, parsed, io);
  const { task, recorder, messages } = await showOpening(
    io,
    plan.config,
    (opening, io) => openReady(plan, open, { opening, messages: new ServerMessages(io) }),
  );
  try {
    if (recorder === undefined) {
      io.out(completeText(plan.config.log_path, plan.resume?.from.step ?? 0, totalSteps(plan, task)));
      return 0;
    }
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
  const memory = memoryText(task.policy);
  if (memory !== undefined) reporter.line(memory);
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

if (import.meta.main) Deno.exit(await main(Deno.args));
