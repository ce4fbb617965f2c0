/**
 * Reinforcement learning on mathematics, for notebooks and the command line: load problems, put them to a model through
 * a prompt template, train it with GRPO, watch it, look at what came out. In a notebook values show themselves.
 *
 * @example
 * ```ts ignore
 * import { compareTemplates, loadTemplate, loadWordProblems, plotMetrics, renderTemplate, showTrajectories, trainGRPO } from "math-rl";
 *
 * const problems = loadWordProblems({ split: "train", limit: 100, seed: 0 });
 * renderTemplate(await loadTemplate("step_by_step"), problems[0]!);
 * const run = await trainGRPO({ prompt_template: "step_by_step", max_steps: 20 });
 * plotMetrics(run);
 * showTrajectories(run, { outcome: "wrong" });
 * await compareTemplates(["baseline", "concise", "step_by_step"], { limit: 200 });
 * ```
 * @module
 */
export type { Displayed, MediaBundle } from "./lib/basics/mod.ts";
export * from "./lib/vocabulary.ts";
export { HubError, type HubErrorReason, type HubProgress } from "./lib/hub/mod.ts";
export {
  type AnswerFrom,
  autoLogPath,
  type BackendName,
  type BadRows,
  type ColumnKey,
  type Columns,
  ConfigError,
  type ConfigInput,
  type ConfigKey,
  type EnvName,
  ENVS,
  LOCAL_DEFAULTS,
  type LogDirBehavior,
  type LossFn,
  parseConfig,
  type ParsedArguments,
  parseKeyValues,
  referenceTable,
  resolveConfig,
  type ResolvedConfig,
  type ResolveOptions,
  TINKER_DEFAULTS,
  type TinkerEnvironment,
  type TokenPrices,
  type TrainableBackend,
  type TrainConfig,
  type TrainInput,
} from "./lib/config/mod.ts";
export * from "./lib/problems/mod.ts";
export * from "./lib/prompts/mod.ts";
export * from "./lib/tokens/mod.ts";
export * from "./lib/grading/mod.ts";
export * from "./lib/environment/mod.ts";
export * from "./lib/policy/mod.ts";
export * from "./lib/training/mod.ts";
export {
  type FollowOptions,
  followRun,
  listRuns,
  type ListRunsOptions,
  LogFolderError,
  openRun,
  type ProblemFacts,
  type ReadRunOptions,
  type Resumption,
  type RolloutFilter,
  type RolloutRow,
  type Run,
  type RunFacts,
  RunFolderError,
  type RunNews,
  type RunProblems,
  type RunState,
  type RunStatus,
  type StepMetrics,
  type StopOptions,
} from "./lib/runs/mod.ts";
export {
  diagnose,
  type Diagnosis,
  diagnosisLine,
  type Finding,
  type RuleName,
  type SettingValue,
  type Severity,
} from "./lib/diagnosis/mod.ts";
export { type SyncOptions, syncWandb, WandbError, type WandbPace } from "./lib/tracking/mod.ts";
export * from "./lib/pretraining/mod.ts";
export {
  EVALUATION_FILES,
  LaunchError,
  type ListedEvaluation,
  listEvaluations,
  type ListEvaluationsOptions,
  readEvaluationFacts,
  type RecordedResult,
} from "./lib/launch/mod.ts";
export type {
  Evaluated,
  EvaluateOptions,
  EvaluationFacts,
  EvaluationIdentity,
  EvaluationInput,
  EvaluationProgress,
  EvaluationResult,
  EvaluationStart,
  EvaluationState,
  EvaluationTarget,
  ExpertInput,
  ExpertOptions,
  GivenProblems,
  LaunchOptions,
  OpenPolicy,
  OpenSampling,
  TrainOptions,
  Watchers,
} from "./lib/launch/mod.ts";
export * from "./lib/statistics/mod.ts";
export {
  type CellFigures,
  type CellStart,
  type ComparedCell,
  type ComparedPolicy,
  type ComparedTarget,
  type CompareOptions,
  compareRuns,
  type CompareRunsOptions,
  type Comparison,
  COMPARISON_FILES,
  type ComparisonFacts,
  type ComparisonKind,
  type ComparisonResult,
  type CurvePoint,
  type Difference,
  type DifferenceFamily,
  type Estimate,
  type FigureCell,
  figuresOf,
  type FiguresOptions,
  type GroupFigures,
  type IntervalMethod,
  listComparisons,
  type ListComparisonsOptions,
  type ListedComparison,
  openComparison,
  type PartFigures,
  type PartKind,
  type RunGrouping,
  type SeedDifference,
  seedStatementOf,
  type Stated,
  statementOf,
  type TrainingFigures,
  type Verdict,
} from "./lib/comparison/mod.ts";
export {
  readSweep,
  type RunSweepOptions,
  type StartRun,
  Sweep,
  type SweepAccuracy,
  SweepError,
  type SweepInput,
  type SweepRow,
  type SweepSettings,
  type SweepState,
  type SweptAway,
} from "./lib/sweeps/mod.ts";
export * from "./lib/plots/mod.ts";
export type { TrajectoryFilter } from "./lib/viewer/mod.ts";
export * from "./lib/reports/mod.ts";
export {
  attach,
  type AttachOptions,
  type Broadcast,
  compareTemplates,
  evaluate,
  expertIterate,
  launch,
  type ListenForStop,
  type LivePanel,
  livePanel,
  type NotebookCompareOptions,
  type NotebookEvaluateOptions,
  type NotebookExpertOptions,
  type NotebookOptions,
  type NotebookPanelOptions,
  type NotebookSweepOptions,
  type NotebookTrainOptions,
  type PanelOptions,
  type PreviewColumn,
  type PreviewedTemplate,
  type PreviewOptions,
  previewTemplate,
  type PreviewToken,
  runSweep,
  showTrajectories,
  type TemplatePreview,
  trainGRPO,
  type Trajectories,
} from "./lib/notebook/mod.ts";
