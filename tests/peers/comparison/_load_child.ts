/**
 * Builds a comparison's figures and its report, in a process of its own, and prints what each part took: seconds, and the most
 * memory so far. `deno run -A _load_child.ts <folder of the comparison>`.
 */
import { join } from "node:path";
import { COMPARISON_FILES, type ComparisonFacts, figuresOf, openComparison } from "../../../lib/comparison/mod.ts";
import { reportNotebook, reportPage, reportSections } from "../../../lib/reports/mod.ts";
import type { ProblemResult } from "../../../lib/training/mod.ts";

const [folder] = Deno.args as [string];
const started = performance.now();
let last = started;

/** The most memory this process has held, in bytes. */
function peakBytes(): number {
  const [, kib] = /VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))!;
  return Number(kib) * 1024;
}

function tell(part: string): void {
  const now = performance.now();
  console.log(JSON.stringify({ part, seconds: (now - last) / 1000, peakBytes: peakBytes() }));
  last = performance.now();
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(path));
}

tell("start");
const facts = await readJson<ComparisonFacts>(join(folder, COMPARISON_FILES.facts));
const cells = await Promise.all(facts.cells.map(async ({ name, policy, template, records }) => {
  const { problems } = await readJson<{ problems: ProblemResult[] }>(join(folder, records[0]!, "result.json"));
  return { name, policy, template, results: problems };
}));
tell("read");
const result = figuresOf(cells, { kind: facts.kind, seed: facts.seed });
await Deno.writeTextFile(join(folder, COMPARISON_FILES.result), JSON.stringify(result, null, 2));
tell("figures");
const comparison = await openComparison(folder);
tell("open");
const sections = await reportSections(comparison);
tell("sections");
const page = await reportPage(comparison, sections);
await Deno.writeTextFile(join(folder, COMPARISON_FILES.page), page);
tell("page");
const notebook = await reportNotebook(comparison, sections);
await Deno.writeTextFile(join(folder, COMPARISON_FILES.notebook), notebook);
tell("notebook");
