/**
 * What a comparison has found, above all else: what follows from the tests in words, the figures of every cell, and every
 * difference with its interval and its test. Many differences are told group by group.
 */
import { type DifferenceFamily, scopeOf, seedStatementOf, statementParts } from "../comparison/mod.ts";
import { MOST_BESIDE } from "./_cells.ts";
import { byFamily } from "./_families.ts";
import { cellTable, differenceTable, everyInterval, verdictTable } from "./_headline_tables.ts";
import { plotBlock } from "./_pictures.ts";
import type { ComparedFigures } from "./compared.ts";
import type { Block, Section } from "./document.ts";
import { section } from "./section.ts";

/** The section that says what was found. */
export function headline(comparison: ComparedFigures): Section {
  return section("What was found", [
    ...statements(comparison),
    { type: "text", kind: "note", text: [scopeOf(comparison)] },
    ...overSeeds(comparison),
    cellTable(comparison),
    everyInterval(comparison),
    ...differencePlot(comparison),
    ...byFamily(comparison, "Differences of accuracy", (group) => [differenceTable(comparison, group)], { open: true }),
  ], "headline(comparison)");
}

/** Every statement where they are few; of many how many are told apart, and those within details. */
function statements(comparison: ComparedFigures): Block[] {
  const { differences } = comparison.result;
  const all = differences.map((_, i): Block => ({
    type: "text",
    kind: "headline",
    text: statementParts(comparison, i),
  }));
  if (all.length <= MOST_BESIDE) return all;
  const alone = (i: number): Block => ({ type: "text", text: statementParts(comparison, i) });
  return [
    ...(["templates", "policies"] as const).flatMap((family) => summaryOf(comparison, family)),
    ...byFamily(comparison, "In words: differences", ({ differences: some }) => some.map(alone)),
  ];
}

/** Of training runs: what the seeds say of the settings, or that they cannot say it. */
function overSeeds(comparison: ComparedFigures): Block[] {
  const differences = comparison.result.training?.differences ?? [];
  if (differences.length === 0) return [];
  const shown = differences.slice(0, MOST_BESIDE).map((_, i): Block => ({
    type: "text",
    text: [seedStatementOf(comparison, i)],
  }));
  if (shown.length === differences.length) return shown;
  return [...shown, { type: "text", kind: "note", text: ["The others stand under Training."] }];
}

function differencePlot(comparison: ComparedFigures): Block[] {
  if (comparison.result.differences.length === 0) return [];
  const caption =
    "Differences of strict accuracy in points, each with its own 95 % interval; colour and shape tell what the " +
    "corrected test says.";
  return [plotBlock("plotDifferences", comparison, caption)];
}

/** How many of a family are told apart, and all of them in one table. */
function summaryOf(comparison: ComparedFigures, family: DifferenceFamily): Block[] {
  const { facts, result } = comparison;
  const all = result.differences.filter((difference) => difference.family === family);
  if (all.length === 0) return [];
  const told = all.filter(({ verdict }) => verdict !== "not_told_apart").length;
  const pairs = facts.kind === "runs"
    ? "pairs of groups"
    : family === "templates"
    ? "pairs of templates by the same policy"
    : "pairs of policies with the same template";
  const text = `Of ${all.length} ${pairs}, ${told} ${
    told === 1 ? "is" : "are"
  } told apart after correction for all of them.`;
  return [{ type: "text", kind: "headline", text: [text] }, ...verdictTable(comparison, family)];
}
