/** Rules about answers: right ones that stand in no box, none at all, and those that could not be graded. */
import { clipLine } from "../../basics/mod.ts";
import { isProblemPath } from "../../config/mod.ts";
import type { RunReading } from "../facts.ts";
import type { Finding, Severity } from "../finding.ts";
import { clusterOf, early, late, recent, riseOf, type Share, shareOf } from "../figures.ts";
import type { Settings } from "../settings.ts";
import { countText, quoteEnd, shareText, stepsText } from "../words.ts";

/** With fewer answers in a box than one in ten, most groups have none: nothing tells them what is wanted. */
const NEARLY_ALL = 0.9;
/** One answer in five without a box is more than slips; a sound run is at a few in a hundred after its first steps. */
const MANY = 0.2;
/** So much rise in format within a run is learning: it needs no help. */
const IMPROVES = 0.1;

function severityOf(share: Share): Severity | undefined {
  return share.low > NEARLY_ALL ? "blocks" : share.low > MANY ? "slows" : undefined;
}

const UNBOXED = "env/all/outcome/no_answer";
const FORMAT = "env/all/format";

/** Answers are there, but not in the box that strict grading looks in. */
export function noBox(reading: RunReading): Finding | undefined {
  const steps = recent(reading);
  const [unboxed, strict, lenient] = [UNBOXED, "env/all/correct", "env/all/lenient"].map((key) => shareOf(steps, key));
  const severity = unboxed && severityOf(unboxed);
  if (unboxed === undefined || severity === undefined || !answersWithoutBox(reading, strict, lenient)) return undefined;
  const example = reading.sample?.examples.no_answer;
  const right = strict && lenient
    ? [`right anywhere in the text: ${shareText(lenient.value)}, right in a box: ${shareText(strict.value)}`]
    : [];
  return {
    rule: "no_box",
    severity: improves(reading) ? "notice" : severity,
    what: improves(reading)
      ? "Some answers still stand in no box, but fewer than at the start."
      : "Answers are given, but not in the \\boxed{} that is graded: right ones count as wrong.",
    evidence: [
      `${countText(unboxed, "completion")} ended without a box (${stepsText(steps)})`,
      ...right,
      ...(example === undefined ? [] : [`for example ${quoteEnd(example)}`]),
    ],
    ...askForBox(reading),
  };
}

/** Whether completions without a box have answers in them. */
function answersWithoutBox({ sample }: RunReading, strict?: Share, lenient?: Share): boolean {
  if (sample !== undefined && sample.boxless > 0) return sample.unboxed > sample.boxless / 2;
  return strict !== undefined && lenient !== undefined && lenient.value > strict.value + 0.05;
}

function improves(reading: RunReading): boolean {
  const [before, after] = [early(reading), late(reading)].map((steps) => shareOf(steps, FORMAT, clusterOf(reading)));
  if (before === undefined || after === undefined) return false;
  const { value, low } = riseOf(before, after);
  return value > IMPROVES && low > 0;
}

/** Whether the template says anywhere that a box is wanted. */
function asksForBox({ template }: RunReading): boolean {
  return JSON.stringify(template).replace(/"answer_format":"boxed"/, "").includes("boxed");
}

function askForBox(reading: RunReading): { suggestion: string; settings: Settings } {
  const { config } = reading;
  if (!asksForBox(reading)) {
    return {
      suggestion: "The template never asks for a box: use prompt_template=baseline, or give it " +
        "question_suffix: ' Write your answer in \\boxed{} format.' and an example that does so.",
      settings: { prompt_template: "baseline" },
    };
  }
  if (config.format_coef === 0) {
    return {
      suggestion: "A missing box costs nothing: use format_coef=0.1.",
      settings: { format_coef: 0.1 },
    };
  }
  return config.prompt_template === "baseline"
    ? {
      suggestion: "The template asks for a box and shows one: let it count for more with format_coef=" +
        `${Math.max(0.2, 2 * config.format_coef)}, or use a model tuned to follow instructions.`,
      settings: { format_coef: Math.max(0.2, 2 * config.format_coef) },
    }
    : {
      suggestion: "The template asks for a box; one with a worked example that ends in a box helps more: " +
        "prompt_template=baseline.",
      settings: { prompt_template: "baseline" },
    };
}

