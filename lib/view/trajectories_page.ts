/**
 * Completions of one step of a run. They are shown by the page that notebooks and run folders have as well, in a frame that
 * may neither load anything nor reach this page.
 */
import type { RolloutRow, Run } from "../runs/mod.ts";
import { formulaDrawer, type PackedGroup, packGroup, sameGroup, trajectoryPage } from "../viewer/mod.ts";
import type { Split } from "../vocabulary.ts";
import { UnreadableError } from "./_guard.ts";
import { markup } from "./_html.ts";
import { note, type Page, runAddress, whyNot } from "./_page.ts";
import { requireRollouts, rolloutSteps } from "./_records.ts";
import type { ListedRun } from "./listing.ts";
import type { Site } from "./site.ts";

/** Which completions. */
interface Asked {
  readonly split: Split;
  readonly step: number;
}

/** Completions on one page, and characters of them; more are not read. */
const [MOST_ROLLOUTS, MOST_CHARACTERS] = [4_000, 16_000_000] as const;

/** What is asked for; without a step the last one. */
async function askedOf(root: string, { path }: ListedRun, query: URLSearchParams) {
  const steps = await rolloutSteps(root, path);
  const named = query.get("split");
  const split: Split = named === "train" || named === "test" ? named : steps.test.length > 0 ? "test" : "train";
  const step = /^\d{1,12}$/.test(query.get("step") ?? "") ? Number(query.get("step")) : steps[split].at(-1) ?? 0;
  return { steps, asked: { split, step } };
}

/** The page around the frame: from one step to the next, and back. */
export async function trajectoriesPage(site: Site, listed: ListedRun, query: URLSearchParams): Promise<Page> {
  const { root } = await site.root();
  const { steps, asked: { split, step } } = await askedOf(root, listed, query);
  const address = (to: number, of: Split = split) => `${runAddress(listed.key, "trajectories")}?split=${of}&step=${to}`;
  const all = steps[split];
  const before = all.findLast((other) => other < step);
  const after = all.find((other) => other > step);
  const other = split === "test" ? "train" : "test";
  const nearest = steps[other].findLast((at) => at <= step) ?? steps[other][0];
  const links = [
    before !== undefined && markup`<a id="before" href="${address(before)}" rel="prev">← step ${before}</a>`,
    after !== undefined && markup`<a id="after" href="${address(after)}" rel="next">step ${after} →</a>`,
    nearest !== undefined &&
    markup`<a id="other" href="${address(nearest, other)}">${
      other === "test" ? "held-out" : "training"
    }, step ${nearest}</a>`,
  ];
  const title = `${split === "test" ? "Held-out" : "Training"} completions, step ${step}`;
  const src = `${runAddress(listed.key, "trajectories/page")}?split=${split}&step=${step}`;
  const shown = all.includes(step)
    ? markup`<iframe id="viewer" class="viewer" title="${title} of ${listed.name}" sandbox="allow-scripts" src="${src}">
      </iframe>`
    : note(`There are no ${split === "test" ? "held-out " : ""}completions of step ${step}.`, "attention");
  return {
    title: `${title} of ${listed.key}`,
    content: markup`<p class="bar crumbs"><a href="${
      runAddress(listed.key)
    }">← ${listed.key}</a>${links}</p><h1>${title}</h1>${shown}`,
  };
}

/** The page in the frame, a whole document. @throws {UnreadableError} when the rollouts are not to be read */
export async function framedTrajectories(site: Site, listed: ListedRun, query: URLSearchParams): Promise<string> {
  const { root, runs } = await site.root();
  const { asked } = await askedOf(root, listed, query);
  await requireRollouts(root, listed.path, asked.split, asked.step);
  const { run } = await runs.open(listed);
  const { groups, notes } = await readGroups(run, asked);
  if (groups.length === 0 && notes.length === 0) throw new UnreadableError("the file has no completions");
  return trajectoryPage(groups, {
    title: `${listed.key}, ${asked.split === "test" ? "held out" : "training"}, step ${asked.step}`,
    notes,
    uncoloured: "colours by token need the model's tokenizer: showTrajectories(run) in a notebook has them",
  });
}

/** As many groups as a page takes; of a broken file those before the break. */
async function readGroups(run: Run, asked: Asked): Promise<{ groups: PackedGroup[]; notes: string[] }> {
  const draw = formulaDrawer();
  const [groups, notes]: [PackedGroup[], string[]] = [[], []];
  let rows: [RolloutRow, ...RolloutRow[]] | undefined;
  let [count, characters] = [0, 0];
  try {
    for await (const row of run.rollouts(asked)) {
      if (rows !== undefined && sameGroup(rows[0], row)) rows.push(row);
      else {
        if (rows !== undefined) groups.push(packGroup(rows, { draw }));
        rows = [row];
      }
      count++;
      characters += row.text.length;
      if (count < MOST_ROLLOUTS && characters < MOST_CHARACTERS) continue;
      notes.push(`The first ${count.toLocaleString("en")} completions; the others are in the file.`);
      break;
    }
  } catch (error) {
    notes.push(`The file is read up to here: ${whyNot(error)}.`);
  }
  if (rows !== undefined) groups.push(packGroup(rows, { draw }));
  return { groups, notes };
}
