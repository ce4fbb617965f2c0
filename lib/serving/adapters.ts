/**
 * The LoRA adapters that clients ask for: read from `create_model`, kept with a run, told in replies. A service trains
 * adapters; a server that was started with `lora=full` trains all weights whatever rank is asked for, and says so.
 */
import { TINKER_DEFAULTS } from "../config/mod.ts";
import type { NewLora } from "../policy/mod.ts";
import { type Body, flagOf, objectOf, optionalInteger } from "./_values.ts";
import { RefusedError } from "./errors.ts";

/** What a client's `lora_config` makes: an adapter, as a Tinker service does, or nothing, all weights being trained. */
export type LoraMode = "adapter" | "full";

/** All of them. */
export const LORA_MODES: readonly LoraMode[] = ["adapter", "full"];

/** Rank that the official client asks for where its user names none. */
const DEFAULT_RANK = 32;
/** A larger one is a slip, and would take the memory. */
const MOST_RANK = 1024;
/** The alpha of a Tinker service, which clients cannot choose. */
const ALPHA = TINKER_DEFAULTS.lora_alpha;

/** What a client asked for, and what it gets. */
export interface AskedAdapter {
  /** The rank that was asked for; absent: no adapter was. */
  readonly rank?: number | undefined;
  /** Absent: all weights are trained. */
  readonly lora?: NewLora | undefined;
}

/**
 * Reads `lora_config`.
 * @throws {RefusedError} naming the field that is wrong
 */
export function askedAdapter(body: Body, mode: LoraMode): AskedAdapter {
  if (body.lora_config === undefined || body.lora_config === null) return {};
  const asked = objectOf(body.lora_config, "lora_config");
  const rank = optionalInteger(asked, "rank", { min: 1, max: MOST_RANK }) ?? DEFAULT_RANK;
  // Any number the client has: it names a stream of random numbers.
  const seed = optionalInteger(asked, "seed", { min: Number.MIN_SAFE_INTEGER }) ?? 0;
  const parts = {
    train_attn: flagOf(asked, "train_attn", true),
    train_mlp: flagOf(asked, "train_mlp", true),
    train_unembed: flagOf(asked, "train_unembed", true),
  };
  if (mode === "full") return { rank };
  if (!Object.values(parts).includes(true)) {
    throw new RefusedError(400, "lora_config: leave one of train_attn, train_mlp and train_unembed true");
  }
  return { rank, lora: { rank, alpha: ALPHA, ...parts, seed } };
}

/** What replies say of a model or of a checkpoint of it. */
export function adapterReply({ rank, lora }: AskedAdapter): Record<string, unknown> {
  if (lora === undefined) return { is_lora: false, ...(rank !== undefined && { lora_rank: rank }) };
  const { train_attn, train_mlp, train_unembed } = lora;
  return { is_lora: true, lora_rank: lora.rank, train_attn, train_mlp, train_unembed };
}

/** In words, for who watches the server. */
export function adapterText({ rank, lora }: AskedAdapter): string {
  if (lora !== undefined) return `LoRA of rank ${lora.rank}`;
  return rank === undefined ? "all weights" : `all weights, though LoRA of rank ${rank} was asked for`;
}
