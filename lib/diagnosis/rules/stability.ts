/** Rules about runs that fall apart: numbers that are none, weights that run away, choices that vanish. */
import { clipLine } from "../../basics/mod.ts";
import type { StepMetrics } from "../../runs/mod.ts";
import { imitates, type RunReading } from "../facts.ts";
import type { Finding } from "../finding.ts";
import {
  clusterOf,
  early,
  largestOf,
  late,
  meanOf,
  medianOf,
  recent,
  riseOf,
  type Share,
  shareOf,
  WINDOW,
  Z95,
} from "../figures.ts";
import { lowerRate, rounded } from "../settings.ts";
import { figure, shareText, stepsText } from "../words.ts";

/** Of fewer steps at the start than this, entropy and gradients may be anything by chance. */
const FEW = 3;

const ACCURACY = "env/all/correct";
const ENTROPY = "optim/entropy";
const GRADIENT = "optim/grad_norm";
const MISMATCH = "optim/kl_sample_train_v2";

/** Numbers that have to be numbers in every step that has them. */
const FINITE = [GRADIENT, "optim/loss_per_token", ENTROPY, MISMATCH, "kl_policy_base"];

/** How `DivergenceError` begins, which a run's status keeps. */
const BROKE_DOWN = /^training broke down/;

/** A loss, gradient or log-probability is no number any more. */
export function diverged(reading: RunReading): Finding | undefined {
  const { status, steps, config } = reading;
  const error = status?.last_error ?? "";
  const broken =
    steps.flatMap(({ step, metrics }) =>
      FINITE.filter((key) => metrics[key] !== undefined && !Number.isFinite(metrics[key])).map((key) => ({ step, key }))
    )[0];
  if (!BROKE_DOWN.test(error) && broken === undefined) return undefined;
  const learning_rate = lowerRate(config);
  return {
    rule: "diverged",
    severity: "blocks",
    what: "Training broke down: its numbers are no numbers any more.",
    evidence: [
      ...(broken === undefined ? [] : [`${broken.key} is no number in step ${broken.step + 1}`]),
      ...(error === "" ? [] : [clipLine(error, 300)]),
      `learning_rate=${config.learning_rate}`,
    ],
    suggestion: `Go on from the last checkpoint with learning_rate=${learning_rate} and grad_clip_norm=1 ` +
      "(a resumed run takes them with resume_changes=allow).",
    settings: { learning_rate, grad_clip_norm: 1 },
  };
}

/** What a run can do has to fall by more than what batches differ by. */
const FALL = 0.15;

/** The run once was clearly better than it is now. */
export function unlearned(reading: RunReading): Finding | undefined {
  const { config } = reading;
  // A curriculum changes which problems are asked, and with them the accuracy.
  if (config.curriculum !== "none") return undefined;
  const peak = bestStretch(reading);
  const last = reading.steps.slice(Math.max(peak?.end ?? 0, reading.steps.length - WINDOW));
  const now = shareOf(last, ACCURACY, clusterOf(reading));
  if (peak === undefined || now === undefined || peak.share.low <= now.high) return undefined;
  if (peak.share.value - now.value < FALL) return undefined;
  if (riseOf(peak.share, now, bestOf(reading.steps.length)).high >= 0) return undefined;
  const learning_rate = lowerRate(config);
  return {
    rule: "unlearned",
    severity: "blocks",
    what: "The model has unlearned what it could: its answers were clearly better before.",
    evidence: [
      `accuracy ${shareText(peak.share.value)} in ${stepsText(peak.steps)}, ${shareText(now.value)} in ` +
      stepsText(last),
      ...[ENTROPY, GRADIENT, "kl_policy_base"].flatMap((key) => change(key, peak.steps, last)),
      `learning_rate=${config.learning_rate}`,
    ],
    suggestion:
      `Start from a checkpoint before the fall with learning_rate=${learning_rate}; keep_best=true keeps the ` +
      "best weights, kl_penalty_coef=0.01 holds on to those of the start.",
    settings: { learning_rate, keep_best: true },
  };
}

/**
 * Standard errors between the best of so many stretches and another one that are more than chance: those of two 95 % intervals
 * side by side for one, and for more what the best of them is off by (the maximum of n normal variables, sqrt(2 ln n)).
 */
function bestOf(stretches: number): number {
  return Math.sqrt(2 * Z95 ** 2 + 2 * Math.log(stretches));
}

/** Steps that follow each other. */
interface Stretch {
  readonly steps: readonly StepMetrics[];
  readonly share: Share;
  /** Index of the step behind them. */
  readonly end: number;
}

