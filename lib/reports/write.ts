/** Reports as files: one page and one notebook beside the comparison, written aside and renamed. */
import { basename, isAbsolute, join, relative, resolve } from "node:path";
import { writeAside } from "../basics/mod.ts";
import { COMPARISON_FILES, openComparison } from "../comparison/mod.ts";
import type { Compared } from "./compared.ts";
import type { Section } from "./document.ts";
import { reportNotebook } from "./notebook.ts";
import { reportPage } from "./page.ts";
import { reportSections } from "./sections.ts";

/** How a report is written. */
export interface WriteReportOptions {
  /** What it says; default: what `reportSections` makes. */
  readonly sections?: readonly Section[] | undefined;
  /** Where it is written; default: the comparison's own folder. */
  readonly folder?: string | undefined;
  /** Whether the page is written; default: true. */
  readonly page?: boolean | undefined;
  /** Whether the notebook is written; default: true. */
  readonly notebook?: boolean | undefined;
}

/** What was written. */
export interface WrittenReport {
  /** Path of the page; null: none was asked for. */
  readonly page: string | null;
  /** Path of the notebook; null: none was asked for. */
  readonly notebook: string | null;
}

/**
 * Writes the report of a comparison: `report.html`, one page that needs nothing else, and `report.ipynb`, the same as a
 * notebook with its outputs. A report that was there is replaced.
 * @param comparison or where it is recorded: its folder, its `comparison.json`, or its name below `runs/comparisons`
 * @throws {TypeError} when it is recorded nowhere and no folder is named
 * @throws {ComparisonError} when there is no such comparison
 * @throws {StorageError} when the disk will not take it
 */
export async function writeReport(
  comparison: Compared | string,
  { sections, folder, page = true, notebook = true }: WriteReportOptions = {},
): Promise<WrittenReport> {
  const compared = typeof comparison === "string" ? await openComparison(comparison) : comparison;
  const target = folder ?? compared.path;
  if (target === null) {
    throw new TypeError("cannot write the report of a comparison that is recorded nowhere: name a folder for it");
  }
  const content = sections ?? await reportSections(compared);
  const written = { page: join(target, COMPARISON_FILES.page), notebook: join(target, COMPARISON_FILES.notebook) };
  if (page) await writeAside(written.page, await reportPage(compared, content));
  if (notebook) {
    await writeAside(written.notebook, await reportNotebook(compared, content, placeOf(compared, target)));
  }
  return { page: page ? written.page : null, notebook: notebook ? written.notebook : null };
}

/**
 * Where the comparison lies, seen from the notebook. A way over the root of the disk would tell the folders of this machine:
 * then its name, by which it is found below runs/comparisons.
 */
function placeOf({ path }: Compared, folder: string): { readonly comparisonAt?: string } {
  if (path === null) return {};
  const place = relative(resolve(folder), resolve(path));
  const top = resolve(folder, ...place.split(/[\\/]/).filter((part) => part === ".."));
  if (isAbsolute(place) || (place !== "" && resolve(top, "..") === top)) {
    return { comparisonAt: basename(resolve(path)) };
  }
  return { comparisonAt: place === "" ? "." : place.replaceAll("\\", "/") };
}
