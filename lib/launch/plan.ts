/** Which run is meant: a new one, the old one deleted, or the old one continued. Looks, and touches nothing. */
import { counted, oneLine } from "../basics/mod.ts";
import {
  ConfigError,
  type ParsedArguments,
  requireTrainable,
  resolveConfig,
  type ResolvedConfig,
  type ResolveOptions,
  type TinkerEnvironment,
  type TrainConfig,
  withReplaced,
} from "../config/mod.ts";
import { requireServerConsent } from "../policy/mod.ts";
import {
  changedKeys,
  decideLogFolder,
  findResumePoint,
  inspectLogFolder,
  type LogFolder,
  type LogFolderAction,
  openRun,
  requireDeletable,
  type ResumePoint,
  type Run,
  RunFolderError,
} from "../runs/mod.ts";
import { changesOf, INSTEAD, refuseChanges } from "./changes.ts";
import { withPlace } from "./problem_place.ts";
import { refuseOtherSource } from "./same_problems.ts";

/** What will be trained, and where it will be recorded. Nothing has been touched yet. */
export interface Plan extends ResolvedConfig {
  /** What happens to the log folder. */
  readonly action: LogFolderAction;
  /** With `resume`: the run as it is now, the point it goes on from, and what there is to say of that, in sentences. */
  readonly resume?: { readonly run: Run; readonly from: ResumePoint; readonly notices: readonly string[] };
}

