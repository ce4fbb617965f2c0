/** Compares two sets of reals: the same pieces with the same ends. */
import type { Interval, Region } from "./answer.ts";
import { allOf, decided } from "./_compare_result.ts";
import { sameExpression } from "../expression/same.ts";
import type { Sameness } from "../types.ts";

/** Whether two regions are the same set; of two variables by other names they are not. */
export function sameRegion(a: Region, b: Region): Sameness {
  if (a.variable !== undefined && b.variable !== undefined && a.variable !== b.variable) return decided(false);
  if (a.pieces.length !== b.pieces.length) return decided(false);
  return allOf(pieces(a, b));
}

function* pieces(a: Region, b: Region): Generator<Sameness> {
  for (const [i, piece] of a.pieces.entries()) {
    const other = b.pieces[i] as Interval;
    yield decided(piece.closedFrom === other.closedFrom && piece.closedTo === other.closedTo);
    yield sameExpression(piece.from, other.from);
    yield sameExpression(piece.to, other.to);
  }
}
