/**
 * The grading part of `deno task bench`: answers a second, beside the recipe's grader and Math-Verify where
 * `tests/peers/setup.sh` has installed them. Ours and theirs take turns on the same rows in one run; figures are medians of
 * the rounds.
 */
import { randomFrom } from "../basics/mod.ts";
import { gradeAnswer, prepareReference } from "../grading/mod.ts";
import { loadGsm8k, loadWordProblems } from "../problems/mod.ts";

/** One answer to grade. */
export interface BenchRow {
  /** As a model wrote it, without a box. */
  readonly answer: string;
  /** What it is held against. */
  readonly reference: string;
}

/** Seconds for one answer, by grader: the median of the rounds. */
export interface GradingTimes {
  /** Rows that were measured in all rounds together. */
  readonly rows: number;
  /** Ours, of answers that it has not seen before. */
  readonly standard: number;
  /** Ours, of the same answers once more, as they come again within a group. */
  readonly again: number;
  /** The peers' by name; absent when they are not installed. */
  readonly peers?: Readonly<Record<string, number>>;
}

/** Before each round. */
const WARM_UP_PASSES = 20;

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

/**
 * Measures ours, and the peers on the same rows in turns. References are prepared before, as a run does when it loads its
 * problems. Each round has rows of its own, so that no grader has seen an answer before; every other row only warms up.
 * @param rounds at least 1, at most half the number of rows
 * @param python the peers' interpreter; absent: ours alone
 */
export async function measureGrading(
  rows: readonly BenchRow[],
  rounds: number,
  python: string | undefined,
): Promise<GradingTimes> {
  const ours: number[] = [];
  const again: number[] = [];
  const peers: Record<string, number[]> = {};
  const [warmUp, measured] = dealt(rows, 2) as [BenchRow[], BenchRow[]];
  const parts = dealt(measured, Math.min(rounds, measured.length));
  let passes = 0;
  for (const part of parts) {
    // Code that was idle while the peers had their turn is thrown away.
    for (let i = 0; i < WARM_UP_PASSES; i++) gradeRows(warmUp.map((row) => withOtherDigits(row, passes++)));
    for (const { reference } of part) prepareReference(reference).problem;
    ours.push(secondsEach(part));
    again.push(secondsEach(part));
    if (python === undefined) continue;
    for (const [name, seconds] of Object.entries(await runPeers(python, part))) {
      (peers[name] ??= []).push(seconds / part.length);
    }
  }
  const medians = Object.fromEntries(Object.entries(peers).map(([name, seconds]) => [name, median(seconds)]));
  return {
    rows: measured.length,
    standard: median(ours),
    again: median(again),
    ...(python !== undefined && { peers: medians }),
  };
}

/** The same shape with other numbers: what is remembered of one pass is of no use to the next. */
function withOtherDigits({ answer, reference }: BenchRow, pass: number): BenchRow {
  const shifted = (text: string) => text.replace(/[1-9]/g, (digit) => String(1 + (Number(digit) + pass) % 9));
  return { answer: shifted(answer), reference: shifted(reference) };
}

function secondsEach(rows: readonly BenchRow[]): number {
  const start = performance.now();
  gradeRows(rows);
  return (performance.now() - start) / 1000 / rows.length;
}

/** Rows dealt out to so many parts, one after the other. */
function dealt<T>(rows: readonly T[], parts: number): T[][] {
  return Array.from({ length: parts }, (_, part) => rows.filter((_, i) => i % parts === part));
}

function gradeRows(rows: readonly BenchRow[]): void {
  for (const { answer, reference } of rows) gradeAnswer(answer, reference, { bare: true });
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
