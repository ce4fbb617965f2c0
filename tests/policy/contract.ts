/**
 * What any trainable policy must do, whichever backend runs it. A backend's test file calls `contractSuite` with how to
 * open it; differences that a backend documents are named there. What is about gradients is in contract_gradients.ts.
 */
import assert from "node:assert/strict";
import type { TrainablePolicy } from "../../lib/policy/policy.ts";
import type { Datum } from "../../lib/vocabulary.ts";
import { gradientClaims } from "./contract_gradients.ts";
import { promptOf } from "./local/_fixtures.ts";

const ADAM = { learning_rate: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0, grad_clip_norm: 0 };
const PARAMS = { max_tokens: 6, temperature: 1, seed: 1 };

/** What a backend documents to do otherwise than the rest. */
export interface Differences {
  /**
   * How far two computations of one log-probability may be apart. 0: the same work gives the same bits, as on the
   * embedded engine; a server batches and pads as it likes.
   */
  readonly tolerance?: number;
  /** `loadState` without the optimizer loads Adam's moments all the same. */
  readonly alwaysLoadsOptimizer?: boolean;
  /** A gradient that is given up cannot be cleared: optimizer steps are refused until a state is loaded. */
  readonly refusesDropped?: boolean;
  /** What is trained is an adapter, not all weights. */
  readonly adapter?: boolean;
  /** The loss that is trained on is a mean over tokens and data, not a sum. */
  readonly meansLoss?: boolean;
  /** Losses, and parameters of Adam, that it does not have. */
  readonly lacks?: readonly string[];
}

