/** The run folder: recording a run, reading it back, going on with it. Everything that shows a run reads the folder. */
export {
  changedKeys,
  changedText,
  type Resumption,
  type RunFacts,
  runVersions,
  sameTemplate,
  withoutSecrets,
} from "./config_file.ts";
export { type ConfigRole, configRole, type ConfigurationGroup, configurationGroups } from "./configurations.ts";
export { createRun, type CreateRunOptions, settleRun } from "./create_run.ts";
export { LogFolderError, LostRunError, RunFolderError } from "./errors.ts";
export { runFolder } from "./find.ts";
export {
  type DescribedProblems,
  type ProblemFacts,
  problemFacts,
  type ProblemFactsOptions,
  problemsText,
  type RunProblems,
} from "./problem_facts.ts";
export { pageFile, rolloutFile, RUN_FILES, RUN_SCHEMA } from "./layout.ts";
export {
  decideLogFolder,
  deleteRun,
  inspectLogFolder,
  type LogFolder,
  type LogFolderAction,
  requireDeletable,
} from "./log_folder.ts";
export { RunRecorder } from "./record.ts";
export { isDeletedName } from "./_sweep.ts";
export { findResumePoint, readPending, type ResumePoint } from "./resume.ts";
export { type FolderLock, type LockOwner, type LockWorld, readOwner, takeLock } from "./_lock.ts";
export type { AskForLock, LockAnswer } from "./_locked.ts";
export { checkpointFromFolder, type Flaw, flawText } from "./_paths.ts";
export { checkpointOfRow, metricsOfRow, rolloutOfRow, type RolloutRow, rolloutRows } from "./rows.ts";
export {
  listRuns,
  type ListRunsOptions,
  openRun,
  type ReadRunOptions,
  type RolloutFile,
  type RolloutFilter,
  Run,
  type RunContent,
  type StepMetrics,
} from "./run.ts";
export { type FollowOptions, followRun, type RunNews } from "./follow.ts";
export { clearStop, type StopOptions, type StopWatch, watchForStop } from "./stop.ts";
export {
  isLiveBy,
  type RecordedState,
  type RunState,
  type RunStatus,
  STALE_AFTER_MS,
  stateOf,
  statusOf,
} from "./status.ts";
