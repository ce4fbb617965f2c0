/**
 * What a panel says, as plain words: the one source of its text and of its HTML. Foreign text is cut and stripped here,
 * and escaped where it is put into HTML.
 */
import { maskUserInfo } from "../basics/mod.ts";
import type { TrainConfig } from "../config/mod.ts";
import type { HubProgress } from "../hub/mod.ts";
import { downloadName, downloadShare, shareOf } from "../launch/mod.ts";
import { isForeignServer } from "../policy/mod.ts";
import type { Metrics } from "../vocabulary.ts";
import { dollars, estimateText, stallText, waitingText } from "../training/mod.ts";
import { type Chart, chartsOf } from "./_charts.ts";
import type { PanelEnd, PanelState } from "./_panel_state.ts";
import type { PanelSample } from "./_sample.ts";
import { counted, duration, fixed, oneLine, short } from "./_text.ts";
import { secondsLeft } from "./_time_left.ts";

const MOST_PARTS = 6;

/** How good or bad something is. */
export type Tone = "running" | "good" | "attention" | "bad";

/** A line that stands out, and what to type, where something can be done. */
export interface Notice {
  readonly tone: Tone;
  readonly text: string;
  readonly code?: string;
  /** What is reached by typing it, as the beginning of a sentence. Default: "To go on". */
  readonly lead?: string;
}

/** What a panel says. */
export interface PanelFacts {
  readonly name: string;
  /** What is trained; may be empty. */
  readonly about: string;
  readonly status: readonly [tone: Tone, text: string];
  /** Bars with the part that is done, 0-1. */
  readonly bars: readonly { readonly label: string; readonly share: number; readonly text: string }[];
  readonly notices: readonly Notice[];
  readonly numbers: readonly (readonly [label: string, value: string])[];
  readonly charts: readonly Chart[];
  readonly sample?: PanelSample | undefined;
  readonly notes: readonly string[];
}

/** What there is to say. @param now milliseconds, as those of the state */
export function panelFacts(state: PanelState, now: number): PanelFacts {
  const { config } = state;
  const charts = chartsOf(state.history);
  return {
    name: config === undefined ? "training run" : oneLine(baseName(config.log_path), 80),
    about: config === undefined ? "" : aboutText(config),
    status: statusOf(state),
    bars: bars(state, now),
    notices: notices(state),
    numbers: numbers(state, charts),
    charts,
    sample: state.sample,
    notes: notes(state),
  };
}

function baseName(path: string): string {
  return path.split(/[\\/]/).filter((part) => part !== "").at(-1) ?? path;
}

function aboutText({ model_name, env, base_url, backend }: TrainConfig): string {
  const where = backend === "local" || base_url === null ? "" : ` at ${oneLine(maskUserInfo(base_url), 100)}`;
  return `${oneLine(model_name, 80)} on ${oneLine(env, 60)}${where}`;
}

function statusOf({ end, stopping, waiting, from, within }: PanelState): PanelFacts["status"] {
  if (end?.type === "done") return isFinished(end) ? ["good", "finished"] : ["attention", "stopped"];
  if (end?.type === "detached") return ["running", "running elsewhere"];
  if (end?.type === "interrupted") return ["attention", "interrupted"];
  if (end !== undefined) return end.type === "left" || stopping ? ["attention", "stopped"] : ["bad", "failed"];
  if (stopping) return ["attention", "stopping"];
  if (waiting !== undefined) return ["attention", "waiting"];
  return ["running", from === undefined ? "opening" : within?.phase ?? "running"];
}

/** Its last step is done, or no more of them were worth it. */
function isFinished({ reason }: Extract<PanelEnd, { readonly type: "done" }>): boolean {
  return reason === "finished" || reason === "early_stop";
}

