/** The small things that all comparisons share. */
import type { Answer } from "./answer.ts";
import type { Sameness } from "../types.ts";

/** Compares an answer with a reference. */
export type Comparison = (answer: Answer, reference: Answer) => Sameness;

/** A verdict that needs no numbers. */
export function decided(same: boolean | undefined): Sameness {
  return { same, method: "exact" };
}

/** The least sure of several that all must hold: wrong when one is, undecided when one is. */
export function allOf(parts: Iterable<Sameness>): Sameness {
  let all: Sameness = { same: true, method: "exact" };
  for (const part of parts) {
    if (part.same === false) return part;
    if (part.same === undefined) all = { same: undefined, method: part.method };
    else if (all.same === true && SURENESS.indexOf(part.method) > SURENESS.indexOf(all.method)) all = part;
  }
  return all;
}

const SURENESS = ["verbatim", "number", "exact", "numeric", "text"];
