/**
 * The building blocks of the configuration table: one value says what a key takes, in words and as a zod schema, and how
 * its text on a command line becomes a value. Parsing is best effort: text that does not fit is handed on as it is, so
 * that the schema alone decides and there is one kind of error.
 */
import { z } from "zod";

/** What is known of one configuration key. */
export interface Field<T> {
  readonly schema: z.ZodType<T>;
  /** The values it takes, in words that complete "expected ...". */
  readonly values: string;
  /** One line: what it does. */
  readonly help: string;
  /** The allowed words, where there is a closed list. */
  readonly choices?: readonly string[];
  /** Command-line text to value. */
  readonly parse: (text: string) => unknown;
  /** A value from TypeScript to the stored value, where they differ. */
  readonly accept?: (value: unknown) => unknown;
  /** The value may hold a secret when it is wrong: messages must not repeat it. */
  readonly hidden?: boolean;
}

/** Bounds of a number, both included unless said otherwise. */
interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** The minimum itself is not allowed. */
  readonly above?: boolean;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function parseNumber(text: string): unknown {
  return DECIMAL.test(text) ? Number(text) : text;
}

function boundsInWords({ min, max, above = false }: Bounds): string {
  if (min !== undefined && max !== undefined) {
    return above ? ` above ${min} and at most ${max}` : ` from ${min} to ${max}`;
  }
  if (min !== undefined) return above ? ` above ${min}` : ` of at least ${min}`;
  return max === undefined ? "" : ` of at most ${max}`;
}

function bounded(schema: z.ZodNumber, { min, max, above = false }: Bounds): z.ZodNumber {
  let result = schema;
  if (min !== undefined) result = above ? result.gt(min) : result.min(min);
  return max === undefined ? result : result.max(max);
}

/** A whole number. */
export function integer(help: string, bounds: Bounds): Field<number> {
  const schema = bounded(z.number().int(), bounds);
  return { schema, values: `a whole number${boundsInWords(bounds)}`, help, parse: parseNumber };
}

/** A finite number; `1e-5` is one. */
export function real(help: string, bounds: Bounds): Field<number> {
  return { schema: bounded(z.number(), bounds), values: `a number${boundsInWords(bounds)}`, help, parse: parseNumber };
}

/** `true` or `false`. */
export function flag(help: string): Field<boolean> {
  const parse = (text: string) => text === "true" ? true : text === "false" ? false : text;
  return { schema: z.boolean(), values: "true or false", help, choices: ["true", "false"], parse };
}

/** Text that is not empty. */
export function text(help: string, values = "text"): Field<string> {
  return { schema: z.string().min(1).max(4096), values, help, parse: (value) => value };
}

/** One word of a closed list. */
export function choice<const T extends string>(help: string, words: readonly T[]): Field<T> {
  const schema = z.custom<T>((value) => (words as readonly unknown[]).includes(value));
  return { schema, values: `one of ${words.join(", ")}`, help, choices: words, parse: (value) => value };
}

/** The field, or nothing: `none` in text, null in TypeScript and JSON. */
export function optional<T>(field: Field<T>): Field<T | null> {
  const { accept = (value: unknown) => value } = field;
  return {
    ...field,
    schema: field.schema.nullable(),
    values: `${field.values}, or none`,
    parse: (value) => value === "none" ? null : field.parse(value),
    accept: (value) => value === "none" ? null : accept(value),
  };
}

/** JSON text to its value; text that is no JSON comes back as it is. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
