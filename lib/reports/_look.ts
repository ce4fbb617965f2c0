/**
 * How the parts of a report look in a notebook, where there is no stylesheet: the same names that are classes on the page
 * become styles there. Colours are inherited or grey, so that both read on a light page and on a dark one.
 */

const LINE = "1px solid rgba(128,128,128,0.4)";

const STYLES = {
  note: "opacity:0.75;font-size:12px;margin:4px 0;max-width:80ch",
  headline: "font-weight:600;font-size:15px;margin:6px 0",
  text: "margin:6px 0;max-width:80ch",
  scroll: "overflow-x:auto;margin:8px 0",
  table: "border-collapse:collapse;border:none;margin:0;font-size:inherit",
  "table wide": "border-collapse:collapse;border:none;margin:0;font-size:inherit",
  caption: "caption-side:top;text-align:left;padding:2px 7px 4px;color:inherit;font-weight:600",
  head: `text-align:left;vertical-align:bottom;padding:3px 7px;border:none;border-bottom:${LINE}`,
  "head number": `text-align:right;vertical-align:bottom;padding:3px 7px;border:none;border-bottom:${LINE}`,
  row: "text-align:left;vertical-align:top;padding:3px 7px;border:none;font-weight:normal",
  cell: "text-align:left;vertical-align:top;padding:3px 7px;border:none",
  "cell number": "text-align:right;vertical-align:top;padding:3px 7px;border:none;font-variant-numeric:tabular-nums",
  figure: "margin:10px 0",
  figcaption: "font-weight:600;margin:2px 0 4px",
  below: "opacity:0.75;font-size:12px;margin:2px 0;max-width:80ch",
  code: `white-space:pre-wrap;overflow-wrap:anywhere;border:${LINE};padding:6px 9px;margin:0`,
  removed: "text-decoration:none;background:rgba(217,100,31,0.22)",
  added: "text-decoration:none;background:rgba(13,154,112,0.22)",
  pairs: "margin:10px 0",
  pair: `border-top:${LINE};padding:8px 0`,
  problem: "font-weight:600;margin:0 0 4px;font-size:inherit",
  about: "opacity:0.75;font-weight:normal",
  question: "white-space:pre-wrap;overflow-wrap:anywhere;max-width:90ch;margin:4px 0",
  beside: "display:flex;flex-wrap:wrap;gap:12px;align-items:flex-start",
  card: `flex:1 1 280px;min-width:0;border:${LINE};border-radius:6px;padding:6px 9px`,
  "card right": "flex:1 1 280px;min-width:0;border:2px solid #0d9a70;border-radius:6px;padding:6px 9px",
  said: "white-space:pre-wrap;overflow-wrap:anywhere;margin:4px 0;background:none;font-size:12px",
  mark: "color:inherit;background:rgba(255,200,0,0.35)",
  details: "margin:8px 0",
  summary: "cursor:pointer",
} as const;

/** A part of a report that looks like something. */
export type Part = keyof typeof STYLES;

/** Makes the attribute of an element that gives it its look, with a space before it. */
export type Look = (part: Part) => string;

/** On the page: classes, for the stylesheet. */
export const classes: Look = (part) => ` class="${part}"`;

/** In a notebook: styles. */
export const styles: Look = (part) => ` style="${STYLES[part]}"`;
