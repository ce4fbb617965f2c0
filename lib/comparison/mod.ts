/** Comparisons of templates and of training runs, with statistics that a reviewer would accept. */
export {
  type CellRecord,
  type Comparison,
  type ComparisonParts,
  type Completions,
  createComparison,
} from "./comparison.ts";
export type { RowSource } from "./_completions.ts";
export * from "./errors.ts";
export * from "./figures.ts";
export {
  comparisonFolder,
  COMPARISONS_FOLDER,
  listComparisons,
  type ListComparisonsOptions,
  type ListedComparison,
  openComparison,
  writeComparison,
} from "./folder.ts";
export { type CellStart, type CompareOptions, compareTemplates } from "./compare_templates.ts";
export { COMPARE_INPUTS } from "./_compare_options.ts";
export { checkpointPolicies, type ComparedTarget } from "./_policies.ts";
export { recordName, resultsDigest } from "./_records.ts";
export { compareRuns, type CompareRunsOptions, type RunGrouping } from "./runs.ts";
export { seedStatementOf } from "./run_statements.ts";
export {
  scopeOf,
  type Stated,
  type StatementFigure,
  statementOf,
  type StatementParts,
  statementParts,
  statementText,
} from "./statements.ts";
export * from "./types.ts";
