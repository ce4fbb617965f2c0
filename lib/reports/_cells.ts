/** Cells and differences by name, and in the groups in which reports tell them. */
import { clipLine } from "../basics/mod.ts";
import type { DifferenceFamily } from "../comparison/mod.ts";
import type { ComparedFigures } from "./compared.ts";

/** More cells than these are told policy by policy. */
export const MOST_BESIDE = 6;

/** Longest name in a table or sentence, in characters. */
const LONGEST_NAME = 60;

/** A name from outside, on one line. */
export function named(name: string): string {
  return clipLine(name, LONGEST_NAME);
}

/** What a cell is called. */
export function cellName({ facts }: Pick<ComparedFigures, "facts">, cell: number): string {
  return named(facts.cells[cell]?.name ?? `cell ${cell}`);
}

/** What a policy is called. */
export function policyName({ facts }: Pick<ComparedFigures, "facts">, policy: number): string {
  return named(facts.policies[policy]?.name ?? `policy ${policy}`);
}

/** What a template is called. */
export function templateName({ facts }: Pick<ComparedFigures, "facts">, template: number): string {
  return named(facts.templates[template]?.name ?? `template ${template}`);
}

/**
 * Whether there is a front of accuracy against tokens: groups of runs are held against each other, else the cells of one
 * policy, and one alone has none.
 */
export function hasFront({ facts }: Pick<ComparedFigures, "facts">): boolean {
  if (facts.kind === "runs") return facts.cells.length > 1;
  return new Set(facts.cells.map(({ policy }) => policy)).size < facts.cells.length;
}

/** Cells that are told together: all, or those of a policy. */
export interface CellGroup {
  /** What they share; an empty text: they are all there are. */
  readonly name: string;
  /** Their indices. */
  readonly cells: readonly number[];
}

/** The cells, where there are many in groups: by policy where it has several templates, else as they come. */
export function cellGroups(comparison: ComparedFigures): CellGroup[] {
  const { facts } = comparison;
  const all = facts.cells.map((_, cell) => cell);
  if (all.length <= MOST_BESIDE) return [{ name: "", cells: all }];
  if (facts.kind === "runs" || facts.policies.length < 2 || facts.templates.length < 2) return chunks(all);
  return facts.policies.map((_, policy) => ({
    name: policyName(comparison, policy),
    cells: all.filter((cell) => facts.cells[cell]?.policy === policy),
  }));
}

function chunks(cells: readonly number[]): CellGroup[] {
  const groups: CellGroup[] = [];
  for (let from = 0; from < cells.length; from += MOST_BESIDE) {
    const part = cells.slice(from, from + MOST_BESIDE);
    groups.push({ name: `${from + 1} to ${from + part.length} of ${cells.length}`, cells: part });
  }
  return groups;
}

/** Differences that are told together. */
export interface DifferenceGroup {
  /** Within what they are corrected. */
  readonly family: DifferenceFamily;
  /** What they are between: `templates by abacus`, `policies with baseline`, `groups of runs`. */
  readonly name: string;
  /** The policy or the template that they share. */
  readonly shared: string;
  /** Their indices. */
  readonly differences: readonly number[];
}

/** The differences: of templates by policy, then of policies by template; of runs all together. */
export function differenceGroups(comparison: ComparedFigures): DifferenceGroup[] {
  const { facts, result } = comparison;
  const places = result.differences.map(({ family, a }, index) => {
    const cell = facts.cells[a];
    const shared = facts.kind === "runs" ? 0 : (family === "templates" ? cell?.policy : cell?.template) ?? 0;
    return { family, shared, index };
  });
  const groups = Map.groupBy(places, ({ family, shared }) => `${family === "templates" ? 0 : 1} ${shared}`);
  return [...groups].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true })).map(([, some]) => {
    const { family, shared } = some[0]!;
    const differences = some.map(({ index }) => index);
    if (facts.kind === "runs") return { family, name: "groups of runs", shared: "", differences };
    return family === "templates"
      ? {
        family,
        name: `templates by ${policyName(comparison, shared)}`,
        shared: policyName(comparison, shared),
        differences,
      }
      : {
        family,
        name: `policies with ${templateName(comparison, shared)}`,
        shared: templateName(comparison, shared),
        differences,
      };
  });
}

/** What a difference is of, short, for the head of a row: `step_by_step less baseline`. */
export function differenceName(comparison: ComparedFigures, index: number): string {
  const difference = comparison.result.differences[index];
  if (difference === undefined) return `difference ${index}`;
  const { a, b } = shortNames(comparison, index);
  return `${b} less ${a}`;
}

/** The two sides of a difference by what tells them apart: their templates, or their policies. */
export function shortNames(comparison: ComparedFigures, index: number): { readonly a: string; readonly b: string } {
  const { facts, result } = comparison;
  const difference = result.differences[index];
  const nameOf = (cell: number) => {
    const place = facts.cells[cell];
    if (place === undefined || facts.kind === "runs") return cellName(comparison, cell);
    return difference?.family === "templates"
      ? templateName(comparison, place.template)
      : policyName(comparison, place.policy);
  };
  return { a: nameOf(difference?.a ?? 0), b: nameOf(difference?.b ?? 0) };
}
