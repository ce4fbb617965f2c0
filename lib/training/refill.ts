/**
 * Dynamic sampling (DAPO: Yu et al. 2025, arXiv:2503.14476, section 3.2): a group whose completions are worth the same
 * teaches nothing, so others are drawn in its place until as many groups as the batch has problems have a signal, or
 * `max_refill_rounds` are over. Groups without a signal, drawn first or later, are left out of the update; all that were
 * drawn are in the metrics and the rollouts, so that these describe the policy and not the choice.
 *
 * Which problems take their place is a function of the seed, the step and the round alone: nothing has to be kept for a
 * run that is resumed.
 */
import { randomFrom } from "../basics/mod.ts";
import type { Group, Problem, Problems } from "../vocabulary.ts";
import type { DrawArgs, DrawnBatch, StepConfig } from "./batch.ts";
import { drawGroups } from "./_draw.ts";
import { groupAdvantages } from "./overlong.ts";
import { stopwatch } from "./_stopwatch.ts";

/** Whether any completion of a group is worth more or less than nothing. */
export function groupHasSignal(group: Group, config: StepConfig): boolean {
  return groupAdvantages(group, config).some((advantage) => advantage !== 0);
}

/**
 * Draws groups for those without a signal, in rounds. Without `max_refill_rounds` or `trainProblems` the batch comes back
 * as it is.
 * @throws the signal's reason, when it was aborted
 */
export async function refillBatch(args: DrawArgs, drawn: DrawnBatch): Promise<DrawnBatch> {
  const { config, problems, trainProblems, step, onSample, now } = args;
  if (config.max_refill_rounds === 0 || trainProblems === undefined) return drawn;
  const watch = stopwatch(now, 0); // its total is not asked for
  const [groups, sampledAt] = [[...drawn.groups], [...drawn.sampledAt]];
  let round = 0;
  for (; round < config.max_refill_rounds; round++) {
    const count = problems.length - groups.filter((group) => groupHasSignal(group, config)).length;
    if (count <= 0) break;
    const taken = new Set(groups.map(({ problem }) => problem.id));
    const others = otherProblems(trainProblems, { count, taken, seed: config.seed, step, round });
    const before = groups.length * config.group_size;
    const more = await drawGroups(args, {
      ...{ problems: others, place: groups.length, watch },
      onProgress: onSample && ((done, total) => onSample(before + done, before + total)),
    });
    groups.push(...more.groups);
    sampledAt.push(...more.sampledAt);
  }
  return { ...drawn, groups, sampledAt, times: sumOf(drawn.times, watch.spans()), refills: round };
}

/** How problems are chosen. */
export interface OthersOptions {
  /** How many. */
  readonly count: number;
  /** Ids of the problems that the batch has already. */
  readonly taken: ReadonlySet<string>;
  /** The run's. */
  readonly seed: number;
  /** Index of the step. */
  readonly step: number;
  /** Index of the round. */
  readonly round: number;
}

/**
 * [count] problems in a random order. Those that the batch has already come again, in the same order, only when there are
 * no others left.
 */
export function otherProblems(
  problems: Problems,
  { count, taken, seed, step, round }: OthersOptions,
): Problem[] {
  const order = randomFrom(seed, "refill", step, round)
    .shuffle(Array.from({ length: problems.length }, (_, i) => i));
  const chosen: Problem[] = [];
  for (const index of order) {
    if (chosen.length === count) return chosen;
    const problem = problems[index] as Problem;
    if (!taken.has(problem.id)) chosen.push(problem);
  }
  for (let i = 0; chosen.length < count; i++) chosen.push(problems[order[i % order.length] as number] as Problem);
  return chosen;
}

function sumOf(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const sum: Record<string, number> = { ...a };
  for (const [key, value] of Object.entries(b)) sum[key] = (sum[key] ?? 0) + value;
  return sum;
}
