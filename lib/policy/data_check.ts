/** Whether training data can be used: the same for every policy, before any of them is used or sent. */
import type { Datum } from "../vocabulary.ts";

/** What data have to fit. */
export interface DataBounds {
  /** Inputs of the loss, one number a token each. */
  readonly inputs: readonly ("weights" | "logprobs" | "advantages")[];
  /** Longest sequence in tokens. */
  readonly contextLength: number;
  /** Token ids lie below it; absent: only the server knows it. */
  readonly vocabSize?: number;
}

/** Where ids do not fit the integers that they travel in any more. */
const NO_TOKEN = 2 ** 31;

/**
 * Checks data.
 * @throws {TypeError} naming the datum and what it lacks
 * @throws {RangeError} when a datum does not fit the context or a token is none
 */
export function requireSoundData(data: readonly Datum[], bounds: DataBounds): void {
  data.forEach((datum, i) => requireSoundDatum(datum, `datum ${i}`, bounds));
}

function requireSoundDatum(datum: Datum, name: string, { inputs, contextLength, vocabSize }: DataBounds): void {
  const { length } = datum.tokens;
  if (length === 0) throw new TypeError(`${name} has no tokens`);
  if (length > contextLength) {
    throw new RangeError(`${name} has ${length} tokens, more than the model's context of ${contextLength}`);
  }
  for (const field of ["target_tokens", "mask", ...inputs] as const) {
    const values = datum[field];
    if (values?.length !== length) {
      throw new TypeError(`${name} has ${values?.length ?? "no"} ${field} for ${length} tokens; one each is needed`);
    }
    if (!values.every(Number.isFinite)) throw new TypeError(`${name} has a ${field} that is not a finite number`);
  }
  for (const tokens of [datum.tokens, datum.target_tokens]) {
    const bad = tokens.find((id) => !Number.isInteger(id) || id < 0 || id >= (vocabSize ?? NO_TOKEN));
    if (bad === undefined) continue;
    const why = vocabSize === undefined ? "which is no token id" : `outside the vocabulary of ${vocabSize}`;
    throw new RangeError(`${name} has token ${bad}, ${why}`);
  }
}
