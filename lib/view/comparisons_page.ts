/** Comparisons that are recorded, one of them, and its report; and evaluations of models, which belong to no run. */
import { join } from "node:path";
import { clip, clipLine } from "../basics/mod.ts";
import { COMPARISON_FILES, type ComparisonFacts, type ComparisonResult } from "../comparison/mod.ts";
import { foldersIn, MOST_BYTES, readObject, readSafe, safeFile, UnreadableError } from "./_guard.ts";
import { type Html, markup } from "./_html.ts";
import { shellWord, typedPath } from "./_commands.ts";
import { attempt, copyable, note, type Page, section, tableOf, when, whyNot } from "./_page.ts";
import { evaluationsIn } from "./_records.ts";
import { resultHtml } from "./_result_tables.ts";
import { evaluationTable } from "./run_page.ts";
import type { Site } from "./site.ts";

const FOLDER = "comparisons";

/** Comparisons that are listed. */
const MOST_LISTED = 300;

/** A folder of a comparison. */
export interface ListedComparisonFolder {
  readonly name: string;
  /** Absolute, without links. */
  readonly path: string;
}

/** The folders of comparisons by name: an address is matched against these. */
export async function comparisonFolders(site: Site): Promise<ReadonlyMap<string, ListedComparisonFolder>> {
  const { root } = await site.root();
  const folders = await foldersIn(root, join(root, FOLDER));
  return new Map(folders.slice(-MOST_LISTED).map((folder) => [folder.name, folder]));
}

/** The list. */
export async function comparisonsPage(site: Site): Promise<Page> {
  const content = await attempt(async () => {
    const { root } = await site.root();
    const rows: { readonly at: string; readonly cells: readonly (Html | string | number)[] }[] = [];
    for (const { name, path } of (await comparisonFolders(site)).values()) {
      const [at, cells] = await rowOf(root, name, path);
      if (cells.length > 0) rows.push({ at, cells });
    }
    rows.sort((a, b) => b.at.localeCompare(a.at));
    const command = "deno task compare baseline step_by_step concise";
    if (rows.length === 0) {
      return markup`<p>There are none yet. This makes one:</p>${copyable("compare", command, "compare templates")}`;
    }
    const head = ["comparison", "of", "problems", "compared", "made"].map((name) => ({ name }));
    return tableOf("comparisons", head, rows.map(({ cells }) => cells));
  });
  return { title: "Comparisons", content: markup`<h1>Comparisons</h1>${content}` };
}

async function rowOf(root: string, name: string, path: string): Promise<[string, (Html | string | number)[]]> {
  const link = (text: string) => markup`<a href="${comparisonAddress(name)}">${text}</a>`;
  try {
    const raw = await readObject(root, join(path, COMPARISON_FILES.facts), MOST_BYTES.result);
    if (raw === undefined) return ["", []];
    const { title, kind, problem_set, cells, created_at } = raw as Partial<Record<keyof ComparisonFacts, unknown>>;
    const words = (value: unknown) => typeof value === "string" ? clipLine(value, 120) : "";
    const count = Array.isArray(cells) ? cells.length : 0;
    return [words(created_at), [
      link(words(title) || name),
      words(kind) === "runs" ? "runs" : "templates",
      words(problem_set),
      count,
      when(words(created_at)),
    ]];
  } catch (error) {
    return ["", [name, whyNot(error), "", "", ""]];
  }
}

function comparisonAddress(name: string, below = ""): string {
  return `/comparisons/${encodeURIComponent(name.toWellFormed())}${below}`;
}

/** One comparison. */
export async function comparisonPage(site: Site, { name, path }: ListedComparisonFolder): Promise<Page> {
  const { root } = await site.root();
  const content = await attempt(async () => {
    const facts = await readObject(root, join(path, COMPARISON_FILES.facts), MOST_BYTES.result) as
      | ComparisonFacts
      | undefined;
    if (facts === undefined) throw new UnreadableError(`there is no ${COMPARISON_FILES.facts}`);
    const raw = await readObject(root, join(path, COMPARISON_FILES.result), MOST_BYTES.result);
    const result = raw === undefined
      ? note("It has no result yet.", "attention")
      : await resultHtml(facts, raw as unknown as ComparisonResult);
    return markup`<h1>${clipLine(String(facts.title ?? name), 200)}</h1>
<p class="dim">${clipLine(String(facts.problem_set ?? ""), 100)} · made ${when(String(facts.created_at))}</p>
${await reportPart(site, root, name, path)}${section("result", "What came of it", result)}
${
      section(
        "again",
        "The command that makes it",
        copyable("again-command", clip(String(facts.command ?? ""), 2_000), "make it again"),
      )
    }`;
  });
  const crumbs = markup`<p class="bar crumbs"><a href="/comparisons">← Comparisons</a></p>`;
  return { title: `${name} - comparisons`, content: markup`${crumbs}${content}` };
}

async function reportPart(site: Site, root: string, name: string, path: string): Promise<Html> {
  try {
    const report = await safeFile(root, join(path, COMPARISON_FILES.page), MOST_BYTES.report);
    if (report !== undefined) {
      return markup`<p><a id="report" href="${comparisonAddress(name, "/report")}">Read the report</a></p>`;
    }
  } catch (error) {
    return note(`Its report is not shown: ${whyNot(error)}.`, "attention");
  }
  const word = shellWord(typedPath(path, site.cwd));
  if (word === undefined) return markup``;
  return markup`<p>It has no report yet. This writes one:</p>${
    copyable("make-report", `deno task report ${word}`, "write the report")
  }`;
}

/** The report of a comparison, a document of its own. @throws {UnreadableError} when there is none */
export async function reportDocument(site: Site, { path }: ListedComparisonFolder): Promise<string> {
  const { root } = await site.root();
  const text = await readSafe(root, join(path, COMPARISON_FILES.page), MOST_BYTES.report);
  if (text === undefined) throw new UnreadableError("this comparison has no report");
  return text;
}

/** Evaluations of models and of other things that are no run of this folder. */
export async function evaluationsPage(site: Site): Promise<Page> {
  const content = await attempt(async () => {
    const { root } = await site.root();
    const found = await evaluationsIn(root, join(root, "evaluations"));
    const hint = copyable("eval", "deno task eval prompt_template=step_by_step", "measure a template");
    if (found.length === 0) {
      return markup`<p>There are none of models yet; those of runs are on their pages. This makes one:</p>${hint}`;
    }
    return markup`<p class="dim">Of models; those of runs are on their pages.</p>${
      evaluationTable(found.toReversed())
    }`;
  });
  return { title: "Evaluations", content: markup`<h1>Evaluations</h1>${content}` };
}
