/** What accuracy costs: tokens of answers against right answers, and what is best for its price. */
import { cellName, differenceName, hasFront, MOST_BESIDE } from "./_cells.ts";
import { byFamily } from "./_families.ts";
import { frontColumn } from "./_headline_tables.ts";
import { plainList } from "./_phrases.ts";
import { plotBlock } from "./_pictures.ts";
import type { ComparedFigures } from "./compared.ts";
import type { Block, Inline, Section, TableBlock } from "./document.ts";
import { estimate, figure, pointerTo } from "./figure.ts";
import { section } from "./section.ts";

/** The section that holds accuracy against tokens. */
export function costAndFront(comparison: ComparedFigures): Section {
  return section("What it costs", [
    ...(hasFront(comparison) ? [{ type: "text" as const, text: [frontText(comparison)] }] : []),
    plotBlock(
      "plotCost",
      comparison,
      "Accuracy against mean tokens of a completion, with 95 % intervals both ways" +
        (hasFront(comparison) ? "; the line is the front." : "."),
    ),
    costTable(comparison),
    ...tokenDifferences(comparison),
  ], "costAndFront(comparison)");
}

function frontText(comparison: ComparedFigures): string {
  const { facts, result } = comparison;
  const side = (on: boolean) =>
    result.cells.flatMap(({ on_front }, i) => on_front === on ? [cellName(comparison, i)] : []);
  const [front, behind] = [side(true), side(false)];
  const isByPolicy = facts.kind === "templates" && facts.policies.length > 1;
  const among = isByPolicy ? " of the same policy" : "";
  const beaten = behind.length === 0 ? "" : ` Another${among} was at least as accurate for fewer tokens than ` +
    `${plainList(behind.map((name) => `“${name}”`))}, or more accurate for as many.`;
  const which = front.length > MOST_BESIDE
    ? `${front.length} of ${result.cells.length} are on the Pareto front of accuracy against tokens${
      isByPolicy ? " of their policy" : ""
    }.`
    : `On the Pareto front of accuracy against tokens: ${plainList(front.map((name) => `“${name}”`)) || "none"}.`;
  const meaning = front.length === 0 ? "" : ` Nothing else${among} is as accurate for fewer tokens than what is on it.`;
  return `${which}${meaning}${beaten} The front takes the figures as they are, without their intervals.`;
}

function costTable(comparison: ComparedFigures): TableBlock {
  const { cells } = comparison.result;
  return {
    type: "table",
    caption: "Accuracy and tokens, with 95 % intervals",
    columns: [
      { name: "" },
      { name: "accuracy", number: true },
      { name: "tokens of an answer", number: true, meaning: "Mean tokens of a completion" },
      { name: "tokens of a prompt", number: true, meaning: "Mean tokens of a prompt" },
      { name: "tokens per right answer", number: true, meaning: "All tokens of completions divided by the right ones" },
      ...frontColumn(comparison),
    ],
    rows: cells.map((cell, i): Inline[] => [
      [cellName(comparison, i)],
      estimate(comparison, pointerTo("cells", i, "correct"), "share"),
      estimate(comparison, pointerTo("cells", i, "completion_tokens"), "tokens"),
      [figure(comparison, pointerTo("cells", i, "prompt_tokens"), "tokens")],
      cell.tokens_per_correct === null
        ? ["none right"]
        : estimate(comparison, pointerTo("cells", i, "tokens_per_correct"), "tokens"),
      ...(hasFront(comparison) ? [[cell.on_front ? "yes" : "no"]] : []),
    ]),
  };
}

function tokenDifferences(comparison: ComparedFigures): Block[] {
  return byFamily(comparison, "Differences in tokens of an answer", ({ name, differences }) => [{
    type: "table",
    caption: `Tokens of an answer, differences between ${name}`,
    columns: [{ name: "" }, {
      name: "tokens",
      number: true,
      meaning: "Mean tokens of an answer, with the 95 % interval",
    }],
    rows: differences.map((i) => [
      [differenceName(comparison, i)],
      estimate(comparison, pointerTo("differences", i, "completion_tokens"), "more_tokens"),
    ]),
  }]);
}
