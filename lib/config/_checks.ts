/**
 * Checks that a configuration makes sense as a whole. Each names the keys it looks at, and is left out when one of them
 * is already known to be wrong, so that one mistake gives one message.
 */
import { lossOptionsProblem } from "./loss_options.ts";
import { ADAPTER_CHECKS } from "./_adapter_checks.ts";
import { ALGORITHM_CHECKS } from "./_algorithm_checks.ts";
import { GIVEN_CHECKS, PROBLEM_CHECKS } from "./_problem_checks.ts";
import type { ConfigKey, TrainConfig } from "./schema.ts";

/** One check. */
export interface Check {
  readonly keys: readonly ConfigKey[];
  /** It is about training alone: a backend that only samples is not held to it. */
  readonly ofTraining?: true;
  /** What is wrong, without the source of the first key's value; undefined when all is well. */
  readonly problem: (config: TrainConfig) => string | undefined;
}

const CHECKS: readonly Check[] = [
  {
    keys: ["group_size", "method"],
    ofTraining: true,
    problem: ({ group_size, method }) =>
      group_size >= 2 || method === "expert_iteration"
        ? undefined
        : "with one completion a problem every advantage is 0 and nothing is learnt; use group_size=2 or more",
  },
  {
    keys: ["num_substeps", "groups_per_batch"],
    ofTraining: true,
    problem: ({ num_substeps, groups_per_batch }) =>
      groups_per_batch % num_substeps === 0
        ? undefined
        : `groups_per_batch (${groups_per_batch}) cannot be cut into ${num_substeps} equal parts; ` +
          "use a num_substeps that divides it",
  },
  {
    keys: ["temperature"],
    ofTraining: true,
    problem: ({ temperature }) =>
      temperature > 0
        ? undefined
        : "at temperature 0 all completions of a group are the same and nothing is learnt; use temperature=1",
  },
  {
    keys: ["loss_fn", "method"],
    ofTraining: true,
    problem: ({ loss_fn, method }) => {
      // Expert iteration has no loss_fn at all.
      if (loss_fn !== "cross_entropy" || method === "expert_iteration") return undefined;
      return "cross_entropy learns from worked answers, not from rewards; use loss_fn=importance_sampling, or " +
        "method=expert_iteration, which brings its own loss";
    },
  },
  {
    keys: ["loss_fn_config", "loss_fn"],
    ofTraining: true,
    problem: lossOptionsProblem,
  },
  {
    keys: ["device", "backend"],
    problem: ({ device, backend }) =>
      device === "cpu" || backend === "local"
        ? undefined
        : `device is what the embedded engine computes on, and with backend=${backend} the server decides that; leave device out`,
  },
  {
    keys: ["base_url", "backend"],
    problem: ({ base_url, backend, model_name }) => {
      // A checkpoint of the Tinker API has an endpoint of its own.
      if (backend === "openai" && base_url === null && !model_name.startsWith("tinker://")) {
        return "backend=openai has no address of its own; name the endpoint, such as base_url=http://127.0.0.1:11434/v1";
      }
      return backend === "local" && base_url !== null
        ? "the embedded engine has no server; leave base_url out, or use backend=tinker"
        : undefined;
    },
  },
  {
    keys: ["max_cost", "prices"],
    ofTraining: true,
    problem: ({ max_cost, prices }) =>
      max_cost !== null && Object.values(prices ?? {}).every((price) => !price)
        ? 'nothing has a price, so no cost is known; give prices={"prompt":...,"completion":...,"train":...} as well'
        : undefined,
  },
  {
    keys: ["ttl_seconds", "backend"],
    problem: ({ ttl_seconds, backend }) =>
      backend === "local" && ttl_seconds !== null
        ? "the embedded engine's checkpoints stay until somebody deletes them; leave ttl_seconds out"
        : undefined,
  },
  {
    keys: ["model_revision", "backend", "model_name"],
    problem: ({ model_revision, backend, model_name }) => {
      if (model_revision === null) return undefined;
      if (backend !== "local") return `with backend=${backend} the server has the model; leave model_revision out`;
      return model_name === "abacus" ? "the bundled model has one version; leave model_revision out" : undefined;
    },
  },
  ...ADAPTER_CHECKS,
  ...ALGORITHM_CHECKS,
];

/** Problems of the configuration as a whole, the source of the value first. `wrong` keys are not looked at. @param problemsGiven to the call itself */
export function crossProblems(
  config: TrainConfig,
  wrong: ReadonlySet<string>,
  sourceOf: (key: ConfigKey) => string,
  problemsGiven: boolean,
): string[] {
  const found: string[] = [];
  for (const { keys, ofTraining, problem } of [...CHECKS, ...(problemsGiven ? GIVEN_CHECKS : PROBLEM_CHECKS)]) {
    if (keys.some((key) => wrong.has(key)) || (ofTraining && config.backend === "openai")) continue;
    const text = problem(config);
    if (text !== undefined) found.push(`${sourceOf(keys[0]!)}: ${text}.`);
  }
  return found;
}
