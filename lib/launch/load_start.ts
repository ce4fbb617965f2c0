/** The weights that a run starts from, also where a server has let some of its checkpoints go. */
import { untilAborted } from "../basics/mod.ts";
import { type OpeningOptions, tellWaiting, type TrainablePolicy } from "../policy/mod.ts";
import { findResumePoint } from "../runs/mod.ts";
import type { Plan } from "./plan.ts";
import type { Task } from "./task.ts";

/** What was loaded for resuming, and what could not be. */
export interface LoadedStart {
  /** State path of the checkpoint that the run goes on from; absent: it starts at its first step. */
  readonly loaded?: string;
  /** State paths of later checkpoints that the server no longer has. */
  readonly gone: readonly string[];
}

/**
 * Loads the weights to start from. Where a server says that a checkpoint is gone, the one before it is taken.
 * @throws {LogFolderError} when none of the run's checkpoints is left
 * @throws the signal's reason, when it was aborted
 */
export async function loadStart(
  { config, resume }: Plan,
  { policy }: Pick<Task, "policy">,
  opening: OpeningOptions,
): Promise<LoadedStart> {
  const gone: string[] = [];
  let checkpoint = resume?.from.checkpoint;
  while (checkpoint !== undefined) {
    const { state_path } = checkpoint;
    try {
      await load(policy, state_path, true, opening);
      return { loaded: state_path, gone };
    } catch (error) {
      if (!isGone(error, state_path)) throw error;
      gone.push(state_path);
      ({ checkpoint } = await findResumePoint(config.log_path, gone));
    }
  }
  const { load_checkpoint_path: path } = config;
  if (path !== null) await load(policy, path, false, opening);
  return { gone };
}

/** Loads; whoever waits is told what a server waits for, and can leave. */
async function load(
  policy: TrainablePolicy,
  path: string,
  optimizer: boolean,
  { signal, onWaiting }: OpeningOptions,
): Promise<void> {
  const loading = policy.loadState(path, { optimizer });
  // What is loaded on this machine is soon there, and is not to be closed in the middle.
  const left = policy.waiting === undefined ? loading : untilAborted(loading, signal);
  await tellWaiting(() => left, () => policy.waiting?.(), { onWaiting });
  signal?.throwIfAborted();
}

/** Whether a server said that it does not have a checkpoint, as opposed to not answering or refusing the key. */
function isGone(error: unknown, path: string): boolean {
  if (!path.includes("://") || !(error instanceof Error)) return false;
  const { status } = error as Error & { readonly status?: unknown };
  if (typeof status !== "number") return false;
  return status === 404 || status === 410 || /not found|does not exist|no such|expired/i.test(error.message);
}
