/** How training went, of comparisons of runs: curves, the seeds of each group, and what seeds say about the settings. */
import { cellName, named } from "./_cells.ts";
import { plainList } from "./_phrases.ts";
import { plotBlock } from "./_pictures.ts";
import type { ComparedFigures } from "./compared.ts";
import type { Block, Inline, Section, TableBlock } from "./document.ts";
import { estimate, figure, pointerTo } from "./figure.ts";
import { section } from "./section.ts";
import { VERDICT_WORDS } from "./_words.ts";

/** The section about training; undefined where templates were compared, not runs. */
export function trainingCurves(comparison: ComparedFigures): Section | undefined {
  const { training } = comparison.result;
  if (training === undefined) return undefined;
  const explained =
    "Here a run is one observation: intervals are over seeds, and say whether the settings differ. Paired by " +
    "problem, as above, it is said whether these very weights differ, which is easier to tell and says less.";
  const unequal = new Set(training.groups.flatMap(({ steps }) => steps)).size > 1;
  return section("Training", [
    { type: "text", text: [explained] },
    ...(unequal ? [UNEQUAL] : []),
    plotBlock("plotCurves", comparison, "Held-out accuracy over training steps; bands are 95 % intervals over seeds."),
    groupTable(comparison),
    ...seedTable(comparison),
  ], "trainingCurves(comparison)");
}

const UNEQUAL: Block = {
  type: "text",
  kind: "note",
  text: ["The runs did not all come to the same step: each is compared at the last evaluation that it has."],
};

function groupTable(comparison: ComparedFigures): TableBlock {
  const groups = comparison.result.training?.groups ?? [];
  return {
    type: "table",
    caption: "Groups of runs: held-out accuracy at the last evaluation, its mean with the 95 % interval over seeds",
    columns: [
      { name: "" },
      { name: "settings" },
      { name: "accuracy", number: true },
      { name: "each run", number: true },
      { name: "seeds", number: true },
      { name: "steps", number: true },
      { name: "tokens", number: true, meaning: "Tokens read, drawn and trained on; mean over runs" },
      { name: "time", number: true, meaning: "In steps and evaluations; mean over runs" },
    ],
    rows: groups.map(({ settings, finals, seeds, steps }, i): Inline[] => {
      const at = (...path: readonly (string | number)[]) => pointerTo("training", "groups", i, ...path);
      return [
        [cellName(comparison, i)],
        [plainList(Object.entries(settings).map(([key, value]) => named(`${key}: ${value}`))) || "–"],
        estimate(comparison, at("final"), "share"),
        listed(finals.map((_, run) => figure(comparison, at("finals", run), "share"))),
        listed(seeds.map((_, run) => figure(comparison, at("seeds", run), "count"))),
        listed(steps.map((_, run) => figure(comparison, at("steps", run), "count"))),
        [figure(comparison, at("tokens"), "count")],
        [figure(comparison, at("seconds"), "seconds")],
      ];
    }),
  };
}

function listed(figures: Inline): Inline {
  return figures.flatMap((part, i) => i === 0 ? [part] : [", ", part]);
}

function seedTable(comparison: ComparedFigures): Block[] {
  const differences = comparison.result.training?.differences ?? [];
  if (differences.length === 0) return [];
  return [{
    type: "table",
    caption: "Differences between groups, over seeds (Welch's test, corrected by Holm)",
    columns: [
      { name: "" },
      { name: "points", number: true, meaning: "Difference of the means, with its 95 % interval" },
      { name: "p", number: true },
      { name: "corrected p", number: true },
      { name: "verdict" },
    ],
    rows: differences.map(({ a, b, verdict, p }, i): Inline[] => {
      const at = (...path: readonly string[]) => pointerTo("training", "differences", i, ...path);
      return [
        [`${cellName(comparison, b)} less ${cellName(comparison, a)}`],
        estimate(comparison, at("difference"), "points"),
        [figure(comparison, at("p"), "p")],
        [figure(comparison, at("p_adjusted"), "p")],
        [p === null ? "too few seeds to tell" : VERDICT_WORDS[verdict]],
      ];
    }),
  }];
}
