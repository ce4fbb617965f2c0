/** Blocks about differences, told family by family: what is about one group stands there, what is about many in details. */
import { type DifferenceGroup, differenceGroups } from "./_cells.ts";
import type { ComparedFigures } from "./compared.ts";
import type { Block } from "./document.ts";

/**
 * The blocks of every group of differences, those of a family within details of their own.
 * @param title what they are, before what they are between: `Differences of accuracy`
 * @param open whether a single group stands without details
 */
export function byFamily(
  comparison: ComparedFigures,
  title: string,
  blocksOf: (group: DifferenceGroup) => readonly Block[],
  { open = false } = {},
): Block[] {
  const groups = differenceGroups(comparison);
  if (open && groups.length === 1) return groups.flatMap(blocksOf);
  return [...Map.groupBy(groups, ({ family }) => family).values()].map((some) => ({
    type: "details",
    summary: `${title} between ${some.length === 1 ? some[0]!.name : some[0]!.family}`,
    blocks: some.flatMap(blocksOf),
  }));
}
