/**
 * Comparisons that nobody asked: the records of templates by policies with made-up answers, in the form in which evaluations
 * are recorded, and the `comparison.json` that refers to them. Texts, tokens and log-probabilities are as long as real ones.
 */
import { join } from "node:path";
import { randomFrom } from "../../../lib/basics/mod.ts";
import {
  type ComparedCell,
  COMPARISON_FILES,
  COMPARISON_SCHEMA,
  type ComparisonFacts,
  resultsDigest,
} from "../../../lib/comparison/mod.ts";
import type { ProblemResult } from "../../../lib/training/mod.ts";
import type { Outcome, PromptTemplate } from "../../../lib/vocabulary.ts";

/** How large a comparison is. */
export interface SyntheticSize {
  /** How many templates, as many as there are names at most. */
  readonly templates: number;
  /** How many policies. */
  readonly policies: number;
  /** How many problems. */
  readonly problems: number;
  /** Completions a problem. */
  readonly samples: number;
}

/** What the goal is measured with: 79,140 completions. */
export const LARGE: SyntheticSize = { templates: 3, policies: 5, problems: 1319, samples: 4 };

const NAMES = ["baseline", "step_by_step", "concise"] as const;
const GAIN = [0, 0.12, 0.02];
const LENGTH = [1, 1.4, 0.6];
const SUBJECTS = ["Counting & Probability", "Number Theory", "Geometry"];
const SENTENCES = [
  "First we find how many boxes there are in all: 4*12 = 48 boxes stand in the store.",
  "Each of the 48 boxes holds 25 pencils, so that makes 48*25 = 1200 pencils.",
  "A quarter of these is sold before noon, which is 1200/4 = 300, and 900 are left.",
  "In the afternoon 150 more are given to the school next door, so 900-150 = 750 remain.",
  "The price of a pencil is $0.20 < $0.25, and for 750 of them one gets 750*0.20 = 150 dollars.",
  "Taking off the costs of 35 dollars leaves 150-35 = 115 dollars for the whole day.",
];

/** One of the problems: what all cells share. */
interface Asked {
  readonly id: string;
  readonly question: string;
  readonly answer: string;
  readonly level: number;
  readonly subject: string;
  readonly steps: number;
  readonly difficulty: number;
}

/** Writes records and `comparison.json` below a folder. @returns the folder of the comparison */
export async function writeSynthetic(folder: string, size: SyntheticSize): Promise<string> {
  const facts = factsOf(size);
  const problems = Array.from({ length: size.problems }, (_, i) => problemOf(i));
  const comparison = join(folder, "comparisons", "synthetic");
  await Deno.mkdir(comparison, { recursive: true });
  const cells: ComparedCell[] = [];
  for (const cell of facts.cells) {
    const asked = { problems, ...cell, samples: size.samples };
    const results = await writeRecord(join(comparison, cell.records[0]!), facts, asked);
    cells.push({ ...cell, digest: resultsDigest(results) });
  }
  await Deno.writeTextFile(
    join(comparison, COMPARISON_FILES.facts),
    `${JSON.stringify({ ...facts, cells }, null, 2)}\n`,
  );
  return comparison;
}

function problemOf(index: number): Asked {
  const random = randomFrom("synthetic", "problem", index);
  const level = random.int(1, 5);
  return {
    id: `synthetic/test/${index}`,
    question: `Problem ${index}: ${random.shuffle(SENTENCES).slice(0, random.int(2, 4)).join(" ")} How many are left?`,
    answer: String(random.int(2, 2000)),
    level,
    subject: random.pick(SUBJECTS),
    steps: random.int(2, 8),
    difficulty: random.next() * (level / 5),
  };
}

function templateOf(name: string): PromptTemplate {
  return {
    name,
    description: `The template ${name}.`,
    system: name === "concise" ? "Answer in a few words." : "Solve the problem.",
    few_shot: [],
    question: "{{ question }}",
    question_suffix: ` Write your answer in \\boxed{} format${name === "step_by_step" ? ", step by step" : ""}.`,
    answer_format: "boxed",
  } as unknown as PromptTemplate;
}

function factsOf({ templates, policies, problems, samples }: SyntheticSize): ComparisonFacts {
  const names = NAMES.slice(0, templates);
  const steps = Array.from({ length: policies }, (_, i) => i * 20);
  const policyName = (step: number) => step === 0 ? "abacus" : `first step ${step}`;
  return {
    comparison_schema: COMPARISON_SCHEMA,
    ...{ kind: "templates", created_at: "2026-01-02T03:04:05.000Z", title: `${names.join(", ")}` },
    command: `deno task compare ${names.join(" ")} samples=${samples} limit=${problems}`,
    ...{ env: "word_problems", problem_set: "word_problems test", fingerprint: "0123456789abcdef", problems, samples },
    ...{ temperature: 1, max_tokens: 256, seed: 0, config: { env: "word_problems", model_name: "abacus" } },
    templates: names.map(templateOf),
    policies: steps.map((step) => ({
      ...{ name: policyName(step), target: policyName(step), backend: "local", model: "abacus" },
      ...(step === 0 ? { runs: [], step: null } : { runs: ["first"], step }),
    })),
    cells: steps.flatMap((step, policy) =>
      names.map((name, template) => ({
        name: policies === 1 ? name : templates === 1 ? policyName(step) : `${name}, ${policyName(step)}`,
        ...{ template, policy, records: [`../../evaluations/${name}_${step}`], digest: "" },
      }))
    ),
    versions: { "math-rl": "0.1.0" },
  };
}

