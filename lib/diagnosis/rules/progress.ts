/** Rules about what has been gained: on which problems, by what, and whether that can be told from chance. */
import { clipLine } from "../../basics/mod.ts";
import { imitates, type RunReading } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { early, late, meanOf, type Rise, riseOf, type Share, shareOf, trainRise } from "../figures.ts";
import { higherRate, lowerRate } from "../settings.ts";
import { figure, riseText, shareText, stepsText } from "../words.ts";

const REWARD = "env/all/reward/total";
const ACCURACY = "env/all/correct";
const HELD_OUT = "test/env/all/correct";

/** Fewer steps tell little: in the default run the gain shows after about so many. */
const FEW_STEPS = 10;
/** A round of expert iteration is many updates. */
const FEW_ROUNDS = 2;
/** A run of so many steps that gains nothing is not merely unlucky: the default run has gained a third by then. */
const LONG = 20;
/** A gain on held-out problems that is worth a run. */
const GAIN = 0.05;

/** The first and the last evaluation. */
function heldOut(
  { evaluations }: RunReading,
): { before: Share; after: Share; rise: Rise; problems: number } | undefined {
  const [first, last] = [evaluations.slice(0, 1), evaluations.slice(-1)];
  const [before, after] = [shareOf(first, HELD_OUT), shareOf(last, HELD_OUT)];
  if (evaluations.length < 2 || before === undefined || after === undefined) return undefined;
  return { before, after, rise: riseOf(before, after), problems: Math.round(after.trials) };
}

function heldOutText({ before, after, rise, problems }: NonNullable<ReturnType<typeof heldOut>>): string {
  return `held-out accuracy ${shareText(before.value)}, then ${shareText(after.value)}: ${riseText(rise)} on ` +
    `${problems} problems`;
}

/** By how much a metric's mean has changed from the first steps to the last. */
function changeOf(reading: RunReading, key: string): number | undefined {
  const [before, after] = [meanOf(early(reading), key), meanOf(late(reading), key)];
  return before === undefined || after === undefined ? undefined : after - before;
}

