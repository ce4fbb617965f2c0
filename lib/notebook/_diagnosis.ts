/** Why a run that has ended did not learn, in one line for its panel. */
import { diagnose, diagnosisLine } from "../diagnosis/mod.ts";
import type { Run } from "../runs/mod.ts";

/** The line; undefined where there is nothing to say, or the folder does not let itself be read that far. */
export async function lineOfDiagnosis(run: Run): Promise<string | undefined> {
  try {
    return diagnosisLine(await diagnose(run));
  } catch {
    return undefined;
  }
}
