/** Plots that show themselves: metrics, lengths, outcomes and groups over the steps of runs. */
export { plotGroups } from "./groups.ts";
export { type LengthOptions, plotLengths } from "./lengths.ts";
export { type PlotLook, plotLook } from "./look.ts";
export type { Json as PlotSpec } from "./_style.ts";
export { plotMetrics } from "./metrics.ts";
export type { LineOptions, PlotGroupBy, PlotOptions, PlotSize, PlotX } from "./options.ts";
export { type OutcomeOptions, plotOutcomes } from "./outcomes.ts";
export type { Detail as PlotDetail, Drawing as PlotDrawing } from "./_line_spec.ts";
export { type Figure as PlotFigure, Plot } from "./plot.ts";
export type { PlotSource, Series, SeriesPoint } from "./series.ts";
