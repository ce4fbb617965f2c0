/** The page of one run: how it is doing, what it was asked to do, what it learns and why not, and what it has written. */
import { join } from "node:path";
import { clip, clipLine, counted } from "../basics/mod.ts";
import { diagnose, type Diagnosis, diagnosisLine } from "../diagnosis/mod.ts";
import { plotMetrics, plotOutcomes } from "../plots/mod.ts";
import { changedText, type Run } from "../runs/mod.ts";
import { chart, CHART_WIDTH } from "./_charts.ts";
import { ownSettings, runCommands } from "./_commands.ts";
import { UnreadableError } from "./_guard.ts";
import { type Html, markup } from "./_html.ts";
import {
  attempt,
  change,
  copyable,
  LATER_MS,
  note,
  type Page,
  pill,
  rate,
  runAddress,
  section,
  SOON_MS,
  tableOf,
  when,
} from "./_page.ts";
import { evaluationsIn, logEnd, requireRollouts, rolloutSteps, type SeenEvaluation } from "./_records.ts";
import { templateText } from "./_template_text.ts";
import type { ListedRun } from "./listing.ts";
import type { OpenedRun } from "./opened.ts";
import type { Site } from "./site.ts";

/** Makes the page. */
export async function runPage(site: Site, listed: ListedRun): Promise<Page> {
  const { root, runs } = await site.root();
  const [title, heading] = [
    `${listed.key} - runs`,
    markup`<h1>${listed.sweep && `${listed.sweep} / `}${listed.name}</h1>`,
  ];
  let opened: OpenedRun;
  try {
    opened = await runs.open(listed);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    const content = markup`${heading}${note(`This run cannot be shown: ${error.message}.`, "bad")}${await logPart(
      root,
      listed,
    )}`;
    return { title, content, lookAgainMs: LATER_MS };
  }
  const { run, notes } = opened;
  const content = markup`${heading}${stateHtml(run)}
${notes.map((text) => note(text, "attention"))}
${await attempt(() => diagnosisPart(site, root, listed, opened))}
${firstCommand(site, run)}
${section("charts", "Course", await attempt(() => chartsPart(site, listed, opened)))}
${section("trajectories", "Completions", await attempt(() => trajectoriesPart(root, listed)))}
${section("evaluations", "Evaluations", await attempt(() => evaluationsPart(root, run)))}
${section("checkpoints", "Checkpoints", checkpointsPart(run))}
${section("settings", "Settings", settingsPart(run))}
${section("template", "Template", await attempt(() => templatePart(run)))}
${section("commands", "Commands", commandsPart(site, run))}
${await logPart(root, listed)}`;
  return { title, content, lookAgainMs: run.state === "running" ? SOON_MS : LATER_MS };
}

function stateHtml({ state, status, config, template, facts }: Run): Html {
  const [done, total] = [status?.steps_done ?? 0, status?.steps_total ?? null];
  const bar = total !== null && total > 0 &&
    markup`<progress value="${Math.min(done, total)}" max="${total}" aria-label="steps done"></progress>`;
  const far = markup`<span id="steps">step ${done}${total !== null && ` of ${total}`}</span>`;
  const { env, model_name, backend, method, seed } = config;
  const words = [env, template.name, `${model_name} on ${backend}`, method, `seed ${seed}`].join(" · ");
  return markup`
    <p class="state">${pill(state)} ${far} ${bar}</p>
    <p class="dim">${clipLine(words, 600)} · started ${when(facts.created_at)}</p>
    ${status?.last_error && note(`It failed: ${clip(status.last_error, 2_000)}`, "bad")}
    ${status?.stop_reason && note(`It was stopped: ${clip(status.stop_reason, 1_000)}`, "attention")}
    ${status?.stalled && state === "running" && note(`It waits: ${clip(status.stalled, 1_000)}`, "attention")}
  `;
}

async function diagnosisPart(site: Site, root: string, listed: ListedRun, opened: OpenedRun): Promise<Html> {
  return await site.drawn.get(`diagnosis ${listed.path}`, opened.version, async () => {
    const step = (await rolloutSteps(root, listed.path)).train.at(-1);
    // What it will read is looked at first.
    if (step !== undefined) await requireRollouts(root, listed.path, "train", step);
    const diagnosis = await diagnose(opened.run);
    if (diagnosis.findings.length === 0) return markup`<p id="diagnosis" class="dim">Diagnosis: nothing is wrong.</p>`;
    return diagnosisHtml(diagnosis);
  });
}

