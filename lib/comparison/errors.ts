/** The error of comparisons that cannot be read, written or used. */

/** A folder is not a comparison, its files cannot be understood, or its records are gone or have changed. */
export class ComparisonError extends Error {
  /** Always `ComparisonError`. */
  override readonly name = "ComparisonError";
}
