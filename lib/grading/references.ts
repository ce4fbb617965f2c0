/**
 * Whether final answers can be graded against: found while data is read or given, and not when a model is asked. A plain number
 * costs next to nothing; what has to be read as mathematics takes tens of microseconds, so that of a table with millions of
 * such answers only the first are read here. One that is found out later is `ungradable`, and counted.
 */
import { prepareReference } from "./equivalence.ts";

const PLAIN = /^-?\d{1,15}(?:\.\d{1,15})?$/;
/** Answers that are not plain numbers and are read, at most: about five seconds. */
const MOST_READ = 100_000;

/** Looks over the answers of one set: what keeps one from being graded against, in words; undefined where nothing does. */
export function referenceChecker(): (answer: string) => string | undefined {
  let left = MOST_READ;
  return (answer) => {
    if (PLAIN.test(answer) || left-- <= 0) return undefined;
    return prepareReference(answer).problem;
  };
}
