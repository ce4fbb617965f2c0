/** Whether options of `runSweep` are options, and of the kind they have to be. */
import { inspected, notFunctions, requireFields, unknownOptions } from "../basics/mod.ts";
import { ConfigError } from "../config/mod.ts";
import { isParallel, MOST_PARALLEL } from "./_source.ts";
import type { RunSweepOptions } from "./run_sweep.ts";

const KNOWN: Readonly<Record<keyof RunSweepOptions, true>> = {
  ...{ folder: true, parallel: true, overrides: true, signal: true, onChange: true },
  ...{ start: true, environment: true, now: true, pollMs: true },
};

/**
 * Checks the options.
 * @throws {TypeError} when they are no object
 * @throws {ConfigError} naming every option that there is not, or that is of another kind
 */
export function requireSweepOptions(options: unknown): void {
  requireFields("the options of runSweep", options);
  const { folder, parallel, signal, pollMs, overrides, environment } = options;
  const wrong = (key: string, wanted: string, value: unknown) =>
    `option ${key}: expected ${wanted}, got ${inspected(value)}.`;
  const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
  const check = (key: string, value: unknown, isRight: boolean, wanted: string) =>
    value === undefined || isRight ? [] : [wrong(key, wanted, value)];
  const problems = [
    ...unknownOptions("runSweep", options, Object.keys(KNOWN)),
    ...notFunctions(options, ["onChange", "start", "now"]),
    ...check("folder", folder, typeof folder === "string" && folder !== "", "a path"),
    ...check("parallel", parallel, isParallel(parallel), `a whole number from 1 to ${MOST_PARALLEL}, runs at a time`),
    ...check("signal", signal, signal instanceof AbortSignal, "an AbortSignal"),
    ...check("pollMs", pollMs, typeof pollMs === "number" && pollMs >= 0, "milliseconds"),
    ...check("overrides", overrides, isObject(overrides), "hyperparameters, as in { max_steps: 5 }"),
    ...check("environment", environment, isObject(environment), "an object of variables"),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
}
