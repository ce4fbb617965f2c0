/** The error of this room: a template that cannot be used. */
import { maskUserInfo } from "../basics/mod.ts";

/** A bad template. Its message holds every problem found, one a line, each with its place and reason. */
export class TemplateError extends SyntaxError {
  /** Always `TemplateError`. */
  override readonly name = "TemplateError";

  /** An error with these problems; there is at least one. */
  constructor(found: readonly string[]) {
    const problems = found.map(maskUserInfo);
    super(problems.length === 1 ? problems[0] : `${problems.length} problems:\n- ${problems.join("\n- ")}`);
  }
}
