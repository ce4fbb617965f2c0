/**
 * `deno task show <run>`: one run in the terminal, from its folder alone: how it is doing, what it was asked to do, what
 * it learned, what its completions look like.
 */
import { sparkText } from "../basics/mod.ts";
import { diagnose, diagnosisLine } from "../diagnosis/mod.ts";
import type { RolloutRow, Run } from "../runs/mod.ts";
import { type Outcome, OUTCOMES } from "../vocabulary.ts";
import { asideKey, bestCheckpoint, bestText } from "./_best.ts";
import { follow } from "./_follow.ts";
import { type CliIo, runCommand, systemIo } from "./_io.ts";
import { namedRun } from "./_named_run.ts";
import { beforeAfterTable, evaluationsOf, KEYS, testKey } from "./_summary.ts";
import { oneLine, type Paint, painter, quote, rate, table } from "./_text.ts";

const HELP = `Shows a run: deno task show <run> [--follow]

  run        a run's folder, or its name below runs/
  --follow   shows it as it goes on, wherever it trains, until it has ended; Ctrl-C ends the watching, not the run
`;

/** Steps listed one by one; of a longer run evenly spread ones. */
const MOST_STEPS = 20;
/** Trajectories shown. */
const SAMPLES = 3;

/** Shows one run. @returns the exit code */
export function main(args: readonly string[], io: CliIo = systemIo()): Promise<number> {
  return runCommand(io, async () => {
    if (args.some((arg) => arg === "--help" || arg === "-h")) {
      io.out(HELP);
      return 0;
    }
    const named = args.filter((arg) => arg !== "--follow");
    const { path, run } = await namedRun(named, { doing: "show", help: HELP, io });
    if (named.length < args.length) return await follow(run, path, io);
    const paint = painter(io.color);
    const parts = [Deno.inspect(run), settings(run), diagnosisLine(await diagnose(run)) ?? ""];
    parts.push(accuracy(run, paint), steps(run, paint));
    parts.push(...await trajectories(run, io.columns(), paint), checkpoints(run, paint));
    io.out(`${parts.filter((part) => part !== "").join("\n\n")}\n`);
    return 0;
  });
}

function settings({ config }: Run): string {
  const shown = ["groups_per_batch", "group_size", "learning_rate", "max_tokens", "temperature", "eval_every"] as const;
  return `  ${shown.map((key) => `${key}=${config[key]}`).join(" ")}`;
}

function accuracy(run: Run, paint: Paint): string {
  const evaluations = evaluationsOf(run);
  const [first, last] = [evaluations[0], evaluations.at(-1)];
  if (first === undefined || last === undefined || first === last) return "";
  return paint("bold", `evaluations, after ${first.step} and ${last.step} steps`) + "\n" +
    [beforeAfterTable(first.metrics, last.metrics), bestText(run).trimEnd()].filter((text) => text !== "").join("\n\n");
}

function steps(run: Run, paint: Paint): string {
  const trained = run.metrics.filter(({ metrics }) => metrics[KEYS.reward] !== undefined);
  if (trained.length === 0) return "";
  const lines = [["reward", KEYS.reward], ["accuracy", KEYS.correct], ["length", KEYS.tokens]].map(([name, key]) => [
    name as string,
    sparkText(trained.map(({ step, metrics }) => ({ step, value: metrics[key as string] ?? NaN })), 60),
  ]);
  const every = Math.ceil(trained.length / MOST_STEPS);
  const listed = trained.filter((_, i) => i % every === 0 || i === trained.length - 1);
  const hasAside = trained.some(({ metrics }) => asideKey(KEYS.correct) in metrics);
  const rows = listed.map(({ step, metrics }) => [
    String(step + 1),
    rate(metrics[KEYS.reward]),
    rate(metrics[KEYS.correct]),
    (metrics[KEYS.tokens] ?? NaN).toFixed(1),
    rate(metrics[testKey(KEYS.correct)]),
    ...(hasAside ? [rate(metrics[asideKey(KEYS.correct)])] : []),
  ]);
  const head = ["step", "reward", "accuracy", "length", "held-out before it", ...(hasAside ? ["set aside"] : [])];
  return `${paint("bold", "training")}\n${table(lines, { left: 2 })}\n\n${table([head, ...rows], { left: 0 })}`;
}

/** Outcome counts and a few trajectories of the last evaluation, else of the last step. */
async function trajectories(run: Run, columns: number, paint: Paint): Promise<string[]> {
  const file = (await run.rolloutFiles({ split: "test" })).at(-1) ?? (await run.rolloutFiles()).at(-1);
  if (file === undefined) return [];
  const counts = new Map<Outcome, number>();
  const samples = new Map<Outcome, RolloutRow>();
  let total = 0;
  for await (const row of run.rollouts({ split: file.split, step: file.step })) {
    total++;
    counts.set(row.outcome, (counts.get(row.outcome) ?? 0) + 1);
    if (!samples.has(row.outcome)) samples.set(row.outcome, row);
  }
  const what = file.split === "test" ? "held-out problems" : "training problems";
  const rows = OUTCOMES.filter((outcome) => counts.has(outcome)).map((outcome) => {
    const count = counts.get(outcome) ?? 0;
    return [outcome, String(count), `${(100 * count / total).toFixed(1)} %`];
  });
  const shown = OUTCOMES.flatMap((outcome) => samples.get(outcome) ?? []).slice(0, SAMPLES);
  return [
    `${paint("bold", `outcomes, ${what} after ${file.step} steps`)}\n${table(rows)}`,
    ...shown.map((row) => trajectory(row, columns, paint)),
  ];
}

function trajectory(row: RolloutRow, columns: number, paint: Paint): string {
  // An endpoint that tells no token ids leaves none.
  const length = row.tokens.length === 0 ? "" : `, ${row.tokens.length} tokens`;
  const verdict = `${row.outcome}: answered ${oneLine(row.extracted ?? "nothing", 40)}, right is ` +
    `${oneLine(row.reference, 40)}, reward ${rate(row.reward)}${length}`;
  return [
    oneLine(row.problem_id),
    paint("dim", quote(row.question, "  | ", columns, 8)),
    quote(row.text === "" ? "(empty)" : row.text, "  > ", columns, 14),
    `  ${paint(row.correct ? "green" : "red", verdict)}`,
  ].join("\n");
}

function checkpoints(run: Run, paint: Paint): string {
  if (run.checkpoints.length === 0) return "";
  const best = bestCheckpoint(run);
  const standing = run.checkpoints.filter((saved) => saved.name !== "best" || saved === best);
  const shown = standing.filter((saved, i) => saved === best || i >= standing.length - 10);
  const rows = shown.map(({ name, step, sampler_path, final }) => [
    oneLine(name, 60) + (final && name !== "final" ? " (final)" : ""),
    `after ${step} steps`,
    oneLine(sampler_path, 200),
  ]);
  return `${paint("bold", "checkpoints")}\n${table(rows, { left: 3 })}`;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
