/** What somebody who resumes a run has to know of how it is graded: that it is not as before, and what that changes. */
import type { GraderName, TrainConfig } from "../config/mod.ts";
import type { Run } from "../runs/mod.ts";

/** Who decides what is right, and so what training is paid. */
const DECIDES: Readonly<Record<GraderName, string>> = {
  standard: "this module's grader",
  recipe: "the recipe's grader",
  both: "this module's grader",
};

/** Sentences about the grader and its time limit; none where both are as they were. */
export function gradingNotices(
  { config: before }: Pick<Run, "config">,
  after: Pick<TrainConfig, "grader" | "grader_timeout">,
): string[] {
  const notices: string[] = [];
  const [was, is] = [DECIDES[before.grader], DECIDES[after.grader]];
  if (before.grader !== after.grader) {
    const what = was === is
      ? `${is} decides as before, and the recipe's verdicts are ${after.grader === "both" ? "" : "no longer "}recorded`
      : `${is} decides what is right, not ${was}: accuracy and reward before and after cannot be compared`;
    notices.push(`From here on the run has grader=${after.grader}, not grader=${before.grader}: ${what}.`);
  }
  if (before.grader_timeout !== after.grader_timeout) {
    const [first, now] = [before.grader_timeout, after.grader_timeout];
    notices.push(
      `From here on a completion that takes longer than ${now} s to grade is not right; before it was ${first} s.`,
    );
  }
  return notices;
}
