/** Reading a JSON object from a run folder, with messages that name the file. */
import { RunFolderError } from "./errors.ts";

/** How a file is read. */
export interface ReadJsonOptions {
  /** One without content is none: a disk that lost its power may leave that of a file that was being replaced. */
  readonly emptyIsMissing?: boolean;
}

/**
 * Reads a file that holds one JSON object; nothing when it is missing.
 * @throws {RunFolderError} when it is not JSON, or not an object
 */
export async function readJsonFile(
  path: string,
  { emptyIsMissing = false }: ReadJsonOptions = {},
): Promise<Record<string, unknown> | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw asFolderError(error, path);
  }
  if (emptyIsMissing && text.replaceAll("\0", "").trim() === "") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new RunFolderError(`cannot read ${path}: not JSON (${(error as Error).message})`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RunFolderError(`cannot read ${path}: expected a JSON object`);
  }
  return value as Record<string, unknown>;
}

/** What the file system refused, as an error of the run folder; any other error as it was. */
export function asFolderError(error: unknown, path: string): unknown {
  const refused = error instanceof Error && Object.values(Deno.errors).some((kind) => error instanceof kind);
  return refused ? new RunFolderError(`cannot read ${path}: ${error.message}`) : error;
}
