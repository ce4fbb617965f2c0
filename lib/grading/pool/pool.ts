/**
 * Grades many completions, whatever is in them. What can be decided at once is decided here; everything else goes to
 * workers, each job under a time limit that holds: one that overruns is ended where it stands, its worker is replaced, and
 * its completion is a `grader_timeout`. Also where the two sets of rules meet: ours, and the math_rl recipe's for comparing with its numbers.
 */
import type { GraderName } from "../../config/mod.ts";
import type { Grade } from "../../vocabulary.ts";
import { prepareReference, sameQuickly } from "../equivalence.ts";
import { gradeAnswer, gradeQuickly } from "../grade.ts";
import { requireAnswerOptions, requireStopReason } from "../_arguments.ts";
import type { GradeRequest, JudgeRequest } from "./_messages.ts";
import { checkedOptions, requireRequests } from "./_options.ts";
import { failedGrade, failedVerdict, finishedGrade, finishedVerdict, type JudgedVerdict } from "./_results.ts";
import { workThrough } from "./_work.ts";
import { Workers } from "./_workers.ts";
import type { Verdict } from "../types.ts";

export type { GradeRequest, JudgeRequest } from "./_messages.ts";
export type { JudgedVerdict } from "./_results.ts";
export { LONGEST_GRADED } from "../_end.ts";

/** How a grader is made. */
export interface GraderOptions {
  /** Whose rules: ours (`standard`, default), the recipe's, or ours with the recipe's beside them. */
  readonly grader?: GraderName | undefined;
  /** Longest time for one completion in milliseconds, from when its grading begins; default 1000. */
  readonly timeoutMs?: number | undefined;
  /** Workers at most; default 2, or 1 on a machine with one core. None is started before there is work for it. */
  readonly workers?: number | undefined;
  /** What workers run in place of the grader's own. */
  readonly module?: URL | undefined;
}

/** What ends grading early. */
export interface GradingOptions {
  /** Ends the waiting with its reason; what is being graded is graded to its end. */
  readonly signal?: AbortSignal | undefined;
}

/** Grades completions; close it when it is not needed any more. */
export interface Grader {
  /**
   * Grades completions. Of a text of more than `LONGEST_GRADED` characters the end is looked at, or what stands from its
   * last box on.
   * @returns a grade for each, in the same order
   * @throws {TypeError} when a request is none, before anything is graded
   * @throws {Error} when no worker can be started, or one after the other crashes; when the grader is closed
   * @throws the signal's reason, when it was aborted
   */
  grade(requests: readonly GradeRequest[], options?: GradingOptions): Promise<Grade[]>;
  /** Ends its workers; a thread that is busy goes on to the limit of its job at most. */
  close(): Promise<void>;
}

/** Judges completions and answers with their reasons; close it when it is not needed any more. */
export interface Judge {
  /**
   * Judges completions or bare answers, as `gradeAnswer` does.
   * @returns a verdict for each, in the same order
   * @throws what `Grader.grade` throws
   */
  judge(requests: readonly JudgeRequest[], options?: GradingOptions): Promise<JudgedVerdict[]>;
  /** Ends its workers; a thread that is busy goes on to the limit of its job at most. */
  close(): Promise<void>;
}

/**
 * Makes a grader for completions of a policy.
 * @throws {TypeError} when an option is unknown or of the wrong kind @throws {RangeError} when one is out of range
 */
export function createGrader(options: GraderOptions = {}): Grader {
  const { grader, ...checked } = checkedOptions("createGrader", options);
  const workers = new Workers(checked);
  return {
    async grade(requests, { signal } = {}) {
      requireRequests(requests, ({ stopReason }) => requireStopReason(stopReason));
      const worked = await workThrough<GradeRequest, Grade>(requests, {
        ...{ grader, workers, signal },
        quick: (request) => gradeQuickly(request.text, request),
        job: (request) => ({ by: "grade", request }),
        failed: failedGrade,
      });
      return worked.map((one) => finishedGrade(one, grader));
    },
    close: () => workers.close(),
  };
}

/**
 * Makes a judge: the same for answers from anywhere, with reasons.
 * @throws {TypeError} when an option is unknown or of the wrong kind @throws {RangeError} when one is out of range
 */
export function createJudge(options: GraderOptions = {}): Judge {
  const { grader, ...checked } = checkedOptions("createJudge", options);
  const workers = new Workers(checked);
  return {
    async judge(requests, { signal } = {}) {
      requireRequests(requests, requireAnswerOptions);
      const worked = await workThrough<JudgeRequest, Verdict>(requests, {
        ...{ grader, workers, signal },
        quick: quickVerdict,
        job: (request) => ({ by: "verdict", request }),
        failed: failedVerdict,
      });
      return worked.map((one) => finishedVerdict(one, grader));
    },
    close: () => workers.close(),
  };
}

/** A verdict that takes microseconds. */
function quickVerdict(request: JudgeRequest): Verdict | undefined {
  const { text, reference, bare = false } = request;
  const told = bare
    ? sameQuickly(text, prepareReference(reference))
    : gradeQuickly(text, { reference, stopReason: "stop" });
  return told && gradeAnswer(text, reference, request);
}