/** The stretch of the run whose accuracy was best for certain; of a short run it is short. */
function bestStretch(reading: RunReading): Stretch | undefined {
  const { steps } = reading;
  const size = Math.min(WINDOW, Math.max(1, Math.floor(steps.length / 4)));
  let best: Stretch | undefined;
  for (let end = size; end < steps.length; end++) {
    const window = steps.slice(end - size, end);
    const share = shareOf(window, ACCURACY, clusterOf(reading));
    if (share !== undefined && share.low > (best?.share.low ?? -1)) best = { steps: window, share, end };
  }
  return best;
}

/** `optim/entropy 0.16, then 0.62`. */
function change(key: string, before: readonly StepMetrics[], after: readonly StepMetrics[]): string[] {
  const [first, last] = [meanOf(before, key), meanOf(after, key)];
  return first === undefined || last === undefined ? [] : [`${key} ${figure(first)}, then ${figure(last)}`];
}

/** Healthy runs stay below 0.1 nats a token from where they began, the default run below 0.01. */
const FAR = 0.5;
/** And a step of theirs moves them by about 0.005. */
const LEAP = 0.2;

/** The policy is far from the weights it began with, or leaps with each step. */
export function klRunaway(reading: RunReading): Finding | undefined {
  const { config } = reading;
  const steps = recent(reading);
  const [distance, leap] = [meanOf(steps, "kl_policy_base"), meanOf(steps, "kl_pre_post_v2")];
  const isFar = distance !== undefined && Math.abs(distance) > FAR;
  const leaps = leap !== undefined && leap > LEAP;
  if (!isFar && !leaps) return undefined;
  const learning_rate = lowerRate(config);
  const kl_penalty_coef = config.kl_penalty_coef === 0 ? 0.01 : Math.max(0.01, rounded(3 * config.kl_penalty_coef));
  return {
    rule: "kl_runaway",
    severity: (distance ?? 0) > 2 * FAR || (leap ?? 0) > 5 * LEAP ? "blocks" : "slows",
    what: "KL runs away: the weights are moving too far from where they began.",
    evidence: [
      ...(isFar ? [`kl_policy_base ${figure(distance)} nats a token in ${stepsText(steps)}`] : []),
      ...(leaps ? [`one step moves the policy by kl_pre_post_v2 ${figure(leap)} nats a token`] : []),
      `learning_rate=${config.learning_rate} kl_penalty_coef=${config.kl_penalty_coef}`,
    ],
    suggestion:
      `Use learning_rate=${learning_rate}, or hold on to the first weights with kl_penalty_coef=${kl_penalty_coef}.`,
    settings: { learning_rate, kl_penalty_coef },
  };
}

/** Entropy that triples, by at least 0.3 nats a token: sampling turns to noise. Learning moves it by a third or so. */
const BURST = { ratio: 3, least: 0.3 };

/** The policy's choices turn to noise. */
export function entropyExplosion(reading: RunReading): Finding | undefined {
  const [before, after] = [meanOf(early(reading), ENTROPY), meanOf(late(reading), ENTROPY)];
  if (before === undefined || after === undefined) return undefined;
  if (after < BURST.ratio * before || after < before + BURST.least) return undefined;
  const learning_rate = lowerRate(reading.config);
  return {
    rule: "entropy_explosion",
    severity: "slows",
    what: "What the model says turns to noise: its entropy keeps growing.",
    evidence: [
      `optim/entropy ${figure(before)} nats a token in ${stepsText(early(reading))}, ${figure(after)} in ` +
      stepsText(late(reading)),
      `learning_rate=${reading.config.learning_rate}`,
    ],
    suggestion: `Use learning_rate=${learning_rate}, and take what is cut off out of the update with overlong=mask.`,
    settings: { learning_rate, overlong: "mask" },
  };
}

/** A fifth of its entropy is left, and most groups say nothing: by then a model says one thing only, right or not. */
const VANISHED = { ratio: 0.2, equal: 0.5, solved: 0.9 };

/** The policy has only one answer left, and it is often wrong. */
export function entropyCollapse(reading: RunReading): Finding | undefined {
  const { config } = reading;
  // Imitation is meant to narrow what is said.
  if (early(reading).length < FEW || imitates(reading)) return undefined;
  const steps = late(reading);
  const [before, after] = [meanOf(early(reading), ENTROPY), meanOf(steps, ENTROPY)];
  const equal = meanOf(steps, "env/all/zero_signal_groups");
  const correct = meanOf(steps, ACCURACY);
  if (before === undefined || after === undefined || equal === undefined) return undefined;
  if (after > VANISHED.ratio * before || equal < VANISHED.equal || (correct ?? 0) > VANISHED.solved) return undefined;
  const learning_rate = lowerRate(config);
  return {
    rule: "entropy_collapse",
    severity: "slows",
    what: "The model has settled on one answer to each problem before it had found the right ones.",
    evidence: [
      `optim/entropy ${figure(before)} nats a token in ${stepsText(early(reading))}, ${figure(after)} in ${
        stepsText(steps)
      }`,
      `${shareText(equal)} of the groups have equal rewards, accuracy ${
        correct === undefined ? "-" : shareText(correct)
      }`,
    ],
    suggestion: `Go on from an earlier checkpoint with learning_rate=${learning_rate} and kl_penalty_coef=0.01` +
      (config.temperature < 1 ? ", and sample with temperature=1." : "."),
    settings: { learning_rate, kl_penalty_coef: 0.01, ...(config.temperature < 1 && { temperature: 1 }) },
  };
}

