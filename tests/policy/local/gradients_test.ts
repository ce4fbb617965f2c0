/** The gradient against finite differences in float64, and what runs against that. */
import assert from "node:assert/strict";
import { randomFrom } from "../../../lib/basics/mod.ts";
import { EMBEDDING, type LlamaConfig } from "../../../lib/policy/local/model/llama.ts";
import { rotaryTables } from "../../../lib/policy/local/model/rope.ts";
import { LOSSES } from "../../../lib/policy/local/training/losses.ts";
import { type Feeds, Session, type TensorData } from "../../../lib/policy/local/graph/runtime.ts";
import { EMBEDDED_GRADIENT, gradientName, oracleGraph } from "../../../lib/policy/local/training/training_graph.ts";
import type { LoraConfig } from "../../../lib/policy/local/model/lora.ts";
import {
  type FlatTensors,
  type ModelWeights,
  newAdapter,
  trainedTensors,
} from "../../../lib/policy/local/model/weights.ts";
import { LOSS_OPTIONS } from "../../../lib/config/mod.ts";
import type { Source } from "../../../lib/policy/local/training/layout.ts";
import { Trainer } from "../../../lib/policy/local/training/trainer.ts";
import type { LossName } from "../../../lib/policy/policy.ts";
import type { Datum } from "../../../lib/vocabulary.ts";
import { goOn, GROUPED, lively, randomGroup, TINY } from "./_fixtures.ts";
import { rowsOf } from "./_rows.ts";

const BIASED: LlamaConfig = { ...GROUPED, qkv_bias: true, o_bias: true, mlp_bias: true, qk_norm: true };
const ALL: LoraConfig = { rank: 2, alpha: 6, train_attn: true, train_mlp: true, train_unembed: true };
const MODELS: readonly (readonly [string, LlamaConfig, LoraConfig?])[] = [
  ["tied heads", TINY],
  ["grouped, untied heads", GROUPED],
  ["biases and norms of queries and keys", BIASED],
  ["adapters, tied heads", TINY, ALL],
  ["adapters of the feed-forward layers, biases", BIASED, { ...ALL, train_attn: false, train_unembed: false }],
];
const LOSS_NAMES = Object.keys(LOSSES) as LossName[];

/** Weights and the loss's inputs. */
function commonFeeds(
  weights: ReadonlyMap<string, TensorData>,
  shapes: FlatTensors["shapes"],
  { data, sources, loss }: { data: readonly Datum[]; sources: readonly Source[]; loss: LossName },
  Real: Float32ArrayConstructor | Float64ArrayConstructor,
): Record<string, Feeds[string]> {
  const feeds: Record<string, Feeds[string]> = {};
  for (const [name, view] of weights) feeds[name] = [view, shapes.get(name)!];
  for (const name of LOSSES[loss].inputs) {
    feeds[name] = [Real.from(sources.map(({ datum, position }) => data[datum]![name]![position]!)), [sources.length]];
  }
  for (const name of LOSSES[loss].options) feeds[name] = [Real.of(LOSS_OPTIONS[loss][name]!), []];
  return feeds;
}

/** Inputs of the oracle: all data in one batch of rows, each alone in its row. */
function oracleFeeds(
  config: LlamaConfig,
  weights: ReadonlyMap<string, TensorData>,
  shapes: FlatTensors["shapes"],
  data: readonly Datum[],
  loss: LossName,
): { feeds: Feeds; tokens: BigInt64Array } {
  const batch = rowsOf(data);
  const { cos, sin } = rotaryTables(config);
  const table = [config.max_position_embeddings, config.head_dim / 2];
  const feeds = {
    ...commonFeeds(weights, shapes, { data, sources: batch.sources, loss }, Float64Array),
    tokens: [batch.tokens, [batch.batch, batch.time]] as const,
    positions: [batch.positions, [batch.batch, batch.time]] as const,
    mask: [Float64Array.from(batch.mask), [1, 1, batch.time, batch.time]] as const,
    rows: [batch.rows, [batch.sources.length]] as const,
    targets: [batch.targets, [batch.sources.length, 1]] as const,
    cos: [Float64Array.from(cos), table] as const,
    sin: [Float64Array.from(sin), table] as const,
  };
  return { feeds, tokens: batch.tokens };
}

/** Gradients by parameter, that of the embedding put together from its two parts. */
function collect(
  config: LlamaConfig,
  results: Record<string, TensorData>,
  tokens: BigInt64Array,
  weights: ReadonlyMap<string, TensorData>,
): Map<string, number[]> {
  const gradients = new Map<string, number[]>();
  for (const [name, view] of weights) {
    const part = results[gradientName(name)] as Float64Array | undefined;
    gradients.set(name, part === undefined ? Array<number>(view.length).fill(0) : Array.from(part));
  }
  const rows = results[EMBEDDED_GRADIENT] as Float64Array | undefined;
  if (rows === undefined) return gradients;
  const embedding = gradients.get(EMBEDDING)!;
  tokens.forEach((token, n) => {
    for (let i = 0; i < config.hidden_size; i++) {
      embedding[Number(token) * config.hidden_size + i]! += rows[n * config.hidden_size + i]!;
    }
  });
  return gradients;
}

