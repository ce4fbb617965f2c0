/** Opens the policy that a configuration names. */
import { openLocalPolicy } from "./local/mod.ts";
import type { TrainablePolicy } from "./policy.ts";

/**
 * Opens the policy of a run.
 * @throws {RangeError} for a backend that this version cannot open
 */
export async function openPolicy(
  config: { readonly backend: string; readonly model_name: string },
  options: { readonly weightsDir: string },
): Promise<TrainablePolicy> {
  if (config.backend === "local") {
    return await openLocalPolicy({ model: config.model_name, weightsDir: options.weightsDir });
  }
  throw new RangeError(`backend "${config.backend}" is not available in this version; use backend=local`);
}
