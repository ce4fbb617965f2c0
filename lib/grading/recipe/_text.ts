/**
 * The two normal forms of the recipe's grader, as text: the older one from the MATH data set ("mathd") and the newer one
 * behind which sympy stands. Oddities are kept on purpose: `5 days` loses its unit and so does `Monday`, and
 * `\frac{1}{2}` is the mathd form of `0.5` only. Not what is right, but what the recipe says.
 */
import { latexToText } from "./_latex_text.ts";
import { pythonFloat, pythonInt, pythonRound, strip } from "./_python.ts";

/** Longer text has no newer normal form here; the recipe would go on. */
const LONGEST = 1000;
const UNITS = [
  "degree",
  "cm",
  "centimeter",
  "meter",
  "mile",
  "second",
  "minute",
  "hour",
  "day",
  "week",
  "month",
  "year",
]
  .concat("foot", "feet", "inch", "yard")
  .map((unit) => new RegExp(`${unit}(?:es)?s? *(?:\\^[0-9]+)?`, "g"));
const THOUSANDS = /(\p{Nd}),(\p{Nd}{3})($|\P{Nd})/gu;
const FRACTION = /^-?[0-9]+.?\/0*[1-9][0-9]*.?$/su;
const BRACKETS = "()[]";

/** The mathd form; where the recipe's own code fails, the answer as it was. */
export function mathdForm(text: string): string {
  const answer = strip(text);
  const inside = insideText(answer);
  const given = inside === undefined ? answer : strip(inside);
  return strippedString(given) ?? given;
}

/** The form that is given to sympy; undefined past the bounds. */
export function sympyForm(text: string): string | undefined {
  if (text.length > LONGEST) return undefined;
  let form = insideText(text) ?? text;
  form = form.replace(/\\?[%$]/g, "").replaceAll(" or ", " , ").replaceAll(" and ", " , ");
  form = form.replaceAll("million", "*10^6").replaceAll("billion", "*10^9").replaceAll("trillion", "*10^12");
  for (const unit of UNITS) form = form.replace(unit, "");
  form = form.replace(/\^ *\\circ/g, "");
  if (form.startsWith("{") && form.endsWith("}")) form = form.slice(1, -1);
  form = form.replace(/,\\! */g, "");
  const value = pythonFloat(form);
  if (value !== undefined && isWhole(value)) form = String(BigInt(pythonRound(value)));
  if (form.includes("\\")) {
    const plain = plainOfLatex(form);
    if (plain === "unbounded") return undefined;
    form = plain ?? form;
  }
  form = form.replace(/- */g, "-").replace(/([0-9]) +([0-9])/g, "$1+$2").replace(/[ {}]/g, "").toLowerCase();
  return isIntegerText(form) ? String(BigInt(Math.trunc(pythonFloat(form.replaceAll(",", "")) as number))) : form;
}

/** `1,234,567` as `1234567`, and other commas left. */
export function withoutThousands(text: string): string {
  let form = text;
  for (;;) {
    const next = form.replace(THOUSANDS, "$1$2$3");
    if (next === form) return form;
    form = next;
  }
}

/** The members of a tuple or interval without brackets inside; else the text alone. */
export function splitTuple(text: string): string[] {
  const form = withoutThousands(text);
  if (form.length === 0) return [];
  const inner = form.slice(1, -1);
  const bracketed = form.length > 2 && BRACKETS.includes(form.charAt(0)) &&
    BRACKETS.includes(form.charAt(form.length - 1));
  return bracketed && !/[()[\]]/.test(inner) ? inner.split(",").map(strip) : [form];
}

/** Whether the text is a fraction of integers, with at most one more character behind each. */
export function isFractionText(text: string): boolean {
  return !/\n(?!$)/.test(text) && FRACTION.test(text.replace(/\n$/, ""));
}

/** Whether the text, without thousands separators, is a number within 1e-7 of an integer. */
export function isIntegerText(text: string): boolean {
  const value = pythonFloat(withoutThousands(text));
  return value !== undefined && isWhole(value);
}

