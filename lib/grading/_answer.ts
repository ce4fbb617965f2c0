/**
 * What an answer can be, once read: data only, and its one-line spelling. An answer whose text allows several readings
 * (`12,5`: a decimal or two numbers) carries them all as `readings`, and comparing picks those that fit the reference.
 */
import type { Expr } from "./types.ts";

/** An answer that was read. */
export type Answer =
  | { readonly kind: "expression"; readonly value: Expr }
  | { readonly kind: "text"; readonly words: readonly string[] };

/** The answer in one line, for people. */
export function printAnswer(answer: Answer): string {
  return answer.kind === "text"
    ? answer.words.join(" ")
    : JSON.stringify(answer.value, (_, v) => typeof v === "bigint" ? `${v}` : v);
}
