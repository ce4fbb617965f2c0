/** Ways of drawing that must not differ: in the graph or outside it, together or alone, with adapters or merged weights. */
import assert from "node:assert/strict";
import { Sampler, type SampleRequest, type SamplerOptions } from "../../../lib/policy/local/sampling/sampler.ts";
import { chooseToken } from "../../../lib/policy/local/sampling/choose.ts";
import { packPrompts } from "../../../lib/policy/local/sampling/pack_prompts.ts";
import { StopText } from "../../../lib/policy/local/sampling/stop_text.ts";
import { Trainer } from "../../../lib/policy/local/training/trainer.ts";
import { type ModelWeights, newAdapter } from "../../../lib/policy/local/model/weights.ts";
import type { LlamaConfig } from "../../../lib/policy/local/model/llama.ts";
import { type Random, randomFrom } from "../../../lib/basics/mod.ts";
import type { Completion, Datum, SamplingParams } from "../../../lib/vocabulary.ts";
import { goOn, GROUPED, lively, TINY } from "./_fixtures.ts";

/** Two whole blocks, and three with padding. */
const LARGE: readonly LlamaConfig[] = [{ ...TINY, vocab_size: 600 }, { ...GROUPED, vocab_size: 611 }];

const WAYS: readonly Partial<SamplingParams>[] = [
  {},
  { temperature: 0.7 },
  { temperature: 1.6 },
  { temperature: 0 },
  { top_k: 5 },
  { top_p: 0.8 },
  { temperature: 1.3, top_k: 12, top_p: 0.9 },
  { temperature: 2, top_p: 0.995 },
  { top_k: 40 },
];

function modelOf(config: LlamaConfig): ModelWeights {
  return { config, base: lively(config) };
}

function ask(params: Partial<SamplingParams> & { prompt?: readonly number[]; count?: number }): SampleRequest {
  const { prompt = [3, 1, 4], count = 1, ...more } = params;
  return { prompt, count, params: { max_tokens: 8, temperature: 1, seed: 1, stop: [], ...more } };
}

async function sampled(
  model: ModelWeights,
  requests: readonly SampleRequest[],
  options: SamplerOptions = {},
): Promise<{ drawn: (readonly Completion[])[]; work: Sampler["work"] }> {
  const sampler = new Sampler(model, options);
  const drawn: (readonly Completion[])[] = [];
  try {
    await sampler.sample(requests, { done: (i, completions) => drawn[i] = completions, between: goOn });
  } finally {
    await sampler.release();
  }
  return { drawn, work: sampler.work };
}

/** What the trainer computes for the completions' tokens. */
async function trained(
  model: ModelWeights,
  requests: readonly SampleRequest[],
  drawn: readonly (readonly Completion[])[],
) {
  const data = drawn.flatMap((completions, i) =>
    completions.map(({ tokens }): Datum => {
      const { prompt } = requests[i] as SampleRequest;
      const all = [...prompt, ...tokens];
      return {
        tokens: all.slice(0, -1),
        target_tokens: all.slice(1),
        mask: all.slice(1).map((_, t) => (t >= prompt.length - 1 ? 1 : 0)),
      };
    })
  );
  const trainer = new Trainer(model);
  try {
    const computed = await trainer.logprobs(data, model, goOn);
    return computed.map((values, i) => values.slice(-(drawn.flat()[i] as Completion).tokens.length));
  } finally {
    await trainer.release();
  }
}

function assertClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < tolerance, `${value} and ${expected[i]}`));
}

/** [V] log-probabilities of the token after a prompt. */
async function distribution(model: ModelWeights, prompt: readonly number[]): Promise<Float32Array> {
  const tokens = Array.from({ length: model.config.vocab_size }, (_, id) => id);
  const requests = tokens.map(() => ask({ prompt }));
  const drawn = tokens.map((id): Completion[] => [{ tokens: [id], logprobs: [], stopReason: "length" }]);
  return Float32Array.from((await trained(model, requests, drawn)).flat());
}

