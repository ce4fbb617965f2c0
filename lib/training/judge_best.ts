/**
 * Which weights of a run are its best, and when it has stopped getting better. Every evaluation counts, the first and the
 * final one too; judged is strict accuracy on the problems set aside for that (`validation_limit`), else on the held-out
 * ones. Better is greater: of weights that did equally well the earlier ones stay the best. Where a run stands is a fold
 * over its evaluations, so a resumed run reads it back from its rows. Stopping early with patience: Prechelt, Early
 * Stopping - But When?, 1998.
 */
import { counted } from "../basics/mod.ts";
import type { TrainConfig } from "../config/mod.ts";
import type { Metrics } from "../vocabulary.ts";

/** An evaluation as it is judged. */
export interface Judged {
  /** Steps done. */
  readonly step: number;
  /** Strict accuracy, from 0 to 1. */
  readonly accuracy: number;
}

/** How a run has done so far. */
export interface Standing {
  /** The best evaluation; absent: there was none. */
  readonly best?: Judged;
  /** Evaluations in a row since then that were not better. */
  readonly since: number;
}

/** Where a run begins. */
export const UNJUDGED: Standing = { since: 0 };

/** What judging takes from the configuration. */
export type JudgeConfig = Pick<TrainConfig, "validation_limit" | "keep_best" | "early_stop">;

/** Prefix of the metrics that judge: those of the problems set aside, else of the held-out ones. */
export function judgedPrefix({ validation_limit }: Pick<TrainConfig, "validation_limit">): "val/" | "test/" {
  return validation_limit > 0 ? "val/" : "test/";
}

/** What that is measured on, in words. */
export function judgedOn({ validation_limit }: Pick<TrainConfig, "validation_limit">): string {
  return validation_limit > 0 ? "the problems set aside" : "the held-out problems";
}

/** The standing after one more evaluation of the weights after `step` steps; a row without one changes nothing. */
export function judge(standing: Standing, step: number, metrics: Metrics, config: JudgeConfig): Standing {
  const accuracy = metrics[`${judgedPrefix(config)}env/all/correct`];
  if (accuracy === undefined || Number.isNaN(accuracy)) return standing;
  const { best, since } = standing;
  return best === undefined || accuracy > best.accuracy
    ? { best: { step, accuracy }, since: 0 }
    : { best, since: since + 1 };
}

/** The standing after the evaluations that some rows tell of, in their order. */
export function standingOf(
  rows: readonly { readonly step: number; readonly metrics: Metrics }[],
  config: JudgeConfig,
): Standing {
  return rows.reduce((standing, { step, metrics }) => judge(standing, step, metrics, config), UNJUDGED);
}

/** Whether so many evaluations in a row were no better that the run ends. */
export function isGivenUp({ since }: Standing, { early_stop }: JudgeConfig): boolean {
  return early_stop > 0 && since >= early_stop;
}

/** Why a run ends early, in a sentence: what was best, and where it is. @param saved the step of the checkpoint `best` */
export function earlyStopText({ best, since }: Standing, config: JudgeConfig, saved: number | undefined): string {
  const where = saved !== undefined && saved === best?.step ? ", saved as checkpoint best" : "";
  const evaluations = since === 1 ? "1 evaluation was" : `${since} evaluations in a row were`;
  return `early_stop=${config.early_stop}: ${evaluations} no better than ${best?.accuracy.toFixed(3)} on ${
    judgedOn(config)
  } ` +
    `after ${counted(best?.step ?? 0, "step")}${where}`;
}
