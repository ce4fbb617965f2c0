/** Rules about groups whose rewards are all equal, which say nothing about what to do differently, and what makes them so. */
import { imitates, type RunReading } from "../facts.ts";
import { type Finding, settingsText, type Severity } from "../finding.ts";
import { groupsOf, meanOf, recent, type Share, shareOf, valuesOf } from "../figures.ts";
import { otherLevel, type Settings, settingsOfHarder } from "../settings.ts";
import { countText, shareText, stepsText } from "../words.ts";

/** With fewer groups to learn from than one in ten a batch is hardly any: a default step then has one or none. */
const NEARLY_ALL = 0.9;
/** A sound run ends at one in two or three, as it gets better; from three in four on, drawing them is mostly in vain. */
const MOST = 0.75;
/** Of pairs of completions three in four are equal in a sound run: a few groups are so by chance. */
const SURELY = { most: 0.6, nearlyAll: 0.8, few: 4 };
/** All of so many groups are more than chance. */
const ENOUGH_GROUPS = 24;
/** Where so many of the equal groups are of one kind, it is that kind. */
const ONE_KIND = 0.9;
/** Most of the problems are solved every time: there is little left to learn, and nothing wrong. */
const SOLVED = 0.9;

/** Groups with equal rewards among the last ones: how many, and of which kind. */
interface EqualGroups {
  readonly all: Share;
  readonly severity: Severity;
  /** Of the equal groups, those that are right (or at least well paid), 0-1. */
  readonly good: number;
  readonly steps: ReturnType<typeof recent>;
}

function equalGroups(reading: RunReading): EqualGroups | undefined {
  const { group_size } = reading.config;
  const steps = recent(reading);
  const all = shareOf(steps, "env/all/zero_signal_groups", group_size);
  if (all === undefined || all.value <= MOST) return undefined;
  // What has not taught anything in a whole run is no chance to be waited for: it can be named from a few groups.
  const isNone = all.trials >= SURELY.few && neverUpdated(reading);
  if (all.low <= SURELY.most && !isNone) return undefined;
  const good = meanOf(steps, "env/all/by_group/frac_all_good") ?? 0;
  // Imitation learns from every right answer: only groups that have none are lost to it.
  if (imitates(reading) && good > 0) return undefined;
  const severity = isNone || (all.value > NEARLY_ALL && all.low > SURELY.nearlyAll) ? "blocks" : "slows";
  return { all, severity, good: Math.min(1, good / all.value), steps };
}

function countsText({ all, good, steps }: EqualGroups): string {
  return `${countText(all, "group")} have equal rewards (${stepsText(steps)}): ` +
    `${shareText(good)} of those all right, ${shareText(1 - good)} all wrong`;
}

/** Sampling that hardly leaves a choice. */
function isNarrow({ config: { temperature, top_p, top_k } }: RunReading): boolean {
  return temperature < 0.7 || top_p < 0.7 || (top_k > 0 && top_k < 10);
}

/** All completions of a problem are the same text. */
export function sameAnswers(reading: RunReading): Finding | undefined {
  const equal = equalGroups(reading);
  const { sample, config: { temperature, top_p, top_k } } = reading;
  if (equal === undefined || sample === undefined || sample.groups === 0) return undefined;
  if (sample.sameGroups < ONE_KIND * sample.groups || (!isNarrow(reading) && equal.good > ONE_KIND)) return undefined;
  const settings = {
    ...(temperature < 1 && { temperature: 1 }),
    ...(top_p < 1 && { top_p: 1 }),
    ...(top_k > 0 && { top_k: -1 }),
  };
  const isOpen = Object.keys(settings).length === 0;
  return {
    rule: "same_answers",
    severity: equal.severity,
    what: "All completions of a problem are the same text, so there is nothing to choose between.",
    evidence: [
      `in ${sample.sameGroups} of ${sample.groups} groups of step ${sample.step + 1} all texts are the same`,
      countsText(equal),
      `temperature=${temperature} top_p=${top_p} top_k=${top_k}`,
    ],
    suggestion: isOpen
      ? "The model has become sure of itself: draw with temperature=1.2, or go on from an earlier checkpoint."
      : `Sample as widely as the model allows: ${settingsText(settings)}.`,
    settings: isOpen ? { temperature: 1.2 } : settings,
  };
}

/** The model solves them all. */
export function tooEasy(reading: RunReading): Finding | undefined {
  const equal = equalGroups(reading);
  if (equal === undefined || equal.good < ONE_KIND) return undefined;
  const correct = shareOf(equal.steps, "env/all/correct");
  const heldOut = valuesOf(reading.evaluations, "test/env/all/correct").at(-1);
  // Where the run itself has brought it there, all is well.
  const isSolved = (heldOut ?? 0) > SOLVED && reading.steps.length > equal.steps.length;
  return {
    rule: "too_easy",
    severity: isSolved ? "notice" : equal.severity,
    what: isSolved
      ? "The problems are solved: hardly any group has something left to learn from."
      : "The problems are too easy: nearly every completion is right, so there is nothing to learn from.",
    evidence: [
      countsText(equal),
      ...(correct === undefined ? [] : [`accuracy ${shareText(correct.value)} on training problems`]),
      ...(heldOut === undefined ? [] : [`accuracy ${shareText(heldOut)} on held-out problems`]),
    ],
    ...harder(reading),
  };
}

