/**
 * A LoRA adapter of the bundled model from the command line: trained, gone on with bit for bit, held on to by the KL
 * penalty, and evaluated by its run and by its folder alone.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main as evalMain } from "../../lib/cli/eval.ts";
import { main as resumeMain } from "../../lib/cli/resume.ts";
import { main as trainMain } from "../../lib/cli/train.ts";
import { openRun, type Run } from "../../lib/runs/mod.ts";
import { inTemporaryFolder } from "../policy/local/_fixtures.ts";
import { fakeIo } from "./_io.ts";

const ASKED = ["env=word_problems", "levels=3-4", "max_tokens=64", "test_limit=8"];
const TRAIN = [
  ...["backend=local", ...ASKED, "groups_per_batch=4", "group_size=4"],
  ...["lora_rank=4", "lora_alpha=8", "train_mlp=false", "learning_rate=3e-3", "save_every=1"],
];

async function command(main: typeof trainMain, args: readonly string[]): Promise<string> {
  const io = fakeIo();
  assert.equal(await main(args, io), 0, io.complained());
  return io.said();
}

async function train(path: string, ...more: string[]): Promise<Run> {
  await command(trainMain, [...TRAIN, `log_path=${path}`, ...more]);
  return await openRun(path);
}

async function accuracyOf(...args: string[]): Promise<string> {
  const io = fakeIo();
  assert.equal(await evalMain([...args, "record=false"], io), 0, io.complained());
  return /accuracy \(strict\) +(\S+)/.exec(io.said())![1]!;
}

/** The weights of a run's last checkpoint. */
async function adapterOf(run: Run): Promise<Uint8Array> {
  return await Deno.readFile(join(run.checkpoints.at(-1)!.state_path, "adapter_model.safetensors"));
}

/** A step's figures, but for how long things took. */
function figuresOf(run: Run, step: number): [string, number][] {
  const { metrics } = run.metrics.find((row) => row.step === step)!;
  return Object.entries(metrics).filter(([key]) => !/time|per_second|test\/|cost/.test(key)).sort();
}

Deno.test("an adapter is trained, resumed bit for bit, and evaluated by its run and by its folder alone", () =>
  inTemporaryFolder(async (folder) => {
    const whole = await train(join(folder, "whole"), "max_steps=2");
    await train(join(folder, "parts"), "max_steps=1");
    await command(resumeMain, [join(folder, "parts"), "max_steps=2"]);
    const parts = await openRun(join(folder, "parts"));
    assert.deepEqual(figuresOf(parts, 1), figuresOf(whole, 1));
    assert.deepEqual(await adapterOf(parts), await adapterOf(whole));
    assert.ok(whole.metrics.some(({ metrics }) => metrics["optim/grad_norm"]! > 0), "something is learnt");

    const { state_path } = whole.checkpoints.at(-1)!;
    const asked = JSON.parse(await Deno.readTextFile(join(state_path, "adapter_config.json")));
    assert.deepEqual([asked.peft_type, asked.r, asked.lora_alpha], ["LORA", 4, 8]);
    const last = whole.metrics.at(-1)!.metrics["test/env/all/correct"]!.toFixed(3);
    assert.equal(await accuracyOf(whole.path), last);
    const alone = join(folder, "alone");
    await Deno.rename(state_path, alone);
    assert.equal(await accuracyOf(alone, ...ASKED, "backend=local"), last);
  }));

Deno.test("an adapter goes on from another run's, and the KL penalty holds on to it", () =>
  inTemporaryFolder(async (folder) => {
    const { checkpoints } = await train(join(folder, "first"), "max_steps=1");
    const path = checkpoints.at(-1)!.state_path;
    const held = [`kl_reference_path=${path}`, "kl_penalty_coef=0.1", "max_steps=1"];
    const from = await train(join(folder, "from"), ...held, `load_checkpoint_path=${path}`);
    const base = await train(join(folder, "base"), ...held);
    const [close, far] = [from, base].map((run) => run.metrics[0]!.metrics["kl_policy_base"]!);
    assert.ok(Math.abs(close!) < 1e-4 && Math.abs(far!) > 1e-3, `${close} ${far}`);
  }));
