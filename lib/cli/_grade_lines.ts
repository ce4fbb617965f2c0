/**
 * The lines that `deno task grade` is given, one after the other, whatever is in them: a line that is no object, lacks
 * a field or never ends becomes a line with an error, and the next one is read.
 */
import { clipLine, isObject } from "../basics/mod.ts";

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

/** Longest id that is handed on, in characters of JSON. */
const LONGEST_ID = 200;

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
  let value: unknown;
  try {
    value = JSON.parse(bare);
  } catch (error) {
    return bad(`not JSON (${(error as Error).message.slice(0, 200)})`);
  }
  if (!isObject(value)) return bad(`expected an object, got ${shown(value)}`);
  return readRow(value, number, bad);
}

function readRow(
  value: Readonly<Record<string, unknown>>,
  number: number,
  bad: (what: string) => Omit<GradeLine, "last">,
): Omit<GradeLine, "last"> {
  const given = ["completion", "answer"].filter((key) => Object.hasOwn(value, key));
  if (given.length !== 1) {
    return bad(`needs one of "completion" and "answer", has ${given.length === 0 ? "neither" : "both"}`);
  }
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
  const id = value.id !== undefined && JSON.stringify(value.id).length <= LONGEST_ID ? { id: value.id } : {};
  const label = value.correct === undefined ? {} : { label: value.correct };
  return { number, row: { text, bare: key === "answer", reference, ...id, ...label } };
}

/** Numbers are taken as JSON writes them: those that lose digits there are refused. */
function asText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" && (!Number.isInteger(value) || Number.isSafeInteger(value))
    ? String(value)
    : undefined;
}

function shown(value: unknown): string {
  return value === undefined ? "absent" : clipLine(JSON.stringify(value), 80);
}
