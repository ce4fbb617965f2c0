/** Which run is meant: a new one, the old one deleted, or the old one continued. Looks, and touches nothing. */
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

/** What will be trained, and where it will be recorded. Nothing has been touched yet. */
export interface Plan extends ResolvedConfig {
  /** What happens to the log folder. */
  readonly action: LogFolderAction;
  /** With `resume`: the run as it is now and the point it goes on from. */
  readonly resume?: { readonly run: Run; readonly from: ResumePoint };
}

/** What a plan depends on besides the configuration. */
export interface PlanOptions {
  /** The environment variables that decide about the backend. */
  readonly environment: TinkerEnvironment;
  /** Asks a person what to do with a run that is there, in state `state`; absent: there is nobody to ask. */
  readonly ask?: ((path: string, state: string) => "delete" | "resume") | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Keys that a checkpoint depends on: changed, it could not be loaded. */
const FIXED = ["backend", "model_name", "lora_rank"] as const;

/**
 * Decides what training will do.
 * @throws {ConfigError} when the configuration cannot run
 * @throws {LogFolderError} when the log folder may not be used
 */
export async function planRun(
  parsed: Pick<ParsedArguments, "input" | "sources" | "problems">,
  { environment, ask, now }: PlanOptions,
): Promise<Plan> {
  const asked = resolveConfig(parsed.input, { environment, from: parsed });
  const { log_path, behavior_if_log_dir_exists: behavior } = asked.config;
  const folder = await inspectLogFolder(log_path, now);
  const decided = decideLogFolder(folder, behavior, ask !== undefined);
  const state = folder.kind === "run" ? folder.state : "";
  // "ask" is decided only where there is somebody to ask.
  const action = decided === "ask" ? (ask as NonNullable<typeof ask>)(log_path, state) : decided;
  if (action !== "resume") return { ...asked, action };

  const run = await openRun(log_path, { now });
  // What the command line does not say is as it was.
  const input = { ...run.config, behavior_if_log_dir_exists: "ask" as const, ...parsed.input, log_path };
  const resolved = resolveConfig(input, { environment, from: parsed });
  refuseOther(run.config, resolved.config);
  return { ...resolved, action, resume: { run, from: await findResumePoint(log_path) } };
}

function refuseOther(before: TrainConfig, after: TrainConfig): void {
  const problems = FIXED.filter((key) => before[key] !== after[key]).map((key) =>
    `cannot resume ${after.log_path} with ${key}=${after[key]}: its checkpoints are of ${key}=${before[key]}; ` +
    `leave ${key} out, or start another run with load_checkpoint_path`
  );
  if (problems.length > 0) throw new ConfigError(problems);
}
