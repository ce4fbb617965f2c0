/** Rules about the learning rate: so small that nothing moves, at its end too soon, or never at its full size. */
import type { RunReading } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { trainRise, valuesOf } from "../figures.ts";
import { higherRate } from "../settings.ts";
import { figure, riseText, stepsText } from "../words.ts";

const RATE = "optim/lr";

/**
 * An update of Adam moves a weight by about the learning rate. Weights are about 0.02: all updates together below 1e-7 leave them
 * as they were to five digits.
 */
const NO_PATH = 1e-7;
/** A hundredth of what the backend takes by default, without a gain after ten steps, is a slip of the exponent. */
const SMALL = 0.01;
const PATIENCE = 10;

/** The learning rate is so small that the weights stay where they are. */
export function nothingMoves(reading: RunReading): Finding | undefined {
  const { steps, config } = reading;
  const path = pathOf(reading);
  if (path === undefined) return undefined;
  const rise = trainRise(reading);
  const gains = rise !== undefined && rise.low > 0;
  const higher = higherRate(config);
  const isTiny = config.learning_rate < SMALL * higher && steps.length >= PATIENCE && !gains;
  if (path >= NO_PATH && !isTiny) return undefined;
  return {
    rule: "nothing_moves",
    severity: path < NO_PATH ? "blocks" : "slows",
    what: "The learning rate is so small that the weights do not move.",
    evidence: [
      `learning_rate=${config.learning_rate}; all updates of ${stepsText(steps)} together move a weight by about ` +
      figure(path),
      ...(rise === undefined ? [] : [`accuracy on training problems changed by ${riseText(rise)}`]),
    ],
    suggestion: `Use learning_rate=${higher}${
      config.warmup_steps > 0 ? ` and warmup_steps=${Math.min(config.warmup_steps, 5)}` : ""
    }.`,
    settings: { learning_rate: higher },
  };
}

/** How far all updates together can have moved a weight; undefined where there was none. */
function pathOf({ steps }: RunReading): number | undefined {
  let [path, updates] = [0, 0];
  for (const { metrics } of steps) {
    const [rate, count] = [metrics[RATE] ?? NaN, metrics["optim/updates"] ?? NaN];
    if (!(rate >= 0) || !(count > 0)) continue;
    path += rate * count;
    updates += count;
  }
  return updates === 0 ? undefined : path;
}

/** A cosine is below a hundredth for its last fifteenth: for a tenth of a run something else holds it there. */
const ENDED = { ratio: 0.01, part: 0.1, least: 3 };

/** The schedule of the learning rate has ended, and the run goes on. */
export function rateEnded({ steps, config }: RunReading): Finding | undefined {
  const { learning_rate, lr_schedule, min_lr_ratio } = config;
  const isLow = (rate: number | undefined) => rate !== undefined && rate < ENDED.ratio * learning_rate;
  const lastFull = steps.findLastIndex(({ metrics }) => !isLow(metrics[RATE]));
  const low = steps.slice(lastFull + 1);
  if (lastFull < 0 || low.length < Math.max(ENDED.least, ENDED.part * steps.length)) return undefined;
  return {
    rule: "rate_ended",
    severity: "slows",
    what: "The schedule of the learning rate has ended: the last steps learn nothing any more.",
    evidence: [
      `optim/lr ${figure(valuesOf(low, RATE).at(-1) ?? 0)} in ${stepsText(low)}, of learning_rate=${learning_rate}`,
      `lr_schedule=${lr_schedule} min_lr_ratio=${min_lr_ratio}`,
    ],
    suggestion: "Let it end higher, with min_lr_ratio=0.1, or leave it as it is: lr_schedule=constant.",
    settings: lr_schedule === "constant" ? {} : { min_lr_ratio: 0.1 },
  };
}

/** The run is over, or more than half over, before the learning rate has its full size. */
export function longWarmup({ steps, config, status }: RunReading): Finding | undefined {
  const { warmup_steps, learning_rate } = config;
  const total = status?.steps_total ?? config.max_steps;
  const rate = valuesOf(steps.slice(-1), RATE)[0];
  if (total === null || warmup_steps <= total / 2 || rate === undefined || rate >= learning_rate) return undefined;
  const fewer = Math.max(1, Math.floor(total / 10));
  return {
    rule: "long_warmup",
    severity: "slows",
    what: "The warm-up takes up most of the run: the learning rate does not get to its full size.",
    evidence: [
      `warmup_steps=${warmup_steps} of ${total} steps`,
      `optim/lr ${figure(rate)} in step ${steps.length}, of learning_rate=${learning_rate}`,
    ],
    suggestion: `Use warmup_steps=${fewer}.`,
    settings: { warmup_steps: fewer },
  };
}
