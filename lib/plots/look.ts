/**
 * What plots that are made elsewhere share with those made here: how a specification begins, colours, titles, names that
 * are safe to draw, sizes. One object, so that it takes one name of whoever imports everything.
 */
import { didYouMean, requireFields } from "../basics/mod.ts";
import { distinct, label } from "./_names.ts";
import { COLOURS, fitting, GREY, type Json, LOOK, mainTitle } from "./_style.ts";
import { type PlotSize, sizeOf } from "./options.ts";

/** The looks of all plots. */
export interface PlotLook {
  /** What every specification begins with: the version of the grammar, a transparent ground, the look of axes and legends. */
  readonly begin: Json;
  /** Colours in order: contrast of at least 3 with white and with black, the first eight apart for the colour-blind. */
  readonly colours: readonly string[];
  /** For what has no colour of its own. */
  readonly grey: string;
  /** The title over the whole plot, with lines of notes below it. */
  title(text: string, notes: readonly string[]): Json;
  /** Small print in lines that fit. @param width pixels */
  lines(text: string, width: number): string[];
  /** Foreign text as it may be drawn: on one line, at most `width` characters (48), nothing that steers or breaks anything. */
  label(text: string, width?: number): string;
  /** Labels that differ from each other: a repeated one gets a number. */
  distinct(labels: readonly string[]): string[];
  /**
   * A size in pixels that was asked of a function, with what is left out.
   * @throws {RangeError} when it is out of range
   * @throws {TypeError} when there is another option
   */
  size(options: PlotSize, caller: string): { readonly width: number; readonly height: number };
}

/** For plots of one's own: `new Plot({ text, lines, draw })` with `draw` returning `{ spec: { ...plotLook.begin, ... } }`. */
export const plotLook: PlotLook = {
  begin: LOOK,
  colours: COLOURS,
  grey: GREY,
  title: mainTitle,
  lines: fitting,
  label,
  distinct,
  size: checkedSize,
};

function checkedSize(options: PlotSize, caller: string): { readonly width: number; readonly height: number } {
  requireFields(`the options of ${caller}`, options);
  const known = ["width", "height"];
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new TypeError(`${caller} has no option "${name}".${didYouMean(name, known)} It has ${known.join(", ")}`);
  }
  return sizeOf(options);
}
