/** A run that nobody watches tells of itself in its log: one line a step, an evaluation, a checkpoint. */
import { duration, oneLine } from "../basics/mod.ts";
import { dollars, type TrainEvent, ungradedText } from "../training/mod.ts";
import type { Metrics } from "../vocabulary.ts";

/** The lines that an event leaves; the recorder tells of stalls and of the end by itself. */
export function eventLines(event: TrainEvent, total: number): string[] {
  switch (event.type) {
    case "evaluation":
      return lines(`evaluation after ${event.step} steps  ${figures(event.metrics, "test/")}`, event.metrics, "test/");
    case "step":
      return lines(stepLine(event.step, total, event.metrics), event.metrics);
    case "checkpoint":
      return [`checkpoint ${oneLine(event.checkpoint.name)}`];
    default:
      return [];
  }
}

function stepLine(step: number, total: number, metrics: Metrics): string {
  const [seconds, cost] = [metrics["time/total"], metrics["cost/total"]];
  const reward = `reward ${(metrics["env/all/reward/total"] ?? NaN).toFixed(3)}`;
  const took = seconds === undefined ? "" : `  ${seconds < 60 ? `${seconds.toFixed(1)} s` : duration(seconds)}`;
  const spent = cost === undefined ? "" : `  ${dollars(cost)} so far`;
  return `step ${step + 1}/${total}  ${reward}  ${figures(metrics)}${took}${spent}`;
}

function figures(metrics: Metrics, prefix: "" | "test/" = ""): string {
  const value = (key: string, digits: number) => (metrics[`${prefix}env/all/${key}`] ?? NaN).toFixed(digits);
  return `accuracy ${value("correct", 3)}  format ${value("format", 3)}  length ${value("ac_tokens_per_turn", 1)}`;
}

/** What could not be graded counts as wrong, which nobody sees in the figures. */
function lines(line: string, metrics: Metrics, prefix: "" | "test/" = ""): string[] {
  const ungraded = ungradedText(metrics, prefix);
  return ungraded === undefined ? [line] : [line, `  ${ungraded}`];
}
