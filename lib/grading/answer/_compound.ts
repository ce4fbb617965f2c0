/** Quantities in several units of one kind: "1 hour 30 minutes", `5 feet 6 inches`, `5'6"`, "$1 and 50 cents". */
import type { Value } from "./answer.ts";
import { readLiteral } from "./_literals.ts";
import { readUnit, type Unit } from "./_units.ts";
import { mayBeWords, readWords } from "./_words.ts";
import type { Expr } from "../types.ts";

const ARC = /^(\d+) ?\^ ?\\circ ?(\d{1,2}) ?(?:'|\^ ?\{? ?\\prime ?\}?)(?: ?(\d{1,2}) ?(?:"|''))?$/;

/** `45^\circ 30'` in degrees. */
function arcValue(text: string): Value | undefined {
  const found = text.includes("\\circ") ? ARC.exec(text) : null;
  const unit = readUnit("degrees");
  if (found === null || unit === undefined) return undefined;
  const [, degrees = "0", minutes = "0", seconds = "0"] = found;
  const numerator = 3600n * BigInt(degrees) + 60n * BigInt(minutes) + BigInt(seconds);
  return { kind: "value", value: { kind: "number", value: { numerator, denominator: 3600n } }, unit };
}

/** `1 hour 30 minutes`, `5 feet 6 inches`: in each of its units, the largest first. */
export function compoundValues(text: string): Value[] {
  const arc = arcValue(text);
  if (arc !== undefined) return [arc];
  const parts: { value: Expr; unit: Unit }[] = [];
  let rest = text.replace(/^\$ ?(\d+)(?=,? (?:and )?\d+ ?cents?$)/, "$1 dollars")
    .replace(/^£ ?(\d+)(?=,? (?:and )?\d+ ?pence$)/, "$1 gbp");
  while (rest !== "" && parts.length < 6) {
    const found = /^(\d+(?:\.\d+)?(?: \d+\/\d+)?) ?-?([A-Za-z]+\.?|['"])(?: ?, ?(?:and )?| and | )?(?=\d|$|[a-z])/.exec(
      rest,
    );
    const inWords = found === null && mayBeWords(rest) ? readWords(rest) : undefined;
    const spelled = inWords === undefined ? null : /^([A-Za-z]+\.?)(?: ?, ?(?:and )?| and | )?/.exec(inWords.rest);
    const name = found?.[2] ?? spelled?.[1];
    if (name === undefined) return [];
    const value: Expr | undefined = found !== null
      ? readLiteral(found[1] as string)
      : { kind: "number", value: inWords!.value };
    const quoted = name === "'" ? "ft" : name === '"' ? "in" : name;
    const unit = readUnit(quoted === "m" && parts[0]?.unit.dimension === "s:1" ? "min" : quoted);
    if (value === undefined || unit === undefined || unit.dimension === "" || unit.any) return [];
    if (parts.length > 0 && unit.dimension !== parts[0]?.unit.dimension) return [];
    parts.push({ value, unit });
    rest = found !== null
      ? rest.slice(found[0].length)
      : (inWords as { rest: string }).rest.slice(spelled?.[0].length ?? 0);
  }
  if (parts.length < 2 || rest !== "") return [];
  return parts.map(({ unit }) => ({ kind: "value", value: inUnit(parts, unit), unit }));
}

function inUnit(parts: readonly { value: Expr; unit: Unit }[], to: Unit): Expr {
  let numerator = 0n;
  let denominator = 1n;
  for (const { value, unit } of parts) {
    if (value.kind !== "number") continue;
    const top = value.value.numerator * unit.size.numerator * to.size.denominator;
    const bottom = value.value.denominator * unit.size.denominator * to.size.numerator;
    numerator = numerator * bottom + top * denominator;
    denominator *= bottom;
  }
  return { kind: "number", value: { numerator, denominator } };
}
