/**
 * `deno task pretrain out=<folder>`: makes the bundled model again, or another one like it, from nothing: vocabulary,
 * random weights, pretraining, and a model card with what came out.
 */
import { join, resolve } from "node:path";
import { existingPart, writeAside } from "../basics/mod.ts";
import { loadStyleTemplates, measureTemplates, modelCard, pretrain, type PretrainOptions } from "../pretraining/mod.ts";
import { type CliIo, runCommand, systemIo, UsageError } from "./_io.ts";
import { duration } from "./_text.ts";

const DEFAULTS = { out: "runs/pretrained", seed: 0, steps: 3500, batch: 32, learning_rate: 3e-3 };

const HELP = `Pretrains a small model on our own word problems:

  deno task pretrain [out=${DEFAULTS.out}] [seed=${DEFAULTS.seed}] [steps=${DEFAULTS.steps}] [batch=${DEFAULTS.batch}] [learning_rate=${DEFAULTS.learning_rate}]

The folder out opens as model_name=<out>; README.md in it says what came out.
`;

/** Pretrains. @returns the exit code */
export function main(args: readonly string[], io: CliIo = systemIo()): Promise<number> {
  return runCommand(io, async () => {
    if (args.some((arg) => arg === "--help" || arg === "-h")) {
      io.out(HELP);
      return 0;
    }
    const options = parseOptions(args);
    await requireEmpty(options.out);
    const start = io.now();
    let total = 0;
    const onStep = (step: number, loss: number, tokens: number) => {
      total = tokens;
      const seconds = (io.now() - start) / 1000;
      const last = step + 1 === options.steps;
      if (step !== 0 && !last && (step + 1) % 50 !== 0) return;
      const left = duration(seconds / (step + 1) * (options.steps - step - 1));
      io.out(
        `step ${step + 1}/${options.steps}  loss ${loss.toFixed(4)}  ${
          Math.round(tokens / seconds)
        } tokens/s  ${left} left\n`,
      );
    };
    const policy = await pretrain({ ...options, onStep });
    try {
      io.out("measuring every template on held-out problems\n");
      const card = modelCard("abacus", options, total, await measureTemplates(policy, await loadStyleTemplates()));
      await writeAside(join(options.out, "README.md"), card);
      io.out(`\n${card}\nthe model is in ${options.out}; train it with model_name=${options.out}\n`);
    } finally {
      await policy.close();
    }
    return 0;
  });
}

function parseOptions(args: readonly string[]): PretrainOptions {
  const options = { ...DEFAULTS };
  for (const arg of args) {
    const [, key, value] = /^(\w+)=(.+)$/.exec(arg) ?? [];
    if (key === undefined || value === undefined || !Object.hasOwn(options, key)) {
      throw new UsageError(
        `pretrain does not know "${arg}"; it takes ${Object.keys(DEFAULTS).map((name) => `${name}=...`).join(" ")}`,
      );
    }
    if (key === "out") options.out = value;
    else options[key as Exclude<keyof typeof DEFAULTS, "out">] = numberOf(arg, key, value);
  }
  return options;
}

function numberOf(arg: string, key: string, value: string): number {
  const number = Number(value);
  const whole = key !== "learning_rate";
  if (
    !Number.isFinite(number) || (whole && !Number.isSafeInteger(number)) || number < 0 ||
    (number === 0 && key !== "seed")
  ) {
    throw new UsageError(`argument "${arg}": ${key} is a positive ${whole ? "whole number" : "number"}`);
  }
  return number;
}

/** A model that took half an hour is not written over. */
async function requireEmpty(folder: string): Promise<void> {
  const part = await existingPart(folder);
  const info = await Deno.stat(part).catch(() => undefined);
  if (!info?.isDirectory) {
    throw new UsageError(`cannot write out=${folder}: ${part} is no folder; give another out=...`);
  }
  if (part !== resolve(folder)) return;
  for await (const { name } of Deno.readDir(folder)) {
    throw new UsageError(`${folder} is not empty (it holds ${name}); give another out=<folder>, or delete it`);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
