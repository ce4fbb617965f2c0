/** Cells made of what became of each problem, by hand or by chance. */
import { randomFrom } from "../../lib/basics/mod.ts";
import type { FigureCell } from "../../lib/comparison/mod.ts";
import type { ProblemResult } from "../../lib/training/mod.ts";

/** What a problem has besides its outcome. */
export type About = Partial<Pick<ProblemResult, "level" | "subject" | "steps" | "prompt_tokens">>;

/** A problem of which these completions are right. */
export function result(id: number, rights: readonly boolean[], about: About = {}, tokens = 10): ProblemResult {
  return {
    ...{ problem_id: `p/${id}`, prompt_tokens: 20, ...about },
    completion_tokens: rights.map(() => tokens),
    outcome: rights.map((right) => right ? "correct" : "wrong"),
    correct: rights,
    lenient: rights,
    format: rights.map(() => true),
    truncated: rights.map(() => false),
    reward: rights.map((right) => right ? 1 : 0),
  };
}

/** A cell with one completion a problem, `1` where it is right: `"1101"`. */
export function cell(
  name: string,
  rights: string,
  more: Partial<FigureCell> & { readonly tokens?: number } = {},
): FigureCell {
  const { tokens = 10, ...rest } = more;
  return {
    ...{ name, policy: 0, ...rest },
    results: [...rights].map((right, i) => result(i, [right === "1"], {}, tokens)),
  };
}

/** A cell whose completions are right by chance. @param rateOf the chance by problem */
export function drawnCell(
  name: string,
  { problems, samples = 1, rateOf, seed }: {
    readonly problems: number;
    readonly samples?: number;
    readonly rateOf: (problem: number) => number;
    readonly seed: number;
  },
): FigureCell {
  const random = randomFrom(seed, name);
  const results = Array.from({ length: problems }, (_, i) => {
    const rate = rateOf(i);
    return result(i, Array.from({ length: samples }, () => random.next() < rate), {}, 10 + random.int(0, 20));
  });
  return { name, policy: 0, results };
}
