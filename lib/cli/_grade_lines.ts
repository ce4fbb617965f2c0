/**
 * The lines that `deno task grade` is given, one after the other, whatever is in them: a line that is no object, lacks
 * a field or never ends becomes a line with an error, and the next one is read.
 */
import { clipLine, isObject } from "../basics/mod.ts";
import { isKept, writtenNumbers } from "./_json_numbers.ts";

/** One line that was not empty. */
export interface GradeLine {
  /** Counted from 1, empty lines included. */
  readonly number: number;
  /** What is to be graded; absent when the line cannot be used. */
  readonly row?: {
    readonly text: string;
    /** The text is the answer and nothing else. */
    readonly bare: boolean;
    readonly reference: string;
    readonly id?: unknown;
    /** Whether it should be found correct. */
    readonly label?: boolean;
  };
  /** Why it cannot be used. */
  readonly error?: string;
  /** Nothing else has arrived so far: what is there should be graded before more is waited for. */
  readonly last: boolean;
}

/** Longest line, in UTF-16 code units. */
const LONGEST_LINE = 1 << 25;

/** Longest id, in characters of JSON: it is handed on with every verdict. */
const LONGEST_ID = 200;

/** Keys whose values matter to the last digit. */
const EXACT = ["completion", "answer", "reference", "id"] as const;

/**
 * Reads lines.
 * @param source where they come from, for messages
 * @throws what the stream throws; nothing once the signal is aborted
 */
export async function* gradeLines(
  bytes: ReadableStream<Uint8Array>,
  source: string,
  signal: AbortSignal,
): AsyncGenerator<GradeLine> {
  const reader = bytes.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop);
  let number = 0;
  const pieces: string[] = [];
  let held = 0;
  try {
    while (!signal.aborted) {
      const { value, done } = await reader.read();
      const parts = done ? [""] : value.split("\n");
      for (const [index, part] of parts.entries()) {
        // Of a line that is too long nothing more is kept.
        if (held <= LONGEST_LINE) pieces.push(part);
        held += part.length;
        if (index === parts.length - 1 && !done) break;
        const line = readLine(held > LONGEST_LINE ? undefined : pieces.join(""), ++number, source);
        pieces.length = held = 0;
        if (line !== undefined) yield { ...line, last: index >= parts.length - 2 };
      }
      if (done) return;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

function readLine(text: string | undefined, number: number, source: string): Omit<GradeLine, "last"> | undefined {
  const bad = (what: string) => ({ number, error: `${source}, line ${number}: ${what}` });
  if (text === undefined) return bad(`longer than ${LONGEST_LINE} characters`);
  // Editors on Windows put a byte order mark first; JSON has none.
  const bare = number === 1 ? text.replace(/^\ufeff/, "") : text;
  if (bare.trim() === "") return undefined;
  try {
    const value: unknown = JSON.parse(bare);
    if (!isObject(value)) return bad(`expected an object, got ${shown(value)}`);
    return readRow(value, number, bad, changedNumber(value, bare));
  } catch (error) {
    const message = (error as Error).message.slice(0, 200);
    return bad(error instanceof SyntaxError ? `not JSON (${message})` : `cannot be read (${message})`);
  }
}

/** What there is to say of a number that would not be the one that is written. */
function changedNumber(value: Readonly<Record<string, unknown>>, text: string): string | undefined {
  if (!EXACT.some((key) => typeof value[key] === "number")) return undefined;
  for (const [key, written] of writtenNumbers(text, EXACT)) {
    if (isKept(written)) continue;
    return `"${key}" is ${clipLine(written, 80)}, a number that would lose digits; write it as a text, in quotes`;
  }
  return undefined;
}

function readRow(
  value: Readonly<Record<string, unknown>>,
  number: number,
  bad: (what: string) => Omit<GradeLine, "last">,
  changed: string | undefined,
): Omit<GradeLine, "last"> {
  const given = ["completion", "answer"].filter((key) => Object.hasOwn(value, key));
  if (given.length !== 1) {
    return bad(`needs one of "completion" and "answer", has ${given.length === 0 ? "neither" : "both"}`);
  }
  if (changed !== undefined) return bad(changed);
  const [key] = given as ["completion" | "answer"];
  const [text, reference] = [asText(value[key]), asText(value.reference)];
  if (text === undefined) return bad(`"${key}" is ${shown(value[key])}; expected a text`);
  if (reference === undefined) {
    return bad(
      Object.hasOwn(value, "reference")
        ? `"reference" is ${shown(value.reference)}; expected a text`
        : `has no "reference"`,
    );
  }
  if (value.correct !== undefined && typeof value.correct !== "boolean") {
    return bad(`"correct" is ${shown(value.correct)}; expected true or false`);
  }
  if (value.id !== undefined && JSON.stringify(value.id).length > LONGEST_ID) {
    return bad(`"id" is longer than ${LONGEST_ID} characters of JSON: ${shown(value.id)}`);
  }
  const id = value.id === undefined ? {} : { id: value.id };
  const label = value.correct === undefined ? {} : { label: value.correct };
  return { number, row: { text, bare: key === "answer", reference, ...id, ...label } };
}

/** A number is its value, as JavaScript writes it: of `3.10` that is `3.1`. */
function asText(value: unknown): string | undefined {
  return typeof value === "number" ? String(value) : typeof value === "string" ? value : undefined;
}

function shown(value: unknown): string {
  return value === undefined ? "absent" : clipLine(JSON.stringify(value), 80);
}
