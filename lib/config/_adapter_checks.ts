/** The checks that are about LoRA adapters: which backend has them, and which of their settings say something. */
import type { Check } from "./_checks.ts";
import { TINKER_DEFAULTS } from "./defaults.ts";

/** Which matrices get an adapter, in Tinker's words. */
const PARTS = ["train_attn", "train_mlp", "train_unembed"] as const;

/** An adapter's setting where all weights are trained would be taken for one that freezes them. */
const NO_ADAPTER = "with lora_rank=0 all weights are trained and there is no adapter";

const leftOut: readonly Check[] = PARTS.map((part) => ({
  keys: [part, "lora_rank", "backend"],
  ofTraining: true,
  problem: ({ lora_rank, backend, ...config }) =>
    config[part] || lora_rank !== 0 || backend !== "local"
      ? undefined
      : `${NO_ADAPTER} that it could leave out; give lora_rank as well, such as lora_rank=32`,
}));

/** Checks of adapters. */
export const ADAPTER_CHECKS: readonly Check[] = [
  {
    keys: ["lora_rank", "backend"],
    problem: ({ lora_rank, backend }) =>
      backend === "tinker" && lora_rank === 0
        ? "the Tinker API trains LoRA adapters only; use lora_rank=32"
        : undefined,
  },
  {
    keys: ["lora_alpha", "lora_rank", "backend"],
    ofTraining: true,
    problem: ({ lora_alpha, lora_rank, backend }) => {
      if (lora_alpha === TINKER_DEFAULTS.lora_alpha) return undefined;
      if (backend === "tinker") return "the Tinker API takes no alpha, the service has its own; leave lora_alpha out";
      return lora_rank === 0 ? `${NO_ADAPTER} that it could scale; give lora_rank as well` : undefined;
    },
  },
  ...leftOut,
  {
    keys: [...PARTS, "lora_rank", "backend"],
    ofTraining: true,
    problem: ({ lora_rank, ...config }) =>
      lora_rank === 0 || PARTS.some((part) => config[part])
        ? undefined
        : "nothing would have an adapter and nothing would be learnt; leave one of train_attn, train_mlp and " +
          "train_unembed true",
  },
];
