/** Errors of the run folder, named by what the caller can do about them. */

/** A folder is not a run, or holds a run that cannot be read. */
export class RunFolderError extends Error {
  /** Always `RunFolderError`. */
  override readonly name = "RunFolderError";
}

/** The log folder exists and may not be used the way that was asked for. Nothing has been touched. */
export class LogFolderError extends Error {
  /** Always `LogFolderError`. */
  override readonly name = "LogFolderError";
}

/** The folder of a run was deleted, moved or taken over while the run recorded in it. Nothing was written there since. */
export class LostRunError extends Error {
  /** Always `LostRunError`. */
  override readonly name = "LostRunError";
}
