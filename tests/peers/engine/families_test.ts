/** Gradients of every family, of all weights and of adapters, for each loss, held against PyTorch's autograd. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { randomFrom } from "../../../lib/basics/mod.ts";
import { TensorFile } from "../../../lib/policy/local/files/tensor_file.ts";
import type { FlatTensors } from "../../../lib/policy/local/model/weights.ts";
import { layOut, type LayoutLimits } from "../../../lib/policy/local/training/layout.ts";
import { Trainer } from "../../../lib/policy/local/training/trainer.ts";
import type { LossName } from "../../../lib/policy/policy.ts";
import type { Datum } from "../../../lib/vocabulary.ts";
import { goOn, inTemporaryFolder, randomGroup } from "../../policy/local/_fixtures.ts";
import { FAMILIES, folderOf, KINDS, openFamily } from "../../policy/local/families/_families.ts";
import { runEngineScript } from "./_families.ts";

/** Each loss with its options; ratios are drawn on either side of the thresholds. */
const LOSSES: Readonly<Record<LossName, Readonly<Record<string, number>>>> = {
  cross_entropy: {},
  importance_sampling: {},
  ppo: { clip_low_threshold: 0.8, clip_high_threshold: 1.2 },
  cispo: { clip_low_threshold: 0.7, clip_high_threshold: 1.3 },
  dro: { beta: 0.05 },
};

/** Two groups that share a prompt each, and a completion alone. */
const GROUPS = [
  { seed: 1, prompt: 9, completions: [3, 11, 6, 1] },
  { seed: 2, prompt: 4, completions: [8, 2] },
  { seed: 3, prompt: 1, completions: [20] },
];

/** Bounds under which the data of a group share a row. */
const LIMITS: LayoutLimits = { tokens: 512, scores: 65536, tokenCost: 40 };

type Gradient = Pick<FlatTensors, "views" | "shapes">;

interface Case {
  readonly name: string;
  readonly out: string;
  readonly loss: LossName;
  readonly config: Readonly<Record<string, number>>;
  /** The engine's. */
  readonly total: number;
  readonly gradient: Gradient;
}

/** Ours first, then PyTorch's for the same data, in one process for all. */
Deno.test("every gradient of every family, full and LoRA, is PyTorch's within 1e-3 for each loss", () =>
  inTemporaryFolder(async (folder) => {
    const models: object[] = [];
    const cases: Case[] = [];
    for (const family of FAMILIES) {
      for (const kind of KINDS) {
        const { data, results } = await gradientsOf(family, kind, folder);
        cases.push(...results);
        const adapter = kind === "adapted" ? join(folderOf(family), "adapter") : null;
        const wanted = results.map(({ loss, config, out }) => ({ loss, config, out }));
        models.push({ folder: folderOf(family), adapter, data, cases: wanted });
      }
    }
    const totals = await runEngineScript("families.py", { models }) as number[];
    let worst = { error: 0, where: "" };
    for (const [i, { name, out, total, gradient }] of cases.entries()) {
      const wanted = totals[i] as number;
      assert.ok(
        Math.abs(total - wanted) < 1e-3 * Math.abs(wanted) + 1e-4,
        `${name}: the loss is ${total}, not ${wanted}`,
      );
      const found = await compare(gradient, out);
      assert.ok(found.error < 1e-3, `${name}: ${found.where} differs by ${found.error}`);
      if (found.error > worst.error) worst = { error: found.error, where: `${name}: ${found.where}` };
    }
    assert.equal(cases.length, 2 * FAMILIES.length * 5);
    console.log(`${cases.length} gradients; worst relative error ${worst.error.toExponential(1)} at ${worst.where}`);
  }));

/** The engine's gradients of one model for all losses. */
async function gradientsOf(
  family: string,
  kind: (typeof KINDS)[number],
  folder: string,
): Promise<{ data: Datum[]; results: Case[] }> {
  const model = await openFamily(family, kind);
  const trainer = new Trainer(model, { limits: LIMITS });
  const drawn = GROUPS.flatMap((group) => randomGroup(model.config, group));
  const random = randomFrom("ratios", family, kind);
  const own = await trainer.logprobs(drawn, model, goOn);
  const data = drawn.map((datum, i) => ({
    ...datum,
    logprobs: datum.mask.map((m, t) => m * ((own[i] as number[])[t] as number + random.next() - 0.5)),
  }));
  const shared = layOut(data, model.config, LIMITS).filter(({ shares }) => shares);
  assert.ok(shared.length > 0, "data of a group share their prompt here, while PyTorch gets a row each");
  const results: Case[] = [];
  for (const [loss, config] of Object.entries(LOSSES) as [LossName, Record<string, number>][]) {
    trainer.clearGradient();
    const { metrics } = await trainer.forwardBackward(data, { loss, config }, goOn);
    const name = `${family}, ${kind}, ${loss}`;
    const { views, shapes } = trainer.gradient;
    const kept = new Map(Array.from(views, ([name, view]) => [name, view.slice()]));
    const out = join(folder, `${family}_${kind}_${loss}.safetensors`);
    const gradient = { views: kept, shapes };
    results.push({ name, out, loss, config, total: metrics["loss:sum"] as number, gradient });
  }
  await trainer.release();
  return { data, results };
}

/** The largest error of a tensor's element by that tensor's largest, and of all by the norm, whichever is larger. */
async function compare({ views, shapes }: Gradient, path: string): Promise<{ error: number; where: string }> {
  using file = await TensorFile.open(path);
  assert.deepEqual([...file.header.tensors.keys()].sort(), [...views.keys()].sort());
  let worst = { error: 0, where: "" };
  let [squares, length] = [0, 0];
  for (const [name, got] of views) {
    const wanted = new Float32Array(got.length);
    await file.read(name, shapes.get(name) as readonly number[], wanted);
    const largest = wanted.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    assert.ok(largest > 0, `the gradient of ${name} is zero, which compares nothing`);
    const distance = got.map((value, i) => value - (wanted[i] as number));
    const error = distance.reduce((max, value) => Math.max(max, Math.abs(value)), 0) / largest;
    if (!(error <= worst.error)) worst = { error, where: name };
    squares += distance.reduce((sum, value) => sum + value * value, 0);
    length += wanted.reduce((sum, value) => sum + value * value, 0);
  }
  const overall = Math.sqrt(squares / length);
  return overall > worst.error ? { error: overall, where: "the whole" } : worst;
}