for (const config of LARGE) {
  Deno.test(`a large vocabulary is drawn from as a small one, whatever the parameters (V=${config.vocab_size})`, async () => {
    const requests = WAYS.flatMap((way, i) =>
      [1, 3].map((count) => ask({ ...way, count, seed: i, prompt: [i, 7, count] }))
    );
    const model = modelOf(config);
    const [whole, blocks] = [
      await sampled(model, requests, { wholeVocabulary: Infinity }),
      await sampled(model, requests, { wholeVocabulary: 0, candidates: 16 }),
    ];
    whole.drawn.flat().forEach((one, i) => {
      const other = blocks.drawn.flat()[i] as Completion;
      assert.deepEqual(other.tokens, one.tokens);
      assertClose(other.logprobs, one.logprobs, 1e-5);
      assertClose(other.samplingLogprobs ?? [], one.samplingLogprobs ?? [], 1e-5);
    });
    const scored = await trained(model, requests, blocks.drawn);
    blocks.drawn.flat().forEach(({ logprobs }, i) => assertClose(logprobs, scored[i]!, 1e-4));
  });
}

Deno.test("blocks of a large vocabulary are drawn from in proportion", async () => {
  const model = modelOf(LARGE[1]!);
  for (const temperature of [1, 1.5]) {
    const request = ask({ count: 6000, max_tokens: 1, temperature });
    const { drawn } = await sampled(model, [request], { wholeVocabulary: 0 });
    const weights = (await distribution(model, request.prompt)).map((value) => Math.exp(value / temperature));
    const total = weights.reduce((a, b) => a + b);
    const counts = new Float64Array(weights.length);
    for (const { tokens } of drawn[0]!) counts[tokens[0]!]!++;
    // Pearson's chi-square; tokens of less than five expected draws are counted together.
    let [chi, cells, restSeen, restExpected] = [0, 0, 0, 0];
    weights.forEach((weight, id) => {
      const expected = 6000 * weight / total;
      if (expected < 5) [restSeen, restExpected] = [restSeen + counts[id]!, restExpected + expected];
      else [chi, cells] = [chi + (counts[id]! - expected) ** 2 / expected, cells + 1];
    });
    if (restExpected > 5) [chi, cells] = [chi + (restSeen - restExpected) ** 2 / restExpected, cells + 1];
    assert.ok(cells > 20 && chi < cells - 1 + 4 * Math.sqrt(2 * cells), `chi-square ${chi} of ${cells} cells`);
  }
});

Deno.test("log-probabilities at the sampling temperature are there where it is not 1, beside those at 1", async () => {
  const model = modelOf(TINY);
  const requests = [0.5, 1, 0].map((temperature) => ask({ temperature, max_tokens: 1, count: 5 }));
  const { drawn } = await sampled(model, requests);
  const all = await distribution(model, requests[0]!.prompt);
  const total = Math.log(all.reduce((sum, value) => sum + Math.exp(value / 0.5), 0));
  for (const { tokens, logprobs, samplingLogprobs } of drawn[0]!) {
    assertClose(logprobs, [all[tokens[0]!]!], 1e-4);
    assertClose(samplingLogprobs!, [all[tokens[0]!]! / 0.5 - total], 1e-4);
  }
  for (const { samplingLogprobs } of [...drawn[1]!, ...drawn[2]!]) assert.equal(samplingLogprobs, undefined);
});

for (const config of [TINY, GROUPED, LARGE[0]!]) {
  Deno.test(`an adapter counts in every draw (V=${config.vocab_size}, ${config.num_key_value_heads} key heads)`, async () => {
    const lora = { rank: 3, alpha: 12, train_attn: true, train_mlp: true, train_unembed: true };
    const adapter = newAdapter(config, lora, 5);
    const random = randomFrom("adapter");
    adapter.tensors.flat.forEach((_, i, flat) => flat[i] = 0.3 * (random.next() - 0.5));
    const model = { ...modelOf(config), adapter };
    const requests = [ask({ count: 3 }), ask({ count: 1, prompt: [5] })];
    const { drawn } = await sampled(model, requests, { wholeVocabulary: 100 });
    const [scored, without] = [await trained(model, requests, drawn), await trained(modelOf(config), requests, drawn)];
    drawn.flat().forEach(({ logprobs }, i) => assertClose(logprobs, scored[i]!, 1e-4));
    assert.ok(Math.abs(scored[0]![0]! - without[0]![0]!) > 1e-3, "the adapter should matter");
  });
}

