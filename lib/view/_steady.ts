/**
 * Work that takes its time, such as drawing a chart, done again only when what it is made of has changed, and seldom
 * enough that it takes a small part of the machine: a page that looks every two seconds must not slow down the training it
 * looks at. Nothing runs by itself; whoever asks meanwhile gets what there is.
 */

/** The machine is busy with one thing for at most one part in so many. */
const SHARE = 8;

interface Kept<T> {
  readonly version: string;
  readonly value: T;
  /** When it may be made anew. */
  readonly until: number;
}

/** Results by key. */
export class Steady<T> {
  readonly #kept = new Map<string, Kept<T>>();
  readonly #making = new Map<string, Promise<T>>();
  readonly #most: number;
  readonly #now: () => number;

  /** @param most results that are kept; the one that was asked for longest ago goes */
  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#now = now;
  }

  /**
   * A result, as it was made of this version or, where that would be too soon, of the one before.
   * @throws what `make` throws; nothing is kept then
   */
  async get(key: string, version: string, make: () => Promise<T>): Promise<T> {
    const kept = this.#kept.get(key);
    if (kept !== undefined && (kept.version === version || this.#now() < kept.until)) {
      this.#keep(key, kept);
      return kept.value;
    }
    const making = this.#making.get(key) ?? this.#make(key, version, make);
    return kept === undefined ? await making : await making.catch(() => kept.value);
  }

  #make(key: string, version: string, make: () => Promise<T>): Promise<T> {
    const begun = this.#now();
    const made = make().then((value) => {
      const now = this.#now();
      this.#keep(key, { version, value, until: now + SHARE * (now - begun) });
      return value;
    }).finally(() => this.#making.delete(key));
    this.#making.set(key, made);
    return made;
  }

  #keep(key: string, kept: Kept<T>): void {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#most && oldest !== undefined) this.#kept.delete(oldest);
  }
}
