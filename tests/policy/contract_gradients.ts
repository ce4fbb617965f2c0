/**
 * The part of the contract that is about gradients: what each loss comes to and which way it pulls, what accumulates, and
 * what an optimizer step does with it. Expected values are worked out from the formulas of the Tinker API's documentation
 * on log-probabilities that the policy itself returns, and from what small steps do; nothing here uses the losses of
 * `lib`. With lp a token's log-probability, q the one it was sampled with, A its advantage and r = exp(lp - q).
 */
import assert from "node:assert/strict";
import type { LossConfig, LossName, TrainablePolicy } from "../../lib/policy/policy.ts";
import type { AdamParams, Datum } from "../../lib/vocabulary.ts";

/** So large an epsilon makes a step proportional to the gradient: each number moves by 0.0003 of it. */
const PROPORTIONAL: AdamParams = {
  ...{ learning_rate: 3, beta1: 0, beta2: 0, eps: 1e4, weight_decay: 0, grad_clip_norm: 0 },
};
/** How far a step goes that is as long for every gradient, as an L2 norm. */
const LENGTH = 0.003;
/** What decides how a token's ratio is clipped: ratios well below, near and well above 1, up to beyond cispo's limit. */
const RATIOS = [0.4, 0.95, 1.1, 1.6, 6];
const ADVANTAGES = [1, -0.5, 2, -1.5, 0.7, -1];

/** How much a backend may differ. */
export interface GradientDifferences {
  /** How far two computations of one log-probability may be apart, at the least. */
  readonly tolerance: number;
  /** What is trained is an adapter, so that the weights stay where nothing of it is left. */
  readonly adapter: boolean;
  /** The loss is a mean and not a sum, so that the size of a gradient depends on what else it is of. */
  readonly meansLoss: boolean;
  /** Adds a test that opens a policy of its own. @param needs a loss or a parameter of Adam that not every server has */
  readonly claim: (text: string, body: (policy: TrainablePolicy) => Promise<void>, needs?: string) => void;
}

/** One token as the formulas see it. */
interface Token {
  readonly lp: number;
  readonly q: number;
  readonly A: number;
}

interface Case {
  readonly loss: LossName;
  /** Absent: the documented defaults. */
  readonly config?: LossConfig;
  /** The token's part of the loss. */
  readonly value: (token: Token) => number;
  /** Minus its derivative by lp: the weight that cross_entropy would have to give the token. */
  readonly weight: (token: Token) => number;
}

const ratio = ({ lp, q }: Token) => Math.exp(lp - q);
const between = (low: number, high: number, x: number) => Math.max(low, Math.min(high, x));

function ppo(low: number, high: number, config?: LossConfig): Case {
  const isFree = (token: Token) => ratio(token) * token.A <= between(low, high, ratio(token)) * token.A;
  return {
    ...{ loss: "ppo", ...(config && { config }) },
    value: (token) => -Math.min(ratio(token) * token.A, between(low, high, ratio(token)) * token.A),
    weight: (token) => (isFree(token) ? ratio(token) * token.A : 0),
  };
}

function cispo(low: number, high: number, config?: LossConfig): Case {
  const weight = (token: Token) => between(low, high, ratio(token)) * token.A;
  return { loss: "cispo", ...(config && { config }), value: (token) => -weight(token) * token.lp, weight };
}

function dro(beta: number, config?: LossConfig): Case {
  return {
    ...{ loss: "dro", ...(config && { config }) },
    value: ({ lp, q, A }) => -(lp * A - (beta / 2) * (lp - q) ** 2),
    weight: ({ lp, q, A }) => A - beta * (lp - q),
  };
}

const CASES: readonly Case[] = [
  { loss: "importance_sampling", value: (token) => -ratio(token) * token.A, weight: (token) => ratio(token) * token.A },
  ppo(0.8, 1.2),
  ppo(0.5, 1.5, { clip_low_threshold: 0.5, clip_high_threshold: 1.5 }),
  cispo(0, 4),
  cispo(0.5, 1.2, { clip_low_threshold: 0.5, clip_high_threshold: 1.2 }),
  dro(0.05),
  dro(0.3, { beta: 0.3 }),
];

/** Adds the claims about gradients. */
export function gradientClaims(differences: GradientDifferences): void {
  lossClaims(differences);
  stepClaims(differences);
}

