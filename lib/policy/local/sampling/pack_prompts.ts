/**
 * Lays prompts out in rows of one length for a single run, several short ones behind each other in a row, so that little
 * is padding. Masks and positions keep them apart: each is read as it would be alone.
 */
import { causalMask, MASKED } from "../training/layout.ts";

/** Where prompts stand in [rows, time]. */
export interface PromptLayout {
  readonly rows: number;
  readonly time: number;
  /** Of each prompt. */
  readonly places: readonly { readonly row: number; readonly start: number }[];
}

/** Rows are at least so long, where there are prompts to fill them: longer ones cost attention to what is masked. */
const LEAST_TIME = 64;

/**
 * Places prompts of these lengths, each in the first row with room, the longest first.
 * @param contextLength the longest row that the graph takes
 */
export function packPrompts(lengths: readonly number[], contextLength: number): PromptLayout {
  const total = lengths.reduce((a, b) => a + b, 0);
  const time = lengths.reduce((most, length) => Math.max(most, length), Math.min(LEAST_TIME, total, contextLength));
  const used: number[] = [];
  const places: { row: number; start: number }[] = [];
  const longestFirst = [...lengths.keys()].sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  for (const prompt of longestFirst) {
    const length = lengths[prompt] as number;
    const found = used.findIndex((taken) => taken + length <= time);
    const row = found < 0 ? used.push(0) - 1 : found;
    places[prompt] = { row, start: used[row] as number };
    used[row]! += length;
  }
  return { rows: used.length, time, places };
}

/** What a layout may attend to, added to scores: [rows or 1, 1, time, time], with its shape. */
export function promptMask(
  { rows, time, places }: PromptLayout,
  lengths: readonly number[],
): readonly [Float32Array<ArrayBuffer>, readonly number[]] {
  // Behind a prompt there is only padding, which nobody reads.
  if (rows === places.length) return [causalMask(time), [1, 1, time, time]];
  const mask = new Float32Array(rows * time * time).fill(MASKED);
  places.forEach(({ row, start }, prompt) => {
    for (let t = 0; t < (lengths[prompt] as number); t++) {
      const line = (row * time + start + t) * time + start;
      mask.fill(0, line, line + t + 1);
    }
  });
  return [mask, [rows, 1, time, time]];
}