/** The reward has risen by format alone. */
export function formatOnly(reading: RunReading): Finding | undefined {
  const { steps, ownReward, config: { format_coef } } = reading;
  if (ownReward || imitates(reading) || steps.length < FEW_STEPS) return undefined;
  const [reward, format, correct] = [REWARD, "env/all/format", ACCURACY].map((key) => changeOf(reading, key));
  if (reward === undefined || format === undefined || correct === undefined) return undefined;
  // A fifth of the completions in format more, and that is what most of the reward came from.
  if (format < 0.2 || reward <= 0 || correct > reward / 3) return undefined;
  const coef = figure(format_coef / 5);
  return {
    rule: "format_only",
    severity: "slows",
    what: "The reward has risen by format alone: answers are in their boxes, and no more of them are right.",
    evidence: [
      `from ${stepsText(early(reading))} to ${stepsText(late(reading))}: reward ${signed(reward)}, format ` +
      `${signed(format)}, accuracy ${signed(correct)}`,
      `format_coef=${format_coef}`,
    ],
    suggestion: `Format is learned, so let right answers weigh more: format_coef=${coef}, and easier problems or a ` +
      "larger group_size where few of them are right.",
    settings: { format_coef: Number(coef) },
  };
}

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(3)}`;
}

/** A reward of one's own rises, and accuracy does not. */
export function rewardHacking(reading: RunReading): Finding | undefined {
  if (!reading.ownReward || imitates(reading) || reading.steps.length < 4) return undefined;
  const [before, after] = [early(reading), late(reading)];
  const [reward, spread, correct] = [
    changeOf(reading, REWARD),
    meanOf(before, "env/all/reward/std"),
    trainRise(reading),
  ];
  if (reward === undefined || spread === undefined || correct === undefined) return undefined;
  const test = heldOut(reading);
  // A third of what completions differ by is a rise that counts; accuracy has to have had the chance to rise with it.
  const falls = test !== undefined && test.rise.high < 0;
  const flat = correct.value < GAIN && (test === undefined || test.rise.value < GAIN);
  if (reward < spread / 3 || !(falls || (flat && reading.steps.length >= FEW_STEPS))) return undefined;
  return {
    rule: "reward_hacking",
    severity: "slows",
    what: "The reward rises and accuracy does not: the model earns it in a way that was not meant.",
    evidence: [
      `reward ${signed(reward)} from ${stepsText(before)} to ${stepsText(after)}, accuracy on training problems ` +
      riseText(correct),
      ...(test === undefined ? [] : [heldOutText(test)]),
      ...risingPart(reading),
    ],
    suggestion:
      "Read some of the best paid completions (deno task show), and give right answers more of the reward than " +
      "what has risen; kl_penalty_coef=0.01 holds on to the first weights.",
    settings: { kl_penalty_coef: 0.01 },
  };
}

/** The part of the reward that has risen most. */
function risingPart(reading: RunReading): string[] {
  const prefix = "env/all/reward/";
  const keys = Object.keys(reading.steps.at(-1)?.metrics ?? {}).filter((key) =>
    key.startsWith(prefix) && !["total", "std"].includes(key.slice(prefix.length))
  );
  const parts = keys.map((key) => ({ key, rise: changeOf(reading, key) ?? 0 })).sort((a, b) => b.rise - a.rise);
  const [most] = parts;
  return most === undefined || most.rise <= 0
    ? []
    : [`its part ${clipLine(most.key.slice(prefix.length), 60)} rose most, by ${signed(most.rise)}`];
}

/** Training problems are learned, held-out ones are not. */
export function overfitting(reading: RunReading): Finding | undefined {
  const { config, trainProblems, steps } = reading;
  const [rise, test] = [trainRise(reading), heldOut(reading)];
  if (rise === undefined || test === undefined || rise.value < 0.15) return undefined;
  // Held-out problems that gain for certain, if less, are no sign of it.
  if (steps.length < FEW_STEPS || test.rise.low > 0 || test.rise.high >= rise.low) return undefined;
  const passes = trainProblems === undefined ? undefined : steps.length * config.groups_per_batch / trainProblems;
  const isLimited = config.train_limit > 0;
  return {
    rule: "overfitting",
    severity: "slows",
    what: passes !== undefined && passes < 2
      ? "Training problems are learned, held-out ones are not: they are of another kind."
      : "Training problems are learned, held-out ones are not: the run learns its problems by heart.",
    evidence: [
      `accuracy on training problems ${riseText(rise)} from ${stepsText(early(reading))} to ${
        stepsText(late(reading))
      }`,
      heldOutText(test),
      ...(passes === undefined ? [] : [`${trainProblems} training problems, each asked about ${figure(passes)} times`]),
    ],
    suggestion: `${isLimited ? "Train on more problems (train_limit=0 is all of them)" : "Train on more problems"}, ` +
      "and end where held-out accuracy is best: keep_best=true early_stop=3 with eval_every=10.",
    settings: { ...(isLimited && { train_limit: 0 }), keep_best: true, early_stop: 3, eval_every: 10 },
  };
}

/** What was held out is answered worse than before training, for certain. */
export function gotWorse(reading: RunReading): Finding | undefined {
  const test = heldOut(reading);
  if (test === undefined || test.rise.high >= 0 || test.rise.value > -GAIN) return undefined;
  const learning_rate = lowerRate(reading.config);
  return {
    rule: "got_worse",
    severity: "slows",
    what: "Held-out problems are answered worse than before training.",
    evidence: [heldOutText(test), `learning_rate=${reading.config.learning_rate}`],
    suggestion:
      `Use learning_rate=${learning_rate}; keep_best=true with eval_every=5 keeps the best weights there were.`,
    settings: { learning_rate, keep_best: true, eval_every: 5 },
  };
}

/** A long run has gained nothing. */
export function noGain(reading: RunReading): Finding | undefined {
  const [test, train] = [heldOut(reading), trainRise(reading)];
  const { config, steps } = reading;
  if (steps.length < LONG || test === undefined || test.rise.high >= GAIN || test.after.value > 0.9) return undefined;
  if (train !== undefined && train.low > 0) return undefined;
  const learning_rate = higherRate(config);
  return {
    rule: "no_gain",
    severity: "slows",
    what: "The run has gained nothing that could be measured.",
    evidence: [heldOutText(test), ...(train === undefined ? [] : [`on training problems ${riseText(train)}`])],
    suggestion: `Use a larger learning_rate=${learning_rate}, or more completions a step ` +
      `(groups_per_batch=${2 * config.groups_per_batch}).`,
    settings: { learning_rate },
  };
}

/** The gain, or the loss, cannot be told from chance. */
export function undecided(reading: RunReading): Finding | undefined {
  const test = heldOut(reading);
  const { config, steps } = reading;
  if (steps.length < (imitates(reading) ? FEW_ROUNDS : FEW_STEPS)) return undefined;
  if (test === undefined || test.rise.low > 0 || test.rise.high < 0) return undefined;
  // So many problems make the interval about as wide as the gain that would matter.
  const needed = Math.ceil(2 * test.after.value * (1 - test.after.value) * (1.96 / GAIN) ** 2 / 100) * 100;
  const more = Math.max(needed, 100);
  const isSmall = test.problems < more;
  return {
    rule: "undecided",
    severity: "notice",
    what: "What held-out problems show is within chance: it cannot be told whether the run has learned.",
    evidence: [heldOutText(test)],
    suggestion: isSmall
      ? `Evaluate on more problems (test_limit=${more} tells a change of ${GAIN}), or train for longer.`
      : `Train for longer, as max_steps=${2 * steps.length}.`,
    settings: isSmall ? { test_limit: more } : { max_steps: 2 * Math.max(steps.length, config.max_steps ?? 0) },
  };
}

/** There are too few steps to tell. */
export function tooShort(reading: RunReading): Finding | undefined {
  const { steps, state, config, status } = reading;
  const few = imitates(reading) ? FEW_ROUNDS : FEW_STEPS;
  // A gain that is beyond chance needs no more steps to show.
  if (steps.length >= few || (heldOut(reading)?.rise.low ?? 0) > 0) return undefined;
  const total = status?.steps_total ?? config.max_steps;
  const isUnderWay = state === "running" && (total === null || total >= few);
  return {
    rule: "too_short",
    severity: "notice",
    what: steps.length === 0
      ? "No step has been trained yet, so there is nothing to tell."
      : isUnderWay
      ? "It is too early to tell whether the run learns."
      : "The run is too short to tell whether it learns.",
    evidence: [`${steps.length} ${steps.length === 1 ? "step" : "steps"}${total === null ? "" : ` of ${total}`}`],
    suggestion: isUnderWay ? `Look again after step ${few}.` : `Train for longer, as max_steps=${4 * few}.`,
    settings: isUnderWay ? {} : { max_steps: 4 * few },
  };
}
