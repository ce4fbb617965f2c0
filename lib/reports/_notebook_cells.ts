/**
 * Cells of a notebook file as Jupyter's own library writes them: keys in order, one space a level, text as lines. Nothing
 * of reports here.
 */
import { type MediaBundle, oneLine } from "../basics/mod.ts";

/** A part of a notebook's file. */
type Json = Readonly<Record<string, unknown>>;

/** A cell of the file. */
export type NotebookCell = Json;

/** A cell of code that ran, or that was not run and tells what it would put out. */
export interface CodeParts {
  /** Unique in the notebook; letters, digits and hyphens. */
  readonly id: string;
  readonly code: string;
  /** Its number among the cells that ran; null: it does not run, here or anywhere. */
  readonly count: number | null;
  /** What it shows; absent: nothing. */
  readonly shown?: MediaBundle;
}

/** The kernel's name and the language, as in all notebooks of this module; versions come with the first run. */
const METADATA: Json = {
  kernelspec: { display_name: "Math RL (Deno)", language: "typescript", name: "math-rl" },
  language_info: {
    file_extension: ".ts",
    mimetype: "text/x.typescript",
    name: "typescript",
    nbconvert_exporter: "script",
    pygments_lexer: "typescript",
  },
};

/** A cell of markdown. */
export function markdownCell(id: string, source: string): NotebookCell {
  return { cell_type: "markdown", id, metadata: {}, source: linesOf(source) };
}

/** A cell of code with its output. */
export function codeCell({ id, code, count, shown }: CodeParts): NotebookCell {
  return {
    cell_type: "code",
    execution_count: count,
    id,
    // Runners leave such a cell and its output as they are.
    metadata: count === null ? { tags: ["skip-execution"] } : {},
    outputs: shown === undefined ? [] : [outputOf(shown, count)],
    source: linesOf(code),
  };
}

function outputOf(shown: MediaBundle, count: number | null): Json {
  const lines = Object.entries(shown).map((
    [type, value],
  ) => [type, typeof value === "string" ? linesOf(value) : value]);
  const output = { data: Object.fromEntries(lines), metadata: {} };
  if (count === null) return { ...output, output_type: "display_data" };
  return { ...output, execution_count: count, output_type: "execute_result" };
}

/** The text of the file. */
export function notebookJson(cells: readonly NotebookCell[]): string {
  const notebook = { cells, metadata: METADATA, nbformat: 4, nbformat_minor: 5 };
  return `${JSON.stringify(notebook, (_, value) => written(value), 1)}\n`;
}

/** Half a surrogate pair cannot be written as UTF-8; Python would refuse the whole file. */
function written(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));
}

/** Lines with their ends. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Foreign text in markdown: on one line, without a meaning of its own. */
export function markdownText(text: string, width = 300): string {
  return oneLine(text, width).replace(/[\\`*_[\]<>&$~|#]/g, "\\$&");
}
