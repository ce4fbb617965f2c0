/** Numbers written in a base: `101_2`, `1A3_{16}`, `101_{\text{two}}`, "101 in base 2". Another base than ten is never assumed. */
import type { Value } from "./answer.ts";
import { readWords } from "./_words.ts";

const SUBSCRIPT =
  /^(-?) ?\(?([0-9A-Fa-f][0-9A-Fa-f ]*)\)? ?_ ?(?:\{ ?\(?(\d{1,2}|[a-z]+)\)? ?\}|(\d{1,2})|([a-z]{3,8}))$/;
const IN_WORDS = /^(-?) ?([0-9A-Fa-f]+) ?(?:,? ?\(?(?:in )?base[ -](\d{1,2}|[a-z]+)\)?)$/i;

/** Reads a number with its base; undefined when it is none, or a digit does not exist in that base. */
export function readBased(text: string): Value | undefined {
  if (!text.includes("_") && !/base/i.test(text)) return undefined;
  const found = SUBSCRIPT.exec(text) ?? IN_WORDS.exec(text);
  if (found === null) return undefined;
  const digits = (found[2] as string).replace(/ /g, "").toUpperCase();
  const radix = radixOf((found[3] ?? found[4] ?? found[5]) as string);
  // `A_2` is a name; digits that are letters only stand beside figures, or in a base that has them.
  if (radix === undefined || digits.length > 300 || (!/\d/.test(digits) && radix < 11)) return undefined;
  let value = 0n;
  for (const digit of digits) {
    const figure = parseInt(digit, 16);
    if (figure >= radix) return undefined;
    value = value * BigInt(radix) + BigInt(figure);
  }
  const numerator = found[1] === "-" ? -value : value;
  return {
    kind: "value",
    value: { kind: "number", value: { numerator, denominator: 1n } },
    base: { digits: `${found[1]}${digits.replace(/^0+(?=.)/, "")}`, radix },
  };
}

const NAMES: Readonly<Record<string, number>> = { binary: 2, octal: 8, decimal: 10, hexadecimal: 16, hex: 16 };

function radixOf(text: string): number | undefined {
  const named = NAMES[text.toLowerCase()];
  if (named !== undefined) return named;
  const radix = /^\d+$/.test(text) ? Number(text) : Number(readWords(text)?.value.numerator ?? 0n);
  return radix >= 2 && radix <= 16 ? radix : undefined;
}
