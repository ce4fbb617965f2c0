/**
 * Problems chosen by how often the run solves them. With p the pass rate of a problem so far, it is drawn with weight
 * p (1 - p), the variance of its reward: always solved and never solved teach nothing. That weight is the learnability of
 * Tzannetos et al. (Proximal Curriculum for Reinforcement Learning Agents, arXiv:2304.12877) and of Foster and Foerster
 * (Learning to Reason at the Frontier of Learnability, arXiv:2502.12272), who choose the problems of language models by
 * it. Drawn without replacement by the exponential keys of Efraimidis and Spirakis (2006). A choice is a function of the
 * seed, the step and the pass rates, so a resumed run that knows its rates chooses the same.
 */
import { randomFrom } from "../basics/mod.ts";
import type { TrainConfig } from "../config/mod.ts";
import type { Group, Problem, Problems } from "../vocabulary.ts";
import { indexesFrom } from "./schedule.ts";

/** How often a problem was tried, and how often solved. */
export interface PassRate {
  /** Completions that were strictly correct. */
  readonly passes: number;
  /** Completions in all. */
  readonly tries: number;
}

/** Pass rates by problem id; what is not in it was not tried. */
export type PassRates = ReadonlyMap<string, PassRate>;

/** What a choice takes from the configuration. */
export type CurriculumConfig = Pick<TrainConfig, "groups_per_batch" | "seed">;

/** Most problems a step chooses among; of more, the next ones of the shuffled order. */
const WINDOW = 8192;

/** The estimate of p (1 - p), with p = (passes + 1) / (tries + 2): 1/4 before the first try, and never 0. */
export function learnability({ passes, tries }: PassRate = { passes: 0, tries: 0 }): number {
  const p = (passes + 1) / (tries + 2);
  return p * (1 - p);
}

/** Adds one completion to the rates. */
export function countPass(rates: Map<string, PassRate>, id: string, correct: boolean): void {
  const { passes, tries } = rates.get(id) ?? { passes: 0, tries: 0 };
  rates.set(id, { passes: passes + Number(correct), tries: tries + 1 });
}

/** The choices of one run. */
export class Curriculum {
  readonly #problems: Problems;
  readonly #config: CurriculumConfig;
  readonly #rates: Map<string, PassRate>;
  /** Ids by index: to ask for a problem is to make it. */
  readonly #ids = new Map<number, string>();

  /**
   * Choices among these problems.
   * @param rates of the steps before; absent: there are none
   */
  constructor(problems: Problems, config: CurriculumConfig, rates: PassRates = new Map()) {
    this.#problems = problems;
    this.#config = config;
    this.#rates = new Map(rates);
  }

  /** Takes note of what a step has drawn. */
  note(groups: readonly Group[]): void {
    for (const { problem, rollouts } of groups) {
      for (const { grade } of rollouts) countPass(this.#rates, problem.id, grade.correct);
    }
  }

  /** [P] the problems of a step, by the rates as they are now. None is in it twice while there are others. */
  choose(step: number): Problem[] {
    const { groups_per_batch: wanted, seed } = this.#config;
    const random = randomFrom(seed, "curriculum", step);
    const candidates = this.#candidates(step);
    const chosen: number[] = [];
    while (chosen.length < wanted) {
      // The largest keys u ** (1 / weight), as logarithms; u is in (0, 1].
      const keyed = candidates.map((index) => [Math.log(1 - random.next()) / this.#weight(index), index] as const);
      keyed.sort(([a, i], [b, j]) => b - a || i - j);
      chosen.push(...keyed.slice(0, wanted - chosen.length).map(([, index]) => index));
    }
    return chosen.map((index) => this.#problems[index] as Problem);
  }

  /** All problems, or a window that moves on by a batch a step, so that the turn of every problem comes. */
  #candidates(step: number): readonly number[] {
    const { length } = this.#problems;
    const { groups_per_batch, seed } = this.#config;
    const count = Math.max(WINDOW, 4 * groups_per_batch);
    if (length <= count) return Array.from({ length }, (_, i) => i);
    return [...new Set(indexesFrom(length, { place: step * groups_per_batch, count, seed }))];
  }

  #weight(index: number): number {
    let id = this.#ids.get(index);
    if (id === undefined) this.#ids.set(index, id = (this.#problems[index] as Problem).id);
    return learnability(this.#rates.get(id));
  }
}