/** Gradients grow when a run begins to fall apart; that of the default run stays within a factor of two. */
const GROWN = 10;

/** Gradients have grown tenfold and stay there. */
export function gradientGrowth(reading: RunReading): Finding | undefined {
  if (early(reading).length < FEW) return undefined;
  const [before, after] = [medianOf(early(reading), GRADIENT), medianOf(late(reading), GRADIENT)];
  if (before === undefined || after === undefined || before <= 0 || after < GROWN * before) return undefined;
  const learning_rate = lowerRate(reading.config);
  const grad_clip_norm = rounded(before);
  return {
    rule: "gradient_growth",
    severity: "slows",
    what: "Gradients explode: they are far larger than at the start.",
    evidence: [
      `median optim/grad_norm ${figure(before)} in ${stepsText(early(reading))}, ${figure(after)} in ${
        stepsText(late(reading))
      }, at most ${figure(largestOf(late(reading), GRADIENT) ?? after)}`,
      `learning_rate=${reading.config.learning_rate} grad_clip_norm=${reading.config.grad_clip_norm}`,
    ],
    suggestion:
      `Use learning_rate=${learning_rate}, and grad_clip_norm=${grad_clip_norm}, which is what gradients were.`,
    settings: { learning_rate, grad_clip_norm },
  };
}

/** Up to 0.01 nats a token the correction by the ratio of probabilities is sound; ten times that, and it is mostly noise. */
const APART = 0.01;

/** What draws and what learns are not the same policy. */
function apart(reading: RunReading): { readonly kl: number; readonly severity: "blocks" | "slows" } | undefined {
  const kl = medianOf(recent(reading), MISMATCH);
  return kl === undefined || kl <= APART ? undefined : { kl, severity: kl > 10 * APART ? "blocks" : "slows" };
}

/** Sampling is too far behind training. */
export function staleSamples(reading: RunReading): Finding | undefined {
  const { max_steps_off_policy: behind, loss_fn } = reading.config;
  const distance = apart(reading);
  if (behind === 0 || distance === undefined) return undefined;
  const steps = recent(reading);
  const lags = steps.flatMap(({ step, metrics }) => {
    const drawn = metrics["sampling_client/step_min"];
    return drawn === undefined || !Number.isFinite(drawn) ? [] : [step - drawn];
  });
  const fewer = Math.floor(behind / 2);
  return {
    rule: "stale_samples",
    severity: distance.severity,
    what: "Completions are stale: the weights have moved on too far since they were drawn.",
    evidence: [
      `optim/kl_sample_train_v2 ${figure(distance.kl)} nats a token in ${stepsText(steps)}`,
      ...(lags.length === 0 ? [] : [`completions are up to ${Math.max(...lags)} updates old`]),
      `max_steps_off_policy=${behind} loss_fn=${loss_fn} learning_rate=${reading.config.learning_rate}`,
    ],
    suggestion: `Let sampling run ahead less, max_steps_off_policy=${fewer}` +
      (loss_fn === "importance_sampling" ? ", and bound what old completions can do with loss_fn=ppo." : "."),
    settings: { max_steps_off_policy: fewer, ...(loss_fn === "importance_sampling" && { loss_fn: "ppo" }) },
  };
}

/** Sampler and trainer disagree although they have the same weights. */
export function samplerMismatch(reading: RunReading): Finding | undefined {
  const { max_steps_off_policy, num_substeps, learning_rate, loss_fn } = reading.config;
  const distance = apart(reading);
  if (max_steps_off_policy > 0 || distance === undefined) return undefined;
  const withinStep = num_substeps > 1;
  const lower = lowerRate(reading.config);
  return {
    rule: "sampler_mismatch",
    severity: distance.severity,
    what: withinStep
      ? "The updates of one step move the weights too far from those that drew its completions."
      : "The sampler and the trainer give the same tokens different probabilities.",
    evidence: [
      `optim/kl_sample_train_v2 ${figure(distance.kl)} nats a token in ${stepsText(recent(reading))}`,
      `num_substeps=${num_substeps} learning_rate=${learning_rate} loss_fn=${loss_fn}`,
    ],
    suggestion: withinStep
      ? `Use num_substeps=1, or learning_rate=${lower}.`
      : "The server computes the two differently (numbers of another precision, other weights): tell whoever runs it. " +
        "loss_fn=cispo bounds the harm.",
    settings: withinStep ? { num_substeps: 1 } : { loss_fn: "cispo" },
  };
}
