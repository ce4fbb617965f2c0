/**
 * The engine part of `deno task bench`: pieces of work at a few shapes, beside PyTorch, transformers and TRL where
 * `tests/peers/setup.sh` has installed them. Ours and theirs take turns in one run, so that what else the machine does
 * meets both; figures are medians of the rounds, and ratios are of the two turns of a round.
 */
import { type Column, median, randomFrom, sleep, tableText } from "../basics/mod.ts";
import {
  amountOf,
  type BenchmarkEngine,
  type BenchmarkSizes,
  type BenchmarkWork,
  type LlamaConfig,
  type LoraConfig,
  openBenchmark,
  SMOLLM2_135M,
} from "../policy/mod.ts";
import { MODEL_SHAPE } from "../pretraining/mod.ts";
import { openPeer, type Peer } from "./_bench_peer.ts";

/** A model to measure, and how much is done at a time. */
export interface EngineShape {
  /** How the command line calls it. */
  readonly name: string;
  /** How the output calls it. */
  readonly title: string;
  readonly config: LlamaConfig;
  readonly sizes: BenchmarkSizes;
  /** Absent: all weights are trained. */
  readonly lora?: LoraConfig;
  /** Sequences that the peers train on at a time, so that they fit in memory; ours decides by itself. */
  readonly microRows: number;
  /** Unless the command line says otherwise. */
  readonly repeats: number;
}

/** Prompt lengths of decoding, the same on both sides. */
function lengths(count: number): number[] {
  const random = randomFrom("benchmark", "lengths");
  return Array.from({ length: count }, () => random.int(8, 32));
}

/** 64 rollouts of 64 tokens behind prompts of 64. */
const SMALL_GROUPS = { prompts: 16, prompt_tokens: 64, group_size: 4, completion_tokens: 64 };
const SMALL_SIZES: BenchmarkSizes = {
  training: { sequences: 32, tokens: 128 },
  rollouts: SMALL_GROUPS,
  decoding: { lengths: lengths(64), group_size: 1, completion_tokens: 128 },
  groups: { lengths: lengths(16), group_size: 4, completion_tokens: 128 },
  grpo: SMALL_GROUPS,
};

/** All shapes; those of the least repeats take minutes and gigabytes and are measured when asked for. */
export const ENGINE_SHAPES: readonly EngineShape[] = [
  { name: "bundled", title: "bundled model", config: MODEL_SHAPE, sizes: SMALL_SIZES, microRows: 64, repeats: 8 },
  {
    name: "0.87m",
    title: "0.87M reference",
    config: { ...MODEL_SHAPE, vocab_size: 128 },
    sizes: SMALL_SIZES,
    microRows: 64,
    repeats: 8,
  },
  {
    name: "135m",
    title: "SmolLM2-135M's shape, LoRA of rank 16",
    config: { ...SMOLLM2_135M, max_position_embeddings: 2048 },
    sizes: {
      training: { sequences: 4, tokens: 256 },
      rollouts: { prompts: 4, prompt_tokens: 128, group_size: 4, completion_tokens: 64 },
      decoding: { lengths: lengths(64), group_size: 1, completion_tokens: 32 },
      groups: { lengths: lengths(16), group_size: 4, completion_tokens: 32 },
      grpo: { prompts: 8, prompt_tokens: 128, group_size: 4, completion_tokens: 64 },
    },
    lora: { rank: 16, alpha: 32, train_attn: true, train_mlp: true, train_unembed: false },
    microRows: 8,
    repeats: 3,
  },
];

/** Shapes that are measured when none is named. */
export const USUAL_SHAPES: readonly EngineShape[] = ENGINE_SHAPES.filter(({ name }) => name !== "135m");

/** Between turns. */
const REST_MS = 500;

/** All kinds of work, in the order they are measured. */
export const WORKS: readonly BenchmarkWork[] = ["training", "rollouts", "decoding", "groups", "grpo"];

/** Milliseconds of each round of one kind of work. */
export interface WorkTimes {
  readonly work: BenchmarkWork;
  /** Tokens or rollouts of a round. */
  readonly amount: number;
  /** [rounds] */
  readonly ours: readonly number[];
  /** [rounds] in the same order; absent without peers. */
  readonly theirs?: readonly number[];
}

/** What `measureEngine` measured. */
export interface EngineTimes {
  readonly parameters: number;
  /** What the peers run on; absent without peers. */
  readonly versions?: string;
  readonly works: readonly WorkTimes[];
}

/** What is measured of a shape. */
export interface MeasureOptions {
  readonly works: readonly BenchmarkWork[];
  readonly repeats: number;
  /** The peers' interpreter; absent: ours alone. */
  readonly python?: string | undefined;
  /** Told what is being measured. */
  readonly onProgress?: (what: string) => void;
}

