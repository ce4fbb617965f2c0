/**
 * `deno task bench [repeats=8]`: speed of the embedded engine on this machine, for the bundled model's shape and for a
 * 0.87 million parameter shape that figures of other systems are known for. Prints medians and best times; writes nothing.
 */
import { benchmarkEngine, type LlamaConfig, type Timing } from "../policy/mod.ts";
import { MODEL_SHAPE } from "../pretraining/mod.ts";
import { type CliIo, runCommand, systemIo, UsageError } from "./_io.ts";

const REFERENCE_SHAPE = {
  ...MODEL_SHAPE,
  vocab_size: 128,
  hidden_size: 128,
  intermediate_size: 384,
  num_hidden_layers: 4,
};

const HELP = `Measures the embedded engine on this machine:

  deno task bench [repeats=8]

training  forward, backward and Adam over 32 sequences of 128 tokens
decoding  64 prompts of 8 to 32 tokens, 128 new tokens each
GRPO      16 prompts of 128 tokens, 8 completions of 48 tokens each: drawn, trained on, Adam
`;

/** Measures and prints. @returns the exit code */
export function main(args: readonly string[], io: CliIo = systemIo()): Promise<number> {
  return runCommand(io, async () => {
    if (args.some((arg) => arg === "--help" || arg === "-h")) {
      io.out(HELP);
      return 0;
    }
    const repeats = repeatsOf(args);
    io.out(`${navigator.hardwareConcurrency} threads, ${repeats} repeats; median (best)\n`);
    for (const [name, shape] of [["bundled model", MODEL_SHAPE], ["0.87M reference", REFERENCE_SHAPE]] as const) {
      await measure(io, name, {
        ...shape,
        num_attention_heads: 4,
        num_key_value_heads: 4,
        head_dim: shape.hidden_size / 4,
      }, repeats);
    }
    return 0;
  });
}

async function measure(io: CliIo, name: string, shape: LlamaConfig, repeats: number): Promise<void> {
  const onProgress = (what: string) => io.isTerminal && io.err(`\r\x1b[K${name}: ${what}...`);
  const { parameters, training, decoding, grpo } = await benchmarkEngine(shape, repeats, onProgress);
  if (io.isTerminal) io.err("\r\x1b[K");
  io.out(`${name}: ${(parameters / 1e6).toFixed(2)}M parameters\n`);
  io.out(`  training  ${rate(training)} tokens/s\n`);
  io.out(`  decoding  ${rate(decoding)} tokens/s\n`);
  io.out(`  GRPO      ${rate(grpo)} rollouts/s\n`);
}

function rate({ amount, medianMs, bestMs }: Timing): string {
  const perSecond = (ms: number) => Math.round(amount / ms * 1000).toLocaleString("en-US");
  return `${perSecond(medianMs).padStart(8)} (${perSecond(bestMs)})`;
}

function repeatsOf(args: readonly string[]): number {
  const [first = "repeats=8", ...rest] = args;
  const repeats = Number(/^repeats=(\d+)$/.exec(first)?.[1]);
  if (rest.length > 0 || !(repeats >= 1 && repeats <= 1000)) {
    throw new UsageError(`bench takes repeats=1 to repeats=1000 only, not "${args.join(" ")}"`);
  }
  return repeats;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
