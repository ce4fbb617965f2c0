/** Reports of comparisons: sections that show themselves, as one page and as one notebook. */
export { accuracyBy } from "./accuracy_by.ts";
export type { Compared } from "./compared.ts";
export { costAndFront } from "./cost.ts";
export { type DiffLine, lineDiff } from "./diff.ts";
export { disagreements } from "./disagreements.ts";
export type * from "./document.ts";
export { failures } from "./failures.ts";
export { estimate, figure, type FigureFormat, pointerTo, type WithResult } from "./figure.ts";
export { headline } from "./headline.ts";
export { reportPage } from "./page.ts";
export * from "./plots.ts";
export { howToReproduce } from "./reproduce.ts";
export { section, sectionText } from "./section.ts";
export { reportSections } from "./sections.ts";
export { templateText } from "./template_text.ts";
export { trainingCurves } from "./training_curves.ts";
export { whatWasCompared } from "./what_was_compared.ts";