/** Measures one shape. */
export async function measureEngine(shape: EngineShape, options: MeasureOptions): Promise<EngineTimes> {
  const { python, works, repeats, onProgress } = options;
  const { config, sizes, lora, microRows } = shape;
  const threads = navigator.hardwareConcurrency;
  const task = { config, sizes, lora_rank: lora?.rank ?? 0, micro_rows: microRows, threads };
  const engine = await openBenchmark(config, sizes, lora);
  let peer: Peer | undefined;
  try {
    if (python !== undefined) peer = await openPeer(python, task);
    const measured: WorkTimes[] = [];
    for (const work of works) {
      onProgress?.(work);
      measured.push({ work, amount: amountOf(sizes, work), ...await race(engine, peer, work, repeats) });
    }
    const { parameters } = engine;
    return { parameters, ...(peer && { versions: peer.versions }), works: measured };
  } finally {
    await peer?.close();
    await engine.release();
  }
}

/** Both do a piece once that is not counted; then they take turns, and which one is first changes from round to round. */
async function race(
  engine: BenchmarkEngine,
  peer: Peer | undefined,
  work: BenchmarkWork,
  repeats: number,
): Promise<{ ours: number[]; theirs?: number[] }> {
  const [ours, theirs]: [number[], number[]] = [[], []];
  await engine.run(work);
  await peer?.prepare(work);
  for (let round = 0; round < repeats; round++) {
    if (round % 2 === 0) ours.push(await alone(() => engine.run(work)));
    if (peer !== undefined) theirs.push(await alone(() => peer.run()));
    if (round % 2 === 1) ours.push(await alone(() => engine.run(work)));
  }
  return { ours, ...(peer && { theirs }) };
}

/** Starts when the other side's threads have stopped to spin for more work, as those of OpenMP do for a while. */
async function alone(turn: () => Promise<number>): Promise<number> {
  await sleep(REST_MS);
  return await turn();
}

/** What a line of the table says about a kind of work. */
const WORDS: Readonly<Record<BenchmarkWork, { unit: string; peer: string; what(sizes: BenchmarkSizes): string }>> = {
  training: {
    unit: "tokens/s",
    peer: "PyTorch",
    what: ({ training }) => `${training.sequences} sequences of ${training.tokens} tokens`,
  },
  rollouts: { unit: "rollouts/s", peer: "PyTorch", what: ({ rollouts }) => groupsOf(rollouts) },
  decoding: { unit: "tokens/s", peer: "transformers", what: ({ decoding }) => completionsOf(decoding) },
  groups: { unit: "tokens/s", peer: "transformers", what: ({ groups }) => completionsOf(groups) },
  grpo: { unit: "rollouts/s", peer: "TRL", what: ({ grpo }) => groupsOf(grpo) },
};

function groupsOf({ prompts, prompt_tokens, group_size, completion_tokens }: BenchmarkSizes["grpo"]): string {
  return `${prompts} prompts of ${prompt_tokens} x ${group_size} of ${completion_tokens}`;
}

function completionsOf({ lengths, group_size, completion_tokens }: BenchmarkSizes["decoding"]): string {
  return `${lengths.length} prompts x ${group_size} of ${completion_tokens}`;
}

/** The figures as a table. */
export function engineTable(shape: EngineShape, { parameters, versions, works }: EngineTimes): string {
  const { title, sizes } = shape;
  const columns: Column<WorkTimes>[] = [
    { name: "work", text: ({ work }) => work === "grpo" ? "GRPO" : work },
    { name: "of", text: ({ work }) => WORDS[work].what(sizes) },
    { name: "ours", text: ({ ours, amount, work }) => `${rate(amount, ours)} ${WORDS[work].unit}`, number: true },
  ];
  const beside: Column<WorkTimes>[] = [
    {
      name: "theirs",
      text: ({ theirs, amount, work }) => `${rate(amount, theirs!)} ${WORDS[work].unit}`,
      number: true,
    },
    { name: "whose", text: ({ work }) => WORDS[work].peer },
    { name: "ratio (range)", text: ({ ours, theirs }) => ratios(ours, theirs!), number: true },
  ];
  const caption = `${title}: ${(parameters / 1e6).toFixed(2)}M parameters${versions ? `, beside ${versions}` : ""}`;
  return tableText(versions === undefined ? columns : [...columns, ...beside], works, { caption });
}

function rate(amount: number, times: readonly number[]): string {
  const perSecond = 1000 * amount / median(times);
  return perSecond < 100 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString("en-US");
}

/** How many times as fast ours is, in the middle round and between the extremes. */
function ratios(ours: readonly number[], theirs: readonly number[]): string {
  const each = ours.map((mine, round) => (theirs[round] as number) / mine);
  return `${median(each).toFixed(2)} (${Math.min(...each).toFixed(2)}-${Math.max(...each).toFixed(2)})`;
}
