/** Chosen runs beside each other: their courses in one picture, what their settings differ in, and what the tests say. */
import { clip, clipLine } from "../basics/mod.ts";
import { compareRuns, ComparisonError } from "../comparison/mod.ts";
import { plotMetrics } from "../plots/mod.ts";
import type { Run } from "../runs/mod.ts";
import { chart, CHART_WIDTH } from "./_charts.ts";
import { shellWord, typedPath } from "./_commands.ts";
import type { SafeFile } from "./_guard.ts";
import { type Html, markup } from "./_html.ts";
import {
  attempt,
  change,
  copyable,
  LATER_MS,
  note,
  type Page,
  pill,
  runAddress,
  section,
  SOON_MS,
  tableOf,
  whyNot,
} from "./_page.ts";
import { requireRollouts, rolloutSteps } from "./_records.ts";
import { resultHtml } from "./_result_tables.ts";
import type { ListedRun } from "./listing.ts";
import type { OpenedRun } from "./opened.ts";
import type { Site } from "./site.ts";

/** Runs on one page. */
const MOST_RUNS = 40;

type Chosen = OpenedRun & { readonly listed: ListedRun };

/** Makes the page. @param query `runs`, once a run */
export async function comparePage(site: Site, query: URLSearchParams): Promise<Page> {
  const keys = [...new Set(query.getAll("runs"))];
  const { runs } = await site.root();
  const listing = await site.listing();
  const notes: string[] = [];
  const chosen: Chosen[] = [];
  for (const key of keys.slice(0, MOST_RUNS)) {
    const listed = listing.runs.get(key);
    try {
      if (listed === undefined) notes.push(`There is no run ${clipLine(key, 120)}.`);
      else chosen.push({ ...await runs.open(listed), listed });
    } catch (error) {
      notes.push(`${clipLine(key, 120)} is left out: ${whyNot(error)}.`);
    }
  }
  if (keys.length > MOST_RUNS) notes.push(`Only the first ${MOST_RUNS} of ${keys.length} are compared.`);
  const content = markup`<h1>Comparison of ${chosen.length} runs</h1>${notes.map((text) => note(text, "attention"))}${
    chosen.length < 2 ? tooFew(chosen) : await compared(site, chosen)
  }`;
  const isLive = chosen.some(({ run }) => run.state === "running");
  return { title: "Comparison of runs", content, lookAgainMs: isLive ? SOON_MS : LATER_MS };
}

function tooFew(chosen: readonly Chosen[]): Html {
  const have = chosen.length === 1 ? `${chosen[0]!.listed.name} alone cannot be compared` : "nothing is chosen";
  return markup`<p>Choose two runs or more in <a href="/">the list</a>: ${have}.</p>`;
}

async function compared(site: Site, chosen: readonly Chosen[]): Promise<Html> {
  const key = chosen.map(({ run }) => run.path).join("\n");
  const version = chosen.map((one) => one.version).join("\n");
  const size = { width: CHART_WIDTH, height: 170 };
  const curves = () => {
    const label = `The usual metrics of ${chosen.length} runs over their steps`;
    return site.drawn.get(
      `curves ${key}`,
      version,
      () => chart("curves", plotMetrics(chosen.map(({ run }) => run), size), label),
    );
  };
  return markup`${section("runs", "The runs", runTable(chosen))}
${
    section(
      "course",
      "Course",
      markup`<p class="dim">Runs that differ only in their seed are one line, with the 95 % interval of their mean.</p>${await attempt(
        curves,
      )}`,
    )
  }
${section("tests", "What the tests say", await attempt(() => tested(site, chosen)))}
${commandPart(site, chosen)}`;
}

function runTable(chosen: readonly Chosen[]): Html {
  const differing = differingKeys(chosen.map(({ run }) => run));
  const head = ["run", "state", "held-out accuracy", "reward", "steps", ...differing];
  const rows = chosen.map(({ run, listed }) => [
    markup`<a href="${runAddress(listed.key)}">${listed.key}</a>`,
    pill(run.state),
    change(run.series("test/env/all/correct")),
    change(run.series("env/all/reward/total")),
    run.status?.steps_done ?? 0,
    ...differing.map((key) => settingText(run, key)),
  ]);
  return tableOf("the runs that are compared", head.map((name) => ({ name })), rows);
}

/** What says where a run lies and how it is kept tells nothing of its results. */
const ASIDE: readonly string[] = [
  "log_path",
  "behavior_if_log_dir_exists",
  "wandb_name",
  "resume_changes",
  "prompt_template",
];

function differingKeys(runs: readonly Run[]): string[] {
  const texts = (key: string) => new Set(runs.map((run) => settingText(run, key)));
  const keys = Object.keys(runs[0]?.config ?? {}).filter((key) => !ASIDE.includes(key) && texts(key).size > 1);
  const templates = new Set(runs.map(({ template }) => JSON.stringify(template)));
  const rewards = new Set(runs.map(({ facts }) => facts.reward));
  return [...(templates.size > 1 ? ["template"] : []), ...(rewards.size > 1 ? ["reward function"] : []), ...keys];
}

function settingText({ config, template, facts }: Run, key: string): string {
  if (key === "template") return clipLine(template.name, 60);
  if (key === "reward function") return clipLine(facts.reward ?? "the recipe's", 60);
  const value = (config as unknown as Readonly<Record<string, unknown>>)[key];
  return clipLine(typeof value === "string" ? value : value === null ? "none" : JSON.stringify(value) ?? "", 60);
}

/** What `compareRuns` says, made anew when one of the runs is evaluated again. */
async function tested(site: Site, chosen: readonly Chosen[]): Promise<Html> {
  const { root } = await site.root();
  const files: SafeFile[] = [];
  for (const { run } of chosen) files.push(...await heldOutFile(root, run));
  const version = files.map((file) => `${file.path} ${file.version}`).join("\n");
  const key = chosen.map(({ run }) => run.path).join("\n");
  return await site.drawn.get(`tests ${key}`, version, async () => {
    try {
      const { facts, result } = await compareRuns(chosen.map(({ run }) => run), { record: false, now: site.now });
      return await resultHtml(facts, result);
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof ComparisonError)) throw error;
      return note(`${clip(error.message, 1_000)}.`);
    }
  });
}

/** The file of the last evaluation, looked at before `compareRuns` opens it. */
async function heldOutFile(root: string, run: Run): Promise<SafeFile[]> {
  const evaluated = new Set(run.series("test/env/all/correct").map(({ step }) => step));
  const step = (await rolloutSteps(root, run.path)).test.findLast((at) => evaluated.has(at));
  return step === undefined ? [] : [await requireRollouts(root, run.path, "test", step)];
}

function commandPart(site: Site, chosen: readonly Chosen[]): Html {
  const words = chosen.map(({ run }) => shellWord(typedPath(run.path, site.cwd)));
  if (words.includes(undefined)) return markup``;
  const command = `deno task compare ${words.join(" ")}`;
  return section("commands", "The same as a report", copyable("compare-command", command, "compare these runs"));
}
