/** Options and requests of a grader, as programs give them: what is none is refused by name, before anything is graded. */
import { didYouMean, inspected, isObject, requireFields, unknownOptions } from "../../basics/mod.ts";
import { type GraderName, GRADERS } from "../../config/mod.ts";
import { requireCompletion, requireReferenceText } from "../_arguments.ts";
import type { JudgeRequest } from "./_messages.ts";
import type { GraderOptions } from "./pool.ts";
import type { WorkersOptions } from "./_workers.ts";

const OWN_MODULE = new URL("./worker.ts", import.meta.url);
const DEFAULT_LIMIT_MS = 1000;
const LONGEST_LIMIT_MS = 3_600_000;
const MOST_WORKERS = 64;

/** Every option there is. */
const KNOWN: Readonly<Record<keyof GraderOptions, true>> = {
  ...{ grader: true, timeoutMs: true, workers: true, module: true },
};

/**
 * The options with their defaults.
 * @param caller names who was given them
 * @throws {TypeError} when there is no such option, or one is of the wrong kind @throws {RangeError} when one is out of range
 */
export function checkedOptions(caller: string, options: GraderOptions): WorkersOptions & { grader: GraderName } {
  requireFields(`the options of ${caller}`, options as unknown);
  const [unknown] = unknownOptions(caller, options, Object.keys(KNOWN));
  if (unknown !== undefined) throw new TypeError(unknown);
  const { grader = "standard", timeoutMs = DEFAULT_LIMIT_MS, workers = defaultCount(), module = OWN_MODULE } = options;
  if (!GRADERS.includes(grader)) {
    const meant = typeof grader === "string" ? didYouMean(grader, GRADERS) : "";
    throw new RangeError(`cannot grade with grader ${inspected(grader)}: expected ${GRADERS.join(", ")}.${meant}`);
  }
  requireNumber("timeoutMs", timeoutMs, "milliseconds");
  if (!(timeoutMs > 0 && timeoutMs <= LONGEST_LIMIT_MS)) {
    const expected = `more than 0 and at most ${LONGEST_LIMIT_MS}`;
    throw new RangeError(`cannot grade with a limit of ${timeoutMs} ms: expected ${expected}`);
  }
  requireNumber("workers", workers, "a count");
  if (!(Number.isInteger(workers) && workers >= 1 && workers <= MOST_WORKERS)) {
    throw new RangeError(`cannot grade with ${workers} workers: expected a whole number from 1 to ${MOST_WORKERS}`);
  }
  if (!(module instanceof URL)) {
    throw new TypeError(`cannot grade with module ${inspected(module)}: expected a URL, as new URL("./it.ts", ...) is`);
  }
  return { grader, module, count: workers, limitMs: timeoutMs };
}

/**
 * Refuses requests that are none.
 * @param requireRest looks at what else one has @throws {TypeError} as `gradeAnswer` does
 */
export function requireRequests<Request extends Pick<JudgeRequest, "text" | "reference">>(
  requests: readonly Request[],
  requireRest: (request: Request) => void,
): void {
  if (!Array.isArray(requests)) {
    throw new TypeError(`cannot grade ${inspected(requests)}: expected an array of requests`);
  }
  for (const request of requests) {
    if (!isObject(request as unknown)) {
      throw new TypeError(`cannot grade ${inspected(request)}: a request has text and reference`);
    }
    requireCompletion(request.text);
    requireReferenceText(request.reference);
    requireRest(request);
  }
}

function requireNumber(name: string, value: unknown, expected: string): void {
  if (typeof value === "number") return;
  throw new TypeError(`cannot grade with ${name} ${inspected(value)}: expected ${expected} as a number`);
}

function defaultCount(): number {
  return Math.min(2, Math.max(1, navigator.hardwareConcurrency));
}
