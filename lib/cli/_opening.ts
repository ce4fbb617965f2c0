/**
 * Opening a model in the terminal: what is opened, what its server makes it wait for, and Ctrl-C, which ends it at once.
 * The embedded engine opens in a moment, of which nothing is said. Where nobody watches, only waiting that lasts is told.
 */
import { maskUserInfo } from "../basics/mod.ts";
import type { TrainConfig } from "../config/mod.ts";
import type { OpeningOptions, Waiting } from "../policy/mod.ts";
import { systemTicker, type Ticker, waitingText } from "../training/mod.ts";
import { listenForInterrupt } from "./_interrupt.ts";
import { type CliIo, Interrupted } from "./_io.ts";
import { liveLines } from "./_live.ts";
import { besideOrBelow, duration, oneLine } from "./_text.ts";

const TICK_MS = 1000;
/** For a log file: when waiting is first told, and how often after. */
const NEWS_SECONDS = 5;
const NEWS_EVERY_SECONDS = 60;

/**
 * Opens something, and shows that it does.
 * @param config names what is opened
 * @param open is given who watches, and a terminal for what is said meanwhile
 * @throws {Interrupted} when Ctrl-C ended it
 */
export async function showOpening<T>(
  io: CliIo,
  config: Pick<TrainConfig, "backend" | "model_name" | "base_url">,
  open: (opening: Required<OpeningOptions>, io: CliIo) => Promise<T>,
  ticker: Ticker = systemTicker,
): Promise<T> {
  const live = liveLines(io);
  const { signal, close } = listenForInterrupt(io, () => {}, () => live.clear());
  const line = openingLine(config, io);
  let waiting: Waiting | undefined;
  const show = () => {
    const [what, detail, isNews] = line(waiting);
    live.show(besideOrBelow(what, detail, io.columns() - 1));
    if (isNews && !io.isTerminal) io.err(`${what} ${detail}\n`);
  };
  const stop = config.backend === "local" ? () => {} : ticker(show, TICK_MS);
  try {
    const err = (text: string) => (live.clear(), io.err(text));
    return await open({ signal, onWaiting: (now) => waiting = now }, { ...io, err });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Interrupted("stopped by Ctrl-C while the model was opened; nothing was written");
  } finally {
    stop();
    close();
    live.clear();
  }
}

/** `opening <model> at <address> ...`, `waiting: <state> (<reason>) 0:42`, and whether a log file should have it. */
function openingLine(
  { backend, model_name, base_url }: Pick<TrainConfig, "backend" | "model_name" | "base_url">,
  io: CliIo,
): (waiting: Waiting | undefined) => readonly [what: string, detail: string, isNews: boolean] {
  const where = maskUserInfo(base_url ?? (backend === "tinker" ? "the Tinker API" : "its endpoint"));
  const what = `opening ${oneLine(model_name)} at ${oneLine(where)} ...`;
  const begun = io.now();
  let [state, since, toldAt]: [Waiting["state"], number, number] = ["active", begun, -Infinity];
  return (waiting) => {
    const now = io.now();
    const next = waiting?.state ?? "active";
    if (next !== state) [state, since, toldAt] = [next, now, -Infinity];
    if (waiting === undefined || state === "active") return [what, duration((now - begun) / 1000), false];
    const text = `waiting: ${oneLine(waitingText(waiting), 120)} ${duration((now - since) / 1000)}`;
    const isNews = now - since >= NEWS_SECONDS * 1000 && now - toldAt >= NEWS_EVERY_SECONDS * 1000;
    if (isNews) toldAt = now;
    return [what, text, isNews];
  };
}