const largest = (values: Iterable<number>): number => Math.max(...Array.from(values, Math.abs));

/** Weights, and adapters that change what comes out. */
function livelyModel(config: LlamaConfig, lora: LoraConfig | undefined): ModelWeights {
  const base = lively(config);
  // Sharp attention would leave finite differences and single precision too little to agree on.
  for (const [name, view] of base.views) if (/[qk]_norm/.test(name)) view.forEach((value, i) => view[i] = value / 4);
  if (lora === undefined) return { config, base };
  const adapter = newAdapter(config, lora, 1);
  const random = randomFrom("adapter");
  for (let i = 0; i < adapter.tensors.flat.length; i++) adapter.tensors.flat[i] = 0.2 * (random.next() - 0.5);
  return { config, base, adapter };
}

/** All weights and adapters by name, and their shapes. */
function everything({ base, adapter }: ModelWeights): Pick<FlatTensors, "views" | "shapes"> {
  return {
    views: new Map([...base.views, ...adapter?.tensors.views ?? []]),
    shapes: new Map([...base.shapes, ...adapter?.tensors.shapes ?? []]),
  };
}

for (const [title, config, lora] of MODELS) {
  for (const loss of LOSS_NAMES) {
    // The gradient of cispo is not that of its value: the clipped ratio counts as a constant. See losses_test.ts.
    if (loss !== "cispo") {
      Deno.test(`the gradient of ${loss} agrees with central differences in float64 (${title})`, async () => {
        const data = [
          ...randomGroup(config, { seed: 1, prompt: 5, completions: [4, 6, 3] }),
          ...randomGroup(config, { seed: 2, prompt: 3, completions: [5] }),
        ];
        const model = livelyModel(config, lora);
        const single = everything(model);
        const weights = new Map(Array.from(single.views, ([name, view]) => [name, Float64Array.from(view)]));
        const session = await Session.create(oracleGraph(config, loss, lora).encode());
        const { feeds, tokens } = oracleFeeds(config, weights, single.shapes, data, loss);
        const gradients = collect(config, await session.run(feeds), tokens, weights);
        const scale = largest([...gradients.values()].flat());
        assert.ok(scale > 0);
        const random = randomFrom(7, title, loss);
        const lossNow = async () => ((await session.run(feeds)).loss as Float64Array)[0]!;
        let worst = 0;
        for (const name of trainedTensors(model).views.keys()) {
          const view = weights.get(name)!;
          for (let k = 0; k < 6; k++) {
            const i = random.int(0, view.length - 1);
            const [before, h] = [view[i]!, 1e-5];
            view[i] = before + h;
            const up = await lossNow();
            view[i] = before - h;
            const down = await lossNow();
            view[i] = before;
            worst = Math.max(worst, Math.abs((up - down) / (2 * h) - gradients.get(name)![i]!) / scale);
          }
        }
        assert.ok(worst < 1e-6, `largest difference ${worst} of the largest gradient`);
        await session.release();
      });
    }

    Deno.test(`what trains in float32 gives the gradient of separate rows in float64, ${loss} (${title})`, async () => {
      // Where tokens stand does not depend on the loss: one of them goes through all kinds of data.
      const kinds = dataOf(config);
      for (const [what, data] of loss === "importance_sampling" ? kinds : kinds.slice(3, 4)) {
        const model = livelyModel(config, lora);
        const single = everything(model);
        const wide = new Map(Array.from(single.views, ([name, view]) => [name, Float64Array.from(view)]));
        const oracle = await Session.create(oracleGraph(config, loss, lora).encode());
        const trainer = new Trainer(model, { limits: { tokens: 60, scores: 400, tokenCost: 20 } });
        const { feeds, tokens } = oracleFeeds(config, wide, single.shapes, data, loss);
        const right = collect(config, await oracle.run(feeds), tokens, wide);
        await trainer.forwardBackward(data, { loss, config: LOSS_OPTIONS[loss] }, goOn);
        const scale = largest([...right.values()].flat());
        for (const [name, values] of trainer.gradient.views) {
          const difference = largest(Array.from(values, (value, i) => value - right.get(name)![i]!));
          assert.ok(difference < 1e-5 * scale, `${what}, ${name}: ${difference} of ${scale}`);
        }
        await oracle.release();
        await trainer.release();
      }
    });
  }
}

/** Groups and sequences of many lengths; the limits above make several batches of each. */
function dataOf(config: LlamaConfig): [string, Datum[]][] {
  const group = (seed: number, prompt: number, ...completions: number[]) =>
    randomGroup(config, { seed, prompt, completions });
  return [
    ["one group", group(4, 6, 7, 5, 9, 2)],
    ["groups without padding", [...group(5, 4, 3, 3), ...group(6, 4, 3, 3)]],
    ["groups of different sizes", [...group(7, 6, 7, 5, 9, 2), ...group(8, 3, 4, 8), ...group(9, 9, 1, 1, 1)]],
    ["single sequences and a group", [...group(10, 3, 12), ...group(11, 5, 4), ...group(12, 4, 6, 3)]],
    ["prompts of one token", [...group(13, 1, 5, 7), ...group(14, 2, 5, 7)]],
  ];
}
