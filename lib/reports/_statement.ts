/** What follows from the tests, in words with figures. */
import { estimate, figure, pointerTo } from "./figure.ts";
import { cellName, type Figures } from "./_cells.ts";
import type { Inline } from "./document.ts";

/** What follows of one difference. */
export function statement(comparison: Figures, index: number): Inline {
  const difference = comparison.result.differences[index];
  if (difference === undefined) throw new RangeError(`cannot state difference ${index}: there is none`);
  const [a, b] = [cellName(comparison, difference.a), cellName(comparison, difference.b)];
  const at = (...path: readonly string[]) => pointerTo("differences", index, ...path);
  const size = [
    ...estimate(comparison, at("difference"), "points"),
    " points, corrected p ",
    figure(comparison, at("p_adjusted"), "p"),
  ];
  if (difference.verdict === "not_told_apart") return [`${b} and ${a} are not told apart: `, ...size, "."];
  return [`${b} is ${difference.verdict} than ${a}: `, ...size, "."];
}
