/** Reports of comparisons: sections that show themselves, as one page and as one notebook. */
export type { Compared } from "./compared.ts";
export type * from "./document.ts";
export { estimate, figure, type FigureFormat, pointerTo, type WithResult } from "./figure.ts";
export { headline } from "./headline.ts";
export { reportPage } from "./page.ts";
export { section, sectionText } from "./section.ts";
export { reportSections } from "./sections.ts";
