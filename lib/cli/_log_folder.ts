/** Which run a training command works on: a new one, the old one deleted, or the old one continued. */
import {
  ConfigError,
  type ParsedArguments,
  resolveConfig,
  type ResolvedConfig,
  type TinkerEnvironment,
  type TrainConfig,
} from "../config/mod.ts";
import {
  decideLogFolder,
  findResumePoint,
  inspectLogFolder,
  type LogFolderAction,
  openRun,
  type ResumePoint,
  type Run,
} from "../runs/mod.ts";
import { type CliIo, UsageError } from "./_io.ts";

/** What will be trained, and where it will be recorded. Nothing has been touched yet. */
export interface Plan extends ResolvedConfig {
  readonly action: LogFolderAction;
  /** With `resume`: the run as it is now and the point it goes on from. */
  readonly resume?: { readonly run: Run; readonly from: ResumePoint };
}

/** Keys that a checkpoint depends on: changed, it could not be loaded. */
const FIXED = ["backend", "model_name", "lora_rank"] as const;

/**
 * Decides what a training command will do.
 * @throws {ConfigError} when the configuration cannot run
 * @throws {LogFolderError} when the log folder may not be used
 */
export async function planRun(parsed: ParsedArguments, io: CliIo): Promise<Plan> {
  const environment = tinkerEnvironment(io);
  const asked = resolveConfig(parsed.input, { environment, from: parsed });
  const { log_path, behavior_if_log_dir_exists: behavior } = asked.config;
  const folder = await inspectLogFolder(log_path, io.now());
  let action = decideLogFolder(folder, behavior, io.ask !== null);
  if (action === "ask") action = askAbout(log_path, folder.kind === "run" ? folder.state : "", io);
  if (action !== "resume") return { ...asked, action };

  const run = await openRun(log_path, { now: io.now() });
  // What the command line does not say is as it was.
  const input = { ...run.config, behavior_if_log_dir_exists: "ask" as const, ...parsed.input, log_path };
  const resolved = resolveConfig(input, { environment, from: parsed });
  refuseOther(run.config, resolved.config);
  return { ...resolved, action, resume: { run, from: await findResumePoint(log_path) } };
}

/** The environment variables that decide about the backend. */
export function tinkerEnvironment(io: CliIo): TinkerEnvironment {
  return { TINKER_API_KEY: io.env("TINKER_API_KEY"), TINKER_BASE_URL: io.env("TINKER_BASE_URL") };
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

function refuseOther(before: TrainConfig, after: TrainConfig): void {
  const problems = FIXED.filter((key) => before[key] !== after[key]).map((key) =>
    `cannot resume ${after.log_path} with ${key}=${after[key]}: its checkpoints are of ${key}=${before[key]}; ` +
    `leave ${key} out, or start another run with load_checkpoint_path`
  );
  if (problems.length > 0) throw new ConfigError(problems);
}
