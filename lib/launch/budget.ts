/** What a planned run will cost, and whether its budget can suffice at all. */
import { ConfigError } from "../config/mod.ts";
import { dollars, estimateRun, type RunEstimate } from "../training/mod.ts";
import { historyOf, isComplete, totalSteps } from "./history.ts";
import type { Plan } from "./plan.ts";
import type { Task } from "./task.ts";

/**
 * Estimates what a run still costs, from a dry run over its problems; undefined where no prices are known or nothing is
 * left to do.
 * @throws {ConfigError} when the prompts alone cost more than `max_cost`
 */
export function estimateOf(plan: Plan, task: Omit<Task, "estimate">): RunEstimate | undefined {
  const { config, resume } = plan;
  const { prices, max_cost } = config;
  const total = totalSteps(plan, task);
  if (prices === null || (resume !== undefined && isComplete(resume.from, total))) return undefined;
  const from = resume?.from.step ?? 0;
  const history = resume && historyOf(resume.run, from, prices);
  const { environment, trainProblems, testProblems, validationProblems } = task;
  const args = { config, environment, trainProblems, testProblems, validationProblems, from, total };
  const spent = history?.spending.cost ?? 0;
  const estimate = estimateRun({ ...args, meanCompletion: history?.meanCompletion }, prices, spent);
  if (max_cost !== null && spent + estimate.low > max_cost) {
    const before = spent > 0 ? `${dollars(spent)} is spent and ` : "";
    throw new ConfigError([
      `max_cost=${max_cost} cannot suffice: ${before}the prompts still to come cost ${dollars(estimate.low)}, ` +
      "whatever is drawn; raise max_cost, or ask for less (max_steps, groups_per_batch, group_size, test_limit).",
    ]);
  }
  return estimate;
}
