/**
 * `deno task bench`: speed of the embedded engine on this machine, for the bundled model's shape and for a 0.87 million
 * parameter shape that figures of other systems are known for, and of grading beside other graders. Prints medians and best
 * times; writes nothing.
 */
import { fileURLToPath } from "node:url";
import { pathKind } from "../basics/mod.ts";
import { benchmarkEngine, type LlamaConfig, type Timing } from "../policy/mod.ts";
import { MODEL_SHAPE } from "../pretraining/mod.ts";
import { gradeSchoolReferences, gradeSchoolRows, mathRows, measureGrading, PEERS } from "./_bench_grading.ts";
import { type CliIo, runCommand, systemIo, UsageError } from "./_io.ts";

const REFERENCE_SHAPE = {
  ...MODEL_SHAPE,
  vocab_size: 128,
  hidden_size: 128,
  intermediate_size: 384,
  num_hidden_layers: 4,
};

const HELP = `Measures the embedded engine and grading on this machine:

  deno task bench [engine|grading] [repeats=8] [gsm8k=PATH]

Without engine or grading it measures both; repeats is how often each is measured.

training  forward, backward and Adam over 32 sequences of 128 tokens
decoding  64 prompts of 8 to 32 tokens, 128 new tokens each
GRPO      16 prompts of 128 tokens, 8 completions of 48 tokens each: drawn, trained on, Adam
grading   answers to grade-school problems (of GSM8K, where a folder with it is given) and answers as in MATH; beside the
          recipe's grader and Math-Verify, in turns, once tests/peers/setup.sh has installed them
`;

/** Answers to grade-school problems that are graded. */
const SCHOOL_ROWS = 1000;

/** Measures and prints. @returns the exit code */
export function main(args: readonly string[], io: CliIo = systemIo()): Promise<number> {
  return runCommand(io, async () => {
    if (args.some((arg) => arg === "--help" || arg === "-h" || arg === "help")) {
      io.out(HELP);
      return 0;
    }
    const { part, repeats, gsm8k } = parseBenchArgs(args);
    io.out(`${navigator.hardwareConcurrency} threads, ${repeats} repeats; median (best)\n`);
    if (part !== "grading") await benchEngine(io, repeats);
    if (part !== "engine") await benchGrading(io, repeats, gsm8k);
    return 0;
  });
}

async function benchEngine(io: CliIo, repeats: number): Promise<void> {
  for (const [name, shape] of [["bundled model", MODEL_SHAPE], ["0.87M reference", REFERENCE_SHAPE]] as const) {
    await measure(io, name, {
      ...shape,
      num_attention_heads: 4,
      num_key_value_heads: 4,
      head_dim: shape.hidden_size / 4,
    }, repeats);
  }
}

async function benchGrading(io: CliIo, repeats: number, gsm8k: string | undefined): Promise<void> {
  const python = await peersPython();
  const school = gradeSchoolRows(await gradeSchoolReferences(SCHOOL_ROWS, gsm8k), 0);
  const sets = { [gsm8k === undefined ? "word problems" : "GSM8K"]: school, "MATH-style": await mathRows() };
  for (const [name, rows] of Object.entries(sets)) {
    const { rows: count, standard, again, peers } = await measureGrading(rows, repeats, python);
    const each = (seconds: number) => `${(1e6 * seconds).toFixed(2).padStart(10)} us an answer`;
    io.out(`grading, ${count} ${name} answers\n  standard     ${each(standard)}\n`);
    io.out(`  seen before  ${each(again)}\n`);
    for (const [peer, seconds] of Object.entries(peers ?? {})) {
      const times = [standard, again].map((ours) => Math.round(seconds / ours));
      io.out(`  ${peer.padEnd(11)}  ${each(seconds)}, ${times.join(" and ")} times ours\n`);
    }
  }
  if (python === undefined) {
    io.out("  without the recipe's grader and Math-Verify: tests/peers/setup.sh installs them\n");
  }
}

/** The interpreter that has the peers, where it was made. */
async function peersPython(): Promise<string | undefined> {
  const path = fileURLToPath(new URL(`../../${PEERS}`, import.meta.url));
  return await pathKind(path) === "absent" ? undefined : path;
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

/** What is to be measured. */
export interface BenchOptions {
  /** Absent: both. */
  readonly part: "engine" | "grading" | undefined;
  readonly repeats: number;
  /** A folder with GSM8K's files. */
  readonly gsm8k: string | undefined;
}

/**
 * Reads the command line.
 * @throws {UsageError} when it holds anything else, or something twice
 */
export function parseBenchArgs(args: readonly string[]): BenchOptions {
  const given = new Map<string, string>();
  for (const arg of args) {
    const [, part, key, value] = /^(?:(engine|grading)|(repeats|gsm8k)=(.+))$/s.exec(arg) ?? [];
    const name = part === undefined ? key : "part";
    const isCount = key !== "repeats" || (/^\d{1,4}$/.test(value!) && Number(value) >= 1 && Number(value) <= 1000);
    if (name === undefined || !isCount || given.has(name)) {
      throw new UsageError(
        `bench takes engine or grading, repeats=1 to repeats=1000 and gsm8k=PATH, each once, not "${arg}"\n\n${HELP}`,
      );
    }
    given.set(name, part ?? value!);
  }
  const part = given.get("part") as BenchOptions["part"];
  return { part, repeats: Number(given.get("repeats") ?? 8), gsm8k: given.get("gsm8k") };
}

if (import.meta.main) Deno.exit(await main(Deno.args));
