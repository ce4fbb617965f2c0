/** The first half of a step: problems become groups of graded and paid rollouts. What is made of them is in `_learn.ts`. */
import { hash32 } from "../basics/mod.ts";
import type { Group, Problem } from "../vocabulary.ts";
import type { DrawArgs, DrawnBatch, StepConfig } from "./batch.ts";
import { penalizeOverlong } from "./overlong.ts";
import { type CountProgress, gradeGroups, payGroups, rollOut, type RolloutOptions } from "./rollout.ts";
import type { Stopwatch } from "./_stopwatch.ts";

/** Some groups, with when they were drawn. */
export type DrawnGroups = Pick<DrawnBatch, "groups" | "sampledAt">;

/** Which groups of a batch are drawn. */
export interface DrawnPart {
  /** Their problems. */
  readonly problems: readonly Problem[];
  /** Place of the first in the batch. */
  readonly place: number;
  /** Takes the time. */
  readonly watch: Stopwatch;
  /** Told how many completions are there. */
  readonly onProgress: CountProgress | undefined;
}

/** Draws, grades and pays groups. All calls of `sample()` are issued in the tick this is called in. */
export async function drawGroups(
  { policy, environment, config, step, signal, updatesSoFar }: DrawArgs,
  { problems, place, watch, onProgress }: DrawnPart,
): Promise<DrawnGroups> {
  const updates = updatesSoFar?.() ?? step;
  const prompts = problems.map((problem) => environment.prompt(problem)); // [P]
  const completions = await watch.time("sampling", () =>
    rollOut(policy, prompts, config.group_size, {
      params: samplingParams(config),
      // The place in the batch too: a problem that is in it twice gets other completions.
      seedOf: ({ problem }, i) => hash32(config.seed, "rollout", step, problem.id, place + i),
      signal,
      onProgress,
    })); // [P][G]
  const graded = await watch.time("grading", () => gradeGroups(environment, prompts, completions, signal)); // [P][G]
  const paid = environment.pay ? await watch.time("reward", () => payGroups(environment, graded, signal)) : graded;
  const groups: readonly Group[] = penalizeOverlong(paid, config);
  return { groups, sampledAt: groups.map(() => updates) };
}

/** The sampling parameters of training. */
function samplingParams({ max_tokens, temperature, top_p, top_k }: StepConfig): RolloutOptions["params"] {
  return { max_tokens, temperature, top_p, top_k };
}
