/**
 * "Did you mean": the known name nearest to a mistyped one, by optimal string alignment (Damerau-Levenshtein distance
 * without overlapping swaps). Not a search: it answers with nothing rather than with a far-fetched name.
 */

/** Names longer than this are nobody's typing slip, and comparing them costs length squared. */
const LONGEST = 64;

/** Edits (insert, delete, replace, swap of neighbours) that turn one text into the other; `Infinity` for long texts. */
export function editDistance(a: string, b: string): number {
  if (a.length > LONGEST || b.length > LONGEST) return Infinity;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    [before, above] = [above, row];
  }
  return above[b.length]!;
}

/** The known name within about a third of its length in edits, case and `-`/`_` aside; undefined when none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll("-", "_");
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of known) {
    const distance = editDistance(plain(name), plain(candidate));
    const allowed = Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3));
    if (distance <= allowed && distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** `" Did you mean "group_size"?"` with its leading space, or nothing, to end an error message with. */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return near === undefined ? "" : ` Did you mean "${near}"?`;
}