function bars(state: PanelState, now: number): PanelFacts["bars"] {
  const { within, done, total, from, end, endedAt = now, since, stopping } = state;
  const gone = `${duration((endedAt - since) / 1000)} gone`;
  if (from === undefined) return end === undefined ? openingBars(state.download, gone) : [];
  const share = within === undefined || within.total === 0 ? 0 : within.done / within.total;
  const isStep = within?.phase === "sampling" || within?.phase === "training";
  // Drawing the completions and the update after them are taken as halves.
  const ofStep = !isStep ? 0 : within.phase === "sampling" ? share / 2 : (1 + share) / 2;
  const seconds = end === undefined && !stopping ? secondsLeft(state, now) : undefined;
  const left = seconds === undefined ? "" : `, ${duration(seconds)} left`;
  const run = { share: total === 0 ? 1 : (done + ofStep) / total, text: `step ${done} of ${total}, ${gone}${left}` };
  const step = within && { label: within.phase, share, text: `${within.done}/${within.total}` };
  return [...(step ? [step] : []), { label: "run", ...run }];
}

/** What there is to see before anything is asked: a file that is being fetched, or that it takes its time. */
export function openingBars(download: HubProgress | undefined, gone: string): PanelFacts["bars"] {
  if (download === undefined) return [{ label: "opening", share: 0, text: gone }];
  const text = `${downloadName(download)}, ${downloadShare(download)}, ${gone}`;
  return [{ label: "fetching", share: shareOf(download), text }];
}

function notices(state: PanelState): Notice[] {
  const { waiting, stall, end, stopping, from } = state;
  const found: Notice[] = [];
  if (stopping && end === undefined) {
    const text = from === undefined
      ? "stopping; press Stop again to end at once"
      : "stopping after this step, with a checkpoint; press Stop again to end at once";
    found.push({ tone: "attention", text });
  }
  if (waiting !== undefined) {
    const text = `waiting: ${oneLine(waitingText(waiting), 240)} ${duration(waiting.seconds)}`;
    found.push({ tone: "attention", text });
  }
  const hasMoved = stall?.over === true || (stall !== undefined && state.done > stall.step);
  if (stall !== undefined && !hasMoved && end === undefined) {
    found.push({ tone: "attention", text: oneLine(stallText(stall), 400) });
  }
  if (state.stalled !== undefined && end === undefined) {
    found.push({ tone: "attention", text: oneLine(state.stalled, 400) });
  }
  if (end !== undefined) found.push(endNotice(state, end));
  if (state.diagnosis !== undefined) found.push({ tone: "attention", text: oneLine(state.diagnosis, 500) });
  return found;
}

function endNotice(state: PanelState, end: NonNullable<PanelState["end"]>): Notice {
  const { done, total, cost, from, since, endedAt = since } = state;
  if (end.type === "left") {
    const what = from === undefined
      ? "ended at once"
      : `ended at once after ${done} of ${counted(total, "step")}; it may still be saving its checkpoint`;
    return { tone: "attention", text: what, ...(from !== undefined && resuming(state)) };
  }
  if (end.type === "interrupted") {
    const text = `interrupted after ${done} of ${counted(total, "step")}: its process is gone`;
    return { tone: "attention", text, ...resuming(state) };
  }
  if (end.type === "detached") {
    return { tone: "running", text: "no longer watched; it goes on", lead: "To watch it again", ...watching(state) };
  }
  if (end.type === "failed") {
    const message = oneLine(end.message, 600);
    if (from === undefined && state.stopping) return { tone: "attention", text: "stopped before training began" };
    if (from === undefined) return { tone: "bad", text: `could not start: ${message}` };
    const text = `failed after ${done} of ${counted(total, "step")}: ${message}`;
    return { tone: "bad", text, ...(state.checkpoints + from > 0 && resuming(state)) };
  }
  if (end.reason === "finished") {
    const price = cost === undefined ? "" : ` for ${dollars(cost)}`;
    const text = end.alreadyComplete
      ? "nothing was left to do: its steps were done before; to go on, give a larger max_steps"
      : `finished ${counted(total, "step")} in ${duration((endedAt - since) / 1000)}${price}`;
    return { tone: "good", text };
  }
  const why = end.detail === undefined ? "" : `: ${oneLine(end.detail, 400)}`;
  if (isFinished(end)) return { tone: "good", text: `ended early, after ${done} of ${counted(total, "step")}${why}` };
  const more = end.limit === undefined || end.enough === undefined ? undefined : `${end.limit}: ${end.enough}`;
  return {
    tone: "attention",
    text: `stopped after ${done} of ${counted(total, "step")}${why}`,
    ...resuming(state, more),
  };
}

/** The call that shows a run again. */
function watching({ config }: PanelState): Pick<Notice, "code"> {
  return config === undefined ? {} : { code: `await attach(${quoted(config.log_path)})` };
}

