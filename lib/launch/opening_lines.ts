/** What there is to know of a run that begins, or goes on, in sentences. */
import { flawText, type ResumePoint } from "../runs/mod.ts";
import type { Plan } from "./plan.ts";
import type { Task } from "./task.ts";

/**
 * That a run goes on and with what, which checkpoints cannot be used any more, and what is said of its task; none where a
 * run just begins.
 * @param from what its recorder goes on from
 */
export function openingLines(
  { resume }: Pick<Plan, "resume">,
  { notices = [] }: Pick<Task, "notices">,
  from: ResumePoint | undefined,
): string[] {
  const flaws = (from?.unusable ?? []).map((flaw) => `A later checkpoint cannot be used: ${flawText(flaw)}.`);
  return [...resume?.notices ?? [], ...flaws, ...notices];
}
