/** Classes of remainders: `x \equiv 3 \pmod 7`, `1, 4 \pmod 5`, "3 mod 7", `3 + 7\mathbb{Z}`. */
import { type Answer, type Congruence, readingsOf } from "./answer.ts";
import { whole } from "./_build.ts";
import type { Reader } from "./_equations.ts";
import { expressionOf } from "./_formula.ts";
import { cut, isBalanced } from "./_split.ts";
import type { Expr } from "../types.ts";

const MODULO = /\\?[pb]?mod(?:ulo)?(?![A-Za-z])/g;
const COSET = /^(.*?)(?:\+ ?)?(\d{1,9}|(?<![A-Za-z\\])[a-z]) ?\\(?:mathbb|mathbf|Bbb) ?\{? ?Z ?\}?$/s;
/** `or x \equiv` between remainders. */
const AGAIN = /(,| or | and )(?: ?or | ?and )? ?[A-Za-z] ?\\equiv(?![A-Za-z])/g;
/** More remainders are not read. */
const MOST_RESIDUES = 200;

/** Reads remainders by a modulus that stands at the end; undefined when the text is no such thing. */
export function readRemainders(text: string, read: Reader): Congruence | undefined {
  if (text.endsWith("}") || text.endsWith("Z")) {
    const coset = readCoset(text);
    if (coset !== undefined) return coset;
  }
  if (!text.includes("mod")) return undefined;
  const [found, ...more] = [...text.matchAll(MODULO)];
  if (found === undefined || more.length > 0) return undefined;
  const before = text.slice(0, found.index).trim();
  const after = text.slice(found.index + found[0].length).trim();
  const isOpen = before.endsWith("(") && after.endsWith(")");
  const modulus = expressionOf(isOpen ? after.slice(0, -1).trim() : after);
  const head = (isOpen ? before.slice(0, -1) : before).trim().replace(/,$/, "");
  if (modulus === undefined || head === "" || !isBalanced(head)) return undefined;
  const sides = cut(head.replace(AGAIN, "$1 "), /\\(?:equiv|cong)(?![A-Za-z])|=/y).map((side) => side.text);
  const residues = residuesOf(sides.at(-1) as string, read);
  return residues === undefined
    ? undefined
    : { kind: "congruence", residues, modulus, ...leftSide(sides.length > 1 ? sides[0] : undefined) };
}

/** What is congruent, unless it is a number of its own: `2^{10} \equiv 2`. */
function leftSide(text: string | undefined): { left?: Expr } {
  const left = text === undefined ? undefined : expressionOf(text);
  return left === undefined || left.kind === "number" ? {} : { left };
}

/** `1, 4`, `\pm 1`, "4 or 1". */
function residuesOf(text: string, read: Reader): readonly Expr[] | undefined {
  const single = /,|\\pm|\bor\b|\band\b/.test(text) ? undefined : expressionOf(text);
  if (single !== undefined) return [single];
  for (const reading of read(text)) {
    const values = reading.kind === "list" ? flattened(reading) : undefined;
    if (values !== undefined) return values.length > MOST_RESIDUES ? undefined : values;
  }
  return undefined;
}

/** The values of a list, those of lists in it too; undefined when something else stands there. */
function flattened(answer: Answer): readonly Expr[] | undefined {
  const [first] = readingsOf(answer);
  if (first?.kind === "value") return first.unit === undefined ? [first.value] : undefined;
  if (first?.kind !== "list") return undefined;
  const values = first.items.map(flattened);
  return values.includes(undefined) ? undefined : values.flatMap((each) => each ?? []);
}

/** `3 + 7\mathbb{Z}`, `2\mathbb{Z}`. */
function readCoset(text: string): Congruence | undefined {
  const found = COSET.exec(text);
  if (found === null) return undefined;
  const [, head = "", size = ""] = found;
  const modulus = expressionOf(size);
  const residue = head.trim() === "" ? whole(0) : /\+ ?\w+ ?\\math/.test(text) ? expressionOf(head) : undefined;
  return modulus === undefined || residue === undefined
    ? undefined
    : { kind: "congruence", residues: [residue], modulus };
}
