/**
 * Names for people: of metrics, and of lines. Keys, run names and template names come from files, so whatever is shown
 * passes `label`: one line, short, without characters that steer a terminal or break XML.
 */
import { oneLine } from "../basics/mod.ts";
import { describeMetric } from "../training/mod.ts";

/** Foreign text to be shown: on one line, at most `width` characters, sound as XML. */
export function label(text: string, width = 48): string {
  // Half a surrogate pair and the two non-characters have no place in an SVG file.
  const line = oneLine(String(text).toWellFormed().replace(/[\ufffe\uffff]/g, "\ufffd"), width);
  // Vega looks names up in plain objects and stumbles over `constructor` and the like; a space at the end is not seen.
  return line in Object.prototype || line === "__proto__" ? `${line} ` : line;
}

/** Labels that differ from each other: a repeated one gets a number. */
export function distinct(labels: readonly string[]): string[] {
  const taken = new Set<string>();
  return labels.map((text) => {
    let name = text;
    for (let n = 2; taken.has(name); n++) name = `${text} (${n})`;
    taken.add(name);
    return name;
  });
}

const TITLES: Readonly<Record<string, string>> = {
  "env/all/reward/total": "Reward",
  "env/all/correct": "Accuracy",
  "env/all/strict": "Strict accuracy",
  "env/all/lenient": "Lenient accuracy",
  "env/all/format": "Format kept",
  "env/all/truncated": "Cut off by the token limit",
  "env/all/recipe_correct": "Accuracy by the recipe's grader",
  "env/all/grader_disagreement": "Graders that differ",
  "env/all/ac_tokens_per_turn": "Completion length",
  "env/all/ob_tokens_per_turn": "Prompt length",
  "env/all/zero_signal_groups": "Groups without a signal",
  "env/all/by_group/frac_mixed": "Groups with a signal",
  "optim/entropy": "Entropy",
  "optim/kl_sample_train_v1": "KL v1, sampler to trainer",
  "optim/kl_sample_train_v2": "KL, sampler to trainer",
  "optim/grad_norm": "Gradient norm",
  "optim/loss_per_token": "Loss",
  "optim/lr": "Learning rate",
  "kl_policy_base": "KL to the base model",
  "cost/total": "Cost",
  "time/total": "Time of a step",
};

/** What stands above a panel. */
export interface Heading {
  /** A few words. */
  readonly title: string;
  /** One line on what is measured, where the glossary knows it. */
  readonly meaning?: string;
  /** Its unit, where that is not plain. */
  readonly unit?: string;
  /** Whether values lie between 0 and 1. */
  readonly fraction: boolean;
}

const UNITS = ["tokens", "nats", "nats a token", "seconds", "dollars"];

/** The heading of a metric's panel. @param key without `test/` */
export function headingOf(key: string): Heading {
  const info = describeMetric(key);
  const level = /^env\/level_(\d{1,4})\/correct$/.exec(key)?.[1];
  const own = Object.hasOwn(TITLES, key) ? TITLES[key] : undefined;
  return {
    title: own ?? (level === undefined ? label(key, 40) : `Accuracy, level ${level}`),
    ...(info === undefined ? {} : { meaning: info.meaning.replace(/\.$/, "") }),
    ...(info !== undefined && UNITS.includes(info.unit) ? { unit: info.unit } : {}),
    fraction: info?.unit === "fraction",
  };
}
