/**
 * Problems that a program gives in place of those a configuration names: sets and views of them, or plain arrays. They are
 * looked over here, because untyped JavaScript may hand over anything, and what has no id cannot be told apart later.
 */
import { counted, inspected, isObject, oneLine, singleSpaced } from "../basics/mod.ts";
import { ConfigError, type TrainConfig } from "../config/mod.ts";
import { referenceChecker } from "../grading/mod.ts";
import { createProblemSet, type ProblemSet, sourceOf } from "../problems/mod.ts";
import type { Problem, Problems } from "../vocabulary.ts";
import { limitedSet, type ProblemSides } from "./problems.ts";

/** Problems of one's own for both sides: sets, views of them, or arrays. The order is kept. */
export interface GivenProblems {
  /** What is trained on; `train_limit` takes the first of them. */
  readonly train: Problems;
  /** What is held out; `test_limit` takes the first of them. No problem, and no question, may be on both sides. */
  readonly test: Problems;
}

/**
 * Both sides as sets.
 * @throws {ConfigError} naming everything that cannot be used
 */
export function givenSides(problems: unknown): ProblemSides {
  if (!isObject(problems)) {
    throw new ConfigError([`option problems: expected { train, test }, got ${inspected(problems)}.`]);
  }
  const others = Object.keys(problems).filter((key) => key !== "train" && key !== "test");
  if (others.length > 0) {
    throw new ConfigError([`option problems: expected train and test, and no ${oneLine(others.join(", "), 80)}.`]);
  }
  const train = givenSet(problems.train, "problems.train");
  const test = givenSet(problems.test, "problems.test");
  const twice = onBothSides(train, test);
  if (twice === undefined) return { train, test };
  throw new ConfigError([
    `option problems: ${twice} is trained on and held out; keep the sides apart, as set.split({ test: 0.1 }) does.`,
  ]);
}

/** The first training problem that is held out as well, by its id or by the text of its question, in words. */
function onBothSides(train: ProblemSet, test: ProblemSet): string | undefined {
  const ids = new Set(test.ids());
  const twice = train.ids().find((id) => ids.has(id));
  if (twice !== undefined) return oneLine(twice, 80);
  const held = new Map(test.map(({ question, id }) => [singleSpaced(question), id]));
  for (const { question, id } of train) {
    const other = held.get(singleSpaced(question));
    if (other !== undefined) {
      return `the question of ${oneLine(id, 80)} and ${oneLine(other, 80)}, ${inspected(question)},`;
    }
  }
  return undefined;
}

/**
 * Problems as a set.
 * @param name of the option, for messages
 * @throws {ConfigError} when they are none, or one of them cannot be used
 */
export function givenSet(value: unknown, name: string): ProblemSet {
  const set = isProblemSet(value) ? value : setOf(value, name);
  if (set.length === 0) throw new ConfigError([`option ${name}: there is no problem in ${oneLine(set.name, 80)}.`]);
  return set;
}

/** The sides as a configuration limits them. */
export function limitedSides({ train, test }: ProblemSides, config: TrainConfig): ProblemSides {
  return { train: limitedSet(train, config.train_limit), test: limitedSet(test, config.test_limit) };
}

/**
 * Refuses problems whose answers nothing can be graded against, before anything is asked. Those that are loaded from files
 * have been looked over by their loaders.
 * @param sides by the name of the option
 * @throws {ConfigError} naming the first of each side, its answer, how many there are, and what to do
 */
export function requireReferences(sides: Readonly<Record<string, Problems>>): void {
  const found = Object.entries(sides).flatMap(([name, problems]) => {
    const problemOf = referenceChecker();
    let bad = 0;
    let first: string | undefined;
    for (const { id, answer } of problems) {
      const problem = problemOf(answer);
      if (problem === undefined) continue;
      bad++;
      first ??= `the answer of ${oneLine(id, 80)}, ${inspected(answer)}: ${oneLine(problem, 200)}`;
    }
    if (first === undefined) return [];
    const others = bad === 1 ? "" : `, and ${counted(bad - 1, "other problem")} with such an answer`;
    return [
      `option ${name}: nothing can be graded against ${first}${others}; correct it, or leave it out, as ` +
      "set.filter(({ answer }) => prepareReference(answer).problem === undefined) does.",
    ];
  });
  if (found.length > 0) throw new ConfigError(found);
}

function isProblemSet(value: unknown): value is ProblemSet {
  if (!isObject(value)) return false;
  const { take, ids, name, env, length } = value;
  return typeof take === "function" && typeof ids === "function" && typeof length === "number" &&
    typeof name === "string" && typeof env === "string";
}

function setOf(value: unknown, name: string): ProblemSet {
  if (!Array.isArray(value)) {
    throw new ConfigError([`option ${name}: expected a problem set or an array of problems, got ${inspected(value)}.`]);
  }
  const ids = new Map<string, number>();
  for (const [i, problem] of value.entries()) {
    const wrong = whatIsWrong(problem);
    if (wrong !== undefined) throw new ConfigError([`option ${name}[${i}]: ${wrong}.`]);
    const { id } = problem as Problem;
    const first = ids.get(id);
    if (first !== undefined) {
      throw new ConfigError([`option ${name}[${i}]: it has the id ${inspected(id)}, as ${name}[${first}] has.`]);
    }
    ids.set(id, i);
  }
  const problems = value as readonly Problem[];
  const env = problems[0]?.env ?? "given";
  return createProblemSet(sourceOf([...problems]), { env, name: `${env}, an array` });
}

/** What keeps a value from being a problem, in words. */
function whatIsWrong(value: unknown): string | undefined {
  if (!isObject(value)) return `expected a problem, got ${inspected(value)}`;
  for (const key of ["id", "env", "question", "answer"] as const) {
    const text = value[key];
    if (typeof text !== "string" || text.trim() === "") {
      return `a problem needs a text as ${key}, got ${inspected(text)}`;
    }
  }
  if (value.split !== "train" && value.split !== "test") {
    return `a problem's split is "train" or "test", got ${inspected(value.split)}`;
  }
  const { solution = "", subject = "", level = 1 } = value;
  if (typeof solution !== "string" || typeof subject !== "string") return "solution and subject are texts";
  return typeof level === "number" && Number.isFinite(level) ? undefined : `level is a number, got ${inspected(level)}`;
}
