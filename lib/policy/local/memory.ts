/**
 * Whether a model fits this machine, and how much of it is worked on at a time, from its configuration alone: so the
 * answer comes before gigabytes are fetched, and as a sentence and not as a process that the system ends. What takes how
 * much is worked out in footprint.ts; here it meets the machine.
 */
import type { MemoryPlan, SamplingPolicy } from "../policy.ts";
import { adapterCount, type ModelUse, processBytes, type Workload } from "./footprint.ts";
import { type LlamaConfig, parameterCount } from "./model/llama.ts";
import type { LoraConfig } from "./model/lora.ts";

export type { ModelUse } from "./footprint.ts";

/** What a plan is made for. */
export interface MemoryOptions {
  readonly use: ModelUse;
  /** The adapter that is trained, or answers; absent: there is none. */
  readonly lora?: LoraConfig | undefined;
  /** Memory that the process may use; default: that of this machine, where it may be asked. */
  readonly machineBytes?: number | undefined;
  /** Tokens of the longest sequence that is expected; default 256, or the model's context where that is shorter. */
  readonly contextLength?: number | undefined;
}

/** What the embedded engine will take, and the bounds it works within. */
export interface EnginePlan extends MemoryPlan {
  /** Numbers of the model, without adapters. */
  readonly parameters: number;
  /** Numbers that are trained; 0: none. */
  readonly trained: number;
  /** The adapter's rank; absent: there is no adapter. */
  readonly rank?: number | undefined;
  /** Bounds of a batch that is trained on: tokens, and attention scores of one head. */
  readonly batch: { readonly tokens: number; readonly scores: number };
  /** Sequences that are drawn side by side. */
  readonly rows: number;
  /** The longest sequence that can be trained on; undefined: nobody knows. */
  readonly longest: number | undefined;
}

/** Of the machine's memory, and of what is free of it, what a plan may take; the rest is for estimates that are wrong. */
const [SHARE_OF_MACHINE, SHARE_OF_FREE] = [0.75, 0.9];
const [MOST_ROWS, LEAST_ROWS, LEAST_TOKENS] = [128, 8, 128];
/** The rank that advice names. */
const ADVISED: LoraConfig = { rank: 16, alpha: 32, train_attn: true, train_mlp: true, train_unembed: true };

/**
 * Tokens of a batch that no more memory would make faster: matrix products are as fast as they get, and the gradient of a
 * small model, which every batch writes once, is cheap.
 */
export function mostBatchTokens({ hidden_size, num_hidden_layers }: LlamaConfig): number {
  return Math.max(1024, Math.min(2048, Math.floor(8e6 / (hidden_size * num_hidden_layers))));
}

/** Most attention scores of one head in a batch of a small model. */
export function mostBatchScores({ num_attention_heads }: LlamaConfig): number {
  return Math.floor(24e6 / num_attention_heads);
}

/**
 * Plans batches so that they fit: the largest of a few sizes, each half of the one before, so that little changes what is
 * free and nothing changes the plan. One that takes more than there is is still a plan; `requireMemory` refuses it.
 */
export function planMemory(config: LlamaConfig, options: MemoryOptions): EnginePlan {
  const { use, lora, machineBytes = memoryOfMachine(), contextLength } = options;
  const free = options.machineBytes === undefined ? freeBytes() : undefined;
  const usable = Math.min(SHARE_OF_MACHINE * (machineBytes ?? Infinity), SHARE_OF_FREE * (free ?? Infinity));
  const sizes = sizesOf(config, options);
  const workload = sizes.find((size) => processBytes(config, size) <= usable) ?? sizes.at(-1) as Workload;
  const { tokens, scores } = workload.batch ??
    batchOf(config, mostBatchTokens(config), lengthOf(config, contextLength));
  return {
    peakBytes: processBytes(config, workload),
    machineBytes,
    batchTokens: tokens,
    parameters: parameterCount(config),
    trained: use === "sampling" ? 0 : lora ? adapterCount(config, lora) : parameterCount(config),
    rank: lora?.rank,
    batch: { tokens, scores },
    rows: workload.sampling.rows,
    longest: machineBytes === undefined ? undefined : longestFor(config, options, machineBytes),
  };
}

/** Least bytes that a model takes here: with the smallest batches. */
export function leastBytes(config: LlamaConfig, options: Omit<MemoryOptions, "machineBytes">): number {
  return processBytes(config, sizesOf(config, options).at(-1) as Workload);
}

/**
 * Refuses a model that cannot fit.
 * @param origin what messages call the model
 * @throws {RangeError} with what it takes, what there is, and what can be done
 */
export function requireMemory(config: LlamaConfig, origin: string, options: MemoryOptions): void {
  const { use, lora, machineBytes: bytes = memoryOfMachine(), contextLength } = options;
  const takes = (use: ModelUse, lora?: LoraConfig) => leastBytes(config, { use, lora, contextLength });
  if (bytes === undefined || takes(use, lora) <= bytes) return;
  const [sampling, training, adapter] = [takes("sampling", lora), takes("training", lora), takes("training", ADVISED)];
  const byAdapter = use === "training" && lora === undefined
    ? `, ${inGigabytes(adapter)} to train an adapter of rank 16`
    : "";
  throw new RangeError(
    `cannot open ${origin} for ${use}: its ${count(parameterCount(config))} parameters take, with sequences of ` +
      `${count(lengthOf(config, contextLength))} tokens, at least ${inGigabytes(sampling)} to answer and ` +
      `${inGigabytes(training)} to train${lora ? ` with lora_rank=${lora.rank}` : byAdapter}, and this machine has ` +
      `${inGigabytes(bytes)}; ${helpFor(use, { sampling: sampling <= bytes, adapter: !lora && adapter <= bytes })}`,
  );
}

