/** The error of this room: everything that is wrong with a configuration, in one message. */
import { maskUserInfo } from "../basics/mod.ts";

/** A configuration that cannot be run. Its message holds every problem found, one a line. */
export class ConfigError extends Error {
  /** Always `ConfigError`. */
  override readonly name = "ConfigError";
  /** The problems, each a sentence that names where the value came from. */
  readonly problems: readonly string[];

  /** An error with these problems; there is at least one. */
  constructor(found: readonly string[]) {
    const problems = found.map(maskUserInfo);
    super(problems.length === 1 ? problems[0] : `${problems.length} problems:\n- ${problems.join("\n- ")}`);
    this.problems = problems;
  }
}
