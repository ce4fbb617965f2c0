/**
 * `deno task bench`: speed of the embedded engine on this machine beside PyTorch, transformers and TRL, and of grading beside
 * other graders, where tests/peers/setup.sh has installed them. Prints medians and ratios; writes nothing.
 */
import { fileURLToPath } from "node:url";
import { pathKind } from "../basics/mod.ts";
import type { BenchmarkWork } from "../policy/mod.ts";
import { ENGINE_SHAPES, type EngineShape, engineTable, measureEngine, USUAL_SHAPES, WORKS } from "./_bench_engine.ts";
import { gradeSchoolReferences, gradeSchoolRows, mathRows, measureGrading, PEERS } from "./_bench_grading.ts";
import { ENGINE_PEERS } from "./_bench_peer.ts";
import { type CliIo, runCommand, systemIo, UsageError } from "./_io.ts";

const HELP = `Measures the embedded engine and grading on this machine:

  deno task bench [engine|grading] [repeats=8] [shape=bundled|0.87m|135m] [what=WORK] [gsm8k=PATH]

Without engine or grading it measures both; repeats is how often each is measured (default 8; 3 of shape=135m).

shape     bundled and 0.87m, unless one is named; 135m is SmolLM2-135M's with LoRA of rank 16 and takes minutes and gigabytes
what      one kind of work instead of all:
  training  forward, backward and Adam over sequences
  rollouts  the same over given rollouts, as GRPO trains on them
  decoding  completions drawn, one a prompt
  groups    completions drawn, several a prompt
  grpo      a whole GRPO step: drawn, trained on, Adam
grading   answers to grade-school problems (of GSM8K, where a folder with it is given) and answers as in MATH

The engine is measured beside PyTorch, transformers and TRL, grading beside the recipe's grader and Math-Verify, each in
turns, once tests/peers/setup.sh has installed them. A ratio above 1 says that ours is faster.
`;

/** Answers to grade-school problems that are graded. */
const SCHOOL_ROWS = 1000;

/** How often a work is measured, unless the command line or the shape says otherwise. */
const REPEATS = 8;

/** Measures and prints. @returns the exit code */
export function main(args: readonly string[], io: CliIo = systemIo()): Promise<number> {
  return runCommand(io, async () => {
    if (args.some((arg) => arg === "--help" || arg === "-h" || arg === "help")) {
      io.out(HELP);
      return 0;
    }
    const options = parseBenchArgs(args);
    io.out(`${navigator.hardwareConcurrency} threads; medians\n`);
    if (options.part !== "grading") await benchEngine(io, options);
    if (options.part !== "engine") await benchGrading(io, options.repeats ?? REPEATS, options.gsm8k);
    return 0;
  });
}

async function benchEngine(io: CliIo, { shapes, works, repeats }: BenchOptions): Promise<void> {
  const python = await interpreter(ENGINE_PEERS);
  for (const shape of shapes) {
    const onProgress = (what: string) => void (io.isTerminal && io.err(`\r\x1b[K${shape.title}: ${what}...`));
    const times = await measureEngine(shape, { works, repeats: repeats ?? shape.repeats, python, onProgress });
    if (io.isTerminal) io.err("\r\x1b[K");
    io.out(`${engineTable(shape, times)}\n`);
  }
  if (python === undefined) io.out("  without PyTorch, transformers and TRL: tests/peers/setup.sh installs them\n");
}

async function benchGrading(io: CliIo, repeats: number, gsm8k: string | undefined): Promise<void> {
  const python = await interpreter(PEERS);
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

/** An interpreter that `tests/peers/setup.sh` makes, by its path from the repository's root, where it was made. */
async function interpreter(fromRoot: string): Promise<string | undefined> {
  const path = fileURLToPath(new URL(`../../${fromRoot}`, import.meta.url));
  return await pathKind(path) === "absent" ? undefined : path;
}

/** What is to be measured. */
export interface BenchOptions {
  /** Absent: both. */
  readonly part: "engine" | "grading" | undefined;
  /** Absent: as often as is usual. */
  readonly repeats: number | undefined;
  readonly shapes: readonly EngineShape[];
  readonly works: readonly BenchmarkWork[];
  /** A folder with GSM8K's files. */
  readonly gsm8k: string | undefined;
}

/** What each argument may be, by its name; the part has none. */
const ARGUMENTS: Readonly<Record<string, RegExp>> = {
  "": /^(?:engine|grading)$/,
  repeats: /^(?:[1-9]\d{0,2}|1000)$/,
  shape: new RegExp(`^(?:${ENGINE_SHAPES.map(({ name }) => name.replaceAll(".", "\\.")).join("|")})$`),
  what: new RegExp(`^(?:${WORKS.join("|")})$`),
  gsm8k: /^.+$/s,
};

/**
 * Reads the command line.
 * @throws {UsageError} when it holds anything else, something twice, or what is of the other part
 */
export function parseBenchArgs(args: readonly string[]): BenchOptions {
  const given = new Map<string, string>();
  const refuse = (arg: string): never => {
    throw new UsageError(
      `bench takes engine or grading, repeats=1 to repeats=1000, for the engine shape=${
        ENGINE_SHAPES.map(({ name }) => name).join("|")
      } and what=${WORKS.join("|")}, for grading gsm8k=PATH, each once, not "${arg}"\n\n${HELP}`,
    );
  };
  for (const arg of args) {
    const [, key = "", value = arg] = /^(\w+)=(.*)$/s.exec(arg) ?? [];
    const allowed = Object.hasOwn(ARGUMENTS, key) ? ARGUMENTS[key] : undefined;
    if (allowed?.test(value) !== true || given.has(key)) refuse(arg);
    given.set(key, value);
  }
  const [shape, what, gsm8k] = ["shape", "what", "gsm8k"].map((key) => given.get(key));
  const ofEngine = shape !== undefined || what !== undefined;
  const part = (given.get("") ?? (ofEngine ? "engine" : undefined)) as BenchOptions["part"];
  if (part === "grading" && ofEngine) refuse(shape === undefined ? `what=${what}` : `shape=${shape}`);
  return {
    part,
    repeats: given.has("repeats") ? Number(given.get("repeats")) : undefined,
    shapes: shape === undefined ? USUAL_SHAPES : ENGINE_SHAPES.filter(({ name }) => name === shape),
    works: what === undefined ? WORKS : [what as BenchmarkWork],
    gsm8k,
  };
}

if (import.meta.main) Deno.exit(await main(Deno.args));
