/** The gradient against finite differences in float64, and what runs against that. */
import assert from "node:assert/strict";
import { randomFrom } from "../../../lib/basics/mod.ts";
import { EMBEDDING, type LlamaConfig, rotaryTables } from "../../../lib/policy/local/llama.ts";
import { LOSSES } from "../../../lib/policy/local/losses.ts";
import { packData } from "../../../lib/policy/local/packing.ts";
import { type Feeds, Session, type TensorData } from "../../../lib/policy/local/runtime.ts";
import { EMBEDDED_GRADIENT, gradientName, trainingGraph } from "../../../lib/policy/local/training_graph.ts";
import type { FlatTensors } from "../../../lib/policy/local/weights.ts";
import { LOSS_OPTIONS } from "../../../lib/config/mod.ts";
import type { LossName } from "../../../lib/policy/policy.ts";
import type { Datum } from "../../../lib/vocabulary.ts";
import { GROUPED, lively, randomGroup, TINY } from "./_fixtures.ts";

const MODELS: readonly (readonly [string, LlamaConfig])[] = [["tied heads", TINY], ["grouped, untied heads", GROUPED]];
const LOSS_NAMES = Object.keys(LOSSES) as LossName[];

function feedsOf(
  config: LlamaConfig,
  weights: ReadonlyMap<string, TensorData>,
  shapes: FlatTensors["shapes"],
  data: readonly Datum[],
  loss: LossName,
  Real: Float32ArrayConstructor | Float64ArrayConstructor,
): { feeds: Feeds; tokens: BigInt64Array } {
  const batches = packData(data, { tokens: 1e6, scores: 1e6, tokenCost: 100, rowLength: 64 });
  assert.equal(batches.length, 1);
  const batch = batches[0]!;
  const { cos, sin } = rotaryTables(config);
  const table = [config.max_position_embeddings, config.head_dim / 2];
  const feeds: Record<string, Feeds[string]> = {
    tokens: [batch.tokens, [batch.batch, batch.time]],
    positions: [batch.positions, [batch.batch, batch.time]],
    mask: [Real.from(batch.mask), [batch.maskRows, 1, batch.time, batch.time]],
    rows: [batch.rows, [batch.sources.length]],
    targets: [batch.targets, [batch.sources.length, 1]],
    cos: [Real.from(cos), table],
    sin: [Real.from(sin), table],
  };
  for (const [name, view] of weights) feeds[name] = [view, shapes.get(name)!];
  for (const name of LOSSES[loss].inputs) {
    feeds[name] = [Real.from(batch.sources.map(({ datum, position }) => data[datum]![name]![position]!)), [
      batch.sources.length,
    ]];
  }
  for (const name of LOSSES[loss].options) feeds[name] = [Real.of(LOSS_OPTIONS[loss][name]!), []];
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
  const rows = results[EMBEDDED_GRADIENT] as Float64Array;
  const embedding = gradients.get(EMBEDDING)!;
  tokens.forEach((token, n) => {
    for (let i = 0; i < config.hidden_size; i++) {
      embedding[Number(token) * config.hidden_size + i]! += rows[n * config.hidden_size + i]!;
    }
  });
  return gradients;
}

const largest = (values: Iterable<number>): number => Math.max(...Array.from(values, Math.abs));

for (const [title, config] of MODELS) {
  for (const loss of LOSS_NAMES) {
    // The gradient of cispo is not that of its value: the clipped ratio counts as a constant. See losses_test.ts.
    if (loss !== "cispo") {
      Deno.test(`the gradient of ${loss} agrees with central differences in float64 (${title})`, async () => {
        const data = [
          ...randomGroup(config, { seed: 1, prompt: 5, completions: [4, 6, 3] }),
          ...randomGroup(config, { seed: 2, prompt: 3, completions: [5] }),
        ];
        const single = lively(config);
        const weights = new Map(Array.from(single.views, ([name, view]) => [name, Float64Array.from(view)]));
        const session = await Session.create(trainingGraph(config, loss, { real: "float64", fused: false }).encode());
        const { feeds, tokens } = feedsOf(config, weights, single.shapes, data, loss, Float64Array);
        const gradients = collect(config, await session.run(feeds), tokens, weights);
        const scale = largest([...gradients.values()].flat());
        const random = randomFrom(7, title, loss);
        const lossNow = async () => ((await session.run(feeds)).loss as Float64Array)[0]!;
        let worst = 0;
        for (const [name, view] of weights) {
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

    Deno.test(`the fused float32 graph gives the primitive float64 graph's gradient of ${loss} (${title})`, async () => {
      const data = randomGroup(config, { seed: 4, prompt: 6, completions: [7, 5, 9, 2] });
      const single = lively(config);
      const wide = new Map(Array.from(single.views, ([name, view]) => [name, Float64Array.from(view)]));
      const [fused, primitive] = [
        await Session.create(trainingGraph(config, loss).encode()),
        await Session.create(trainingGraph(config, loss, { real: "float64", fused: false }).encode()),
      ];
      const a = feedsOf(config, single.views, single.shapes, data, loss, Float32Array);
      const b = feedsOf(config, wide, single.shapes, data, loss, Float64Array);
      const left = collect(config, await fused.run(a.feeds), a.tokens, single.views);
      const right = collect(config, await primitive.run(b.feeds), b.tokens, wide);
      const scale = largest([...right.values()].flat());
      for (const [name, values] of right) {
        const difference = largest(values.map((value, i) => value - left.get(name)![i]!));
        assert.ok(difference < 1e-5 * scale, `${name}: ${difference} of ${scale}`);
      }
      await fused.release();
      await primitive.release();
    });
  }
}
