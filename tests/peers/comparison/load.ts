/**
 * What the figures and the report of a large comparison take: 3 templates by 5 checkpoints by 1,319 problems by 4 completions,
 * 79,140 made-up answers of about 600 characters. `deno run -A tests/peers/comparison/load.ts [problems]` prints seconds and
 * the most memory by part, the size of the page, its elements, and how long a browser takes to show it. No test: the figures
 * belong to a machine. The goal is 20 seconds and 1 GB for all that is worked out and written.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fromRoot } from "../_peers.ts";
import { withBrowser } from "../browser/_browser.ts";
import { LARGE, type SyntheticSize, writeSynthetic } from "./_synthetic.ts";

/** What one part took. */
export interface Part {
  /** `figures`, `open`, `sections`, `page`, `notebook`. */
  readonly part: string;
  /** How long it took. */
  readonly seconds: number;
  /** The most memory the process had held when it was done. */
  readonly peakBytes: number;
}

/** Builds the figures and the report of a comparison in a process of its own. @throws when that fails */
export async function measureReport(folder: string): Promise<Part[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-check", fromRoot("tests/peers/comparison/_load_child.ts"), folder],
    cwd: fromRoot("."),
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}

/** How a browser fares with the page. */
async function tellBrowser(path: string): Promise<void> {
  await withBrowser(async ({ open }) => {
    const { page, seen } = await open();
    const started = performance.now();
    await page.goto(pathToFileURL(path).href);
    const seconds = (performance.now() - started) / 1000;
    const elements = await page.evaluate<number>("document.querySelectorAll('*').length");
    // Every closed part opened, and the layout done anew: the worst that printing asks for.
    const layoutMs = await page.evaluate<number>(
      "(() => { const t = performance.now(); for (const d of document.querySelectorAll('details')) d.open = true;" +
        " document.body.getBoundingClientRect(); return performance.now() - t; })()",
    );
    console.log(
      `in a browser ${seconds.toFixed(2)} s, ${elements} elements, opened in ${layoutMs.toFixed(0)} ms`,
      seen,
    );
  });
}

async function main(size: SyntheticSize): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "load_" });
  try {
    const comparison = await writeSynthetic(folder, size);
    const parts = await measureReport(comparison);
    const mega = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
    for (const { part, seconds, peakBytes } of parts) console.log(part, `${seconds.toFixed(2)} s`, mega(peakBytes));
    console.log("together", `${parts.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(2)} s`);
    for (const name of ["report.html", "report.ipynb", "result.json"]) {
      console.log(name, mega((await Deno.stat(join(comparison, name))).size));
    }
    await tellBrowser(join(comparison, "report.html"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await main({ ...LARGE, problems: Number(Deno.args[0] ?? LARGE.problems) });
