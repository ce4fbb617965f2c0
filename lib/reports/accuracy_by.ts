/**
 * Accuracy by difficulty, subject, steps and length of the prompt. For exploring: the intervals are not corrected for how
 * many there are, and nothing is tested.
 */
import type { PartKind } from "../comparison/mod.ts";
import { type CellGroup, cellGroups, cellName, differenceName, named } from "./_cells.ts";
import { counted } from "./_phrases.ts";
import { plotBlock } from "./_pictures.ts";
import type { ComparedFigures } from "./compared.ts";
import type { Block, Inline, Section, TableBlock } from "./document.ts";
import { estimate, figure, pointerTo } from "./figure.ts";
import { section } from "./section.ts";

/** What a part of the problems is told by, in words. */
const KIND_WORDS: Readonly<Record<PartKind, string>> = {
  level: "level",
  subject: "subject",
  steps: "steps of the worked answer",
  length: "length of the prompt in tokens",
};

const LENGTH_MEANING = "Tokens of the prompt with the template whose prompts are shortest; the problems in quarters";

const KINDS = Object.keys(KIND_WORDS) as PartKind[];

/** Differences that have columns of their own beside the cells. */
const MOST_DIFFERENCES = 3;

/** The section that says for which problems the differences are. */
export function accuracyBy(comparison: ComparedFigures): Section {
  const { parts } = comparison.result;
  const kinds = KINDS.filter((kind) => parts.some((part) => part.kind === kind));
  const call = "accuracyBy(comparison)";
  const title = "For which problems";
  if (kinds.length === 0) {
    return section(title, [{
      type: "text",
      text: ["The problems are not told apart by difficulty, subject or length."],
    }], call);
  }
  const caution =
    "For exploring: among so many figures some differ by chance alone. Intervals here are not corrected for " +
    "that, and nothing is tested; what is found here is a question for another comparison, on other problems.";
  return section(title, [
    { type: "text", kind: "note", text: [caution] },
    plotBlock("plotParts", comparison, "Accuracy of each by parts of the problems, with 95 % intervals."),
    ...kinds.map((kind) => tablesOf(comparison, kind)),
  ], call);
}

function tablesOf(comparison: ComparedFigures, kind: PartKind): Block {
  return {
    type: "details",
    summary: `Accuracy by ${KIND_WORDS[kind]}`,
    blocks: cellGroups(comparison).map((group) => partTable(comparison, kind, group)),
  };
}

function partTable(comparison: ComparedFigures, kind: PartKind, { name, cells }: CellGroup): TableBlock {
  const { parts, differences } = comparison.result;
  const within = differences.flatMap(({ a, b }, i) => cells.includes(a) && cells.includes(b) ? [i] : []);
  const shown = within.length <= MOST_DIFFERENCES ? within : [];
  const rows = parts.flatMap((part, i) => {
    if (part.kind !== kind) return [];
    const row: Inline[] = [
      [named(part.part)],
      [figure(comparison, pointerTo("parts", i, "problems"), "count")],
      ...cells.map((cell) => estimate(comparison, pointerTo("parts", i, "correct", cell), "share")),
      ...shown.map((at) => estimate(comparison, pointerTo("parts", i, "differences", at), "points")),
    ];
    return [row];
  });
  return {
    type: "table",
    caption: `Accuracy by ${KIND_WORDS[kind]}${name === "" ? "" : `, ${name}`} (${counted(rows.length, "part")})`,
    columns: [
      { name: KIND_WORDS[kind], ...(kind === "length" && { meaning: LENGTH_MEANING }) },
      { name: "problems", number: true },
      ...cells.map((cell) => ({ name: cellName(comparison, cell), number: true })),
      ...shown.map((at) => ({
        name: differenceName(comparison, at),
        number: true,
        meaning: "Difference in points, with its uncorrected 95 % interval",
      })),
    ],
    rows,
  };
}
