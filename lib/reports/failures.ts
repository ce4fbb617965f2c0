/** What became of the completions that were not right, and how outcomes change from one cell to another. */
import type { ComparedFigures } from "./compared.ts";
import { type Outcome, OUTCOMES } from "../vocabulary.ts";
import { cellName, differenceName, shortNames } from "./_cells.ts";
import { byFamily } from "./_families.ts";
import type { Inline, Section, TableBlock } from "./document.ts";
import { figure, pointerTo } from "./figure.ts";
import { section } from "./section.ts";
import { OUTCOME_WORDS } from "./_words.ts";

const MEANINGS: Readonly<Record<Outcome, string>> = {
  correct: "The boxed answer is right",
  wrong: "There is a boxed answer, and it is not the right one",
  no_answer: "Ended by itself without a box",
  truncated: "Cut off by the token limit",
  malformed: "The box cannot be read",
  ungradable: "The answer cannot be compared with the right one",
  grader_timeout: "Comparing took too long",
};

/** The section that counts outcomes. */
export function failures(comparison: ComparedFigures): Section {
  const changes = byFamily(
    comparison,
    "Changes of outcome",
    ({ shared, differences }) => differences.map((i) => changeTable(comparison, i, shared)),
  );
  return section("What went wrong", [outcomeTable(comparison), ...changes], "failures(comparison)");
}

function outcomeTable(comparison: ComparedFigures): TableBlock {
  const { cells } = comparison.result;
  const met = OUTCOMES.filter((outcome) => cells.some(({ outcomes }) => (outcomes[outcome] ?? 0) > 0));
  return {
    type: "table",
    caption: "Completions by what became of them",
    columns: [
      { name: "" },
      ...met.map((outcome) => ({ name: OUTCOME_WORDS[outcome] ?? outcome, number: true, meaning: MEANINGS[outcome] })),
    ],
    rows: cells.map(({ outcomes }, i): Inline[] => [
      [cellName(comparison, i)],
      ...met.map((outcome): Inline =>
        countAt(comparison, outcomes, pointerTo("cells", i, "outcomes", outcome), outcome)
      ),
    ]),
  };
}

/** Rows: what the one side came to; columns: what the other did, drawn with the same stream of random numbers. */
function changeTable(comparison: ComparedFigures, index: number, shared: string): TableBlock {
  const outcomes = comparison.result.differences[index]?.outcomes ?? {};
  const pairs = Object.keys(outcomes).map((key) => key.split(">") as [string, string]);
  const sides = [0, 1].map((side) => OUTCOMES.filter((outcome) => pairs.some((pair) => pair[side] === outcome)));
  const [from, to] = [sides[0] ?? [], sides[1] ?? []];
  const { a, b } = shortNames(comparison, index);
  return {
    type: "table",
    caption: `${shared === "" ? "" : `${shared}: `}${
      differenceName(comparison, index)
    }, from what ${a} came to (rows) to what ${b} came to (columns)`,
    columns: [{ name: a }, ...to.map((outcome) => ({ name: OUTCOME_WORDS[outcome] ?? outcome, number: true }))],
    rows: from.map((before): Inline[] => [
      [OUTCOME_WORDS[before] ?? before],
      ...to.map((after): Inline => {
        const key = `${before}>${after}`;
        return countAt(comparison, outcomes, pointerTo("differences", index, "outcomes", key), key);
      }),
    ]),
  };
}

function countAt(
  comparison: ComparedFigures,
  counts: Readonly<Record<string, number>>,
  pointer: string,
  key: string,
): Inline {
  return Object.hasOwn(counts, key) ? [figure(comparison, pointer, "count")] : ["0"];
}
