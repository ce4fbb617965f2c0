/**
 * A run in the notebook while it trains: one of the consumers of the event stream. One display in the cell that started
 * it, updated in place; its last state stays in the saved notebook.
 */
import { type Clock, SYSTEM_CLOCK } from "../basics/mod.ts";
import type { TrainConfig } from "../config/mod.ts";
import type { Watchers } from "../launch/mod.ts";
import { LiveDisplay } from "./_live_display.ts";
import { type Broadcast, kernelBroadcast } from "./kernel.ts";
import { panelFacts } from "./_panel_facts.ts";
import {
  afterError,
  afterEvent,
  afterMessage,
  afterProgress,
  afterReturn,
  afterWaiting,
  newPanel,
  type PanelState,
} from "./_panel_state.ts";
import { panelHtml, panelText } from "./_panel_view.ts";

/** Where a panel is shown, and what tells it the time. */
export interface PanelOptions {
  /** Sends it to the notebook. Default: the kernel's own; outside a notebook there is none, and nothing is shown. */
  readonly broadcast?: Broadcast | undefined;
  /** Paces it. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Unique in its notebook. Default: a random one. */
  readonly displayId?: string | undefined;
}

/** A panel that is shown. Exactly one of `close` and `fail` has to be called at the end, and awaited in its cell. */
export interface LivePanel {
  /** Those who tell it what happens; hand them to the run. */
  readonly watchers: Watchers;
  /** Says what is trained. */
  opens(config: TrainConfig): void;
  /** The run came back: shows its end, and leaves no timer. */
  close(): Promise<void>;
  /** The run threw: shows that, and leaves no timer. */
  fail(error: unknown): Promise<void>;
}

/**
 * Shows a panel in the cell that is running: progress, what the server makes the run wait for, the last numbers, what it
 * costs, how it ended and how to go on. It is updated four times a second at most. `trainGRPO` makes one by itself.
 */
export function livePanel(options: PanelOptions = {}): LivePanel {
  const { broadcast = kernelBroadcast(), clock = SYSTEM_CLOCK, displayId = crypto.randomUUID() } = options;
  let state = newPanel(clock.now());
  const draw = () => {
    const facts = panelFacts(state, clock.now());
    return { "text/html": panelHtml(facts), "text/plain": panelText(facts) };
  };
  const display = broadcast && new LiveDisplay(draw, { broadcast, clock, displayId });
  const become = (next: PanelState) => {
    state = next;
    display?.changed();
  };
  const end = (next: PanelState) => {
    become(next);
    return display?.close() ?? Promise.resolve();
  };
  return {
    watchers: {
      onEvent: (event) => become(afterEvent(state, event, clock.now())),
      onProgress: (progress) => become(afterProgress(state, progress)),
      onWaiting: (waiting) => become(afterWaiting(state, waiting, clock.now())),
      onMessage: (message) => become(afterMessage(state, message)),
    },
    opens: (config) => become({ ...state, config }),
    close: () => end(afterReturn(state, clock.now())),
    fail: (error) => end(afterError(state, error, clock.now())),
  };
}
