/**
 * `deno task smoke [template]`: does the whole chain work here? Samples, grades, trains, records, resumes and evaluates,
 * small enough for a minute, in a temporary folder that is removed again.
 */
import { join } from "node:path";
import { toJsonLine } from "../basics/mod.ts";
import { parseKeyValues, resolveConfig, type TrainConfig } from "../config/mod.ts";
import { closeTask, type OpenPolicy, openTask } from "../launch/mod.ts";
import { openForSampling, openPolicy } from "../policy/mod.ts";
import { openRun, type Run, RUN_FILES } from "../runs/mod.ts";
import type { Metrics } from "../vocabulary.ts";
import { main as evalMain } from "./eval.ts";
import { type CliIo, runCommand, systemIo } from "./_io.ts";
import { evaluationsOf, KEYS, testKey } from "./_summary.ts";
import { oneLine, painter } from "./_text.ts";
import { main as trainMain } from "./train.ts";

const HELP = `Checks that the whole chain works: deno task smoke [template] [key=value ...]

Samples, grades, trains two steps, resumes and evaluates in a temporary folder. The exit code is 0 when all is well.
`;

/** Small enough for a minute on two cores. */
const SMALL: Readonly<Record<string, string | number>> = {
  groups_per_batch: 4,
  group_size: 4,
  max_tokens: 96,
  train_limit: 64,
  test_limit: 16,
  eval_every: 1,
  save_every: 1,
  backend: "local",
};

/** What the checks have in common. */
interface Bench {
  readonly folder: string;
  /** Arguments for every training command. */
  readonly args: readonly string[];
  readonly config: TrainConfig;
  readonly io: CliIo;
  readonly open: OpenPolicy;
}

/** A check: says what it saw, or throws. Later checks use what earlier ones left in the folder. */
type Check = (bench: Bench) => Promise<string>;

const CHECKS: readonly (readonly [string, Check])[] = [
  ["sample and grade", sampleAndGrade],
  ["train two steps", trainTwoSteps],
  ["run folder", runFolderComplete],
  ["stop and resume", stopAndResume],
  ["evaluate a checkpoint", evaluateCheckpoint],
];

