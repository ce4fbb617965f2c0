/**
 * Equations and conditions on lines of their own (`cases`, `aligned`, `align`, `array` behind a brace) as one list; a line that
 * begins with a sign of relation goes on with the line above. Functions by cases and matrices stay as they are.
 */

const ENVIRONMENT =
  /^(\s*(?:[A-Za-z(][A-Za-z, ]{0,12}\)?\s*=\s*)?)(\\\{|\\lbrace(?![A-Za-z])|\{)?\s*\\begin\s*\{(cases|aligned|align\*?|gathered|split|array)\}(?:\s*\{[lcr|\s]*\})?([\s\S]*?)\\end\s*\{\3\}\s*\}?\s*\.?\s*$/;
const RELATION = /[=<>]|\\(?:l|g)eq?(?:slant)?(?![A-Za-z])|\\(?:ne|neq|approx|in|lt|gt)(?![A-Za-z])/;
/** A line with a condition is one of a function by cases. */
const CONDITION = /(?<![A-Za-z\\])(?:if|when|whenever|otherwise|else|elsewhere)(?![A-Za-z])/;
const LEADING = /^(?:[=<>]|\\(?:le|leq|ge|geq|approx|lt|gt)(?![A-Za-z]))/;

/**
 * The lines of a system joined by semicolons; the text itself when it is none.
 * @param row the mark between two lines
 */
export function systemAsList(text: string, row: string): string {
  const found = text.includes("\\begin") ? ENVIRONMENT.exec(text) : null;
  if (found === null || (found[1] ?? "").trim() !== "") return text;
  const isArray = found[3] === "array";
  if (isArray && found[2] === undefined) return text;
  let list = "";
  for (const line of (found[4] as string).split(row)) {
    const plain = line.trim().replace(/[,.;]$/, "").replace(/,\s*$/, "");
    if (plain === "") continue;
    const joined = CONDITION.test(plain) ? undefined : withoutMarks(plain);
    if (joined === undefined) return text;
    list += list === "" ? joined : `${LEADING.test(joined) ? " " : "; "}${joined}`;
  }
  return list;
}

/** A line without the marks that align it; undefined when a mark parts two things. */
function withoutMarks(line: string): string | undefined {
  if (!line.includes("&")) return line;
  const parts = line.split("&").map((part) => part.trim());
  for (let i = 1; i < parts.length; i++) {
    const [left, right] = [parts[i - 1] as string, parts[i] as string];
    const isBeside = LEADING.test(right) || right === "" || left === "" ||
      /(?:[=<>+-]|\\(?:leq?|geq?|ne|neq|approx))$/.test(left);
    if (!isBeside) return undefined;
  }
  return RELATION.test(line) ? parts.join(" ").trim() : undefined;
}
