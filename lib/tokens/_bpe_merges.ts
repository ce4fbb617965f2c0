/**
 * The merge loop of byte-pair encoding: counts pairs over distinct words once, then updates only the words a merge
 * touches. Sennrich et al. 2016, "Neural machine translation of rare words with subword units" (arXiv:1508.07909).
 */

/** A distinct word as symbol ids, with how often it occurs. */
interface Word {
  readonly count: number;
  symbols: number[];
}

/** One merge: two tokens, by id, become one. */
export type Merge = readonly [left: number, right: number];

// Pairs are keys of a Map: two ids in one safe integer.
const WIDTH = 2 ** 24;

/** A grown vocabulary. */
export interface Learned {
  /** By id. */
  readonly tokens: readonly string[];
  readonly merges: readonly Merge[];
}

/**
 * Merges the most frequent pair, of equals the one with the lower ids, until the vocabulary is full or no pair occurs
 * twice.
 * @param words distinct words as token ids, with counts
 * @param alphabet the tokens there are before the first merge
 */
export function learnMerges(
  words: Iterable<readonly [symbols: readonly number[], count: number]>,
  alphabet: readonly string[],
  vocabSize: number,
): Learned {
  const list: Word[] = Array.from(words, ([symbols, count]) => ({ symbols: [...symbols], count }));
  const pairs = new PairCounts();
  list.forEach((word, i) => pairs.add(word, i, 1));
  const tokens = [...alphabet];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const merges: Merge[] = [];
  while (tokens.length < vocabSize) {
    const pair = pairs.mostFrequent();
    if (pair === undefined) break;
    const token = `${tokens[pair[0]]}${tokens[pair[1]]}`;
    // Two chains of merges can spell the same token; it keeps its first id.
    const id = ids.get(token) ?? tokens.push(token) - 1;
    ids.set(token, id);
    merges.push(pair);
    for (const i of pairs.wordsWith(pair)) {
      const word = list[i] as Word;
      pairs.add(word, i, -1);
      word.symbols = mergePair(word.symbols, pair, id);
      pairs.add(word, i, 1);
    }
  }
  return { tokens, merges };
}

/** Replaces a pair by one symbol, from left to right. */
function mergePair(symbols: readonly number[], [left, right]: Merge, id: number): number[] {
  const merged: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] === left && symbols[i + 1] === right) {
      merged.push(id);
      i++;
    } else {
      merged.push(symbols[i] as number);
    }
  }
  return merged;
}

/** How often each pair occurs, and in which words. */
class PairCounts {
  readonly #counts = new Map<number, number>();
  // A word stays listed after it has lost the pair; merging it then changes nothing.
  readonly #words = new Map<number, Set<number>>();

  add(word: Word, index: number, sign: 1 | -1): void {
    for (let i = 0; i + 1 < word.symbols.length; i++) {
      const key = (word.symbols[i] as number) * WIDTH + (word.symbols[i + 1] as number);
      const count = (this.#counts.get(key) ?? 0) + sign * word.count;
      if (count === 0) this.#counts.delete(key);
      else this.#counts.set(key, count);
      if (sign < 0) continue;
      const words = this.#words.get(key);
      if (words === undefined) this.#words.set(key, new Set([index]));
      else words.add(index);
    }
  }

  mostFrequent(): Merge | undefined {
    let best = -1;
    let bestCount = 1;
    for (const [key, count] of this.#counts) {
      if (count > bestCount || (count === bestCount && best >= 0 && key < best)) {
        best = key;
        bestCount = count;
      }
    }
    return best < 0 ? undefined : [Math.floor(best / WIDTH), best % WIDTH];
  }

  wordsWith([left, right]: Merge): readonly number[] {
    return [...this.#words.get(left * WIDTH + right) ?? []];
  }
}
