/** Reports in folders, for the programs that people open them with. */
import { openComparison, writeComparison } from "../../../lib/comparison/mod.ts";
import { reportNotebook, reportPage, reportSections } from "../../../lib/reports/mod.ts";
import { type MadeUp, madeUp } from "../../reports/_comparisons.ts";

/** Writes a made-up comparison, of which the answers are not recorded, with its notebook. @returns the notebook's path */
export async function writeNotebook(folder: string, options: MadeUp = {}): Promise<string> {
  const { facts, result } = madeUp(options);
  const cells = facts.cells.map((cell) => ({ ...cell, records: [] }));
  await writeComparison(folder, { facts: { ...facts, cells }, result });
  const comparison = await openComparison(folder);
  const path = `${folder}/report.ipynb`;
  await Deno.writeTextFile(path, await reportNotebook(comparison, await reportSections(comparison)));
  return path;
}

/** Writes the page of a made-up comparison, with its answers. @returns its path */
export async function writePage(folder: string, options: MadeUp = {}): Promise<string> {
  const comparison = madeUp(options);
  const path = `${folder}/report.html`;
  await Deno.writeTextFile(path, await reportPage(comparison, await reportSections(comparison)));
  return path;
}
