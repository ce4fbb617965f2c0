/** What all parts of a report need to be written as HTML: how they look, and text made safe. */
import { escapeHtml, type Show, stripControls } from "../basics/mod.ts";
import type { Plot } from "../plots/mod.ts";
import type { Look } from "./_look.ts";

/** How blocks are written. */
export interface Writing {
  /** Gives elements their look. */
  readonly look: Look;
  /** The element that shows a plot, already made; an empty text: its words stand there. */
  readonly picture: (plot: Plot, label: string) => string;
  /** Foreign text with formulas as HTML, bounded. */
  readonly show: Show;
}

/** Text that is safe as content and in an attribute. */
export function safe(text: string): string {
  return escapeHtml(stripControls(text));
}