function harder({ config }: RunReading): { suggestion: string; settings: Settings } {
  const settings = otherLevel(config, "harder") ?? settingsOfHarder(config);
  const [[key, value] = ["env", "math"]] = Object.entries(settings);
  return {
    suggestion: `Use harder problems, as ${key}=${value}; curriculum=pass_rate prefers those that are solved only ` +
      "sometimes, max_refill_rounds=4 draws others in place of groups without a signal.",
    settings,
  };
}

/** The model solves none of them. */
export function tooHard(reading: RunReading): Finding | undefined {
  const equal = equalGroups(reading);
  if (equal === undefined || equal.good > 1 - ONE_KIND) return undefined;
  const { config } = reading;
  const correct = shareOf(equal.steps, "env/all/correct");
  const easier = otherLevel(config, "easier");
  const size = 2 * config.group_size;
  const [pair] = Object.entries(easier ?? {});
  return {
    rule: "too_hard",
    severity: equal.severity,
    what: "In nearly every group no completion is right: the problems are too hard as they are put.",
    evidence: [
      countsText(equal),
      ...(correct === undefined ? [] : [`accuracy ${shareText(correct.value)} on training problems`]),
    ],
    suggestion: `Use easier problems${pair === undefined ? "" : ` (${pair.join("=")})`}, a stronger model, or ` +
      `group_size=${size}: with more completions a group is likelier to hold a right one.`,
    settings: easier ?? { group_size: size },
  };
}

/** Groups are all right or all wrong, in about equal parts. */
export function dividedGroups(reading: RunReading): Finding | undefined {
  const equal = equalGroups(reading);
  if (equal === undefined || equal.good >= ONE_KIND || equal.good <= 1 - ONE_KIND) return undefined;
  const { temperature, group_size } = reading.config;
  const settings: Settings = temperature < 1 ? { temperature: 1 } : { group_size: 2 * group_size };
  const [pair] = Object.entries(settings);
  return {
    rule: "equal_groups",
    severity: equal.severity,
    what: "Completions of a problem are all right or all wrong, so there is little to learn from.",
    evidence: [countsText(equal), `group_size=${group_size} temperature=${temperature}`],
    suggestion: `Let completions of a problem differ more: ${pair!.join("=")}. curriculum=pass_rate prefers problems ` +
      "that are solved only sometimes.",
    settings,
  };
}

/** The weights are never updated. */
export function noUpdates(reading: RunReading): Finding | undefined {
  const steps = recent(reading);
  if (!hadNoUpdate(steps)) return undefined;
  // Small batches now and then have nothing to teach: that is chance, unless it has been all of a run.
  if (!neverUpdated(reading) && groupsOf(steps, reading) < ENOUGH_GROUPS) return undefined;
  const masked = meanOf(steps, "env/all/overlong_masked");
  return {
    rule: "no_updates",
    severity: "blocks",
    what: "The weights are not updated at all: no completion has anything to teach.",
    evidence: [
      `no update in ${stepsText(steps)}`,
      ...(masked === undefined ? [] : [`${shareText(masked)} of the completions are masked (overlong=mask)`]),
    ],
    ...moreUpdates(reading, masked ?? 0),
  };
}

/** Whether a run is over, and no step of it has updated the weights. */
function neverUpdated({ state, steps }: RunReading): boolean {
  return state !== "running" && hadNoUpdate(steps);
}

function hadNoUpdate(steps: ReturnType<typeof recent>): boolean {
  const updates = valuesOf(steps, "optim/updates");
  return updates.length > 0 && !updates.some((count) => count > 0);
}

function moreUpdates(reading: RunReading, masked: number): { suggestion: string; settings: Settings } {
  if (masked > 0.5) return { suggestion: "Use overlong=keep, or a larger max_tokens.", settings: { overlong: "keep" } };
  if (imitates(reading)) {
    const group_size = 2 * reading.config.group_size;
    return {
      suggestion:
        `Draw more answers to each problem (group_size=${group_size}), or ask easier ones, so that there are ` +
        "right ones to imitate.",
      settings: { group_size },
    };
  }
  return {
    suggestion: "Make groups whose completions differ in reward: temperature=1, a larger group_size, or " +
      "max_refill_rounds=4, which draws other problems in place of groups without a signal.",
    settings: { max_refill_rounds: 4 },
  };
}
