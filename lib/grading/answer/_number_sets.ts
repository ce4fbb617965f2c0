/** Sets of numbers by their names: `\mathbb{Z}`, `\mathbb{R}^+`, `\mathbb{N}_0`, "positive integers", "nonzero reals". */
import type { Domain } from "./_quantifiers.ts";

const BOARD =
  /^(?:the set (?:of )?)?\\?(?:(?:mathbb|mathbf|Bbb|mathds|mathcal|bf) ?\{? ?)?([ZNQRC])(?: ?\})?((?: ?[\^_] ?(?:\{[^{}]{1,12}\}|\\?[a-z0-9+*-]+))*)$/;

/** Reads the name of a set of numbers in signs; undefined when the text is none. A lone capital letter is a name of anything, unless `plain`. */
export function readNumberSet(text: string, plain = false): Domain | undefined {
  const found = text.length > 60 ? null : BOARD.exec(text.trim());
  if (found === null || !(plain || text.startsWith("\\"))) return undefined;
  const set = found[1] as "Z" | "N" | "Q" | "R" | "C";
  const marks = (found[2] ?? "").replace(/[\s{}]/g, "").replace(/\\ge(?:q|slant)?|>=/, "≥").replace(
    /\\ast|\\times/,
    "*",
  )
    .replace(/\\(?:ne|neq)/, "≠");
  if (marks === "") return { set };
  if (set === "N") return wholeFrom(marks);
  if (/^\^\*$|^[_^]≠0$/.test(marks)) return { set, but: "not 0" };
  const sign = SIGNS[marks];
  const least = /^_([≥>])(-?\d{1,4})$/.exec(marks);
  if (set === "Z" && least !== null) return { set, from: Number(least[2]) + (least[1] === ">" ? 1 : 0) };
  if (sign === undefined) return undefined;
  if (set === "Z" && sign !== "negative") return { set, from: sign === "positive" ? 1 : 0 };
  return { set, but: sign };
}

function wholeFrom(marks: string): Domain | undefined {
  if (/^[_^](?:0|≥0)$/.test(marks)) return { set: "Z", from: 0 };
  if (/^[_^](?:1|\+|\*|≥1|>0)$/.test(marks)) return { set: "Z", from: 1 };
  const least = /^_([≥>])(\d{1,4})$/.exec(marks);
  return least === null ? undefined : { set: "Z", from: Number(least[2]) + (least[1] === ">" ? 1 : 0) };
}

const SIGNS: Readonly<Record<string, "positive" | "negative" | "nonnegative">> = {
  "^+": "positive",
  "_+": "positive",
  "_>0": "positive",
  "^>0": "positive",
  "^-": "negative",
  "_-": "negative",
  "_<0": "negative",
  "_≥0": "nonnegative",
  "^≥0": "nonnegative",
  "^+_0": "nonnegative",
  "_0^+": "nonnegative",
};
