/**
 * Sections of a report: a heading, what it says, and the call that makes it. A section is data; last in a cell of a notebook
 * it shows itself, and `console.log` shows it as text. Which page or notebook it goes into is not its business.
 */
import { DISPLAY, INSPECT } from "../basics/mod.ts";
import { blocksBundle } from "./_bundle.ts";
import { blockText } from "./_text.ts";
import type { Block, Section } from "./document.ts";

/**
 * Makes a section, the usual ones as well as one's own.
 * @param title the heading; links are made from it
 * @param call the code that makes it, for the notebook; absent: none is shown
 */
export function section(title: string, blocks: readonly Block[], call = ""): Section {
  const value = { id: idOf(title), title, call, blocks };
  const heading: Block = { type: "text", text: [title], kind: "headline" };
  return Object.defineProperties(value, {
    [DISPLAY]: { value: () => blocksBundle([heading, ...blocks]), enumerable: false, configurable: true },
    [INSPECT]: { value: () => sectionText({ title, blocks }), enumerable: false, configurable: true },
  }) as typeof value & Section;
}

/** A section as plain text. */
export function sectionText({ title, blocks }: Pick<Section, "title" | "blocks">): string {
  return [title, "=".repeat([...title].length), "", blocks.map((block) => blockText(block)).join("\n\n")].join("\n");
}

function idOf(title: string): string {
  const words = title.toLowerCase().normalize("NFKD").match(/[a-z0-9]+/g) ?? [];
  return words.join("-").slice(0, 80) || "section";
}
