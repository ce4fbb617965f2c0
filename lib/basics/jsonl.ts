/**
 * JSON lines: one JSON value a line, append-only. A process can die in the middle of a line, so a last line that does
 * not parse counts as not written; anywhere else it is an error with its file and line.
 */
import { appendLines, type WriteOptions } from "./files.ts";

/** Longest line a reader takes, in characters; a longer one means that the file is not what it says. */
const LONGEST_LINE = 1 << 26;

/** One value as a line, without the line end. Numbers that JSON lacks (NaN, infinities) become `null`. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value);
}

/**
 * Appends values, a line each. A last line that does not parse, which counts as not written, is cut off first.
 * @throws {StorageError} when the disk will not take it; the line that failed is taken back
 */
export async function appendJsonLines(path: string, values: readonly unknown[], options?: WriteOptions): Promise<void> {
  await appendLines(path, values.map(toJsonLine), { ...options, keepTorn: parses });
}

function parses(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/**
 * Parses JSON lines.
 * @param source where the text came from, for the message
 * @throws {SyntaxError} when a line other than the last does not parse
 */
export function parseJsonLines(text: string, source: string): unknown[] {
  const values: unknown[] = [];
  const parser = lineParser(source, (value) => values.push(value));
  for (const line of text.split("\n")) parser.take(line);
  return values;
}

/**
 * Reads a file of JSON lines whole; a file that does not exist has none.
 * @throws {SyntaxError} when a line other than the last does not parse
 */
export async function readJsonLines(path: string): Promise<unknown[]> {
  try {
    return parseJsonLines(await Deno.readTextFile(path), path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/**
 * Reads a file of JSON lines value by value, holding about one line in memory.
 * @throws {SyntaxError} when a line other than the last does not parse
 * @throws {RangeError} when a line is longer than 64 Mi characters
 */
export async function* streamJsonLines(path: string): AsyncGenerator<unknown> {
  const file = await Deno.open(path, { read: true });
  const ready: unknown[] = [];
  const parser = lineParser(path, (value) => ready.push(value));
  // Pieces of a line that has not ended: put together once, for a line may be as long as a file.
  let pieces: string[] = [];
  let length = 0;
  for await (const chunk of file.readable.pipeThrough(new TextDecoderStream())) {
    const [end = "", ...lines] = chunk.split("\n");
    pieces.push(end);
    length += end.length;
    if (length > LONGEST_LINE) throw new RangeError(`${path}: a line is longer than ${LONGEST_LINE} characters`);
    const rest = lines.pop();
    if (rest === undefined) continue;
    parser.take(pieces.join(""));
    for (const line of lines) parser.take(line);
    [pieces, length] = [[rest], rest.length];
    yield* ready.splice(0);
  }
  parser.take(pieces.join(""));
  yield* ready;
}

/** Hands on each value; a line that fails is only an error once another line follows it. */
function lineParser(source: string, found: (value: unknown) => void): { take(text: string): void } {
  let number = 0;
  let failed: SyntaxError | undefined;
  return {
    take(text: string): void {
      // Editors on Windows put a byte order mark first; JSON has none.
      const line = number++ === 0 ? text.replace(/^\ufeff/, "") : text;
      if (line.trim() === "") return;
      if (failed) throw failed;
      try {
        found(JSON.parse(line));
      } catch (error) {
        failed = new SyntaxError(`${source}, line ${number}: not JSON (${(error as Error).message})`);
      }
    },
  };
}