/** Completions end without any answer. */
export function noAnswer(reading: RunReading): Finding | undefined {
  const steps = recent(reading);
  const [none, strict, lenient] = [UNBOXED, "env/all/correct", "env/all/lenient"].map((key) => shareOf(steps, key));
  const severity = none && severityOf(none);
  if (none === undefined || severity === undefined || answersWithoutBox(reading, strict, lenient)) return undefined;
  const example = reading.sample?.examples.no_answer;
  return {
    rule: "no_answer",
    severity: improves(reading) ? "notice" : severity,
    what: "Completions end without an answer.",
    evidence: [
      `${countText(none, "completion")} ended without any final answer (${stepsText(steps)})`,
      ...(example === undefined ? [] : [`for example ${quoteEnd(example)}`]),
    ],
    suggestion: "Read some completions (deno task show), and see that renderer_name suits the model; " +
      "prompt_template=baseline shows with a worked example how an answer ends.",
    settings: { prompt_template: "baseline" },
  };
}

/** Answers that are not graded count as wrong: one in twenty is as much as a run's whole gain may be. */
const UNGRADED = 0.05;

function ungradedSeverity(share: Share | undefined): Severity | undefined {
  return share === undefined || share.low <= UNGRADED ? undefined : share.low > 0.5 ? "blocks" : "slows";
}

/** The grader runs out of time. */
export function graderTimeouts(reading: RunReading): Finding | undefined {
  const late = shareOf(recent(reading), "env/all/outcome/grader_timeout");
  const severity = ungradedSeverity(late);
  if (late === undefined || severity === undefined) return undefined;
  const { grader_timeout } = reading.config;
  const longer = Math.min(60, 5 * grader_timeout);
  return {
    rule: "grader_timeouts",
    severity,
    what: "Grading runs out of time, and what is not graded counts as wrong.",
    evidence: [
      `${countText(late, "completion")} took longer than grader_timeout=${grader_timeout} s ` +
      `(${stepsText(recent(reading))})`,
    ],
    suggestion: `Use grader_timeout=${longer}; if it is the machine that is short of time, run less beside training.`,
    settings: { grader_timeout: longer },
  };
}

/** Answers or references that cannot be read or compared. */
export function ungradable(reading: RunReading): Finding | undefined {
  const unread = shareOf(recent(reading), "env/all/outcome/ungradable");
  const severity = ungradedSeverity(unread);
  if (unread === undefined || severity === undefined) return undefined;
  const { sample, config } = reading;
  const example = sample?.examples.ungradable;
  const reasons = sample?.reasons.slice(0, 2).map((reason) => `reason: ${clipLine(reason, 160)}`) ?? [];
  return {
    rule: "ungradable",
    severity,
    what: "Answers cannot be compared with their references, and count as wrong.",
    evidence: [
      `${countText(unread, "completion")} could not be graded (${stepsText(recent(reading))})`,
      ...reasons,
      ...(example === undefined ? [] : [
        `for example ${clipLine(example.problem_id, 60)}: reference ${JSON.stringify(clipLine(example.reference, 80))}`,
      ]),
    ],
    ...(isProblemPath(config.env) && config.on_bad_row !== "skip"
      ? {
        suggestion: "See that the references are final answers alone: answer_from says where the answer stands, " +
          "on_bad_row=skip leaves out rows that cannot be used.",
        settings: { on_bad_row: "skip" },
      }
      : {
        suggestion:
          "See that the references are final answers alone, and leave out problems whose are not (.filter() in " +
          "a program).",
        settings: {},
      }),
  };
}
