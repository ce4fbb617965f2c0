/**
 * How the learning rate moves over a run. With warm-up w, r = min_lr_ratio and n steps in all, step s learns with
 *
 *   learning_rate * (s + 1) / w            in the warm-up, s < w: linear, and the first step already learns
 *   learning_rate * (r + (1 - r) * f(t))   after it, with t = (s - w) / (n - w)
 *
 * where f is 1 (constant), 1 - t (linear) or (1 + cos(pi t)) / 2 (cosine; Loshchilov and Hutter, SGDR, arXiv:1608.03983,
 * eq. 5). t counts from the first step after the warm-up and would be 1 at step n, which is not taken any more: without a
 * warm-up and with r = 0 that is the schedule of tinker-cookbook, and no step is wasted on a rate of 0.
 */
import type { LrSchedule, TrainConfig } from "../config/mod.ts";

/** What a schedule takes from the configuration. */
export type LearningRateConfig = Pick<TrainConfig, "learning_rate" | "lr_schedule" | "warmup_steps" | "min_lr_ratio">;

/** What is left of the rate after a part `t` of the way, from 1 at 0 to 0 at 1. */
const DECAYS: Readonly<Record<LrSchedule, (t: number) => number>> = {
  constant: () => 1,
  linear: (t) => 1 - t,
  cosine: (t) => (1 + Math.cos(Math.PI * t)) / 2,
};

/**
 * The learning rate of a step; a constant one without a warm-up is `learning_rate` itself.
 * @param step index of the step, from 0
 * @param total steps of the run
 */
export function learningRateAt(config: LearningRateConfig, step: number, total: number): number {
  const { learning_rate, lr_schedule, warmup_steps, min_lr_ratio } = config;
  if (step < warmup_steps) return learning_rate * ((step + 1) / warmup_steps);
  if (lr_schedule === "constant") return learning_rate;
  const left = DECAYS[lr_schedule]((step - warmup_steps) / (total - warmup_steps));
  return learning_rate * (min_lr_ratio + (1 - min_lr_ratio) * left);
}

/**
 * What is wrong with a warm-up that is longer than its run, which would never reach `learning_rate`; undefined: nothing.
 * @param total steps of the run; 0: it only evaluates
 */
export function warmupProblem({ warmup_steps }: Pick<TrainConfig, "warmup_steps">, total: number): string | undefined {
  if (warmup_steps <= total || total === 0) return undefined;
  return `warmup_steps=${warmup_steps}: the run has ${total} ${
    total === 1 ? "step" : "steps"
  } and would end before it ` +
    `reaches learning_rate; use warmup_steps=${Math.floor(total / 10)}, or more steps`;
}