interface Cell {
  readonly problems: readonly Asked[];
  readonly template: number;
  readonly policy: number;
  readonly samples: number;
}

async function writeRecord(folder: string, facts: ComparisonFacts, cell: Cell): Promise<readonly ProblemResult[]> {
  await Deno.mkdir(folder, { recursive: true });
  const results: ProblemResult[] = [];
  using file = await Deno.open(join(folder, "rollouts.jsonl"), { write: true, create: true, truncate: true });
  const writer = file.writable.getWriter();
  const encoder = new TextEncoder();
  for (const [group, problem] of cell.problems.entries()) {
    const rows = Array.from({ length: cell.samples }, (_, sample) => rowOf(problem, group, sample, cell));
    await writer.write(encoder.encode(rows.map((row) => `${JSON.stringify(row)}\n`).join("")));
    results.push(resultOf(problem, rows));
  }
  await writer.close();
  const { created_at, problem_set, env, versions } = facts;
  const template = facts.templates[cell.template]!;
  const identity = { template, samples: cell.samples, problems: cell.problems.length, fingerprint: facts.fingerprint };
  const about = { created_at, state: "finished", target: "abacus", env, problem_set, identity, versions };
  await writeJson(join(folder, "evaluation.json"), { evaluation_schema: 1, ...about });
  const metrics = { "env/all/correct": results.flatMap((one) => one.correct).filter(Boolean).length };
  await writeJson(join(folder, "result.json"), { evaluation_schema: 1, metrics, tokens: {}, problems: results });
  return results;
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(path, `${JSON.stringify(value)}\n`);
}

type Row = ReturnType<typeof rowOf>;

function rowOf(problem: Asked, group: number, sample: number, { template, policy }: Cell) {
  const random = randomFrom("synthetic", "row", problem.id, sample, template, policy);
  const right = randomFrom("synthetic", "luck", problem.id, sample).next() * 0.6 + random.next() * 0.4 >
    0.25 + 0.5 * problem.difficulty - GAIN[template]! - 0.03 * policy;
  const outcome: Outcome = right ? "correct" : random.pick(["wrong", "wrong", "wrong", "no_answer", "truncated"]);
  const length = Math.round((90 + 60 * random.next()) * LENGTH[template]!);
  const said = right ? problem.answer : String(random.int(2, 2000));
  const hasBox = outcome === "correct" || outcome === "wrong";
  const body = textOf(random.int(0, 5), Math.round(length * 4.2), `${group}.${sample}.${template}.${policy}`);
  const text = hasBox ? `${body} The answer is \\boxed{${said}}.` : body;
  const at = text.length - said.length - 2;
  return {
    ...{ schema_version: 1, split: "test", step: policy * 20, problem_id: problem.id, question: problem.question },
    ...{
      level: problem.level,
      group,
      sample,
      template: NAMES[template]!,
      prompt_tokens: 60 + 40 * template + group % 50,
    },
    text,
    tokens: Array.from({ length }, () => random.int(3, 1023)),
    logprobs: Array.from({ length }, () => Number((-3 * random.next() ** 6).toPrecision(9))),
    ...{
      extracted: hasBox ? said : null,
      reference: problem.answer,
      outcome,
      correct: right,
      lenient: right,
      format: hasBox,
    },
    ...(hasBox && { span: [at, at + said.length], normalised: said, method: "number" }),
    ...{
      reward: (right ? 1 : 0) + (hasBox ? 0 : -0.1),
      reward_parts: { correct: Number(right), format: hasBox ? 0 : -0.1 },
    },
    ...{ advantage: 0, stop_reason: outcome === "truncated" ? "length" : "stop" },
  };
}

/** About so many characters, no two alike. */
function textOf(first: number, characters: number, mark: string): string {
  let text = `Attempt ${mark}.`;
  for (let i = first; text.length < characters; i++) text += ` ${SENTENCES[i % SENTENCES.length]}`;
  return text;
}

function resultOf({ id, level, subject, steps }: Asked, rows: readonly Row[]): ProblemResult {
  return {
    ...{ problem_id: id, level, subject, steps, prompt_tokens: rows[0]!.prompt_tokens },
    completion_tokens: rows.map(({ tokens }) => tokens.length),
    outcome: rows.map(({ outcome }) => outcome),
    correct: rows.map(({ correct }) => correct),
    lenient: rows.map(({ lenient }) => lenient),
    format: rows.map(({ format }) => format),
    truncated: rows.map(({ stop_reason }) => stop_reason === "length"),
    reward: rows.map(({ reward }) => reward),
  };
}
