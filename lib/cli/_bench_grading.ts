/**
 * The grading part of `deno task bench`: answers a second, beside the recipe's grader and Math-Verify where
 * `tests/peers/setup.sh` has installed them. Ours and theirs take turns on the same rows in one run; figures are medians of
 * the rounds. Every grader has seen the references before: in training a reference is graded against many times.
 */
import { randomFrom } from "../basics/mod.ts";
import { gradeAnswer } from "../grading/mod.ts";
import { loadGsm8k, loadWordProblems } from "../problems/mod.ts";

/** One answer to grade. */
export interface BenchRow {
  /** As a model wrote it, without a box. */
  readonly answer: string;
  /** What it is held against. */
  readonly reference: string;
}

/** Seconds for all rows, by grader: the median of the rounds. */
export interface GradingTimes {
  /** Rows that were graded in each round. */
  readonly rows: number;
  /** Ours. */
  readonly standard: number;
  /** The peers' by name; absent when they are not installed. */
  readonly peers?: Readonly<Record<string, number>>;
}

/** Where `tests/peers/setup.sh` puts the peers, from the repository's root. */
export const PEERS = ".peers/grading/bin/python";

const MATH_FILES = [
  ...["math_style", "roots", "powers_logs", "trigonometry", "constants_complex", "expressions", "equations"],
  ...["inequalities", "intervals", "sets_unions", "tuples_vectors", "matrices", "fractions"],
];

/** Answers to grade-school problems as models write them: two thirds right, some with a unit, a sign or decimals. */
export function gradeSchoolRows(references: readonly string[], seed: number): BenchRow[] {
  const random = randomFrom(seed, "bench");
  const forms: readonly ((value: string) => string)[] = [
    (value) => value,
    (value) => value,
    (value) => `\\$${value}`,
    (value) => `${value}.00`,
    (value) => `${value} apples`,
    (value) => `$${value}$`,
  ];
  return references.map((reference) => {
    const isRight = random.next() < 2 / 3;
    const value = isRight ? reference : String(Number(reference) + random.int(1, 9));
    return { answer: random.pick(forms)(value), reference };
  });
}

/** References of GSM8K's test problems, or of word problems, which have their shape, where no folder with GSM8K is given. */
export async function gradeSchoolReferences(count: number, gsm8k: string | undefined): Promise<string[]> {
  const problems = gsm8k === undefined
    ? loadWordProblems({ split: "test", limit: count, seed: 0 })
    : (await loadGsm8k({ split: "test", data_path: gsm8k })).take(count);
  return problems.toArray().map(({ answer }) => answer);
}

/** The answers of the labelled set that look like MATH's: nothing that is only a number, no completions. */
export async function mathRows(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const name of MATH_FILES) {
    const text = await Deno.readTextFile(new URL(`../../tests/grading/labelled/${name}.jsonl`, import.meta.url));
    for (const line of text.split("\n")) {
      if (line.trim() === "") continue;
      const { answer, reference } = JSON.parse(line);
      if (typeof answer === "string") rows.push({ answer, reference });
    }
  }
  return rows;
}

/** Measures ours, and the peers on the same rows in turns. @param python the peers' interpreter; absent: ours alone */
export async function measureGrading(
  rows: readonly BenchRow[],
  rounds: number,
  python: string | undefined,
): Promise<GradingTimes> {
  const ours: number[] = [];
  const peers: Record<string, number[]> = {};
  let spaces = 0;
  gradeRows(rows, spaces++);
  for (let round = 0; round < rounds; round++) {
    // Ours is done in a moment: many passes, so that the clock has something to measure.
    const passes = 5;
    const start = performance.now();
    for (let pass = 0; pass < passes; pass++) gradeRows(rows, spaces++);
    ours.push((performance.now() - start) / 1000 / passes);
    if (python === undefined) continue;
    for (const [name, seconds] of Object.entries(await runPeers(python, rows))) (peers[name] ??= []).push(seconds);
  }
  const medians = Object.fromEntries(Object.entries(peers).map(([name, seconds]) => [name, median(seconds)]));
  return { rows: rows.length, standard: median(ours), ...(python !== undefined && { peers: medians }) };
}

/** Every pass has answers with more spaces around them, so that none is known from the pass before. */
function gradeRows(rows: readonly BenchRow[], spaces: number): void {
  const [before, behind] = [" ".repeat(spaces % 8), " ".repeat(Math.floor(spaces / 8))];
  for (const { answer, reference } of rows) gradeAnswer(before + answer + behind, reference, { bare: true });
}

async function runPeers(python: string, rows: readonly BenchRow[]): Promise<Record<string, number>> {
  const program = new URL("../../tests/peers/grading/graders.py", import.meta.url).pathname;
  const child = new Deno.Command(python, { args: [program, "1"], stdin: "piped", stdout: "piped", stderr: "piped" })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join("\n")));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(`the peers' graders failed: ${new TextDecoder().decode(stderr).slice(-500)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}
