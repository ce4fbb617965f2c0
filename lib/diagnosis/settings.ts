/** Values to suggest: round, within what a key takes, and nearer to what is known to work. */
import { defaultsFor, hasLevels, MAX_LEVEL, type TrainConfig } from "../config/mod.ts";
import type { Finding } from "./finding.ts";

/** Settings of a finding. */
export type Settings = Finding["settings"];

/** A number with one significant digit. */
export function rounded(value: number): number {
  return Number(value.toPrecision(1));
}

/** The next power of two from a number on. */
export function powerOfTwo(value: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, value)));
}

/** A learning rate that is safer: the backend's default where this one is far above it, else a third. */
export function lowerRate({ learning_rate, backend, method }: TrainConfig): number {
  const usual = defaultsFor(backend, method).learning_rate;
  return learning_rate > 3 * usual ? usual : rounded(learning_rate / 3);
}

/** A learning rate that moves more: the backend's default where this one is far below it, else three times as much. */
export function higherRate({ learning_rate, backend, method }: TrainConfig): number {
  const usual = defaultsFor(backend, method).learning_rate;
  return learning_rate < usual / 3 ? usual : Math.min(1, rounded(3 * learning_rate));
}

/** Harder or easier problems: the next level of the set, where it has one. */
export function otherLevel({ env, levels }: TrainConfig, which: "harder" | "easier"): Settings | undefined {
  if (!hasLevels(env)) return undefined;
  const all = levels ?? Array.from({ length: MAX_LEVEL[env] }, (_, i) => i + 1);
  const level = which === "harder" ? Math.max(...all) + 1 : Math.min(...all) - 1;
  if (level >= 1 && level <= MAX_LEVEL[env]) return { levels: [level] };
  // All levels were asked for: their hardest or easiest alone.
  return all.length === 1 ? undefined : { levels: [which === "harder" ? level - 1 : level + 1] };
}

/** Harder problems where the set has no levels: the next set, or a choice among its own. */
export function settingsOfHarder({ env, curriculum }: TrainConfig): Settings {
  if (env === "gsm8k") return { env: "math" };
  return curriculum === "none" ? { curriculum: "pass_rate" } : { max_refill_rounds: 4 };
}
