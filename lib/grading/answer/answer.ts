/**
 * What an answer can be, once read: data only, and its one-line spelling. A text that allows several readings (`(1,2)`: a point
 * or an interval; `12,5`: a decimal or two numbers) carries them all as `readings`; comparing accepts when one reading of the
 * answer is one reading of the reference, so each reading must be a plausible one.
 */
import { printExpr } from "../expression/same.ts";
import type { Domain } from "./_quantifiers.ts";
import type { Unit } from "./_units.ts";
import type { Expr } from "../types.ts";

/** A number or expression, perhaps with a unit. */
export interface Value {
  readonly kind: "value";
  readonly value: Expr;
  /** Stood behind it, or in front as a currency. */
  readonly unit?: Unit;
  /** The unit may be a variable (`5m`): never left out of a reference. */
  readonly loose?: boolean;
  /** It was read with a decimal comma, and may be two numbers: so it is for a reference. */
  readonly comma?: boolean;
  /** A number written in a base: its digits, and the base. */
  readonly base?: { readonly digits: string; readonly radix: number };
}

/** Things in brackets, with order. `names`: the variables they were given as, sorted with them (`x=1, y=2`). */
export interface Tuple {
  readonly kind: "tuple";
  readonly bracket: "(" | "[" | "<" | "names";
  readonly items: readonly Answer[];
  readonly names?: readonly string[];
  /** The parameter of a line that was written as a point and a direction. */
  readonly along?: string;
}

/** Several answers without order; `set`: written in braces. */
export interface List {
  readonly kind: "list";
  readonly items: readonly Answer[];
  readonly set: boolean;
  /** The word between them, where there is one: with "or" they may be one answer in several spellings. */
  readonly joined?: "and" | "or";
  /** Between its members stand semicolons, which part no thousands. */
  readonly parted?: boolean;
  /** It may be one number, with commas between its thousands. */
  readonly loose?: boolean;
}

/** One piece of a set of reals. */
export interface Interval {
  readonly from: Expr;
  readonly to: Expr;
  readonly closedFrom: boolean;
  readonly closedTo: boolean;
}

/** A set of reals as a union of intervals: sorted and merged where the ends can be ordered. */
export interface Region {
  readonly kind: "region";
  readonly pieces: readonly Interval[];
  /** The variable that lies in it, where one was named. */
  readonly variable?: string;
}

/** Something called by a name: `x=(1,2)`, `f(x)=x^2`, `\text{Area}=5`. */
export interface Named {
  readonly kind: "named";
  readonly name: string;
  readonly value: Answer;
  /** Both sides as expressions, where they are. */
  readonly sides?: readonly [Expr, Expr];
}

/** An equation or inequality between expressions; `>` and `>=` are turned round. */
export interface Relation {
  readonly kind: "relation";
  readonly operator: "=" | "<" | "<=" | "!=";
  readonly left: Expr;
  readonly right: Expr;
}

/** A matrix, by rows. */
export interface Matrix {
  readonly kind: "matrix";
  readonly rows: readonly (readonly Expr[])[];
  /** The parameter of a line that was written as a point and a direction. */
  readonly along?: string;
}

/** Parts of a ratio. */
export interface Ratio {
  readonly kind: "ratio";
  /** Of what they are, where it was named: a and b of `a : b = 2 : 3`. */
  readonly names?: readonly string[];
  readonly parts: readonly Expr[];
}

/** A time of day in seconds; `half` is absent where it was left out. */
export interface Time {
  readonly kind: "time";
  /** From midnight; below 43,200 where the half is absent. */
  readonly seconds: number;
  readonly half?: "am" | "pm";
  /** Written with 24 hours. */
  readonly full?: boolean;
}

/** One option of several; `bare`: a lone small letter, which is one only against a sure option. */
export interface Choice {
  readonly kind: "choice";
  readonly letter: string;
  readonly bare: boolean;
  readonly rest?: Answer;
}

/** Words, in their normal form. */
export interface Words {
  readonly kind: "text";
  readonly words: string;
}

/** An answer with parameters that go through a set: `2k, k \in \mathbb{Z}`. */
export interface Quantified {
  readonly kind: "quantified";
  readonly body: Answer;
  readonly parameters: readonly string[];
  readonly domain: Domain;
}

