/** A problem with the answers of two cells as it is shown: chosen, clipped, the graded answer kept in sight. */
import { clip, clipLine } from "../basics/mod.ts";
import type { RolloutRow } from "../runs/mod.ts";
import { cellName } from "./_cells.ts";
import type { DisputedProblem } from "./_disagreeing.ts";
import type { Compared } from "./compared.ts";
import type { PairsBlock, ShownCompletion } from "./document.ts";

/** Longest text of an answer; of a longer one its beginning and what stands around the graded answer. */
const LONGEST_SAID = 1_600;
const BEGINNING = 700;
const BEFORE_ANSWER = 500;
const LONGEST_QUESTION = 2_000;
const LONGEST_ANSWER = 200;

/** What is shown of whom. */
export interface PairOf {
  readonly problem: DisputedProblem;
  /** The cell that solves it more often, and the other. */
  readonly winner: number;
  readonly loser: number;
  /** [C] rows of the problem; absent: none were found. */
  readonly rows: readonly (readonly RolloutRow[])[] | undefined;
}

/** The problem with an answer of either cell; undefined where the records have none. */
export function shownPair(
  comparison: Compared,
  { problem, winner, loser, rows }: PairOf,
): PairsBlock["pairs"][number] | undefined {
  const [won, lost] = [rows?.[winner] ?? [], rows?.[loser] ?? []];
  const sample = Math.max(0, won.findIndex(({ correct }, i) => correct && lost[i]?.correct === false));
  const sides = [{ cell: winner, row: won[sample] }, { cell: loser, row: lost[sample] }];
  const first = sides[0]?.row ?? sides[1]?.row;
  if (first === undefined) return undefined;
  return {
    problem_id: clipLine(problem.id, 200),
    question: clip(first.question, LONGEST_QUESTION),
    reference: clipLine(first.reference, LONGEST_ANSWER),
    about: aboutOf(comparison, { problem, winner, loser }),
    completions: sides.flatMap(({ cell, row }) =>
      row === undefined ? [] : [shownCompletion(cellName(comparison, cell), row)]
    ),
  };
}

function aboutOf(comparison: Compared, { problem, winner, loser }: Omit<PairOf, "rows">): string {
  const [won, lost] = [comparison.problems(winner)[problem.place], comparison.problems(loser)[problem.place]];
  const parts = [
    won?.level === undefined ? "" : `level ${won.level}`,
    won?.subject === undefined ? "" : clipLine(won.subject, 60),
    won?.steps === undefined || won.steps === won.level ? "" : `${won.steps} steps`,
    solvedText(cellName(comparison, winner), won?.correct),
    solvedText(cellName(comparison, loser), lost?.correct),
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** Of several completions how many are right. */
function solvedText(name: string, correct: readonly boolean[] = []): string {
  return correct.length < 2 ? "" : `${name} ${correct.filter((isRight) => isRight).length} of ${correct.length}`;
}

function shownCompletion(cell: string, row: RolloutRow): ShownCompletion {
  return {
    cell,
    outcome: row.outcome,
    ...clipped(row.text, row.span),
    extracted: row.extracted === null ? null : clipLine(row.extracted, LONGEST_ANSWER),
    tokens: row.tokens.length,
  };
}

/** A long text without its middle and end, which is said where it is missing. */
export function clipped(text: string, span?: readonly [number, number]): Pick<ShownCompletion, "text" | "span"> {
  if (text.length <= LONGEST_SAID) return { text, ...(span && { span }) };
  const [start, end] = span ?? [0, 0];
  const isFar = span !== undefined && end > LONGEST_SAID && start < end && end <= text.length;
  if (!isFar) {
    return {
      text: text.slice(0, LONGEST_SAID).toWellFormed() + leftOut(text.length - LONGEST_SAID),
      ...(span && { span }),
    };
  }
  const from = Math.max(BEGINNING, start - BEFORE_ANSWER);
  const to = Math.min(text.length, Math.min(end, start + LONGEST_SAID) + 100);
  const head = text.slice(0, BEGINNING).toWellFormed() + (from > BEGINNING ? `${leftOut(from - BEGINNING)}\n` : "");
  const shift = head.length - from;
  return {
    text: head + text.slice(from, to).toWellFormed() + (to < text.length ? leftOut(text.length - to) : ""),
    span: [start + shift, Math.min(end, to) + shift],
  };
}

function leftOut(characters: number): string {
  return `\n[${characters.toLocaleString("en-US")} characters left out]`;
}
