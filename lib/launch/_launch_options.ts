/** Whether options of `launch` are options, and such that another process can have them. */
import { inspected, notFunctions, requireFields, unknownOptions } from "../basics/mod.ts";
import { ConfigError, TINKER_DEFAULTS } from "../config/mod.ts";
import type { LaunchOptions } from "./launch.ts";
import type { TrainOptions } from "./train_grpo.ts";

const KNOWN: Readonly<Record<keyof LaunchOptions, true>> = {
  onWaiting: true,
  onMessage: true,
  onDownload: true,
  silenceMs: true,
  threads: true,
};

/** Options of `trainGRPO` that are bound to the process of the call, and what there is instead. */
const BOUND: Readonly<Record<Exclude<keyof TrainOptions, keyof LaunchOptions>, string>> = {
  reward: "give it to trainGRPO, which trains in this process",
  problems: "write them to a file and give its path as env, or use trainGRPO, which trains in this process",
  open: "name the model with model_name and its server with base_url, or use trainGRPO, which trains in this process",
  signal: "use run.stop()",
  onEvent: "use followRun(run)",
  onProgress: "use followRun(run)",
  onNotice: "read log.txt in the run's folder",
};

/**
 * Checks both arguments, as far as the configuration does not.
 * @throws {TypeError} when one is not an object
 * @throws {ConfigError} naming every option that there is not, that is of another kind, or that cannot cross
 */
export function requireLaunchArguments(input: unknown, options: unknown): void {
  requireFields("the hyperparameters of launch", input);
  requireFields("the options of launch", options);
  const { silenceMs, threads } = options;
  const isHyperparameter = (key: string) => Object.hasOwn({ ...TINKER_DEFAULTS, backend: "", log_path: "" }, key);
  const isBound = (key: string): key is keyof typeof BOUND => Object.hasOwn(BOUND, key);
  const keys = Object.keys(options).filter((key) => options[key] !== undefined);
  const others = Object.fromEntries(
    keys.filter((key) => !isHyperparameter(key) && !isBound(key)).map((key) => [key, 1]),
  );
  const problems = [
    ...keys.filter(isHyperparameter).map((key) =>
      `launch has no option ${key}: it is a hyperparameter; give it with the others, as in launch({ ${key}: ... }).`
    ),
    ...keys.filter(isBound).map((key) => `option ${key} cannot go into another process; ${BOUND[key]}.`),
    ...unknownOptions("launch", others, Object.keys(KNOWN)),
    ...notFunctions(options, ["onWaiting", "onMessage", "onDownload"]),
  ];
  if (silenceMs !== undefined && !(typeof silenceMs === "number" && silenceMs > 0)) {
    problems.push(`option silenceMs: expected milliseconds above 0, got ${inspected(silenceMs)}.`);
  }
  if (threads !== undefined && !(Number.isSafeInteger(threads) && Number(threads) > 0)) {
    problems.push(`option threads: expected a whole number from 1, got ${inspected(threads)}.`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
}
