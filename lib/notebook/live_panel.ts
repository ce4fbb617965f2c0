/**
 * A run in the notebook while it trains: one of the consumers of the event stream. One display in the cell that started
 * it, updated in place; its last state stays in the saved notebook.
 */
import type { TrainConfig } from "../config/mod.ts";
import type { Watchers } from "../launch/mod.ts";
import { type PanelOptions, showPanel } from "./_panel_display.ts";
import { requirePanelOptions } from "./_options.ts";
import { panelFacts } from "./_panel_facts.ts";
import {
  afterDownload,
  afterError,
  afterEvent,
  afterLeaving,
  afterMessage,
  afterNotice,
  afterProgress,
  afterReturn,
  afterStop,
  afterWaiting,
  newPanel,
} from "./_panel_state.ts";

export type { PanelOptions };

/** A panel that is shown. Exactly one of `close`, `fail` and `leave` has to be called at the end, and awaited in its cell. */
export interface LivePanel {
  /** Those who tell it what happens; hand them to the run. */
  readonly watchers: Watchers;
  /** Says what is trained, by which reward function, if any, and whether the problems are given to the call. */
  opens(config: TrainConfig, reward?: string, problemsGiven?: boolean): void;
  /** Says that the run was asked to stop. */
  stops(): void;
  /** Says in a line why the run does not learn; undefined: nothing is wrong with it. */
  diagnoses(line: string | undefined): void;
  /** The run came back: shows its end, and leaves no timer. */
  close(): Promise<void>;
  /** The run threw: shows that, and leaves no timer. */
  fail(error: unknown): Promise<void>;
  /** Nobody waits for the run any more: shows that, and leaves no timer. */
  leave(): Promise<void>;
}

/**
 * Shows a panel in the cell that is running: progress, what the server makes the run wait for, the course of its numbers, a
 * sample of what the model writes, what it costs, how it ended and how to go on. It is updated four times a second at most,
 * and takes no more than a hundredth of the time. `trainGRPO` makes one by itself.
 * @throws {TypeError} when the options are no object
 * @throws {ConfigError} naming every option that there is not, or that is of another kind
 */
export function livePanel(options: PanelOptions = {}): LivePanel {
  requirePanelOptions("livePanel", options);
  const { become, end } = showPanel(newPanel, panelFacts, options);
  return {
    watchers: {
      onEvent: (event) => become((state, now) => afterEvent(state, event, now)),
      onProgress: (progress) => become((state) => afterProgress(state, progress)),
      onWaiting: (waiting) => become((state, now) => afterWaiting(state, waiting, now)),
      onMessage: (message) => become((state) => afterMessage(state, message)),
      onDownload: (progress) => become((state) => afterDownload(state, progress)),
      onNotice: (line) => become((state) => afterNotice(state, line)),
    },
    opens: (config, reward, problemsGiven = false) =>
      become((state) => ({
        ...{ ...state, config },
        ...(reward !== undefined && { reward }),
        ...(problemsGiven && { problemsGiven }),
      })),
    stops: () => become(afterStop),
    diagnoses: (diagnosis) => become((state) => ({ ...state, diagnosis })),
    close: () => end(afterReturn),
    fail: (error) => end((state, now) => afterError(state, error, now)),
    leave: () => end(afterLeaving),
  };
}
