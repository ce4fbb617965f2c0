/** The tables of what was found: the figures of every cell, every difference, and all verdicts of a family at one look. */
import type { DifferenceFamily } from "../comparison/mod.ts";
import { cellName, type DifferenceGroup, differenceGroups, differenceName, hasFront } from "./_cells.ts";
import type { ComparedFigures } from "./compared.ts";
import type { Block, Inline, TableBlock } from "./document.ts";
import { estimate, figure, type FigureFormat, pointerTo } from "./figure.ts";
import { plotBlock } from "./_pictures.ts";
import { VERDICT_WORDS } from "./_words.ts";

interface CellColumn {
  readonly key: string;
  readonly name: string;
  readonly format: FigureFormat;
  readonly meaning: string;
}

const COLUMNS: readonly CellColumn[] = [
  { key: "correct", name: "accuracy", format: "share", meaning: "Share of completions whose boxed answer is right" },
  { key: "lenient", name: "lenient", format: "share", meaning: "Share whose final answer is right, boxed or not" },
  { key: "format", name: "format", format: "share", meaning: "Share that ended by itself with a box that can be read" },
  { key: "truncated", name: "cut off", format: "share", meaning: "Share that was cut off by the token limit" },
  { key: "completion_tokens", name: "tokens", format: "tokens", meaning: "Mean tokens of a completion" },
  {
    key: "tokens_per_correct",
    name: "tokens per right answer",
    format: "tokens",
    meaning: "All tokens of completions divided by the right ones among them",
  },
];

/** The column that says whether a cell is on the front; none where there is no front. */
export function frontColumn(comparison: ComparedFigures): TableBlock["columns"] {
  const among = comparison.facts.kind === "runs" ? "No other group" : "Nothing else of its policy";
  return hasFront(comparison) ? [{ name: "on the front", meaning: `${among} is as accurate for fewer tokens` }] : [];
}

/** The figures of every cell, accuracy with its interval. */
export function cellTable(comparison: ComparedFigures): TableBlock {
  const { result } = comparison;
  const rows = result.cells.map((cell, i): Inline[] => [
    [cellName(comparison, i)],
    estimate(comparison, pointerTo("cells", i, "correct"), "share"),
    ...COLUMNS.slice(1).map(({ key, format }): Inline =>
      cell[key as "tokens_per_correct"] === null
        ? ["–"]
        : [figure(comparison, pointerTo("cells", i, key, "value"), format)]
    ),
    ...(hasFront(comparison) ? [[cell.on_front ? "yes" : "no"]] : []),
  ]);
  return {
    type: "table",
    caption: "What each came to: accuracy with its 95 % interval",
    columns: [
      { name: "" },
      ...COLUMNS.map(({ name, meaning }) => ({ name, meaning, number: true })),
      ...frontColumn(comparison),
    ],
    rows,
  };
}

/** The other intervals, and what only several completions a problem have. */
export function everyInterval(comparison: ComparedFigures): Block {
  const { cells } = comparison.result;
  const sizes = [...new Set(cells.flatMap(({ pass_at }) => Object.keys(pass_at)))].sort((a, b) =>
    Number(a) - Number(b)
  );
  const columns: readonly CellColumn[] = [
    ...COLUMNS,
    { key: "reward", name: "mean reward", format: "share", meaning: "Mean reward" },
  ];
  const passed = sizes.map((k) => ({
    name: `pass@${k}`,
    number: true,
    meaning: `Share of problems solved in ${k} tries`,
  }));
  const rows = cells.map((cell, i): Inline[] => [
    [cellName(comparison, i)],
    ...columns.map(({ key, format }): Inline =>
      cell[key as "tokens_per_correct"] === null ? ["–"] : estimate(comparison, pointerTo("cells", i, key), format)
    ),
    ...sizes.map((k): Inline =>
      Object.hasOwn(cell.pass_at, k) ? estimate(comparison, pointerTo("cells", i, "pass_at", k), "share") : ["–"]
    ),
  ]);
  return {
    type: "details",
    summary: "Every figure with its interval, and accuracies drawn",
    blocks: [plotBlock("plotAccuracy", comparison, "Accuracy of each with its 95 % interval."), {
      type: "table",
      caption: "All with their 95 % intervals",
      columns: [{ name: "" }, ...columns.map(({ name }) => ({ name, number: true })), ...passed],
      rows,
    }],
  };
}

const DIFFERENCE_COLUMNS: TableBlock["columns"] = [
  { name: "" },
  { name: "points", number: true, meaning: "Difference of accuracy in percentage points, with its 95 % interval" },
  { name: "gained", number: true, meaning: "Problems of which the first named solves more completions" },
  { name: "lost", number: true, meaning: "Problems of which the other solves more completions" },
  { name: "p", number: true, meaning: "Of this test by itself" },
  { name: "corrected p", number: true, meaning: "Corrected by Holm for all tests of its family" },
  { name: "verdict", meaning: "What follows at level 0.05 after correction" },
  {
    name: "problems needed",
    number: true,
    meaning:
      "Problems at which a difference as large as the one seen, as the only one tested, is told with probability 0.8",
  },
  {
    name: "least difference",
    number: true,
    meaning: "The smallest difference, in points either way, that as many problems as here tell so",
  },
];

/** Every difference of a group with its interval and its test. */
export function differenceTable(comparison: ComparedFigures, { name, differences }: DifferenceGroup): TableBlock {
  const rows = differences.map((index): Inline[] => {
    const at = (...path: readonly string[]) => pointerTo("differences", index, ...path);
    const one = (key: string, format: FigureFormat): Inline => [figure(comparison, at(key), format)];
    const verdict = comparison.result.differences[index]?.verdict ?? "not_told_apart";
    return [
      [differenceName(comparison, index)],
      estimate(comparison, at("difference"), "points"),
      one("gained", "count"),
      one("lost", "count"),
      one("p", "p"),
      one("p_adjusted", "p"),
      [VERDICT_WORDS[verdict].replaceAll(" ", "\u00a0")],
      one("problems_needed", "count"),
      one("least_difference", "point_size"),
    ];
  });
  return { type: "table", caption: `Differences of accuracy between ${name}`, columns: DIFFERENCE_COLUMNS, rows };
}

/** Groups that stand side by side in one table. */
const MOST_GROUPS = 8;

/** Of several groups with the same pairs: a row a pair, a column a group, what was found in each cell. */
export function verdictTable(comparison: ComparedFigures, family: DifferenceFamily): TableBlock[] {
  const groups = differenceGroups(comparison).filter((group) => group.family === family);
  if (groups.length < 2 || groups.length > MOST_GROUPS) return [];
  const named = groups.map(({ differences }) => new Map(differences.map((i) => [differenceName(comparison, i), i])));
  const rows = [...named[0]!.keys()].map((name): Inline[] => [
    [name],
    ...named.map((byName): Inline => {
      const index = byName.get(name);
      return index === undefined ? ["–"] : verdictAt(comparison, index);
    }),
  ]);
  return [{
    type: "table",
    caption: "Points of accuracy, and what the corrected test says",
    columns: [{ name: "" }, ...groups.map(({ shared }) => ({ name: shared, number: true }))],
    rows,
  }];
}

function verdictAt(comparison: ComparedFigures, index: number): Inline {
  const verdict = comparison.result.differences[index]?.verdict ?? "not_told_apart";
  return [
    figure(comparison, pointerTo("differences", index, "difference", "value"), "points"),
    ` ${VERDICT_WORDS[verdict]}`,
  ];
}
