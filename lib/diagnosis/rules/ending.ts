/** Rules about how a run is doing: failed, stalled, interrupted, stopped. What it has learned is not their business. */
import { clipLine } from "../../basics/mod.ts";
import type { RunReading } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** An error has ended the run. */
export function failed({ name, state, status }: RunReading): Finding | undefined {
  const error = status?.last_error ?? "";
  // Numbers that broke down have a rule of their own.
  if (state !== "failed" || /^training broke down/.test(error)) return undefined;
  return {
    rule: "failed",
    severity: "blocks",
    what: "An error has ended the run.",
    evidence: [doneText(status), ...(error === "" ? [] : [clipLine(error, 300)])],
    suggestion: `Mend what the error says, and go on: ${resume(name)}. log.txt in the run's folder has more of it.`,
    settings: {},
  };
}

/** The run waits for a server. */
export function stalled({ state, status }: RunReading): Finding | undefined {
  if (state !== "running" || !status?.stalled) return undefined;
  return {
    rule: "stalled",
    severity: "blocks",
    what: "The run stands still: its server does not get on.",
    evidence: [clipLine(status.stalled, 300), doneText(status)],
    suggestion: "Nothing is lost by waiting. It can be stopped and resumed later, with another base_url as well.",
    settings: {},
  };
}

/** The process that made the run is gone. */
export function interrupted({ name, state, status }: RunReading): Finding | undefined {
  if (state !== "interrupted") return undefined;
  const seen = status?.heartbeat_at ? [`its process was last seen at ${clipLine(status.heartbeat_at, 40)}`] : [];
  return {
    rule: "interrupted",
    severity: "slows",
    what: "The run was interrupted: its process is gone, and nothing goes on.",
    evidence: [doneText(status), ...seen],
    suggestion: `Go on where it was: ${resume(name)}.`,
    settings: {},
  };
}

/** Somebody, or a limit, has stopped the run. */
export function stopped({ name, state, status }: RunReading): Finding | undefined {
  if (state !== "stopped") return undefined;
  const reason = status?.stop_reason ? [clipLine(status.stop_reason, 300)] : [];
  return {
    rule: "stopped",
    severity: "notice",
    what: "The run was stopped before its end.",
    evidence: [doneText(status), ...reason],
    suggestion: `To go on: ${resume(name)}.`,
    settings: {},
  };
}

function doneText(status: RunReading["status"]): string {
  const total = status?.steps_total;
  return `${status?.steps_done ?? 0}${total ? ` of ${total}` : ""} steps are done`;
}

/** What to type; a name that is more than a name is left out, so that nothing strange is pasted into a shell. */
function resume(name: string): string {
  return /^[\w.-]+$/.test(name) ? `deno task resume runs/${name}` : "deno task resume and the run's folder";
}
