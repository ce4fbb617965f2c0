/**
 * Whether JSON from outside has the shape it should have, and if not, where it has not. A shape is a function that says what
 * is wrong with a value, or nothing.
 */
import { clipLine, inspected, isObject } from "../basics/mod.ts";

/** Says what is wrong with a value, beginning with its place; undefined: nothing. */
export type Shape = (value: unknown, place: string) => string | undefined;

/** What is met by `fits`. @param wanted in words, for the message */
export function shaped(wanted: string, fits: (value: unknown) => boolean): Shape {
  return (value, place) => fits(value) ? undefined : `${place}: expected ${wanted}, got ${inspected(value)}`;
}

/** Text of at most so many characters. */
export function text(most = 10_000): Shape {
  return shaped(`text of at most ${most} characters`, (value) => typeof value === "string" && value.length <= most);
}

/** A finite number within bounds. */
export function number(least = -Infinity, most = Infinity): Shape {
  const bounds = Number.isFinite(least) ? ` from ${least}${Number.isFinite(most) ? ` to ${most}` : ""}` : "";
  return shaped(
    `a number${bounds}`,
    (value) => typeof value === "number" && Number.isFinite(value) && value >= least && value <= most,
  );
}

/** A whole number within bounds. */
export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER): Shape {
  return shaped(
    `a whole number from ${least}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  );
}

/** True or false. */
export const flag: Shape = shaped("true or false", (value) => typeof value === "boolean");

/** An object, whatever is in it. */
export const anything: Shape = shaped("an object", isObject);

/** One of some words. */
export function oneOf(words: readonly string[]): Shape {
  return shaped(`one of ${words.join(", ")}`, (value) => words.some((word) => word === value));
}

/** Null, or of a shape. */
export function orNull(shape: Shape): Shape {
  return (value, place) => value === null ? undefined : shape(value, place);
}

/** A list, every entry of a shape. */
export function list(shape: Shape, { least = 0, most = 1_000_000 }: { least?: number; most?: number } = {}): Shape {
  return (value, place) => {
    if (!Array.isArray(value)) return `${place}: expected a list, got ${inspected(value)}`;
    const { length } = value;
    if (length < least || length > most) return `${place}: expected ${least} to ${most} entries, got ${length}`;
    return firstOf(value.keys(), (i) => shape(value[i], `${place}/${i}`));
  };
}

/** An object with these keys; others are left as they are, and those of `more` may be missing. */
export function fields(shapes: Readonly<Record<string, Shape>>, more: Readonly<Record<string, Shape>> = {}): Shape {
  return (value, place) => {
    if (!isObject(value)) return `${place || "the file"}: expected an object, got ${inspected(value)}`;
    return firstOf(Object.entries(shapes), ([key, shape]) => shape(value[key], `${place}/${key}`)) ??
      firstOf(
        Object.entries(more),
        ([key, shape]) => value[key] === undefined ? undefined : shape(value[key], `${place}/${key}`),
      );
  };
}

/** An object whose values are all of a shape. */
export function values(shape: Shape, most = 1000): Shape {
  return (value, place) => {
    if (!isObject(value)) return `${place}: expected an object, got ${inspected(value)}`;
    const entries = Object.entries(value);
    if (entries.length > most) return `${place}: expected at most ${most} entries, got ${entries.length}`;
    return firstOf(entries, ([key, inner]) => shape(inner, `${place}/${clipLine(key, 40)}`));
  };
}

function firstOf<T>(items: Iterable<T>, problem: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = problem(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
