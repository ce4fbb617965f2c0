/**
 * What a report is made of, before it is a page or a notebook. A section is a heading with blocks; the page and the notebook
 * are two ways to write the same sections down. A figure knows where it comes from, so that every number on the page can be
 * held against the file it was taken from. All text is plain: whoever writes it down escapes it.
 */
import type { Displayed } from "../basics/mod.ts";
import type { Plot } from "../plots/mod.ts";

/** A number of the comparison, as it is shown. */
export interface Figure {
  /** The number itself; null: there is none. */
  readonly value: number | null;
  /** As people read it: `46.1 %`, `+18.9`, `p < 0.001`. */
  readonly shown: string;
  /** JSON pointer into `result.json` (RFC 6901), for example `/cells/0/correct/value`. */
  readonly of: string;
}

/** Text with figures in it. */
export type Inline = readonly (string | Figure)[];

/** A paragraph; `kind` is drawn as a note in smaller print, or as what the report has to say above all. */
export interface TextBlock {
  /** Which block it is. */
  readonly type: "text";
  /** What it says. */
  readonly text: Inline;
  /** Absent: an ordinary paragraph. */
  readonly kind?: "note" | "headline";
}

/** A table; the first column heads its rows. */
export interface TableBlock {
  /** Which block it is. */
  readonly type: "table";
  /** What stands above it. */
  readonly caption: string;
  /** What stands in them; numbers to the right. */
  readonly columns: readonly { readonly name: string; readonly number?: boolean; readonly meaning?: string }[];
  /** Each as long as there are columns. */
  readonly rows: readonly (readonly Inline[])[];
}

/** A picture. */
export interface PlotBlock {
  /** Which block it is. */
  readonly type: "plot";
  /** It draws itself. */
  readonly plot: Plot;
  /** What is seen, for whoever does not see it. */
  readonly caption: string;
  /** The call that makes it, as it stands in a notebook: `plotDifferences(comparison)`. */
  readonly call: string;
}

/** Text to be read as it is: a command, a configuration, a template. */
export interface CodeBlock {
  /** Which block it is. */
  readonly type: "code";
  /** What stands above it. */
  readonly caption: string;
  /** What the text is written in. */
  readonly language: "sh" | "json" | "yaml" | "text";
  /** The text. */
  readonly text: string;
}

/** Two texts line by line: what only the first has, what only the second has, and what both have. */
export interface DiffBlock {
  /** Which block it is. */
  readonly type: "diff";
  /** What stands above it. */
  readonly caption: string;
  /** In order. */
  readonly lines: readonly { readonly side: "both" | "removed" | "added"; readonly text: string }[];
}

/** One answer as it is shown beside another. */
export interface ShownCompletion {
  /** The cell's name. */
  readonly cell: string;
  /** What became of it. */
  readonly outcome: string;
  /** The text, clipped. */
  readonly text: string;
  /** Where the answer stands in it that was graded. */
  readonly span?: readonly [start: number, end: number];
  /** The answer that was found. */
  readonly extracted: string | null;
  /** Its tokens. */
  readonly tokens: number;
}

/** Problems with what each side made of them. */
export interface PairsBlock {
  /** Which block it is. */
  readonly type: "pairs";
  /** What stands above it. */
  readonly caption: string;
  /** In order. */
  readonly pairs: readonly {
    readonly problem_id: string;
    readonly question: string;
    readonly reference: string;
    /** Level, subject, steps, in words. */
    readonly about: string;
    readonly completions: readonly ShownCompletion[];
  }[];
  /** How many there are besides those that are shown. */
  readonly more: number;
}

/** Blocks that are closed until somebody opens them; open in print. */
export interface DetailsBlock {
  /** Which block it is. */
  readonly type: "details";
  /** What is seen of it while it is closed. */
  readonly summary: string;
  /** What is seen once it is open. */
  readonly blocks: readonly Block[];
}

/** A part of a section. */
export type Block = TextBlock | TableBlock | PlotBlock | CodeBlock | DiffBlock | PairsBlock | DetailsBlock;

/** A section of a report; last in a cell it shows itself. */
export interface Section extends Displayed {
  /** For links: lower case, hyphens. */
  readonly id: string;
  /** The heading. */
  readonly title: string;
  /** The call that makes it, as it stands in a notebook: `headline(comparison)`. */
  readonly call: string;
  /** What it says. */
  readonly blocks: readonly Block[];
}