function helpFor(use: ModelUse, fits: { readonly sampling: boolean; readonly adapter: boolean }): string {
  const other = "take a smaller model, or a server with backend=tinker";
  if (use === "training" && fits.adapter) return `train an adapter with lora_rank=16, ${other}`;
  return use === "training" && fits.sampling ? `it can be evaluated here, but to train ${other}` : other;
}

/** What can be done where a batch did not fit, as the end of a message. */
export const SMALLER = "lower max_tokens or the prompts' length, train an adapter with lora_rank=16, take a smaller " +
  "model, or a server with backend=tinker";

/** From an error of onnxruntime or of an array that could not be had to one that says what to do; others as they are. */
export function explainAllocation(error: unknown, work: string): unknown {
  const message = error instanceof Error ? error.message : String(error);
  if (
    !/bad_alloc|failed to allocate memory|array buffer allocation failed|out of memory|exceeds the max buffer size/i
      .test(message)
  ) return error;
  return new RangeError(`there is not enough memory for ${work} (${message}); ${SMALLER}`);
}

/**
 * What a policy takes of this machine, such as
 * `embedded engine: 984,064 parameters, all trained; about 0.9 GB of 24 GB; micro-batches of 2,048 tokens`.
 * Undefined: it runs elsewhere.
 */
export function memoryText({ memory }: Pick<SamplingPolicy, "memory">): string | undefined {
  if (memory === undefined) return undefined;
  const { peakBytes, machineBytes, batchTokens, parameters, trained, rank } = memory;
  const parts = parameters === undefined ? [] : [trainedText(parameters, trained ?? 0, rank)];
  const of = machineBytes === undefined ? "" : ` of ${Math.round(machineBytes / 1e9)} GB`;
  parts.push(`about ${inGigabytes(peakBytes)}${of}`);
  if (trained !== 0) parts.push(`micro-batches of ${count(batchTokens)} tokens`);
  return `embedded engine: ${parts.join("; ")}`;
}

function trainedText(parameters: number, trained: number, rank: number | undefined): string {
  const model = rank === undefined
    ? `${count(parameters)} parameters`
    : `LoRA rank ${rank} on ${count(parameters)} parameters`;
  if (trained === 0) return model;
  return rank === undefined ? `${model}, all trained` : `${model}: ${count(trained)} trained`;
}

/** Sizes of work from the largest to the smallest that is worth it. */
function sizesOf(config: LlamaConfig, { use, lora, contextLength }: Omit<MemoryOptions, "machineBytes">): Workload[] {
  const length = lengthOf(config, contextLength);
  const most = mostBatchTokens(config);
  return Array.from({ length: 1 + Math.log2(MOST_ROWS / LEAST_ROWS) }, (_, i) => ({
    lora,
    batch: use === "training" ? batchOf(config, Math.max(LEAST_TOKENS, length, most >> i), length) : undefined,
    sampling: { rows: MOST_ROWS >> i, length },
  }));
}

/** Every token may be scored; one meets at most as many others as a sequence has, or a prompt and its completion. */
function batchOf(config: LlamaConfig, tokens: number, length: number): NonNullable<Workload["batch"]> {
  const scores = Math.min(mostBatchScores(config), tokens * Math.max(length, Math.min(tokens, 512)));
  return { tokens, scores: Math.max(scores, length ** 2), targets: tokens };
}

function lengthOf({ max_position_embeddings }: LlamaConfig, length = 256): number {
  return Math.min(length, max_position_embeddings);
}

/** The longest sequence that can be trained on alone, by halving. */
function longestFor(config: LlamaConfig, { lora, contextLength }: MemoryOptions, bytes: number): number {
  const sampling = { rows: LEAST_ROWS, length: lengthOf(config, contextLength) };
  const takes = (n: number) =>
    processBytes(config, { lora, batch: { tokens: n, scores: n * n, targets: n }, sampling });
  let [fits, not] = [0, config.max_position_embeddings + 1];
  while (not - fits > 1) {
    const middle = (fits + not) >> 1;
    if (takes(middle) <= bytes) fits = middle;
    else not = middle;
  }
  return fits;
}

/** Bytes of memory this process may use; undefined where that may not be asked. Asks for no permission. */
export function memoryOfMachine(): number | undefined {
  const total = systemMemory()?.total;
  return total === undefined ? undefined : Math.min(total, containerLimit() ?? Infinity);
}

/** Bytes nobody uses now; undefined where that may not be asked. */
function freeBytes(): number | undefined {
  return systemMemory()?.available;
}

function systemMemory(): Deno.SystemMemoryInfo | undefined {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "systemMemoryInfo" });
  return state === "granted" ? Deno.systemMemoryInfo() : undefined;
}

/** What a container is held to, by either version of control groups; a container's own are mounted at the root. */
function containerLimit(): number | undefined {
  for (const path of ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]) {
    if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") continue;
    try {
      // "max" where there is no limit; the other version says so with a number larger than any memory.
      const limit = Number(Deno.readTextFileSync(path));
      if (limit > 0) return limit;
    } catch (error) {
      // Deno keeps these files from all but those who may do everything.
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable)) throw error;
    }
  }
  return undefined;
}

function inGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