/** Checks the chain. @returns the exit code */
export function main(args: readonly string[], io: CliIo = systemIo(), open: OpenPolicy = openPolicy): Promise<number> {
  return runCommand(io, async () => {
    const parsed = parseKeyValues(args, { positional: ["prompt_template"] });
    if (parsed.help) {
      io.out(HELP);
      return 0;
    }
    const environment = {};
    const { config } = resolveConfig({ ...SMALL, ...parsed.input }, { environment, from: parsed });
    const given = args.map((arg) => arg.includes("=") ? arg : `prompt_template=${arg}`);
    const defaults = Object.entries(SMALL).filter(([key]) => !Object.hasOwn(parsed.input, key));
    const folder = await Deno.makeTempDir({ prefix: "math_rl_smoke_" });
    try {
      const all = [...given, ...defaults.map(([key, value]) => `${key}=${value}`)];
      return await runChecks({ folder, args: all, config, io, open });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function runChecks(bench: Bench): Promise<number> {
  const { io, config } = bench;
  const paint = painter(io.color);
  io.out(`${config.model_name} on ${config.env}, backend ${config.backend}\n`);
  const width = Math.max(...CHECKS.map(([name]) => name.length));
  for (const [name, check] of CHECKS) {
    const begun = io.now();
    try {
      const saw = await check(bench);
      const seconds = ((io.now() - begun) / 1000).toFixed(1);
      io.out(`${paint("green", "ok    ")}  ${name.padEnd(width)}  ${seconds} s  ${saw}\n`);
    } catch (error) {
      io.out(`${paint("red", "failed")}  ${name.padEnd(width)}  ${oneLine((error as Error).message, 2000)}\n`);
      // The checks after it build on it.
      return 1;
    }
  }
  io.out("all is well\n");
  return 0;
}

async function sampleAndGrade({ config, open, folder }: Bench): Promise<string> {
  const task = await openTask(config, open, { weightsDir: join(folder, "weights") });
  const { environment, policy, testProblems } = task;
  try {
    const [problem] = testProblems;
    if (problem === undefined) throw new Error("there is no held-out problem");
    const prompt = environment.prompt(problem);
    const params = { max_tokens: config.max_tokens, temperature: config.temperature, seed: config.seed };
    const completions = await policy.sample(prompt, config.group_size, params);
    const rollouts = await environment.grade(completions.map((completion) => ({ prompt, completion })));
    const outcomes = rollouts.map(({ grade }) => grade.outcome);
    if (outcomes.length !== config.group_size) {
      throw new Error(`asked for ${config.group_size}, got ${outcomes.length}`);
    }
    return `${prompt.tokens.length} prompt tokens, outcomes ${outcomes.join(", ")}`;
  } finally {
    await closeTask(task);
  }
}

async function trainTwoSteps(bench: Bench): Promise<string> {
  const run = await trained(bench, "whole", ["max_steps=2"]);
  const rewards = run.series(KEYS.reward).map(({ value }) => value.toFixed(3));
  return `reward ${rewards.join(", ")}`;
}

async function runFolderComplete({ folder }: Bench): Promise<string> {
  const path = join(folder, "whole");
  const run = await openRun(path);
  const { config, metrics, checkpoints, status, log } = RUN_FILES;
  for (const name of [config, metrics, checkpoints, status, log, "step_000000.html"]) await Deno.stat(join(path, name));
  if (run.state !== "finished") throw new Error(`the run is recorded as ${run.state}`);
  if (evaluationsOf(run).length !== 3) throw new Error(`${evaluationsOf(run).length} evaluations, not 3`);
  let rollouts = 0;
  for await (const { tokens, logprobs } of run.rollouts()) {
    if (tokens.length !== logprobs.length) throw new Error("a rollout has tokens without log-probabilities");
    rollouts++;
  }
  return `${rollouts} rollouts, ${run.checkpoints.length} checkpoints`;
}

/** One step, then resumed for another: the second must be what it was without the break, to the last bit. */
async function stopAndResume(bench: Bench): Promise<string> {
  await trained(bench, "halves", ["max_steps=1"]);
  const resumed = await trained(bench, "halves", ["max_steps=2", "behavior_if_log_dir_exists=resume"]);
  const whole = await openRun(join(bench.folder, "whole"));
  const [a, b] = [whole, resumed].map((run) => lastStep(run)) as [Metrics, Metrics];
  const different = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => a[key] !== b[key]);
  if (different.length > 0) throw new Error(`the resumed step differs from the uninterrupted one in ${different[0]}`);
  return "the same metrics as without the break";
}

function lastStep(run: Run): Metrics {
  const metrics = run.metrics.find(({ step }) => step === 1)?.metrics ?? {};
  return Object.fromEntries(Object.entries(metrics).filter(([key]) => !key.startsWith("time/")));
}

async function evaluateCheckpoint({ folder, io, open }: Bench): Promise<string> {
  const [path, json] = [join(folder, "whole"), join(folder, "figures.json")];
  const quiet = quietIo(io);
  if (await evalMain([path, `json=${json}`], quiet.io, openForSampling(open)) !== 0) {
    throw new Error(quiet.complained());
  }
  const figures = JSON.parse(await Deno.readTextFile(json));
  const now = figures.evaluations[0].metrics[KEYS.correct];
  const then = evaluationsOf(await openRun(path)).at(-1)?.metrics[testKey(KEYS.correct)];
  if (now !== then) throw new Error(`accuracy ${toJsonLine(now)}, but the run recorded ${toJsonLine(then)}`);
  return `accuracy ${now.toFixed(3)}, as the run recorded it`;
}

async function trained({ folder, args, io, open }: Bench, name: string, more: readonly string[]): Promise<Run> {
  const path = join(folder, name);
  const quiet = quietIo(io);
  if (await trainMain([...args, ...more, `log_path=${path}`], quiet.io, open) !== 0) {
    throw new Error(quiet.complained());
  }
  return await openRun(path);
}

/** The same terminal with nobody watching; keeps what went wrong. */
function quietIo(io: CliIo): { readonly io: CliIo; readonly complained: () => string } {
  let complaint = "";
  const quiet = {
    ...io,
    ...{ isTerminal: false, color: false, ask: null, out: () => {} },
    err: (text: string) => void (complaint += text),
  };
  return { io: quiet, complained: () => /^error: (.*)$/m.exec(complaint)?.[1] ?? "it failed without a word" };
}

if (import.meta.main) Deno.exit(await main(Deno.args));
