/** Plots in blocks: put in as a picture with its caption and the call that makes it, and found again. */
import type { Plot } from "../plots/mod.ts";
import type { ComparedFigures } from "./compared.ts";
import type { Block, PlotBlock } from "./document.ts";
import { plotAccuracy, plotCost, plotCurves, plotDifferences, plotParts } from "./plots.ts";

const PLOTS = { plotAccuracy, plotCost, plotCurves, plotDifferences, plotParts } as const;

/** A plot of a comparison as a block. @param caption what is seen, for whoever does not see it */
export function plotBlock(name: keyof typeof PLOTS, comparison: ComparedFigures, caption: string): PlotBlock {
  return { type: "plot", plot: PLOTS[name](comparison), caption, call: `${name}(comparison)` };
}

/** The plots of blocks in order, those within details as well. */
export function plotsIn(blocks: readonly Block[]): Plot[] {
  return blocks.flatMap((block) =>
    block.type === "plot" ? [block.plot] : block.type === "details" ? plotsIn(block.blocks) : []
  );
}
