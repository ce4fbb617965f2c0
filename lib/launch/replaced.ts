/**
 * Weights that were best once and are not any more. They stay until a checkpoint behind those in their place is recorded:
 * a run that is resumed from an earlier one makes that evaluation, and these weights, again, and has the old ones till then.
 */
import { join } from "node:path";
import type { Checkpoint } from "../vocabulary.ts";

/** Removes, in the folder of a run's weights, those that did best before others did that are older than this checkpoint. */
export async function removeReplaced(weightsDir: string, { name, step }: Checkpoint): Promise<void> {
  if (name === "best") return;
  const best = (await namesIn(weightsDir)).flatMap((folder) => {
    const [, digits] = /^best_(\d{6,12})$/.exec(folder) ?? [];
    return digits === undefined ? [] : [{ folder, step: Number(digits) }];
  });
  const current = Math.max(...best.filter((one) => one.step < step).map((one) => one.step));
  for (const { folder } of best.filter((one) => one.step < current)) {
    // What cannot be removed takes room, and no more: a disk that fails is met by what is recorded next.
    await Deno.remove(join(weightsDir, folder), { recursive: true }).catch(() => {});
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