/** The call that continues a run; everything else it needs is in the folder. */
function resuming({ config, reward, problemsGiven, attached }: PanelState, more?: string): Pick<Notice, "code"> {
  if (config === undefined) return {};
  const { log_path, base_url } = config;
  // A key goes to such a server only when it is named again. A password is left out: notebooks are passed on.
  const server = isForeignServer(config) ? `base_url: ${quoted(maskUserInfo(base_url!))}` : undefined;
  const fields = [`log_path: ${quoted(log_path)}`, 'behavior_if_log_dir_exists: "resume"', server, more];
  // The function itself is nowhere recorded, nor are the problems.
  const again = [
    ...(reward === undefined ? [] : [`reward: ${reward === "custom" ? "..." : oneLine(reward, 80)}`]),
    ...(problemsGiven ? ["problems: { train, test }"] : []),
  ];
  const paid = again.length === 0 ? "" : `, { ${again.join(", ")} }`;
  // What runs elsewhere goes on elsewhere, unless what it needs cannot.
  const trains = config.method === "expert_iteration" ? "expertIterate" : "trainGRPO";
  const call = attached && paid === "" ? "launch" : trains;
  return { code: `await ${call}({ ${fields.filter((field) => field !== undefined).join(", ")} }${paid})` };
}

function quoted(text: string): string {
  return JSON.stringify(oneLine(text, 4096));
}

/** What is not charted. */
function numbers({ metrics, tokens, cost, evaluations }: PanelState, charts: readonly Chart[]): [string, string][] {
  const charted = new Set(charts.map(({ key }) => key));
  const single = (key: string, digits: number) => charted.has(key) ? undefined : fixed(metrics[key], digits);
  const [first, last] = [evaluations[0], evaluations.at(-1)];
  const ends = [first, first === last ? undefined : last];
  const [heldOut, aside] = (["correct", "aside"] as const).map((side) =>
    ends.flatMap((it) => fixed(it?.[side], 3) ?? []).join(" → ")
  );
  const found: [string, string | undefined][] = [
    ["reward", single("env/all/reward/total", 3)],
    ["accuracy", single("env/all/correct", 3)],
    ["by the recipe's grader", fixed(metrics["env/all/recipe_correct"], 3)],
    ["graders disagree", fixed(metrics["env/all/grader_disagreement"], 3)],
    ["length", single("env/all/ac_tokens_per_turn", 1)],
    ["answers kept", fixed(metrics["expert/kept"], 0)],
    ...rewardParts(metrics),
    [`held-out accuracy, step ${last?.step ?? 0}`, heldOut || undefined],
    [`accuracy on problems set aside, step ${last?.step ?? 0}`, aside || undefined],
    ["tokens", tokens === undefined ? undefined : short(tokens)],
    ["cost", cost === undefined ? undefined : dollars(cost)],
  ];
  return found.flatMap(([label, value]) => value === undefined ? [] : [[label, value]]);
}

/** The parts of a reward function, as many as fit. */
function rewardParts(metrics: Metrics): [string, string | undefined][] {
  const prefix = "env/all/reward/";
  const parts = Object.keys(metrics).filter((key) => key.startsWith(prefix) && !/\/(total|std)$/.test(key));
  return parts.slice(0, MOST_PARTS).map((key) => [
    `reward ${oneLine(key.slice(prefix.length), 40)}`,
    fixed(metrics[key], 3),
  ]);
}

function notes({ estimate, stalls, stall, checkpoints, checkpoint, messages, notices, end }: PanelState): string[] {
  const found = messages.map(({ severity, text }) => {
    return oneLine(`server${severity === "info" ? "" : ` (${severity})`}: ${text}`, 300);
  });
  found.push(...notices.map((line) => oneLine(line, 300)));
  if (estimate !== undefined && end === undefined) found.push(estimateText(estimate));
  if (stalls > 0 && stall !== undefined) {
    found.push(oneLine(`stalled ${counted(stalls, "time")}, last after ${counted(stall.step, "step")}`));
  }
  if (checkpoint !== undefined) found.push(`${counted(checkpoints, "checkpoint")}, last ${oneLine(checkpoint, 80)}`);
  return found;
}
