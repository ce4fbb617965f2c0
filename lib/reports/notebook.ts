/**
 * The report as one executed notebook, nbformat 4.5: what a section says and each of its plots are cells with the call that
 * makes them, and their outputs are what running the cells gives. Nothing is run to write it. Its place is the folder of
 * the comparison, as its cells look for the records there.
 */
import { isAbsolute } from "node:path";
import { clip, DISPLAY, INSPECT, inspected, isObject, type MediaBundle } from "../basics/mod.ts";
import { COMPARISON_FILES } from "../comparison/mod.ts";
import { blocksBundle } from "./_bundle.ts";
import { calledIn, importLines } from "./_notebook_calls.ts";
import { codeCell, markdownCell, markdownText, type NotebookCell, notebookJson } from "./_notebook_cells.ts";
import { blockText } from "./_text.ts";
import type { Compared } from "./compared.ts";
import type { Block, PlotBlock, Section } from "./document.ts";

/** What is shown in all; beyond it only the start of its text, as GitHub and others open no notebook of more than 10 MB. */
const MOST_SHOWN_BYTES = 9_000_000;

/** Characters of what is then told. */
const SHORT = 2_000;

/** How a notebook is written. */
export interface ReportNotebookOptions {
  /** Where the comparison's folder is, seen from the folder of the notebook; default: `.`, it is the same. */
  readonly comparisonAt?: string | undefined;
}

/**
 * A report as a notebook, as text of its file. The same comparison and sections give the same text. Sections and plots
 * that say how they are called, in functions of this module, are cells that can be run again; of others the cell holds the
 * output alone.
 * @param sections what it says, in order, as `reportSections` makes them or chosen by oneself
 * @throws {RangeError} when the place of the comparison is an absolute path, which would hold on one machine only
 */
export async function reportNotebook(
  { facts, path }: Pick<Compared, "facts" | "path">,
  sections: readonly Section[],
  { comparisonAt = "." }: ReportNotebookOptions = {},
): Promise<string> {
  if (isAbsolute(comparisonAt) || /^\w+:/.test(comparisonAt)) {
    throw new RangeError(
      `cannot write a notebook that opens its comparison at ${comparisonAt}: give the path relative to the notebook's folder`,
    );
  }
  const parts = sections.flatMap(partsOf);
  const known = path === null ? new Set<string>() : await reportFunctions();
  const runs = (call: string) => {
    const called = calledIn(call);
    return called.length > 0 && called.every((name) => known.has(name));
  };
  const used = parts.flatMap((part) => "code" in part && runs(part.code) ? calledIn(part.code) : []);
  const writing = new Writing();
  const cells = [markdownCell("title", titleText(facts))];
  if (used.length > 0) cells.push(codeCell({ id: "open", code: openCode(used, comparisonAt), count: writing.next() }));
  for (const part of parts) cells.push(await writing.cell(part, "code" in part && runs(part.code)));
  return notebookJson(cells);
}

/**
 * What a section says without its heading and its plots, for a notebook in which these have cells of their own. Last in a
 * cell it shows itself.
 * @param section undefined, which sections give that have nothing to say, is refused
 * @throws {TypeError} when it is no section
 */
export function bodyOf(section: Section | undefined): Section {
  if (!isObject(section) || !Array.isArray(section.blocks)) {
    const met = (section as unknown) instanceof Promise ? "a promise; put `await` before it" : inspected(section);
    throw new TypeError(`bodyOf takes a section of a report, but met ${met}`);
  }
  const { blocks, ...rest } = section as Section;
  const left = besidesPlots(blocks);
  return Object.defineProperties({ ...rest, blocks: left }, {
    [DISPLAY]: { value: () => blocksBundle(left, { pictures: false }), enumerable: false, configurable: true },
    [INSPECT]: { value: () => left.map(blockText).join("\n\n"), enumerable: false, configurable: true },
  }) as Section;
}

