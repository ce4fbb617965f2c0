/** How a run ended, from its folder, and the command that goes on with it. */
import { counted } from "../basics/mod.ts";
import type { Run } from "../runs/mod.ts";
import { resumeCommand } from "./_commands.ts";
import { oneLine } from "./_text.ts";

/** One sentence, and below it what to type where there is something to go on with. @param path as it is to be typed */
export function endText({ state, status, config, checkpoints }: Run, path: string): string {
  const { steps_done: done = 0, steps_total: total, stop_reason, last_error } = status ?? {};
  const steps = total === null || total === undefined ? counted(done, "step") : `${done} of ${counted(total, "step")}`;
  const reason = stop_reason ? ` (${oneLine(stop_reason, 500)})` : "";
  if (state === "running") return `${oneLine(path)} goes on, ${steps} done`;
  if (state === "finished") return `finished: ${steps} done${reason}`;
  const last = checkpoints.findLast(({ name }) => name !== "best");
  const saved = last === undefined
    ? "no checkpoint was saved"
    : `saved up to step ${last.step} as ${oneLine(last.name)}`;
  const how = state === "stopped"
    ? `stopped after ${steps}${reason}`
    : state === "failed"
    ? `failed after ${steps}: ${oneLine(last_error ?? "it is not recorded why", 500)}`
    : `interrupted after ${steps}: its process is gone`;
  return `${how}; ${saved}; to go on:\n  ${resumeCommand({ ...config, log_path: path })}`;
}
