/** The figure of nothing: it says in words why there is nothing to see. */
import { type PlotFigure, plotLook } from "../plots/mod.ts";

/** A figure without data. @param why plain words of ours */
export function nothingFigure(title: string, why: string, width: number): PlotFigure {
  const spec = {
    ...plotLook.begin,
    title: plotLook.title(title, []),
    width: width - 40,
    height: 60,
    data: { values: [{}] },
    mark: { type: "text", text: why, fontSize: 12, color: "#7d7d7d" },
  };
  return { text: `${title}\n${why}`, lines: 1, draw: () => ({ spec }) };
}