/** Runs every claim against a policy opened anew for it. */
export function contractSuite(
  name: string,
  withPolicy: (body: (policy: TrainablePolicy) => Promise<void>) => Promise<void>,
  differences: Differences = {},
): void {
  const { tolerance = 0, alwaysLoadsOptimizer = false, refusesDropped = false } = differences;
  const { adapter = false, meansLoss = false, lacks = [] } = differences;
  const far = (a: readonly number[], b: readonly number[]) =>
    a.length !== b.length || a.some((value, i) => !(Math.abs(value - b[i]!) <= tolerance));
  const same = (a: readonly number[], b: readonly number[]) => assert.ok(!far(a, b), `${a.join(" ")} | ${b.join(" ")}`);
  const claim = (text: string, body: (policy: TrainablePolicy) => Promise<void>, needs = "") =>
    Deno.test({ name: `${name}: ${text}`, ignore: lacks.includes(needs), fn: () => withPolicy(body) });
  gradientClaims({ tolerance, adapter, meansLoss, claim });

  claim("sample() returns the asked number of completions with a log-probability a token", async (policy) => {
    const prompt = promptOf(policy.chat.encodePrompt([{ role: "user", content: "Mia has 3 apples." }]));
    const drawn = await Promise.all([1, 3].map((count) => policy.sample(prompt, count, PARAMS)));
    assert.deepEqual(drawn.map(({ length }) => length), [1, 3]);
    for (const { tokens, logprobs, stopReason } of drawn.flat()) {
      assert.equal(tokens.length, logprobs.length);
      assert.ok(tokens.length >= 1 && tokens.length <= PARAMS.max_tokens);
      assert.ok(logprobs.every((value) => value <= 0 && Number.isFinite(value)));
      assert.equal(stopReason === "stop", policy.chat.stopTokens.includes(tokens.at(-1)!));
    }
  });

  claim("sampled log-probabilities are those the trainer computes", async (policy) => {
    const { datum, sampled } = await sampleDatum(policy);
    const [computed] = await policy.logprobs([datum], "current");
    sampled.forEach((value, t) =>
      assert.ok(Math.abs(value - computed![datum.tokens.length - sampled.length + t]!) < 1e-3)
    );
  });

  claim("the loss of a repeated datum falls", async (policy) => {
    const { datum } = await sampleDatum(policy);
    const losses: number[] = [];
    for (let step = 0; step < 8; step++) {
      const gradient = policy.forwardBackward([datum], "cross_entropy");
      const update = policy.optimStep(ADAM);
      losses.push((await gradient).metrics["loss:sum"]!);
      assert.ok((await update)["optim/grad_norm"]! > 0);
    }
    assert.ok(losses.at(-1)! < losses[0]!, losses.join(" "));
  });

  claim(
    "importance_sampling makes a completion with a positive advantage more likely, and with a negative one less",
    async (policy) => {
      for (const sign of [1, -1]) {
        const { datum, sampled } = await sampleDatum(policy);
        const total = async () => (await policy.logprobs([datum], "current"))[0]!.reduce((a, b) => a + b, 0);
        const before = await total();
        const logprobs = datum.mask.map((m, t) => (m ? sampled[t - datum.tokens.length + sampled.length]! : 0));
        const { metrics } = await policy.forwardBackward([{
          ...datum,
          logprobs,
          advantages: datum.mask.map((m) => sign * m),
        }], "importance_sampling");
        // On-policy the ratio is 1, so the loss is minus the sum of the advantages.
        assert.ok(Math.abs(metrics["loss:sum"]! + sign * sampled.length) < 1e-3);
        await policy.optimStep(ADAM);
        assert.ok(Math.sign(await total() - before) === sign);
      }
    },
  );

  claim("reference log-probabilities stay those of the first weights", async (policy) => {
    const { datum } = await sampleDatum(policy);
    const before = await policy.logprobs([datum], "current");
    await policy.forwardBackward([datum], "cross_entropy");
    await policy.optimStep(ADAM);
    same((await policy.logprobs([datum], "reference"))[0]!, before[0]!);
    assert.ok(far((await policy.logprobs([datum], "current"))[0]!, before[0]!));
  });

  claim("training goes on from a saved state as if it had not stopped", async (policy) => {
    const { datum } = await sampleDatum(policy);
    const step = async () => {
      const { metrics } = await policy.forwardBackward([datum], "cross_entropy");
      await policy.optimStep(ADAM);
      return metrics["loss:sum"]!;
    };
    await step();
    const path = await policy.saveState("000001");
    const through = [await step(), await step()];
    await policy.loadState(path, { optimizer: true });
    same([await step(), await step()], through);
    await policy.loadState(path, { optimizer: false });
    const fresh = [await step(), await step()];
    same([fresh[0]!], [through[0]!]);
    if (!alwaysLoadsOptimizer) assert.ok(far([fresh[1]!], [through[1]!]), "Adam's moments were kept");
  });

  claim("a failed forwardBackward is not stepped on", async (policy) => {
    const { datum } = await sampleDatum(policy);
    const before = await policy.logprobs([datum], "current");
    const bad = policy.forwardBackward([datum, { ...datum, weights: [1] }], "cross_entropy");
    const update = policy.optimStep(ADAM);
    await assert.rejects(bad, /weights/);
    await assert.rejects(update, /not taken/);
    same((await policy.logprobs([datum], "current"))[0]!, before[0]!);
  });

  claim("a gradient that was given up is not stepped on; the weights stay, and can be saved", async (policy) => {
    const { datum } = await sampleDatum(policy);
    const before = await policy.logprobs([datum], "current");
    const dropped = policy.forwardBackward([datum], "cross_entropy");
    policy.dropGradient!();
    await dropped;
    const path = await policy.saveState("000001");
    if (refusesDropped) {
      await assert.rejects(policy.optimStep(ADAM), /not taken: .*given up.*load the last saved state/);
    } else assert.equal((await policy.optimStep(ADAM))["optim/grad_norm"], 0);
    await policy.loadState(path, { optimizer: true });
    same((await policy.logprobs([datum], "current"))[0]!, before[0]!);
    await policy.forwardBackward([datum], "cross_entropy");
    assert.ok((await policy.optimStep(ADAM))["optim/grad_norm"]! > 0);
  });

  claim("a prompt that fills the context is refused", async (policy) => {
    const prompt = promptOf(Array.from({ length: policy.contextLength }, () => 3));
    await assert.rejects(policy.sample(prompt, 1, PARAMS), RangeError);
  });
}

/** A drawn completion as a datum with weights, and its log-probabilities as drawn. */
async function sampleDatum(policy: TrainablePolicy): Promise<{ datum: Datum; sampled: readonly number[] }> {
  const prompt = policy.chat.encodePrompt([{ role: "user", content: "How many pears?" }]);
  const [completion] = await policy.sample(promptOf(prompt), 1, PARAMS);
  const all = [...prompt, ...completion!.tokens];
  const mask = all.slice(1).map((_, t) => (t >= prompt.length - 1 ? 1 : 0));
  return {
    datum: { tokens: all.slice(0, -1), target_tokens: all.slice(1), mask, weights: mask },
    sampled: completion!.logprobs,
  };
}
