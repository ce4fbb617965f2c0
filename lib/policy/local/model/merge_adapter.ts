/** An adapter added to the weights it stands beside: W + alpha / r B A, with sums in float64, rounded once. */
import type { Adapter, FlatTensors, ModelWeights } from "./weights.ts";
import { HEAD_MODULE } from "./lora.ts";
import { EMBEDDING, type LlamaConfig } from "./llama.ts";

/** The parameter that an adapter's module changes; of a tied head the embedding, which must then be a copy. */
export function adaptedParameter(module: string, config: LlamaConfig): string {
  return module === HEAD_MODULE && config.tie_word_embeddings ? EMBEDDING : `${module}.weight`;
}

/**
 * Adds a module's adapter to its weight in place; a module without one is left as it is.
 * @param weight [out, in]
 */
export function addAdapter(weight: Float32Array, module: string, { lora, tensors }: Adapter): void {
  const a = tensors.views.get(`${module}.lora_A.weight`);
  const b = tensors.views.get(`${module}.lora_B.weight`);
  if (a === undefined || b === undefined) return;
  const { rank } = lora;
  const scale = lora.alpha / rank;
  const inner = a.length / rank;
  const row = new Float64Array(inner);
  for (let i = 0, at = 0; at < weight.length; i++, at += inner) {
    row.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = b[i * rank + k] as number;
      for (let j = 0, from = k * inner; j < inner; j++, from++) row[j]! += factor * (a[from] as number);
    }
    for (let j = 0; j < inner; j++) weight[at + j]! += scale * (row[j] as number);
  }
}

/** The modules that an adapter has, in storage order. */
export function modulesOf({ tensors }: Adapter): string[] {
  return [...tensors.views.keys()].filter((name) => name.endsWith(".lora_A.weight"))
    .map((name) => name.slice(0, -".lora_A.weight".length));
}

/**
 * Merges a model's adapter into its weights, in place.
 * @returns the weights
 * @throws {TypeError} for a tied head with an adapter: the embedding it shares would change too
 */
export function mergeAdapter({ config, base, adapter }: ModelWeights): FlatTensors {
  if (adapter === undefined) return base;
  if (config.tie_word_embeddings && adapter.lora.train_unembed) {
    throw new TypeError(
      "the adapter on the head cannot be merged into weights whose head is the embedding; export the model, which " +
        "gives the head weights of its own, or train on with train_unembed=true and the adapter's lora_rank",
    );
  }
  for (const module of modulesOf(adapter)) {
    addAdapter(base.views.get(adaptedParameter(module, config)) as Float32Array, module, adapter);
  }
  return base;
}
