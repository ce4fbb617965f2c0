/**
 * Where a run is logged to besides its folder, as its configuration says: Weights & Biases (`wandb_project`) and
 * TensorBoard (`tensorboard`). Trackers follow the events and read the folder; whatever goes wrong with one of them is a
 * notice, and training knows nothing of it.
 */
import { type Clock, oneLine, type ReadEnv, readEnv, SYSTEM_CLOCK } from "../basics/mod.ts";
import type { TrainConfig } from "../config/mod.ts";
import type { TrainEvent } from "../training/mod.ts";
import type { Tracker } from "./_tracker.ts";
import { TensorBoardTracker } from "./tensorboard/tensorboard.ts";
import { openWandb } from "./wandb/open.ts";
import type { WandbPace } from "./wandb/wandb.ts";

/** What trackers take from outside; by default the machine's own. */
export interface TrackerOptions {
  /** Told what a person should know, one line at a time; it goes to the terminal and the log. */
  readonly onNotice?: ((line: string) => void) | undefined;
  /** Reads a variable of the environment. */
  readonly env?: ReadEnv | undefined;
  /** Makes requests. */
  readonly fetch?: typeof fetch | undefined;
  /** The time. */
  readonly clock?: Clock | undefined;
  /** How often Weights & Biases is sent to, and how long it may take. */
  readonly pace?: Partial<WandbPace> | undefined;
}

/** The trackers of one run. */
export interface Trackers {
  /** Takes an event that the run folder has already. Never throws, and waits for nothing but the disk. */
  onEvent(event: TrainEvent): void;
  /** Ends them within a few seconds; the run folder keeps what was not sent. Never throws. */
  close(): Promise<void>;
  /** What has been said so far. */
  readonly notices: readonly string[];
}

/** Opens the trackers that a configuration asks for. Never throws: what cannot be opened is a notice. @param run the run folder, which is written already */
export async function openTrackers(
  config: Pick<TrainConfig, "wandb_project" | "wandb_name" | "tensorboard">,
  run: string,
  options: TrackerOptions = {},
): Promise<Trackers> {
  const { env = readEnv, fetch = globalThis.fetch, clock = SYSTEM_CLOCK, pace } = options;
  const notices: string[] = [];
  const onNotice = (line: string) => {
    notices.push(line);
    try {
      options.onNotice?.(line);
    } catch {
      // Said between two events, where nobody could take the error: it would end the process.
    }
  };
  const trouble = (name: string, error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    onNotice(`${name}: nothing more is logged there: ${oneLine(why, 300)}`);
  };
  const trackers = new Set<Tracker>();
  if (config.tensorboard) trackers.add(new TensorBoardTracker(run, clock.now));
  try {
    const wandb = await openWandb(config, run, { env, fetch, clock, pace, onNotice });
    if (wandb !== undefined) trackers.add(wandb);
  } catch (error) {
    trouble("Weights & Biases", error);
  }
  return { notices, ...whoFollow(trackers, trouble) };
}

/** Each tracker on its own: one that fails is ended, and the others go on. */
function whoFollow(
  trackers: Set<Tracker>,
  trouble: (name: string, error: unknown) => void,
): Pick<Trackers, "onEvent" | "close"> {
  const end = async (tracker: Tracker) => {
    trackers.delete(tracker);
    await tracker.close().catch(() => {});
  };
  return {
    onEvent(event) {
      for (const tracker of [...trackers]) {
        try {
          tracker.onEvent(event);
        } catch (error) {
          trouble(tracker.name, error);
          void end(tracker);
        }
      }
    },
    async close() {
      await Promise.all([...trackers].map(end));
    },
  };
}