/** Requests of all sorts: `count` completions each, ending by the stop token at very different lengths. */
function mixed(config: LlamaConfig, random: Random): SampleRequest[] {
  return Array.from({ length: 30 }, (_, i) => {
    const prompt = Array.from({ length: 1 + i % 9 }, () => random.int(1, config.vocab_size - 1));
    return ask({
      prompt,
      count: [1, 4, 2, 7][i % 4]!,
      max_tokens: i % 5 === 0 ? 50 : 12,
      stop: [0],
      seed: i,
      temperature: 1 + i % 2,
    });
  });
}

Deno.test("requests of all sorts share a batch, and each is drawn as it is alone", async () => {
  const requests = mixed(GROUPED, randomFrom("mixed"));
  const model = modelOf(GROUPED);
  const together = await sampled(model, requests, { rows: 24 });
  for (const i of [0, 1, 2, 3, 13, 29]) {
    const alone = await sampled(model, [requests[i]!]);
    together.drawn[i]!.forEach(({ tokens, logprobs }, j) => {
      assert.deepEqual(tokens, alone.drawn[0]![j]!.tokens);
      assertClose(logprobs, alone.drawn[0]![j]!.logprobs, 1e-4);
    });
  }
});

Deno.test("a finished sequence costs nothing any more, and the next takes its row", async () => {
  const requests = mixed(TINY, randomFrom("lengths"));
  const { drawn, work } = await sampled(modelOf(TINY), requests, { rows: 24 });
  const lengths = drawn.flat().map(({ tokens }) => tokens.length);
  const total = lengths.reduce((a, b) => a + b);
  // Prompts give the first token of each.
  assert.equal(work.rows, total - lengths.length);
  const longest = Math.max(...lengths);
  assert.ok(work.steps < 1.3 * total / 24 + longest, `${work.steps} steps for ${total} tokens in 24 rows`);
});

Deno.test("prompts are read with little padding, short ones behind each other", () => {
  const random = randomFrom("lengths");
  const lengths = Array.from({ length: 64 }, () => random.int(8, 32));
  const { rows, time, places } = packPrompts(lengths, 1000);
  const total = lengths.reduce((a, b) => a + b);
  assert.ok(rows * time < 1.1 * total, `${rows} rows of ${time} for ${total} tokens`);
  const taken = new Set<number>();
  places.forEach(({ row, start }, i) => {
    assert.ok(start + lengths[i]! <= time);
    for (let t = start; t < start + lengths[i]!; t++) taken.add(row * time + t);
  });
  assert.equal(taken.size, total);
  assert.equal(packPrompts([9, 9, 9], 16).time, 16);
  assert.deepEqual(packPrompts([100, 120], 1000), {
    rows: 2,
    time: 120,
    places: [{ row: 1, start: 0 }, { row: 0, start: 0 }],
  });
});

Deno.test("a cache too small for two sequences takes one after the other, with the same result", async () => {
  const requests = mixed(TINY, randomFrom("small")).slice(0, 6);
  const [large, small] = [
    await sampled(modelOf(TINY), requests),
    await sampled(modelOf(TINY), requests, { cacheNumbers: 1, prefillScores: 1 }),
  ];
  assert.deepEqual(small.drawn.flat().map(({ tokens }) => tokens), large.drawn.flat().map(({ tokens }) => tokens));
  assert.equal(small.work.steps, small.work.rows);
});