function diagnosisHtml(diagnosis: Diagnosis): Html {
  const findings = diagnosis.findings.map(({ what, severity, rule, evidence, suggestion, cause }) => {
    const seen = evidence.slice(0, 8).map((text) => markup`<li class="dim">${clipLine(text, 400)}</li>`);
    const from = markup`<span class="dim">${rule}${cause && `, from ${cause}`}</span>`;
    return markup`
      <li class="${severity}">
        <strong>${clipLine(what, 400)}</strong> ${from}
        <ul>${seen}</ul>
        ${clipLine(suggestion, 400)}
      </li>
    `;
  });
  const line = diagnosisLine(diagnosis);
  const kind = line === undefined ? "note" : "attention";
  const count = counted(findings.length, "finding");
  return markup`
    <div id="diagnosis" class="notice ${kind}">
      <p>${line ?? "Diagnosis: nothing holds it up."}</p>
      <details id="findings"><summary>${count}</summary><ul class="findings">${findings}</ul></details>
    </div>
  `;
}

const OUTCOME = /^(?:test\/)?env\/all\/outcome\//;

async function chartsPart(site: Site, listed: ListedRun, { run, version }: OpenedRun): Promise<Html> {
  if (run.metrics.length === 0) return markup`<p class="dim">No step is done yet.</p>`;
  const size = { width: CHART_WIDTH, height: 150 };
  const drawn = await site.drawn.get(`charts ${listed.path}`, version, async () => {
    const usual = await chart("metrics", plotMetrics(run, size), `The usual metrics of ${run.name} over its steps`);
    // An older version did not record them.
    const hasOutcomes = run.metrics.some(({ metrics }) => Object.keys(metrics).some((key) => OUTCOME.test(key)));
    if (!hasOutcomes) return usual;
    const outcomes = await chart("outcomes", plotOutcomes(run, size), `What became of the completions of ${run.name}`);
    return markup`${usual}${outcomes}`;
  });
  const key = "test/env/all/correct";
  return markup`<p>Held-out accuracy ${change(run.series(key))}, reward ${
    change(run.series("env/all/reward/total"))
  }</p>${drawn}`;
}

const NAMES = { test: "Held-out problems", train: "Training" } as const;

async function trajectoriesPart(root: string, { key, path }: ListedRun): Promise<Html> {
  const steps = await rolloutSteps(root, path);
  if (steps.test.length + steps.train.length === 0) return markup`<p class="dim">None are recorded yet.</p>`;
  const address = runAddress(key, "trajectories");
  const lists = (["test", "train"] as const).flatMap((split) => {
    const all = steps[split];
    if (all.length === 0) return [];
    const shown = all.length <= 14 ? all : [...all.slice(0, 4), ...all.slice(-8)];
    const links = shown.map((step, i) => {
      const label = `${NAMES[split]}, step ${step}`;
      const link = markup`<a href="${`${address}?split=${split}&step=${step}`}" aria-label="${label}">${step}</a> `;
      return i === 4 && all.length > 14 ? markup`… ${link}` : link;
    });
    return [markup`<dt>${NAMES[split]}, step</dt><dd>${links}</dd>`];
  });
  return markup`<dl>${lists}</dl>`;
}

async function evaluationsPart(root: string, run: Run): Promise<Html> {
  const during = run.series("test/env/all/correct").length;
  const recorded = await evaluationsIn(root, join(run.path, "evaluations"));
  const held = during === 0 ? "" : markup`<p>${during} while it trained, drawn above.</p>`;
  if (recorded.length === 0) return markup`${held}<p class="dim">None beside the training.</p>`;
  return markup`${held}${evaluationTable(recorded)}`;
}

