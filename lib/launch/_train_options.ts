/** Whether options of `trainGRPO` are options, and of the kind they have to be. */
import { inspected, notFunctions, requireFields, unknownOptions } from "../basics/mod.ts";
import { ConfigError, TINKER_DEFAULTS } from "../config/mod.ts";
import type { TrainOptions } from "./train_grpo.ts";

const KNOWN: Readonly<Record<keyof TrainOptions, true>> = {
  open: true,
  problems: true,
  reward: true,
  signal: true,
  onEvent: true,
  onProgress: true,
  onWaiting: true,
  onMessage: true,
  onDownload: true,
  onNotice: true,
};

/**
 * Checks both arguments, as far as the configuration does not.
 * @throws {TypeError} when one is not an object
 * @throws {ConfigError} naming every option that there is not, or that is of another kind
 */
export function requireTrainArguments(input: unknown, options: unknown): void {
  requireFields("the hyperparameters of trainGRPO", input);
  requireFields("the options of trainGRPO", options);
  const { reward, signal } = options;
  const isHyperparameter = (key: string) => Object.hasOwn({ ...TINKER_DEFAULTS, backend: "", log_path: "" }, key);
  const others = Object.fromEntries(Object.entries(options).filter(([key]) => !isHyperparameter(key)));
  const problems = [
    ...Object.keys(options).filter(isHyperparameter).map((key) =>
      `trainGRPO has no option ${key}: it is a hyperparameter; give it with the others, as in trainGRPO({ ${key}: ... }).`
    ),
    ...unknownOptions("trainGRPO", others, Object.keys(KNOWN)),
    ...notFunctions(options, ["open", "onEvent", "onProgress", "onWaiting", "onMessage", "onDownload", "onNotice"]),
  ];
  if (reward !== undefined && typeof reward !== "function") {
    problems.push(`option reward: expected a function of a rollout, got ${inspected(reward)}.`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    problems.push(`option signal: expected an AbortSignal, got ${inspected(signal)}.`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
}
