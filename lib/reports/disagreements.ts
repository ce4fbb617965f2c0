/**
 * The problems that one cell solves and another does not, with both answers side by side. A few are shown, chosen by a rule
 * that does not look at what was answered; the others are listed by their ids.
 */
import { cellName } from "./_cells.ts";
import { chosenProblems, type Disagreement, disagreementsOf, type Side } from "./_disagreeing.ts";
import { counted } from "./_phrases.ts";
import { shownPair } from "./_shown_pair.ts";
import type { Compared, ComparedFigures } from "./compared.ts";
import type { Block, PairsBlock, Section } from "./document.ts";
import { section } from "./section.ts";

/** Differences whose answers are shown; ids that are listed in all. */
const MOST_DIFFERENCES = 30;
const MOST_IDS = 8_000;

/** The section that shows where answers differ. Reads the answers that are shown from the records. */
export async function disagreements(comparison: Compared): Promise<Section> {
  const all = comparedPairs(comparison);
  const shown = all.filter((i) => hasRecords(comparison, i)).slice(0, MOST_DIFFERENCES);
  const each = shown.length <= 6 ? 3 : shown.length <= 15 ? 2 : 1;
  const found = shown.map((i) => disagreementsOf(comparison, i));
  const chosen = found.map((one) => [chosenProblems(one.gained, each), chosenProblems(one.lost, each)] as const);
  const ids = new Set(chosen.flat(2).map(({ id }) => id));
  const answers = ids.size === 0 ? new Map() : await comparison.completions(ids);
  const listed = Math.floor(MOST_IDS / Math.max(1, 2 * shown.length));
  const blocks = found.map((one, i): Block[] => [
    ...sideBlocks(comparison, { one, side: "gained", shown: chosen[i]?.[0] ?? [], answers, listed }),
    ...sideBlocks(comparison, { one, side: "lost", shown: chosen[i]?.[1] ?? [], answers, listed }),
  ]);
  return section("Where they disagree", [
    { type: "text", text: [ruleText(comparison, each)] },
    ...leftOut(all.length, shown.length),
    ...(blocks.length === 1 ? blocks.flat() : found.map((one, i): Block => ({
      type: "details",
      summary: countsText(comparison, one),
      blocks: blocks[i] ?? [],
    }))),
  ], "await disagreements(comparison)");
}

/** Pairs of templates where there are several, else pairs of policies or groups. */
function comparedPairs({ result }: ComparedFigures): number[] {
  const of = (family: string) => result.differences.flatMap((one, i) => one.family === family ? [i] : []);
  const templates = of("templates");
  return templates.length > 0 ? templates : of("policies");
}

function hasRecords(comparison: Compared, index: number): boolean {
  const difference = comparison.result.differences[index];
  return difference !== undefined && comparison.hasRecords(difference.a) && comparison.hasRecords(difference.b);
}

function ruleText({ facts }: ComparedFigures, each: number): string {
  const rule =
    `Up to ${each} are shown each way: in the order of the problems the first of each level in turn, easiest level ` +
    "first, whatever was answered; the others are listed.";
  if (facts.samples === 1) return `Problems that one solves and the other does not. ${rule}`;
  return "Problems of which one solves a larger share of its completions than the other. " +
    `${rule} Of each the first completions are shown of which only the one is right.`;
}

function countsText(comparison: Compared, { a, b, gained, lost }: Disagreement): string {
  const [before, after] = [cellName(comparison, a), cellName(comparison, b)];
  return `${after} against ${before}: ${counted(gained.length, "problem")} for ${after}, ${lost.length} for ${before}`;
}

function leftOut(all: number, shown: number): Block[] {
  if (all === shown) return [];
  const text = `${
    counted(shown, "pair")
  } of ${all} are shown: of the others the answers are not recorded, or they are too many.`;
  return [{ type: "text", kind: "note", text: [text] }];
}

interface SideContent {
  readonly one: Disagreement;
  readonly side: Side;
  readonly shown: Disagreement["gained"];
  readonly answers: Awaited<ReturnType<Compared["completions"]>>;
  readonly listed: number;
}

function sideBlocks(comparison: Compared, { one, side, shown, answers, listed }: SideContent): Block[] {
  const all = one[side];
  const [winner, loser] = side === "gained" ? [one.b, one.a] : [one.a, one.b];
  const [more, less] = [cellName(comparison, winner), cellName(comparison, loser)];
  const what = comparison.facts.samples === 1
    ? `${more} solves and ${less} does not`
    : `${more} solves more often than ${less}`;
  if (all.length === 0) return [{ type: "text", text: [`There is no problem that ${what}.`] }];
  const pairs = shown.flatMap((problem) => {
    const pair = shownPair(comparison, { problem, winner, loser, rows: answers.get(problem.id) });
    return pair === undefined ? [] : [pair];
  });
  const block: PairsBlock = {
    type: "pairs",
    caption: `${counted(all.length, "problem")} that ${what}`,
    pairs,
    more: all.length - pairs.length,
  };
  const ids = all.slice(0, listed).map(({ id }) => id).join(", ");
  const rest = all.length > listed ? ` and ${counted(all.length - listed, "more", "more")}` : "";
  return [block, {
    type: "details",
    summary: `All ${counted(all.length, "problem")} that ${what}`,
    blocks: [{ type: "text", kind: "note", text: [`${ids}${rest}`] }],
  }];
}