/** Numbers that leave one of some remainders; `left`: what is said to, a variable or more. */
export interface Congruence {
  readonly kind: "congruence";
  readonly residues: readonly Expr[];
  readonly modulus: Expr;
  readonly left?: Expr;
}

/** A formula that is not understood, in its signs. */
export interface Written {
  readonly kind: "written";
  readonly signs: string;
}

/** A function by cases; the branch that holds otherwise has no condition. */
export interface Piecewise {
  readonly kind: "piecewise";
  readonly branches: readonly { readonly value: Answer; readonly condition?: Answer }[];
}

/** An answer that was read. */
export type Answer =
  | Value
  | Tuple
  | List
  | Region
  | Named
  | Relation
  | Matrix
  | Ratio
  | Time
  | Choice
  | Words
  | Quantified
  | Congruence
  | Piecewise
  | Written
  | { readonly kind: "readings"; readonly readings: readonly Answer[] };

/** Many readings as one answer; undefined where there is none. */
export function oneOf(readings: readonly Answer[]): Answer | undefined {
  return readings.length > 1 ? { kind: "readings", readings } : readings[0];
}

/** All the readings of an answer. */
export function readingsOf(answer: Answer): readonly Answer[] {
  return answer.kind === "readings" ? answer.readings : [answer];
}

/** The expression that an answer is without a unit, in one of its readings; undefined where there is none. */
export function plainValue(answer: Answer): Expr | undefined {
  for (const reading of readingsOf(answer)) {
    if (reading.kind === "value" && reading.unit === undefined && reading.base === undefined) return reading.value;
  }
  return undefined;
}

/** The answer in one line, for people; of several readings the first. */
export function printAnswer(answer: Answer): string {
  switch (answer.kind) {
    case "readings":
      return answer.readings.length === 0 ? "" : printAnswer(answer.readings[0] as Answer);
    case "value":
      return printValue(answer);
    case "tuple":
      return `(${printAll(answer.items)})`;
    case "list":
      return `{${printAll(answer.items)}}`;
    case "region":
      return answer.pieces.length === 0 ? "no solution" : answer.pieces.map(printInterval).join(" or ");
    case "named":
      return `${answer.name} = ${printAnswer(answer.value)}`;
    case "relation":
      return `${printExpr(answer.left)} ${answer.operator} ${printExpr(answer.right)}`;
    case "matrix":
      return `[${answer.rows.map((row) => `[${row.map(printExpr).join(", ")}]`).join(", ")}]`;
    case "ratio":
      return answer.parts.map(printExpr).join(" : ");
    case "time":
      return printTime(answer);
    case "choice":
      return answer.rest === undefined ? `(${answer.letter})` : `(${answer.letter}) ${printAnswer(answer.rest)}`;
    case "text":
      return answer.words;
    case "written":
      return answer.signs;
    case "quantified":
      return `${printAnswer(answer.body)} for ${answer.parameters.join(", ")} in ${answer.domain.set}`;
    case "piecewise":
      return answer.branches.map(printBranch).join("; ");
    case "congruence":
      return `${answer.residues.map(printExpr).join(", ")} mod ${printExpr(answer.modulus)}`;
  }
}

function printBranch({ value, condition }: Piecewise["branches"][number]): string {
  return `${printAnswer(value)} ${condition === undefined ? "otherwise" : `if ${printAnswer(condition)}`}`;
}

function printAll(items: readonly Answer[]): string {
  return items.map(printAnswer).join(", ");
}

function printValue({ value, unit, base }: Value): string {
  if (base !== undefined) return `${base.digits} in base ${base.radix}`;
  return unit === undefined ? printExpr(value) : `${printExpr(value)} ${unit.label}`;
}

function printInterval({ from, to, closedFrom, closedTo }: Interval): string {
  return `${closedFrom ? "[" : "("}${printExpr(from)}, ${printExpr(to)}${closedTo ? "]" : ")"}`;
}

function printTime({ seconds, half }: Time): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const rest = seconds % 60 === 0 ? "" : `:${two(seconds % 60)}`;
  return `${Math.floor(seconds / 3600) % 12 || 12}:${two(Math.floor(seconds / 60) % 60)}${rest}${
    half === undefined ? "" : ` ${half}`
  }`;
}
