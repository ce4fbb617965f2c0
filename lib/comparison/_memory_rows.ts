/** The rows of an evaluation that is not recorded, as its record would have them. */
import type { EvaluationResult } from "../launch/mod.ts";
import { type RolloutRow, rolloutRows } from "../runs/mod.ts";
import type { Group } from "../vocabulary.ts";

/** In the order of the problems, a problem's completions together. */
export function memoryRows({ rollouts, samples, split }: EvaluationResult): RolloutRow[] {
  const groups: Group[] = [];
  for (let start = 0; start < rollouts.length; start += samples) {
    const some = rollouts.slice(start, start + samples);
    groups.push({ problem: some[0]!.problem, rollouts: some });
  }
  return rolloutRows(groups, split, 0);
}
