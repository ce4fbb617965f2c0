/** Whether options of `trainGRPO` and `expertIterate` are options, and of the kind they have to be. */
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
 * @param call the function they were given to, for messages
 * @throws {TypeError} when one is not an object
 * @throws {ConfigError} naming every option that there is not, or that is of another kind
 */
export function requireTrainArguments(input: unknown, options: unknown, call = "trainGRPO"): void {
  requireFields(`the hyperparameters of ${call}`, input);
  requireFields(`the options of ${call}`, options);
  const { reward, signal } = options;
  const isHyperparameter = (key: string) => Object.hasOwn({ ...TINKER_DEFAULTS, backend: "", log_path: "" }, key);
  const others = Object.fromEntries(Object.entries(options).filter(([key]) => !isHyperparameter(key)));
  const problems = [
    ...Object.keys(options).filter(isHyperparameter).map((key) =>
      `${call} has no option ${key}: it is a hyperparameter; give it with the others, as in ${call}({ ${key}: ... }).`
    ),
    ...unknownOptions(call, others, Object.keys(KNOWN)),
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