/** What a plan depends on besides the configuration. */
export interface PlanOptions {
  /** The environment variables that decide about the backend. */
  readonly environment: TinkerEnvironment;
  /** Asks a person what to do with a run that is there, in state `state`; absent: there is nobody to ask. */
  readonly ask?: ((path: string, state: string) => "delete" | "resume") | undefined;
  /** Name of the reward function that is given; absent: the reward is the recipe's. */
  readonly reward?: string | undefined;
  /** Problems are given: `env` only names them. */
  readonly problemsGiven?: boolean | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A command line, or the same from a program. */
export type PlanInput = Pick<ParsedArguments, "input" | "sources" | "problems">;

/**
 * Decides what training will do.
 * @throws {ConfigError} when the configuration cannot run
 * @throws {LogFolderError} when the log folder may not be used
 */
export async function planRun(
  parsed: PlanInput,
  { environment, ask, reward, problemsGiven = false, now }: PlanOptions,
): Promise<Plan> {
  const options = { environment, from: parsed, problemsGiven };
  const place = placeOf(parsed, options);
  requireTrainable(place);
  const { log_path, behavior_if_log_dir_exists: behavior } = place;
  const folder = await inspectLogFolder(log_path, now);
  const goesOn = behavior === "ask" ? await sameUnfinished(folder, parsed, options, { reward, now }) : undefined;
  // Mistakes come first; but what a run is to go on with cannot be judged without the run.
  const mayResume = goesOn !== undefined || (folder.kind === "run" && (behavior === "resume" || behavior === "ask"));
  const asked = mayResume ? undefined : resolveConfig(parsed.input, options);
  const decided = decideLogFolder(folder, goesOn === undefined ? behavior : "resume", ask !== undefined);
  const state = folder.kind === "run" ? folder.state : "";
  // "ask" is decided only where there is somebody to ask.
  const action = decided === "ask" ? (ask as NonNullable<typeof ask>)(log_path, state) : decided;
  if (action === "resume") {
    const { resolved, run, from } = await resumption(log_path, parsed, options, now);
    refuseOtherReward(run, reward);
    const notices = resumeNotices(goesOn, run, resolved);
    return { ...resolved, notices: [...resolved.notices, ...notices], resume: { run, from, notices }, action };
  }
  if (action === "delete") await requireDeletable(log_path);
  return { ...asked ?? resolveConfig(parsed.input, options), action };
}

/** The folder and what to do if it holds a run: all that matters before it is known whether there is one. */
function placeOf({ input }: PlanInput, options: ResolveOptions): TrainConfig {
  try {
    return resolveConfig(input, { ...options, partial: true }).config;
  } catch (error) {
    // Everything that is wrong in one message, unless a run will answer for what is left out.
    if (input.behavior_if_log_dir_exists !== "resume") resolveConfig(input, options);
    throw error;
  }
}

/** The unfinished run of a folder, if the command is the one that it was started or last resumed with. */
async function sameUnfinished(
  folder: LogFolder,
  { input }: PlanInput,
  options: ResolveOptions & { readonly problemsGiven: boolean },
  { reward, now }: Pick<PlanOptions, "reward" | "now">,
): Promise<Run | undefined> {
  if (folder.kind !== "run" || folder.live || folder.state === "finished") return undefined;
  try {
    const run = await openRun(folder.path, { now });
    const { config: before, facts: { problems, reward: rewarded } } = run;
    const asked = resolveConfig(input, options).config;
    const isSame = Object.keys(changedKeys(before, { ...asked, log_path: before.log_path })).length === 0;
    const isToldSame = rewarded === reward && (problems?.given === true) === options.problemsGiven;
    return isSame && isToldSame ? run : undefined;
  } catch (error) {
    // What is wrong with the command, or with the folder, is said by whoever is asked what to do with it.
    if (error instanceof ConfigError || error instanceof RunFolderError || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

/** That a run goes on although nobody said so, and with what other settings. */
function resumeNotices(goesOn: Run | undefined, { path, config }: Run, { config: after }: ResolvedConfig): string[] {
  const changes = [...changesOf(config, after).values()];
  const steps = counted(goesOn?.status?.steps_done ?? 0, "step");
  return [
    ...(goesOn === undefined ? [] : [
      `${oneLine(path)} holds this very run, ${goesOn.state} after ${steps}: it goes on ` +
      "(behavior_if_log_dir_exists=delete starts over).",
    ]),
    ...(changes.length === 0 ? [] : [`The run goes on with other settings than before: ${changes.join(", ")}.`]),
  ];
}

/** What is not said is as it was, the backend included. */
async function resumption(
  log_path: string,
  { input }: PlanInput,
  options: ResolveOptions & { readonly problemsGiven: boolean },
  now: number,
): Promise<{ readonly resolved: ResolvedConfig; readonly run: Run; readonly from: ResumePoint }> {
  const run = await openRun(log_path, { now });
  refuseOtherSource(run, options.problemsGiven);
  const said = Object.entries(input).filter(([key, value]) =>
    value !== undefined && !(key === "backend" && value === "auto")
  );
  // What was allowed once is not allowed for ever.
  const asDefault = { behavior_if_log_dir_exists: "ask", resume_changes: "refuse" } as const;
  const before = { ...withPlace(run.config, input.env), ...asDefault };
  const resolved = resolveConfig({ ...withReplaced(before, Object.fromEntries(said)), log_path }, options);
  refuseChanges(run, resolved.config);
  const { environment } = options;
  requireServerConsent(resolved.config, { folder: log_path, asked: input.base_url, environment });
  return { resolved, run, from: await findResumePoint(log_path) };
}

/** What a reward function without a name of its own is recorded as. */
const NAMELESS = "custom";

/** A run is paid one way from its first step to its last. Of the function only the name is recorded, if it has one. */
function refuseOtherReward({ path, facts: { reward: before } }: Run, reward: string | undefined): void {
  if (before === reward) return;
  if (before !== undefined && reward !== undefined && (before === NAMELESS || reward === NAMELESS)) return;
  const was = oneLine(before ?? "", 80);
  if (before === undefined) {
    throw new ConfigError([
      `cannot resume ${path} with the reward function ${reward}: it was trained with the recipe's reward; leave reward ` +
      `out, ${INSTEAD}`,
    ]);
  }
  if (reward !== undefined) {
    throw new ConfigError([
      `cannot resume ${path} with the reward function ${reward}: it was trained with ${was}; give that one, under its ` +
      `name, as in trainGRPO({ ... }, { reward: ${was} }), ${INSTEAD}`,
    ]);
  }
  const name = before === NAMELESS ? "" : ` ${was}`;
  throw new ConfigError([
    `cannot resume ${path} without its reward function${name}: only its name is recorded; give it again, as in ` +
    `trainGRPO({ ... }, { reward:${name || " ..."} }), ${INSTEAD}`,
  ]);
}
