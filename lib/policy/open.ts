/**
 * Opens the policy that a configuration names: one that trains, or one that only has to answer. Each backend's code is
 * loaded when it is needed.
 */
import type { BackendName } from "../config/mod.ts";
import { openLocalPolicy } from "./local/mod.ts";
import type { SamplingPolicy, TrainablePolicy } from "./policy.ts";

/** What of a configuration decides about its policy. */
export interface PolicyConfig {
  /** Where it runs. */
  readonly backend: BackendName;
  /** The model's name or directory; for sampling also a `tinker://...` checkpoint. */
  readonly model_name: string;
  /** Address of the server; null: the backend's own. */
  readonly base_url: string | null;
  /** Rank of the adapter that is trained. */
  readonly lora_rank: number;
  /** Fixes the adapter's first values. */
  readonly seed: number;
}

/** Options of `openPolicy`. */
export interface OpenOptions {
  /** Folder for the embedded engine's checkpoints. */
  readonly weightsDir: string;
}

/** Options of `openSamplingPolicy`. */
export interface OpenSamplingOptions extends OpenOptions {
  /** A checkpoint to answer with: a folder of the embedded engine's, or `tinker://...`; absent: the model as it is. */
  readonly weights?: string | undefined;
}

/**
 * Opens the policy of a run.
 * @throws {RangeError} for a backend that cannot train
 */
export async function openPolicy(config: PolicyConfig, options: OpenOptions): Promise<TrainablePolicy> {
  switch (config.backend) {
    case "local":
      return await openLocalPolicy({ model: config.model_name, weightsDir: options.weightsDir });
    case "tinker":
      throw new RangeError("backend tinker is not available in this version; use backend=local");
    case "openai":
      throw new RangeError(
        `cannot train ${config.model_name}: backend openai only samples; use backend=tinker or local`,
      );
  }
}

/**
 * Opens a policy to evaluate, on any backend. One that could be trained is not kept from it.
 * @throws {RangeError} when the weights are not of this backend
 */
export async function openSamplingPolicy(config: PolicyConfig, options: OpenSamplingOptions): Promise<SamplingPolicy> {
  const { backend, base_url: baseUrl } = config;
  const { weights } = options;
  if (backend === "local") return await openForSampling(openPolicy)(config, options);
  if (weights !== undefined && !weights.startsWith("tinker://")) {
    throw new RangeError(`cannot open ${weights} with backend ${backend}: only the embedded engine reads folders`);
  }
  if (backend === "openai") {
    const { openOpenAIPolicy } = await import("./openai/mod.ts");
    return await openOpenAIPolicy({ model: weights ?? config.model_name, baseUrl });
  }
  throw new RangeError("backend tinker is not available in this version; use backend=local");
}

/** From a way to open a policy that trains to one that opens it at a checkpoint. The optimizer is left out. */
export function openForSampling<C>(
  open: (config: C, options: OpenOptions) => Promise<TrainablePolicy>,
): (config: C, options: OpenSamplingOptions) => Promise<SamplingPolicy> {
  return async (config, { weightsDir, weights }) => {
    if (weights?.startsWith("tinker://")) {
      throw new RangeError(`cannot load ${weights} into a model of the embedded engine; use backend=tinker`);
    }
    const policy = await open(config, { weightsDir });
    try {
      if (weights !== undefined) await policy.loadState(weights, { optimizer: false });
      return policy;
    } catch (error) {
      await policy.close();
      throw error;
    }
  };
}
