/** The page of a step in the run folder: which groups are on it, and where it goes. What it looks like is the viewer's. */
import { basename, join } from "node:path";
import { writeAside } from "../basics/mod.ts";
import { type DecodeTokens, stepPage, type StepSection } from "../viewer/mod.ts";
import type { Group } from "../vocabulary.ts";
import { pageFile } from "./layout.ts";
import type { RolloutRow } from "./rows.ts";

/** The first `most` groups of a split, with their rows. */
export function sectionOf(groups: readonly Group[], rows: readonly RolloutRow[], most: number): StepSection {
  const shown = rows.filter(({ group }) => group < most);
  return { groups: groups.slice(0, most), rows: shown, total: groups.length };
}

/** Writes the page of a step; none where no group is shown. */
export async function writeStepPage(
  run: string,
  step: number,
  sections: readonly StepSection[],
  decode: DecodeTokens | undefined,
): Promise<void> {
  if (sections.every(({ groups }) => groups.length === 0)) return;
  const page = stepPage({ run: basename(run), step, sections, decode });
  await writeAside(join(run, pageFile(step)), page, { makeFolder: false });
}
