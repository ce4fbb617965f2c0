/** Plots of comparisons. Each shows itself: as Vega-Lite and as a picture in notebooks, as text in a terminal. */
export type { PlottedComparison } from "./_plot_cells.ts";
export { plotAccuracy } from "./plot_accuracy.ts";
export { plotCost } from "./plot_cost.ts";
export { plotCurves } from "./plot_curves.ts";
export { plotDifferences } from "./plot_differences.ts";
export { plotParts } from "./plot_parts.ts";
