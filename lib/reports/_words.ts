/** The words of reports for what results call by short names. */
import type { Verdict } from "../comparison/mod.ts";
import { OUTCOMES } from "../vocabulary.ts";

/** What a test says, of the second of two. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  better: "better",
  worse: "worse",
  not_told_apart: "not told apart",
};

/** Outcomes as people read them. */
export const OUTCOME_WORDS: Readonly<Record<string, string>> = Object.fromEntries(
  OUTCOMES.map((outcome) => [outcome, outcome.replaceAll("_", " ")]),
);