function lossClaims({ claim, tolerance, meansLoss }: GradientDifferences): void {
  claim("cross_entropy is minus the sum of the weighted log-probabilities", async (policy) => {
    const data = await offPolicy(policy);
    const weighted = data.map((datum) => ({ ...datum, weights: scored(datum).map((t) => (t < 0 ? 0 : 0.5 + t)) }));
    const { logprobs, metrics } = await policy.forwardBackward(weighted, "cross_entropy");
    const expected = -sum(weighted.flatMap(({ weights }, d) => weights.map((w, t) => w * logprobs[d]![t]!)));
    near(metrics["loss:sum"]!, expected, 1e-4);
    const scores = await policy.logprobs(weighted, "current");
    scores.forEach((row, d) => row.forEach((lp, t) => near(lp, logprobs[d]![t]!, 0, Math.max(tolerance, 1e-4))));
  });

  for (const { loss, config, value, weight } of CASES) {
    const name = config === undefined ? loss : `${loss} with ${JSON.stringify(config)}`;
    const text = "is the sum of its formula, and pulls as cross_entropy does with its derivative as weights";
    claim(`${name} ${text}`, async (policy) => {
      const data = await offPolicy(policy);
      const [datum] = data as [Datum];
      const [tokens] = tokensOf([datum], await policy.logprobs([datum], "current"));
      const pulls = tokens!.map(weight);
      const weights = scored(datum).map((at) => (at < 0 ? 0 : pulls[at]!));
      const changes = await changesBy(policy, [datum], [
        () => policy.forwardBackward([datum], loss, config && { config }),
        () => policy.forwardBackward([{ ...datum, weights }], "cross_entropy"),
      ], meansLoss ? "equal" : PROPORTIONAL);
      // What a mean is taken over is another matter for each loss.
      const scale = meansLoss ? largest(changes[0]!) / largest(changes[1]!) : 1;
      sameChange(changes[0]!, changes[1]!.map((change) => scale * change), tolerance);
      const { logprobs, metrics } = await policy.forwardBackward(data, loss, config && { config });
      near(metrics["loss:sum"]!, sum(tokensOf(data, logprobs).flat().map(value)), 1e-4);
    }, loss);
  }
}

function stepClaims({ claim, tolerance, adapter, meansLoss }: GradientDifferences): void {
  claim("gradients accumulate: data one after the other move it as they do together", async (policy) => {
    // Where each call's loss is a mean of its own, only means of as many tokens add up to that of all; and calls that
    // are under way at once may be taken for one, whose mean is half of the sum of two.
    const data = await offPolicy(policy, meansLoss ? [8, 8] : [8, 7]);
    const pull = async (datum: Datum) => void await policy.forwardBackward([datum], "importance_sampling");
    const oneByOne = async () => {
      for (const datum of data) await pull(datum);
    };
    const changes = await changesBy(policy, data, [
      meansLoss ? oneByOne : async () => void await Promise.all(data.map(pull)),
      () => policy.forwardBackward(data, "importance_sampling"),
      () => pull(data[0]!),
    ], meansLoss ? "equal" : PROPORTIONAL);
    sameChange(changes[0]!, changes[1]!, tolerance);
    assert.throws(() => sameChange(changes[2]!, changes[1]!, tolerance), "each counts");
  });

  claim("a gradient beyond grad_clip_norm is shortened to it, one within is left alone", async (policy) => {
    const [datum] = await offPolicy(policy) as [Datum];
    const pull = () => policy.forwardBackward([datum], "importance_sampling");
    const norms: number[] = [];
    // So short that half a step makes half a change.
    const short = (i: number) => ({
      ...PROPORTIONAL,
      learning_rate: 1,
      grad_clip_norm: [0, 0.5, 2][i]! * (norms[0] ?? 0),
    });
    const [free, half, wide] = await changesBy(policy, [datum], [pull, pull, pull], short, norms);
    norms.forEach((norm) => near(norm, norms[0]!, 1e-3));
    sameChange(half!.map((change) => 2 * change), free!, 2 * tolerance);
    sameChange(wide!, free!, tolerance);
  }, "grad_clip_norm");

  claim("weight decay is decoupled: with learning_rate * weight_decay = 1 nothing trained is left", async (policy) => {
    const [datum] = await offPolicy(policy) as [Datum];
    await policy.forwardBackward([datum], "cross_entropy");
    await policy.optimStep({ ...PROPORTIONAL, eps: 1e-8, learning_rate: 1e-3 });
    await policy.forwardBackward([datum], "cross_entropy");
    await policy.optimStep({ ...PROPORTIONAL, learning_rate: 1, weight_decay: 1, eps: 1e12 });
    const [left] = await policy.logprobs([datum], "current");
    const [reference] = await policy.logprobs([datum], "reference");
    const close = Math.max(tolerance, 1e-5);
    // Without weights every token is as likely as any other, those included that a model has beyond its tokenizer's.
    const uniform = left!.at(-1)!;
    left!.forEach((lp, t) => datum.mask[t] === 1 && near(lp, adapter ? reference![t]! : uniform, 0, close));
    if (!adapter) assert.ok(uniform <= -Math.log(policy.chat.vocabSize) + close);
  });

  claim("Adam's first step is as long for a gradient 128 times as large", async (policy) => {
    const [datum] = await offPolicy(policy) as [Datum];
    const by = (factor: number) => () =>
      policy.forwardBackward([{ ...datum, weights: datum.mask.map((m) => factor * m) }], "cross_entropy");
    const adam = { ...PROPORTIONAL, learning_rate: 1e-4, beta1: 0.9, beta2: 0.95, eps: 1e-12 };
    const changes = await changesBy(policy, [datum], [by(1), by(128)], adam);
    sameChange(changes[0]!, changes[1]!, tolerance);
  });
}

