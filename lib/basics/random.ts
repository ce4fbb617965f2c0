/**
 * Seeded random numbers that are the same on every platform. A generator is named by a list of words and numbers, so
 * independent streams need no shared state: `randomFrom(seed, "shuffle", epoch)`.
 * Generator: sfc32 (Chris Doty-Humphrey, PractRand). Seeding: xmur3-style mixing of the name's UTF-16 code units.
 */

/** A stream of random numbers. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** Uniform integer in [low, high], both included. */
  int(low: number, high: number): number;
  /** One of the items. @throws {RangeError} when there is none */
  pick<T>(items: readonly T[]): T;
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/** Mixes a name into a 32-bit unsigned integer. */
export function hash32(...name: readonly (string | number)[]): number {
  const text = name.map(String).join("\u0000");
  let h = 1779033703 ^ text.length;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 3432918353);
    h = (h << 13) | (h >>> 19);
  }
  h = Math.imul(h ^ (h >>> 16), 2246822507);
  h = Math.imul(h ^ (h >>> 13), 3266489909);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The stream with this name: the same name gives the same numbers, another name unrelated ones. */
export function randomFrom(...name: readonly (string | number)[]): Random {
  const state = Uint32Array.from([0, 1, 2, 3], (k) => hash32(k, ...name));
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  function next(): number {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  }
  for (let i = 0; i < 12; i++) next();
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    int,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError("cannot pick from an empty list");
      return items[int(0, items.length - 1)] as T;
    },
    shuffle<T>(items: readonly T[]): T[] {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = int(0, i);
        [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
      }
      return copy;
    },
  };
}
