/** The plots of blocks, those within details as well. */
import type { Plot } from "../plots/mod.ts";
import type { Block } from "./document.ts";

/** The plots, in order. */
export function plotsIn(blocks: readonly Block[]): Plot[] {
  return blocks.flatMap((block) =>
    block.type === "plot" ? [block.plot] : block.type === "details" ? plotsIn(block.blocks) : []
  );
}
