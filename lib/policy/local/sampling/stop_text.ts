/**
 * Finds stop strings in text that comes token by token. A token may be half a character, and what it says may depend on
 * the one before, so text is read off the last few tokens together; only as much of it is kept as a stop string that is
 * not complete yet can reach back. The work a token is bounded, however long the text.
 */
import { loadTokenizer } from "../../../tokens/mod.ts";

/** Text of token ids, special tokens included. */
export type Decode = (tokens: readonly number[]) => string;

/** What an incomplete character is decoded to. */
const INCOMPLETE = "\uFFFD";
/** A character has at most four bytes, so at most as many tokens; what is longer open is no character. */
const MOST_OPEN = 8;

/** Watches one text. */
export class StopText {
  readonly #strings: readonly string[];
  readonly #decode: Decode;
  readonly #reach: number;
  /** Tokens whose text is known, as context, and those after them whose text is open. */
  #known: number[] = [];
  #open: number[] = [];
  #tail = "";

  /** @param strings none empty */
  constructor(strings: readonly string[], decode: Decode) {
    this.#strings = strings;
    this.#decode = decode;
    this.#reach = Math.max(...strings.map(({ length }) => length)) - 1;
  }

  /** Adds a token. @returns whether a stop string is complete now */
  push(token: number): boolean {
    this.#open.push(token);
    const before = this.#decode(this.#known);
    const text = this.#decode([...this.#known, ...this.#open]).slice(before.length);
    // An open character may not spell a stop string, but the text before it may.
    const found = this.#strings.some((string) => (this.#tail + text).includes(string));
    if (text.endsWith(INCOMPLETE) && this.#open.length < MOST_OPEN) return found;
    this.#tail = this.#reach > 0 ? (this.#tail + text).slice(-this.#reach) : "";
    this.#known = this.#open;
    this.#open = [];
    return found;
  }
}

/** Loads what turns a model's tokens into text from its folder. */
export async function loadDecode(folder: string): Promise<Decode> {
  const tokenizer = await loadTokenizer(folder);
  return (tokens) => tokenizer.decode(tokens);
}
