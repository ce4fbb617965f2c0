/** What there is to know of a run that begins, or goes on, in sentences. */
import { memoryText } from "../policy/mod.ts";
import { flawText, type ResumePoint } from "../runs/mod.ts";
import type { Plan } from "./plan.ts";
import type { Task } from "./task.ts";

/**
 * That a run goes on and with what, which checkpoints cannot be used any more, what is said of its task, and what it will
 * take of this machine's memory.
 * @param from what its recorder goes on from
 */
export function openingLines(
  { resume }: Pick<Plan, "resume">,
  { notices = [], policy }: Pick<Task, "notices" | "policy">,
  from: ResumePoint | undefined,
): string[] {
  const flaws = (from?.unusable ?? []).map((flaw) => `A later checkpoint cannot be used: ${flawText(flaw)}.`);
  const memory = memoryText(policy);
  return [...resume?.notices ?? [], ...flaws, ...notices, ...(memory === undefined ? [] : [memory])];
}