/**
 * Two completions of one prompt as data whose tokens were sampled with other probabilities than they have now, so that all
 * ratios of `RATIOS` appear, with advantages of both signs. `weights` are the mask.
 */
async function offPolicy(policy: TrainablePolicy, lengths: readonly number[] = [8, 7]): Promise<Datum[]> {
  const prompt = policy.chat.encodePrompt([{ role: "user", content: "How many pears?" }]);
  const completions = lengths.map((length, d) =>
    // What is said does not matter, only that every policy says the same.
    Array.from({ length }, (_, t) => prompt[(5 * t + 2 * d + 1) % prompt.length]!)
  );
  const data = completions.map((completion) => {
    const all = [...prompt, ...completion];
    const mask = all.slice(1).map((_, t) => (t >= prompt.length - 1 ? 1 : 0));
    return { tokens: all.slice(0, -1), target_tokens: all.slice(1), mask, weights: mask };
  });
  const now = await policy.logprobs(data, "current");
  return data.map((datum, d) => {
    const at = scored(datum);
    return {
      ...datum,
      logprobs: at.map((i, t) => (i < 0 ? 0 : now[d]![t]! - Math.log(RATIOS[(i + d) % RATIOS.length]!))),
      advantages: at.map((i) => (i < 0 ? 0 : ADVANTAGES[(i + d) % ADVANTAGES.length]!)),
    };
  });
}

/** [T] the number of a scored target among the scored ones; -1 where it is not scored. */
function scored({ mask }: Datum): number[] {
  let count = 0;
  return mask.map((m) => (m === 1 ? count++ : -1));
}

/** [D][S] the scored tokens of data. */
function tokensOf(data: readonly Datum[], logprobs: readonly (readonly number[])[]): Token[][] {
  return data.map(({ mask, logprobs: sampled, advantages }, d) =>
    mask.flatMap((m, t) => (m === 1 ? [{ lp: logprobs[d]![t]!, q: sampled![t]!, A: advantages![t]! }] : []))
  );
}

/** How a gradient is stepped on: by these parameters, by those of its number, or as far for each of them. */
type Stepping = AdamParams | ((i: number) => AdamParams) | "equal";

/**
 * By how much each way of making a gradient, stepped on from the same weights, changes the scored log-probabilities.
 * @param norms the gradients' norms are added to it
 */
async function changesBy(
  policy: TrainablePolicy,
  data: readonly Datum[],
  pulls: readonly (() => Promise<unknown>)[],
  stepping: Stepping,
  norms: number[] = [],
): Promise<number[][]> {
  const flat = async () => (await policy.logprobs(data, "current")).flat();
  const stepped = async (adam: AdamParams) => (await policy.optimStep(adam))["optim/grad_norm"]!;
  const path = await policy.saveState("before");
  const before = await flat();
  const changes: number[][] = [];
  for (const [i, pull] of pulls.entries()) {
    if (i > 0) await policy.loadState(path, { optimizer: true });
    if (stepping === "equal") {
      // Too short to move anything: the first does away with a gradient that another model may have left there, the
      // second tells how long this one is.
      await stepped({ ...PROPORTIONAL, learning_rate: 1e-12 });
      await pull();
      const norm = await stepped({ ...PROPORTIONAL, learning_rate: 1e-12 });
      await pull();
      await stepped({ ...PROPORTIONAL, learning_rate: LENGTH * PROPORTIONAL.eps / norm });
    } else {
      await pull();
      norms.push(await stepped(typeof stepping === "function" ? stepping(i) : stepping));
    }
    changes.push((await flat()).map((lp, t) => lp - before[t]!));
  }
  return changes;
}

/** Changes are the same where they differ by little of the largest of them. */
function sameChange(a: readonly number[], b: readonly number[], tolerance: number): void {
  assert.ok(largest(b) > 20 * tolerance && largest(b) < 3, `changes of ${largest(b)} show nothing`);
  const allowed = 0.02 * largest(b) + 2 * tolerance;
  a.forEach((change, t) => assert.ok(Math.abs(change - b[t]!) <= allowed, `${a.join(" ")} | ${b.join(" ")}`));
}

function largest(values: readonly number[]): number {
  return Math.max(...values.map(Math.abs));
}

function near(value: number, expected: number, relative: number, absolute = 1e-4): void {
  assert.ok(Math.abs(value - expected) <= absolute + relative * Math.abs(expected), `${value} | ${expected}`);
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
