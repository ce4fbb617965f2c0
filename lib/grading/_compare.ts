/** Compares two answers of any kind. */
import type { Answer } from "./_answer.ts";
import { equalNumbers } from "./number.ts";
import type { Sameness } from "./types.ts";

/** Whether an answer is the reference's; undefined when it cannot be decided. */
export function compareAnswers(answer: Answer, reference: Answer): Sameness {
  if (answer.kind === "text" || reference.kind === "text") {
    const same = answer.kind === "text" && reference.kind === "text" &&
      answer.words.join(" ") === reference.words.join(" ");
    return { same, method: "text" };
  }
  const { value: a } = answer;
  const { value: b } = reference;
  if (a.kind !== "number" || b.kind !== "number") return { same: undefined, method: "exact" };
  return { same: equalNumbers(a.value, b.value), method: "number" };
}
