/** English words for numbers: "eighteen", "one hundred and five", "two thirds", "negative five", "one and a half", "18th". */
import type { Rational } from "../number.ts";

/** A number in words at the start of a text. */
export interface WordNumber {
  readonly value: Rational;
  /** Digits behind "point". */
  readonly decimals?: number;
  /** The words behind it. */
  readonly rest: string;
}

const UNITS = numbered(
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen " +
    "nineteen",
);
const TENS = numbered("zero ten twenty thirty forty fifty sixty seventy eighty ninety", 10n);
const SCALES: ReadonlyMap<string, bigint> = new Map([
  ["hundred", 100n],
  ["thousand", 1000n],
  ["lakh", 100000n],
  ["million", 1000000n],
  ["crore", 10000000n],
  ["billion", 1000000000n],
  ["trillion", 1000000000000n],
]);
const ORDINALS: ReadonlyMap<string, string> = new Map([
  ...("first:one second:two third:three fourth:four fifth:five sixth:six seventh:seven eighth:eight ninth:nine tenth:ten " +
    "eleventh:eleven twelfth:twelve twentieth:twenty thirtieth:thirty fortieth:forty fiftieth:fifty sixtieth:sixty " +
    "seventieth:seventy eightieth:eighty ninetieth:ninety hundredth:hundred thousandth:thousand millionth:million")
    .split(" ").map((pair) => pair.split(":") as [string, string]),
  ...["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
    .map((word): [string, string] => [`${word}th`, word]),
]);
const PARTS: ReadonlyMap<string, bigint> = new Map([["half", 2n], ["halves", 2n], ["quarter", 4n], ["quarters", 4n]]);
const FIRST =
  /^(?:the )?(?:negative|minus|a|an|half|[a-z]+(?:ty|teen|th|st|nd|rd|lfth)|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand|million|quarter)\b/i;
/** Words beyond this are not looked at. */
const MOST_WORDS = 40;

/** Whether a text may begin with a number in words. */
export function mayBeWords(text: string): boolean {
  return FIRST.test(text);
}

/** Reads the number at the start of a text; undefined when its first words are none. */
export function readWords(text: string): WordNumber | undefined {
  const tokens =
    text.replace(/(?<=(?:thousand|illion)),(?= )/gi, " ").match(/[A-Za-z]+|[^A-Za-z\s-]+/g)?.slice(0, MOST_WORDS) ?? [];
  const words = tokens.map((token) => token.toLowerCase());
  const article = words[0] === "the" ? 1 : 0;
  const negative = words[article] === "negative" || words[article] === "minus";
  const start = article + (negative ? 1 : 0);
  const found = mixedAt(words, start);
  if (found === undefined) return undefined;
  const { numerator, denominator } = found.value;
  return {
    value: { numerator: negative ? -numerator : numerator, denominator },
    ...(found.decimals === undefined ? {} : { decimals: found.decimals }),
    rest: restBehind(text, tokens, found.next),
  };
}

interface Found {
  readonly value: Rational;
  readonly decimals?: number;
  /** Index of the first word behind it. */
  readonly next: number;
}

/** A whole number, then perhaps a fraction of words. */
function mixedAt(words: readonly string[], at: number): Found | undefined {
  const fraction = fractionAt(words, at);
  if (fraction !== undefined) return fraction;
  const whole = wholeAt(words, at);
  if (whole === undefined) return ordinalAt(words, at);
  const behind = words[whole.next];
  if (behind === "point") return decimalAt(words, whole);
  if (behind === "and") {
    const part = fractionAt(words, whole.next + 1);
    if (part !== undefined) {
      const { numerator, denominator } = part.value;
      return { value: { numerator: whole.value * denominator + numerator, denominator }, next: part.next };
    }
  }
  return { value: { numerator: whole.value, denominator: 1n }, next: whole.next };
}

/** "one half", "three quarters", "a third", "half". */
function fractionAt(words: readonly string[], at: number): Found | undefined {
  const first = words[at];
  if (first === "half") {
    return { value: { numerator: 1n, denominator: 2n }, next: at + 1 };
  }
  const article = first === "a" || first === "an";
  const top = article ? { value: 1n, next: at + 1 } : wholeAt(words, at);
  if (top === undefined) return undefined;
  const part = words[top.next] ?? "";
  const denominator = PARTS.get(part) ?? partOf(part, article || top.value === 1n);
  return denominator === undefined ? undefined : { value: { numerator: top.value, denominator }, next: top.next + 1 };
}

function partOf(word: string, one: boolean): bigint | undefined {
  const cardinal = ORDINALS.get(one ? word : word.replace(/s$/, ""));
  if (cardinal === undefined || cardinal === "one" || cardinal === "two" || (!one && !word.endsWith("s"))) {
    return undefined;
  }
  return UNITS.get(cardinal) ?? TENS.get(cardinal) ?? SCALES.get(cardinal);
}

function decimalAt(words: readonly string[], whole: { value: bigint; next: number }): Found | undefined {
  let { value: numerator, next } = { value: whole.value, next: whole.next + 1 };
  let decimals = 0;
  for (; next < words.length; next++) {
    const digit = UNITS.get(words[next] ?? "");
    if (digit === undefined || digit > 9n) break;
    numerator = numerator * 10n + digit;
    decimals++;
  }
  if (decimals === 0) return undefined;
  return { value: { numerator, denominator: 10n ** BigInt(decimals) }, decimals, next };
}

/** "first", "twenty-first". */
function ordinalAt(words: readonly string[], at: number): Found | undefined {
  const cardinal = ORDINALS.get(words[at] ?? "");
  const value = cardinal === undefined ? undefined : UNITS.get(cardinal) ?? TENS.get(cardinal) ?? SCALES.get(cardinal);
  return value === undefined ? undefined : { value: { numerator: value, denominator: 1n }, next: at + 1 };
}

/** "one hundred and five", "twenty-first". */
function wholeAt(words: readonly string[], at: number): { value: bigint; next: number } | undefined {
  // "a hundred"
  let next = (words[at] === "a" || words[at] === "an") && SCALES.has(words[at + 1] ?? "") ? at + 1 : at;
  let total = 0n;
  // What stands before the next thousand.
  let group = 0n;
  let last: "none" | "unit" | "ten" | "scale" = "none";
  for (; next < words.length; next++) {
    const word = words[next] as string;
    const unit = UNITS.get(word) ?? (last === "ten" ? UNITS.get(ORDINALS.get(word) ?? "") : undefined);
    const ten = TENS.get(word);
    const scale = SCALES.get(word);
    const joined = word === "and" && last === "scale" &&
      (UNITS.has(words[next + 1] ?? "") || TENS.has(words[next + 1] ?? ""));
    if (joined) continue;
    if (ten !== undefined && ten > 10n && (last === "none" || last === "scale")) {
      group += ten;
      last = "ten";
    } else if (
      unit !== undefined && (last === "none" || last === "scale" || (last === "ten" && unit < 10n && unit > 0n))
    ) {
      group += unit;
      last = "unit";
    } else if (scale !== undefined && (last !== "none" || word !== "zero") && scale < 10n ** 15n) {
      if (last === "none") group = 1n;
      if (scale === 100n) group *= 100n;
      else {
        total += group * scale;
        group = 0n;
      }
      last = "scale";
    } else break;
  }
  return last === "none" ? undefined : { value: total + group, next };
}

/** The text behind the first `count` tokens. */
function restBehind(text: string, tokens: readonly string[], count: number): string {
  let at = 0;
  for (const token of tokens.slice(0, count)) at = text.indexOf(token, at) + token.length;
  return text.slice(at).trim();
}

function numbered(words: string, step = 1n): ReadonlyMap<string, bigint> {
  return new Map(words.split(" ").map((word, i) => [word, BigInt(i) * step]));
}