Deno.test("chooseToken() keeps what a plain reading of top-k and top-p keeps", () => {
  const random = randomFrom("filter");
  for (let trial = 0; trial < 200; trial++) {
    const size = random.int(2, 30);
    // Few values, so that there are ties.
    const raw = Array.from({ length: size }, () => random.int(1, 6));
    const total = raw.reduce((a, b) => a + b);
    const logprobs = Float32Array.from(raw, (value) => Math.log(value / total));
    const [top_k, top_p, temperature] = [
      random.int(-1, size + 2) || -1,
      0.05 + 0.93 * random.next(),
      random.pick([1, 0.6, 1.7]),
    ];
    const weights = Array.from(logprobs, (value) => Math.exp(value / temperature));
    let kept = [...weights.keys()].sort((a, b) => raw[b]! - raw[a]! || a - b);
    if (top_k > 0) kept = kept.slice(0, top_k);
    const mass = kept.reduce((sum, id) => sum + weights[id]!, 0);
    let before = 0;
    kept = kept.filter((id) => (before += weights[id]!) - weights[id]! < top_p * mass - 1e-9);
    const all = kept.reduce((sum, id) => sum + weights[id]!, 0);
    let low = 0;
    for (const id of kept) {
      const u = low + 0.5 * weights[id]! / all;
      assert.equal(chooseToken(logprobs, u, { temperature, top_k, top_p }).token, id);
      low += weights[id]! / all;
    }
  }
});

const PIECES = ["a", "b", "ab", " end", "en", "d", "\u00e9", "<0xE2>", "<0x82>", "<0xAC>", "!"];

/** A decoder with byte tokens, as tokenizers have them. */
function decode(tokens: readonly number[]): string {
  const encoder = new TextEncoder();
  const bytes = tokens.flatMap((id) => {
    const byte = /^<0x(..)>$/.exec(PIECES[id]!)?.[1];
    return byte === undefined ? [...encoder.encode(PIECES[id])] : [parseInt(byte, 16)];
  });
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

Deno.test("a stop string is found across tokens and inside one, as soon as it is complete", () => {
  const ends = (strings: readonly string[], tokens: readonly number[]) => {
    const text = new StopText(strings, decode);
    return tokens.findIndex((token) => text.push(token));
  };
  assert.equal(ends(["bab"], [0, 1, 2, 0]), 2);
  assert.equal(ends(["n"], [0, 3, 0]), 1);
  assert.equal(ends([" end!"], [3, 10]), 1);
  assert.equal(ends(["\u20ac"], [0, 7, 8, 9]), 3);
  assert.equal(ends(["a\u20ac!"], [0, 7, 8, 9, 10]), 4);
  assert.equal(ends(["\u00e9d"], [6, 5]), 1);
  assert.equal(ends(["end"], [4, 0, 5, 7, 7, 7, 4, 5]), 7);
  assert.equal(ends(["xyz"], [0, 1, 2, 3, 4]), -1);
});

Deno.test("stop strings are found where a search of the whole text finds them first", () => {
  const random = randomFrom("stops");
  for (let trial = 0; trial < 300; trial++) {
    const tokens = Array.from({ length: 40 }, () => random.int(0, PIECES.length - 1));
    const strings = Array.from(
      { length: 2 },
      () => decode(Array.from({ length: random.int(1, 3) }, () => random.pick([0, 1, 2, 3, 4, 5, 6, 10]))),
    );
    const expected = tokens.findIndex((_, i) =>
      strings.some((string) => decode(tokens.slice(0, i + 1)).includes(string))
    );
    const text = new StopText(strings, decode);
    assert.equal(tokens.findIndex((token) => text.push(token)), expected, `${strings} in ${decode(tokens)}`);
  }
});

Deno.test("a stop string ends a completion with the token that completes it, and needs a tokenizer", async () => {
  const letters = (tokens: readonly number[]) => tokens.map((id) => String.fromCharCode(97 + id)).join("");
  const model = modelOf(TINY);
  const free = ask({ count: 4, max_tokens: 20 });
  const { drawn } = await sampled(model, [free]);
  const stop = letters(drawn[0]![0]!.tokens.slice(5, 8));
  const asked = { ...free, params: { ...free.params, stop_strings: [stop] } };
  const { drawn: stopped } = await sampled(model, [asked], { decode: () => Promise.resolve(letters) });
  stopped[0]!.forEach(({ tokens, stopReason }, i) => {
    const whole = letters(drawn[0]![i]!.tokens);
    const end = whole.indexOf(stop);
    assert.equal(letters(tokens), end < 0 ? whole : whole.slice(0, end + stop.length));
    assert.equal(stopReason, end < 0 ? "length" : "stop");
  });
  assert.equal(stopped[0]![0]!.stopReason, "stop");
  await assert.rejects(sampled(model, [asked]), /stop strings need the model's tokenizer/);
});
