/** Reports in folders, for the programs that people open them with. */
import { openComparison, writeComparison } from "../../../lib/comparison/mod.ts";
import { reportNotebook, reportPage, reportSections } from "../../../lib/reports/mod.ts";
import { type MadeUp, madeUp } from "../../reports/_comparisons.ts";

/** Writes a made-up comparison with its page and its notebook. Its answers are not recorded. */
export async function writeMadeUp(folder: string, options: MadeUp = {}): Promise<void> {
  const { facts, result } = madeUp(options);
  const cells = facts.cells.map((cell) => ({ ...cell, records: [] }));
  await writeComparison(folder, { facts: { ...facts, cells }, result });
  const comparison = await openComparison(folder);
  const sections = await reportSections(comparison);
  await Deno.writeTextFile(`${folder}/report.html`, await reportPage(comparison, sections));
  await Deno.writeTextFile(`${folder}/report.ipynb`, await reportNotebook(comparison, sections));
}