/** Evaluations with their figures. */
export function evaluationTable(evaluations: readonly SeenEvaluation[]): Html {
  const head = ["what", "template", "problems", "state", "accuracy", "95 %", "lenient", "tokens", "when"];
  const rows = evaluations.map(({ name, facts, metrics, problem }) => {
    if (facts === undefined) return [name, "-", "-", problem, "-", "-", "-", "-", "-"];
    const { template } = facts.identity as { readonly template?: unknown };
    const named = typeof template === "string" ? template : (template as { name?: unknown } | undefined)?.name;
    const ends = metrics && `${rate(metrics["env/all/correct_low"])} to ${rate(metrics["env/all/correct_high"])}`;
    return [
      clipLine(facts.target || name, 120),
      typeof named === "string" ? clipLine(named, 60) : "-",
      clipLine(facts.problem_set || facts.env, 60),
      pill(facts.state),
      rate(metrics?.["env/all/correct"]),
      ends ?? "-",
      rate(metrics?.["env/all/lenient"]),
      metrics?.["env/all/ac_tokens_per_turn"]?.toFixed(1) ?? "-",
      when(facts.created_at),
    ];
  });
  return tableOf("evaluations", head.map((name, i) => ({ name, number: i > 3 && i < 8 })), rows);
}

function checkpointsPart({ checkpoints }: Run): Html {
  if (checkpoints.length === 0) return markup`<p class="dim">None are saved yet.</p>`;
  const shown = checkpoints.slice(-30);
  const rows = shown.map(({ name, step, final }) => [clipLine(name, 80), step, final ? "the run ended with it" : ""]);
  const left = checkpoints.length - shown.length;
  const head = [{ name: "name" }, { name: "after step", number: true }, { name: "" }];
  return markup`${left > 0 && markup`<p class="dim">The last ${shown.length} of ${checkpoints.length}.</p>`}${
    tableOf("checkpoints", head, rows)
  }`;
}

function settingsPart(run: Run): Html {
  const shown = (value: unknown) => clip(typeof value === "string" ? value : JSON.stringify(value) ?? "", 600);
  const own = ownSettings(run);
  const names = new Set(own.map(([key]) => key));
  const others = Object.entries(run.config).filter(([key]) => !names.has(key as never));
  const list = (entries: readonly (readonly [string, unknown])[]) =>
    markup`<dl class="settings">${entries.map(([key, value]) => markup`<dt>${key}</dt><dd>${shown(value)}</dd>`)}</dl>`;
  const resumed = run.facts.resumed.slice(-20).map(({ at, step, changed }) => {
    const texts = Object.entries(changed ?? {}).map(([key, pair]) => changedText(key, pair));
    return markup`<li>${when(at)} at step ${step}${texts.length > 0 && `: ${texts.join("; ")}`}</li>`;
  });
  const versions = Object.entries(run.facts.versions).map(([name, version]) => `${name} ${String(version)}`).join(", ");
  const first = own.length === 0
    ? markup`<p>All are the defaults.</p>`
    : markup`<p class="dim">Other than the defaults:</p>${list(own)}`;
  return markup`
    ${first}
    <details id="defaults"><summary>The ${others.length} that are as usual</summary>${list(others)}</details>
    ${resumed.length > 0 && markup`<p>Resumed:</p><ul>${resumed}</ul>`}
    ${versions !== "" && markup`<p class="dim">Made with ${clipLine(versions, 300)}.</p>`}
  `;
}

function templatePart({ template }: Run): Html {
  return markup`
    <details id="template-text" open>
      <summary>${clipLine(template.name, 120)}</summary>
      <pre>${clip(templateText(template), 20_000)}</pre>
    </details>
  `;
}

/** What one most likely wants of a run that has not finished: to end it, or to go on with it. */
function firstCommand(site: Site, run: Run): Html | false {
  const [first] = runCommands(run, site.cwd);
  if (run.state === "finished" || first === undefined) return false;
  return markup`<p class="label">${first.title}</p>${copyable("first-command", first.text, first.title)}`;
}

function commandsPart(site: Site, run: Run): Html {
  const commands = runCommands(run, site.cwd);
  if (commands.length === 0) return markup`<p class="dim">The name of this folder is not one that can be typed.</p>`;
  return markup`<p class="dim">This page starts and stops nothing; these do, in a terminal.</p>${
    commands.map(({ title, text }, i) => markup`<p class="label">${title}</p>${copyable(`command-${i}`, text, title)}`)
  }`;
}

async function logPart(root: string, { path }: ListedRun): Promise<Html> {
  const content = await attempt(async () => {
    const text = await logEnd(root, path);
    if (text.trim() === "") return markup`<p class="dim">It says nothing.</p>`;
    return markup`<pre class="log" tabindex="0" role="region" aria-label="the end of the log">${text}</pre>`;
  });
  return section("log", "End of the log", content);
}
