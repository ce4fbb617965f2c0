/** What a call in a notebook takes besides its own options, and what follows from it. */
import {
  didYouMean,
  inspected,
  isObject,
  nearestName,
  notFunctions,
  requireFields,
  unknownOptions,
} from "../basics/mod.ts";
import { ConfigError } from "../config/mod.ts";
import { kernelBroadcast } from "./kernel.ts";
import type { PanelOptions } from "./_panel_display.ts";
import { kernelStop, type ListenForStop } from "./_stop.ts";

export type { ListenForStop, PanelOptions };

/** Options of a call that takes a while. */
export interface NotebookOptions {
  /** How the panel in a notebook is shown; `false`: there is none. */
  readonly panel?: NotebookPanelOptions | false | undefined;
}

/** How a panel is shown, and what ends what it shows. */
export interface NotebookPanelOptions extends PanelOptions {
  /** Tells of Stop. Default: the kernel; outside a notebook nobody. */
  readonly listenForStop?: ListenForStop | undefined;
}

/** Where a panel is shown, if anywhere, and who tells of Stop. */
export function panelPlace(panel: NotebookOptions["panel"]): {
  readonly place: PanelOptions | undefined;
  readonly listen: ListenForStop | undefined;
} {
  const { listenForStop, ...options } = panel || {};
  const broadcast = panel === false ? undefined : options.broadcast ?? kernelBroadcast();
  return { place: broadcast && { ...options, broadcast }, listen: listenForStop ?? kernelStop() };
}

const PANEL: Readonly<Record<keyof NotebookPanelOptions, true>> = {
  broadcast: true,
  clock: true,
  displayId: true,
  listenForStop: true,
};

/**
 * Checks what a call in a notebook adds to its options, the panel; the others are checked where they are used.
 * @throws {TypeError} when the options are not an object
 * @throws {ConfigError} naming everything about the panel that there is not, or that is of another kind
 */
export function requireNotebookOptions(call: string, options: unknown): void {
  requireFields(`the options of ${call}`, options);
  const slips = Object.keys(options).filter((key) => key !== "panel" && nearestName(key, ["panel"]) !== undefined);
  const problems = [
    ...slips.map((key) => `${call} has no option ${key}.${didYouMean(key, ["panel"])}`),
    ...panelProblems(options.panel),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
}

/**
 * Checks the options of a panel.
 * @throws {TypeError} when they are not an object
 * @throws {ConfigError} naming everything that there is not, or that is of another kind
 */
export function requirePanelOptions(call: string, options: unknown): void {
  requireFields(`the options of ${call}`, options);
  const problems = panelProblems(options);
  if (problems.length > 0) throw new ConfigError(problems);
}

function panelProblems(panel: unknown): string[] {
  if (panel === undefined || panel === false) return [];
  if (!isObject(panel)) return [`option panel: expected false, or an object of options, got ${inspected(panel)}.`];
  const { displayId, clock } = panel;
  const isClock = isObject(clock) && typeof clock.now === "function" && typeof clock.sleep === "function";
  return [
    ...unknownOptions("the panel", panel, Object.keys(PANEL)),
    ...notFunctions(panel, ["broadcast", "listenForStop"]),
    ...(displayId === undefined || typeof displayId === "string"
      ? []
      : [`option displayId: expected a text, got ${inspected(displayId)}.`]),
    ...(clock === undefined || isClock
      ? []
      : [`option clock: expected an object with now and sleep, got ${inspected(clock)}.`]),
  ];
}

type Told<T extends readonly unknown[]> = ((...values: T) => void) | undefined;

/** Tells the one, then the other. */
export function both<T extends readonly unknown[]>(first: Told<T>, second: Told<T>): (...values: T) => void {
  return (...values) => {
    first?.(...values);
    second?.(...values);
  };
}
