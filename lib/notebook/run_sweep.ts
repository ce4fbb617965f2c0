/**
 * `runSweep` for notebooks and programs alike: in a Jupyter kernel the running cell shows the table that fills, and Stop
 * ends the sweep in good order. Which runs there are and how they do is none of its business.
 */
import { DISPLAY, escapeHtml, NO_TYPESETTING, SYSTEM_CLOCK } from "../basics/mod.ts";
import { runSweep as run, type RunSweepOptions, type Sweep, type SweepInput } from "../sweeps/mod.ts";
import { type Bundle, LiveDisplay } from "./_live_display.ts";
import { both, type NotebookOptions, type PanelOptions, panelPlace, requireNotebookOptions } from "./_options.ts";
import { stopper } from "./_stop.ts";
import { duration, oneLine } from "./_text.ts";

/** Options of `runSweep` in a notebook and outside. */
export interface NotebookSweepOptions extends RunSweepOptions, NotebookOptions {}

/**
 * Trains every combination of a grid with every entry of a list, several at a time, each in a process of its own and
 * recorded in a folder of its own below `runs/<name>`. Everything is checked before anything starts. Called again it goes
 * on with what is missing. A run that fails does not end the sweep: its row says why. The sweep shows itself as a table. In
 * a notebook the running cell shows that table as it fills, and Stop ends the sweep: no more runs are started, those under
 * way save a checkpoint, and what has become of all is returned. A second Stop waits for nothing; they stop by themselves.
 *
 * @example
 * ```ts ignore
 * const sweep = await runSweep({
 *   name: "lr",
 *   base: { max_steps: 20 },
 *   grid: { learning_rate: [1e-4, 2e-4], seed: [0, 1, 2] },
 * });
 * await compareRuns(await sweep.runs());
 * ```
 * @param sweep an object, or the path of a YAML file that says the same
 * @returns how all configurations are doing at the end, also of a sweep that was stopped
 * @throws {ConfigError} naming everything that is wrong with any configuration or with the options; nothing is written then
 * @throws {SweepError} when the folder is something else, or another process runs the sweep
 * @throws the signal's reason, when it was stopped before the first run was due, or a second time
 */
export async function runSweep(sweep: string | SweepInput, options: NotebookSweepOptions = {}): Promise<Sweep> {
  requireNotebookOptions("runSweep", options);
  const { panel, ...rest } = options;
  const { place, listen } = panelPlace(panel);
  const live = place && new LiveTable(place);
  const stop = stopper({ listen, signal: rest.signal, onStop: () => live?.become({ note: STOPPING }) });
  const { signal } = stop;
  const onChange = live ? both((sweep: Sweep) => live.become({ sweep }), rest.onChange) : rest.onChange;
  try {
    const ended = await stop.wait(run(sweep, { ...rest, onChange, signal }));
    const wasStopped = signal?.aborted === true && !ended.isFinished;
    await live?.end({ sweep: ended, note: wasStopped ? "stopped; the same call goes on" : "" });
    return ended;
  } catch (error) {
    await live?.end({ note: error instanceof Error ? error.message || error.name : String(error) });
    throw error;
  } finally {
    stop.close();
  }
}

const STOPPING = "stopping: no more runs are started; those under way save a checkpoint and stop";

interface LiveState {
  /** Absent: the configurations are still being checked. */
  readonly sweep?: Sweep;
  /** What there is to say besides; foreign, may be empty. */
  readonly note: string;
}

/** The table in the running cell. */
class LiveTable {
  #state: LiveState = { note: "" };
  #endedAt: number | undefined;
  readonly #now: () => number;
  readonly #display: LiveDisplay | undefined;

  constructor({ broadcast, clock = SYSTEM_CLOCK, displayId = crypto.randomUUID() }: PanelOptions) {
    const since = clock.now();
    this.#now = () => clock.now();
    const draw = () => drawn(this.#state, ((this.#endedAt ?? clock.now()) - since) / 1000);
    this.#display = broadcast && new LiveDisplay(draw, { broadcast, clock, displayId });
  }

  become(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    this.#display?.changed();
  }

  /** Shows the last state and leaves no timer; to be awaited in the cell. */
  async end(change: Partial<LiveState>): Promise<void> {
    this.#endedAt = this.#now();
    this.become(change);
    await this.#display?.close();
  }
}

function drawn({ sweep, note }: LiveState, seconds: number): Bundle {
  const table = sweep?.[DISPLAY]() ?? { "text/plain": "sweep: checking the configurations" };
  const text = table["text/plain"];
  const html = typeof table["text/html"] === "string" ? table["text/html"] : `<div>${escapeHtml(text)}</div>`;
  const lines = [...(note === "" ? [] : [oneLine(note, 1000)]), `${duration(seconds)} gone`];
  const below = lines.map((line) => `<div class="${NO_TYPESETTING}">${escapeHtml(line)}</div>`).join("");
  return { "text/html": html + below, "text/plain": [text, ...lines].join("\n") };
}
