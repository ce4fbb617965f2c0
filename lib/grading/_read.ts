/** Reads an answer of any kind. */
import type { Answer } from "./_answer.ts";
import { parseNumber } from "./number.ts";

/** Reads an answer; undefined when it is empty or cannot be read. */
export function readAnswer(text: string): Answer | undefined {
  const value = parseNumber(text);
  if (value !== undefined) return { kind: "expression", value: { kind: "number", value } };
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return words.length === 0 ? undefined : { kind: "text", words };
}