function besidesPlots(blocks: readonly Block[]): Block[] {
  return blocks.flatMap((block): Block[] => {
    if (block.type === "plot") return [];
    if (block.type !== "details") return [block];
    const inside = besidesPlots(block.blocks);
    return inside.length === 0 ? [] : [{ ...block, blocks: inside }];
  });
}

function plotBlocks(blocks: readonly Block[]): PlotBlock[] {
  return blocks.flatMap((block) =>
    block.type === "plot" ? [block] : block.type === "details" ? plotBlocks(block.blocks) : []
  );
}

/** A cell to be written: a heading, or code with what it shows. */
type Part =
  | { readonly id: string; readonly markdown: string }
  | { readonly id: string; readonly code: string; shown(): MediaBundle | Promise<MediaBundle> };

function partsOf(section: Section): Part[] {
  const body = bodyOf(section);
  const plots = plotBlocks(section.blocks);
  return [
    { id: section.id, markdown: `## ${markdownText(section.title)}` },
    ...(body.blocks.length === 0 ? [] : [{
      id: `${section.id}-text`,
      code: section.call === "" ? "" : `bodyOf(${section.call});`,
      shown: () => body[DISPLAY](),
    }]),
    ...plots.map(({ call, plot }, i) => ({
      id: `${section.id}-plot-${i + 1}`,
      code: call === "" ? "" : `${call};`,
      shown: () => plot[DISPLAY](),
    })),
  ];
}

/** Numbers cells, keeps their ids apart and their outputs within bounds. */
class Writing {
  readonly #taken = new Set<string>(["title", "open"]);
  #count = 0;
  #left = MOST_SHOWN_BYTES;

  /** The number of the next cell that runs. */
  next(): number {
    return ++this.#count;
  }

  async cell(part: Part, runs: boolean): Promise<NotebookCell> {
    const id = this.#id(part.id);
    if ("markdown" in part) return markdownCell(id, part.markdown);
    const why = "// Made where the report was written; this cell holds its output alone.";
    const code = runs ? part.code : part.code === "" ? why : `${why}\n${commented(part.code)}`;
    const count = runs ? this.next() : null;
    const shown = await part.shown();
    const whole = codeCell({ id, code, count, shown });
    const size = fileSize(whole);
    if (size <= this.#left) {
      this.#left -= size;
      return whole;
    }
    const start = clip(shown["text/plain"], SHORT);
    return codeCell({ id, code, count, shown: { "text/plain": `${start}\n(run the cell to see more)` } });
  }

  #id(wanted: string): string {
    const plain = wanted.replace(/[^\w-]/g, "-").slice(0, 48) || "section";
    let id = plain;
    for (let i = 2; this.#taken.has(id); i++) id = `${plain}-${i}`;
    this.#taken.add(id);
    return id;
  }
}

/** Bytes of a cell in the file, where it stands two levels deep. */
function fileSize(cell: NotebookCell): number {
  return new TextEncoder().encode(JSON.stringify([[cell]], null, 1)).length;
}

function commented(code: string): string {
  return code.split(/\r\n|[\n\r\u2028\u2029]/).map((line) => `// ${line}`).join("\n");
}

/** The functions that a cell can call: those that reports are made with. */
async function reportFunctions(): Promise<ReadonlySet<string>> {
  const reports: Readonly<Record<string, unknown>> = await import("./mod.ts");
  return new Set(Object.keys(reports).filter((name) => typeof reports[name] === "function"));
}

function openCode(used: readonly string[], comparisonAt: string): string {
  const imports = importLines(["openComparison", ...used]);
  return `${imports}\n\nconst comparison = await openComparison(${JSON.stringify(comparisonAt)});`;
}

function titleText({ title, kind }: Compared["facts"]): string {
  const what = kind === "runs" ? "training runs" : "prompt templates";
  return `# ${
    markdownText(title)
  }\n\nA comparison of ${what}. Every figure is in \`${COMPARISON_FILES.result}\` beside this ` +
    `notebook, what was compared and how in \`${COMPARISON_FILES.facts}\`. The cells make it again from the records: open ` +
    "it where it lies, with the kernel of math-rl.";
}
