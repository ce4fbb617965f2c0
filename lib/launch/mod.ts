/** Starts things: a configuration becomes a policy, an environment and a recorded run. */
export * from "./download_text.ts";
export { countProblems } from "./_evaluate_options.ts";
export * from "./evaluate.ts";
export {
  EVALUATION_FILES,
  EVALUATION_SCHEMA,
  type EvaluationFacts,
  type EvaluationIdentity,
  type EvaluationState,
  readEvaluationFacts,
} from "./evaluation_facts.ts";
export type { EvaluationResult } from "./evaluation_result.ts";
export { greedyNote } from "./_evaluation_display.ts";
export {
  type EvaluationProgress,
  type EvaluationTask,
  folderName,
  recordFolder,
  runEvaluation,
  type RunEvaluationOptions,
} from "./evaluation_run.ts";
export * from "./evaluation_target.ts";
export { type EvaluatedProblems, evaluatedProblems } from "./evaluated_problems.ts";
export { type ExpertInput, expertInput, expertIterate, type ExpertOptions } from "./expert_iterate.ts";
export {
  type ListedEvaluation,
  listEvaluations,
  type ListEvaluationsOptions,
  type RecordedResult,
} from "./recorded_evaluations.ts";
export type { GivenProblems } from "./given_problems.ts";
export { requireFit, requireRoom } from "./fit.ts";
export * from "./history.ts";
export * from "./launch.ts";
export * from "./plan.ts";
export { type LoadingOptions, type ProblemSides, problemsOf } from "./problems.ts";
export * from "./record_training.ts";
export * from "./task.ts";
export { recordedTemplate, type TemplateChoice, templateOf } from "./templates.ts";
export * from "./train_grpo.ts";
export { serverVariables } from "./_variables.ts";
export { isUnwritable } from "./evaluation_record.ts";