function isWhole(value: number): boolean {
  return Number.isFinite(value) && Math.abs(value - pythonRound(value)) <= 1e-7;
}

/** What stands in the braces when the text is `\text{...}` from its start to its last brace. */
function insideText(text: string): string | undefined {
  const whole = text.endsWith("\n") ? text.slice(0, -1) : text;
  if (!whole.startsWith("\\text{") || !whole.endsWith("}") || whole.length < 8) return undefined;
  const inside = whole.slice(6, -1);
  return inside.includes("\n") ? undefined : inside;
}

/** LaTeX as plain text with the signs that sympy needs; undefined where pylatexenc fails. */
function plainOfLatex(text: string): string | "unbounded" | undefined {
  const latex = text.replace(/\\[td]frac/g, "\\frac").replaceAll("\\frac", " \\frac");
  const plain = latexToText(latex);
  if (plain === undefined || plain === "unbounded") return plain;
  return strip(
    plain.replaceAll("√", "sqrt").replaceAll("π", "pi").replaceAll("∞", "inf").replaceAll("∪", "U").replace(
      /[·×]/g,
      "*",
    ),
  );
}

/** The steps of the mathd form; undefined where one of them fails on the text. */
function strippedString(text: string): string | undefined {
  let form = text.replaceAll("\n", "").replaceAll("\\!", "").replaceAll("\\\\", "\\");
  form = form.replaceAll("tfrac", "frac").replaceAll("dfrac", "frac");
  form = form.replaceAll("\\left", "").replaceAll("\\right", "");
  form = form.replaceAll("^{\\circ}", "").replaceAll("^\\circ", "").replaceAll("\\$", "");
  const units = form.split("\\text{ ");
  if (units.length > 2) return undefined;
  form = (units[0] as string).replaceAll("\\%", "").replaceAll(" .", " 0.").replaceAll("{.", "{0.");
  if (form === "") return form;
  if (form.startsWith(".")) form = `0${form}`;
  const sides = form.split("=");
  if (sides.length === 2 && codePoints(sides[0] as string) <= 2) form = sides[1] as string;
  const fractions = bracedFractions(bracedRoots(form).replaceAll(" ", ""));
  if (fractions === undefined) return undefined;
  return fractionOfSlash(fractions === "0.5" ? "\\frac{1}{2}" : fractions);
}

function codePoints(text: string): number {
  return text.length > 4 ? text.length : [...text].length;
}

/** The first character, which may be two code units. */
function first(text: string): string {
  return String.fromCodePoint(text.codePointAt(0) as number);
}

/** `\sqrt3` as `\sqrt{3}`. */
function bracedRoots(text: string): string {
  const [before = "", ...roots] = text.split("\\sqrt");
  return before + roots.map((root) => {
    if (root.startsWith("{")) return `\\sqrt${root}`;
    const under = root === "" ? "" : first(root);
    return `\\sqrt{${under}}${root.slice(under.length)}`;
  }).join("");
}

/** `\frac12` as `\frac{1}{2}`; undefined when nothing follows a `\frac`. */
function bracedFractions(text: string): string | undefined {
  const [before = "", ...fractions] = text.split("\\frac");
  let form = before;
  for (const fraction of fractions) {
    if (fraction === "") return undefined;
    if (fraction.startsWith("{")) {
      form += `\\frac${fraction}`;
      continue;
    }
    const above = first(fraction);
    const rest = fraction.slice(above.length);
    if (rest === "") return text;
    const below = first(rest);
    form += rest.startsWith("{") ? `\\frac{${above}}${rest}` : `\\frac{${above}}{${below}}${rest.slice(below.length)}`;
  }
  return form;
}

/** `3/4` as `\frac{3}{4}`; undefined for integers in another spelling, such as `03/4`. */
function fractionOfSlash(text: string): string | undefined {
  const parts = text.split("/");
  if (parts.length !== 2) return text;
  const [above, below] = [pythonInt(parts[0] as string), pythonInt(parts[1] as string)];
  if (above === undefined || below === undefined) return text;
  return text === `${above}/${below}` ? `\\frac{${above}}{${below}}` : undefined;
}
