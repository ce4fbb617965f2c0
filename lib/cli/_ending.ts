/** What `deno task train` says last: what was learnt, why it may not have been, and how to go on. */
import { diagnose, diagnosisLine } from "../diagnosis/mod.ts";
import { openRun, type Run } from "../runs/mod.ts";
import { dollars, type TrainEvent } from "../training/mod.ts";
import { bestText } from "./_best.ts";
import { quoted, resumeCommand, WITH_NPX } from "./_commands.ts";
import { beforeAfterTable, evaluationsOf, KEYS } from "./_summary.ts";
import { duration, oneLine } from "./_text.ts";

/** A run that had nothing left to do. */
export function completeText(path: string, done: number, total: number): string {
  const steps = done > total
    ? `${done} steps are done, more than the ${total} asked for`
    : `all ${total} steps are done`;
  return `${oneLine(path)} is complete: ${steps}. To go on, give a larger max_steps, for example max_steps=${
    done * 2
  }\n`;
}

/** What to say at the end, from the run folder: a resumed run began before this process did. */
export async function ending(path: string, last: TrainEvent | undefined, total: number): Promise<string> {
  const run = await openRun(path);
  const diagnosis = await diagnosisText(run);
  const done = last?.type === "done" ? last : undefined;
  if (done !== undefined && (done.reason === "stopped" || done.reason === "budget")) {
    return `${stoppedText(run, done, total)}${diagnosis}`;
  }
  const why = done?.detail === undefined ? "" : ` (${oneLine(done.detail, 500)})`;
  const steps = done?.reason === "early_stop"
    ? `ended early, after ${done.step} of ${total} steps`
    : `finished ${total} steps`;
  const seconds = run.series("time/total").reduce((sum, { value }) => sum + (value || 0), 0);
  const evaluations = evaluationsOf(run);
  const [first, final] = [evaluations[0], evaluations.at(-1)];
  const table = first !== undefined && final !== undefined && first !== final
    ? `\n${beforeAfterTable(first.metrics, final.metrics)}\n`
    : "";
  const cost = run.series(KEYS.cost).at(-1);
  const price = cost === undefined ? "" : ` for ${dollars(cost.value)}`;
  // Of a run that ended early they are named already.
  const best = done?.reason === "early_stop" ? "" : bestText(run);
  const kept = best === "" ? "" : `\n${best}`;
  return `${steps}${why} in ${duration(seconds)}${price}\n${table}${kept}${diagnosis}\nrun folder: ${oneLine(path)}\n` +
    `to see it:  deno task show ${quoted(path)}\n`;
}

function stoppedText(run: Run, done: Extract<TrainEvent, { readonly type: "done" }>, total: number): string {
  const { step, detail, limit, enough = 0 } = done;
  const why = detail === undefined ? "" : ` (${oneLine(detail, 500)})`;
  // Without more of what ran out it would end again at once.
  const more = limit === undefined ? "" : ` ${limit}=${Math.max((run.config[limit] ?? 0) * 2, enough)}`;
  const from = fromWhere(run, step);
  const command = `${resumeCommand(run.config)}${more}`;
  return `stopped after ${step} of ${total} steps${why}; to go on${from}:\n  ${command}\n${WITH_NPX}`;
}

/** Where a run goes on, when that is not where it stopped. */
function fromWhere({ checkpoints }: Run, step: number): string {
  const last = checkpoints.findLast(({ name }) => name !== "best");
  if (last === undefined) return step === 0 ? "" : " from step 0, as there is no checkpoint";
  return last.step === step ? "" : ` from checkpoint ${oneLine(last.name)} after ${last.step} steps`;
}

/** Why it did not learn, if so. A folder that cannot be read that far is no reason to hide what was learnt. */
async function diagnosisText(run: Run): Promise<string> {
  try {
    const line = diagnosisLine(await diagnose(run));
    return line === undefined ? "" : `\n${line}\n`;
  } catch {
    return "";
  }
}
