/** `deno task train --detach`: starts a run in a process of its own, says where it is and how to get at it, and ends. */
import { launchPlan, type Plan, type PlanInput } from "../launch/mod.ts";
import { followCommand, resumeCommand, stopCommand, WITH_NPX } from "./_commands.ts";
import { completeText } from "./_ending.ts";
import type { CliIo } from "./_io.ts";
import { showOpening } from "./_opening.ts";
import { ServerMessages } from "./_server_messages.ts";
import { oneLine } from "./_text.ts";

/** The one argument with dashes, and what is left without it. */
export function takeDetach(args: readonly string[]): { readonly rest: readonly string[]; readonly detach: boolean } {
  const rest = args.filter((arg) => arg !== "--detach");
  return { rest, detach: rest.length < args.length };
}

/** Launches what was planned. @returns the exit code */
export async function launchAsPlanned(plan: Plan, parsed: PlanInput, io: CliIo): Promise<number> {
  const { log_path } = plan.config;
  const { run, complete, step, notices } = await showOpening(
    io,
    plan.config,
    (opening, io) => launchPlan(plan, parsed, { ...opening, onMessage: new ServerMessages(io).onMessage }),
  );
  for (const notice of notices) io.out(`${oneLine(notice, 500)}\n`);
  if (complete) {
    io.out(completeText(log_path, step, plan.config.max_steps ?? step));
    return 0;
  }
  const { pid, hostname } = run.status ?? {};
  const where = `process ${pid}${hostname ? ` on ${oneLine(hostname, 80)}` : ""}`;
  const from = step === 0 ? "" : ` from step ${step} on`;
  io.out(
    `training on ${oneLine(run.config.env)}${from} in the background, ${where}\n` +
      `run folder: ${oneLine(log_path)}\n` +
      `to watch it:  ${followCommand(log_path)}\n` +
      `to stop it:   ${stopCommand(log_path)}\n` +
      `to go on:     ${resumeCommand(run.config)}\n${WITH_NPX}`,
  );
  return 0;
}
