/**
 * Numbers of JSON as they are written, which JavaScript reads into 64-bit floats: `1e400` becomes infinity and digits
 * behind the seventeenth are lost. Here it is told whether that has happened.
 */

/** `JSON.parse` hands on how a number is written, which the types do not know yet. */
type ParseWithSource = (
  json: string,
  reviver: (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;

/**
 * How the numbers of an object are written that stand directly in it, by their keys.
 * @throws {SyntaxError} when it is not JSON
 * @throws {RangeError} when it is nested more deeply than the stack
 */
export function writtenNumbers(json: string, keys: readonly string[]): ReadonlyMap<string, string> {
  // An object is known to be the outermost one only at the end.
  const byHolder = new Map<unknown, Map<string, string>>();
  const root = (JSON.parse as ParseWithSource)(json, function (key, value, { source }) {
    if (typeof value !== "number" || source === undefined || !keys.includes(key)) return value;
    const written = byHolder.get(this) ?? new Map<string, string>();
    byHolder.set(this, written.set(key, source));
    return value;
  });
  return byHolder.get(root) ?? new Map();
}

/** Whether a number of JSON is, to the last digit, the one that JavaScript makes of it and writes. */
export function isKept(written: string): boolean {
  return decimalOf(written) === decimalOf(String(Number(written)));
}

/** A decimal number in one form for all ways to write it: digits without zeros around them, and a power of ten. */
function decimalOf(text: string): string | undefined {
  const [all, sign, whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (all === undefined) return undefined;
  const digits = whole + fraction;
  let [start, end] = [0, digits.length];
  while (start < end && digits[start] === "0") start++;
  while (end > start && digits[end - 1] === "0") end--;
  if (start === end) return "0";
  return `${sign}${digits.slice(start, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}
