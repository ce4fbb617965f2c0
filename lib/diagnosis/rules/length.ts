/** Rules about room: completions that are cut off, by `max_tokens` or by the context, and completions that never end. */
import type { RunReading } from "../facts.ts";
import type { Finding, Severity } from "../finding.ts";
import { early, late, meanOf, recent, type Share, shareOf } from "../figures.ts";
import { powerOfTwo, type Settings } from "../settings.ts";
import { countText, quoteEnd, shareText, stepsText } from "../words.ts";

/** Cut off more often than not: most of what is drawn teaches only that it was too long. */
const MOST = 0.5;
/** Of a sound run a few completions in a hundred ramble until they are cut off; one in six costs accuracy. */
const MANY = 1 / 6;
/** Completions half as long again as at the start are growth; half of that is what batches differ by. */
const GROWN = 1.5;

function severityOf(share: Share): Severity | undefined {
  return share.low > MOST ? "blocks" : share.low > MANY ? "slows" : undefined;
}

/** The prompt leaves no room in the context: what ends completions is not `max_tokens`. */
export function noRoom(reading: RunReading): Finding | undefined {
  const { sample, config, contextLength } = reading;
  const cut = shareOf(recent(reading), "env/all/truncated");
  if (sample === undefined || cut === undefined || sample.cutByContext <= sample.cut / 2) return undefined;
  const severity = severityOf(cut);
  const context = contextLength ?? sample.contextSeen;
  if (severity === undefined || context === 0) return undefined;
  const { max_tokens } = config;
  const room = Math.max(0, context - sample.longestPrompt);
  const recorded = contextLength === undefined ? "is used up at" : "is";
  return {
    rule: "no_room",
    severity,
    what: "The prompt fills the model's context: answers are cut off long before max_tokens.",
    evidence: [
      `${countText(cut, "completion")} were cut off (${stepsText(recent(reading))}), ` +
      `most of them before max_tokens=${max_tokens}`,
      `the context ${recorded} ${context} tokens and the longest prompt takes ${sample.longestPrompt}, ` +
      `which leaves ${room}`,
      ...examplesShare(reading),
    ],
    ...shorterPrompt(reading, context),
  };
}

/** Worked examples that the template shows. */
function shownExamples({ template }: RunReading): number {
  // As the folder has it: nothing has checked it yet.
  const { few_shot, few_shot_count: count } = template as { readonly few_shot?: unknown; few_shot_count?: unknown };
  const pool = Array.isArray(few_shot) ? few_shot.length : 0;
  return typeof count === "number" && count >= 0 ? Math.min(pool, count) : pool;
}

function examplesShare(reading: RunReading): string[] {
  const shown = shownExamples(reading);
  return shown === 0 ? [] : [`the template shows ${shown} worked example${shown === 1 ? "" : "s"} with each problem`];
}

function shorterPrompt(reading: RunReading, context: number): { suggestion: string; settings: Settings } {
  const { config, sample } = reading;
  const shown = shownExamples(reading);
  if (shown === 0) {
    return {
      suggestion:
        "Use a model with a longer context, or a shorter prompt: prompt_template=none puts the bare question.",
      settings: { prompt_template: "none" },
    };
  }
  // As if the examples were all of the prompt: what is left then has room for the rest of it.
  const fitting = Math.floor(
    (Math.max(0, context - config.max_tokens) * shown) / Math.max(1, sample?.longestPrompt ?? 1),
  );
  const count = Math.min(shown - 1, Math.max(0, fitting));
  return count === 0
    ? {
      suggestion: "Use a template without examples, as prompt_template=none, or a model with a longer context.",
      settings: { prompt_template: "none" },
    }
    : {
      suggestion:
        `Show fewer examples (few_shot_count: ${count} in the template), or use a model with a longer context.`,
      settings: {},
    };
}

/** Completions get longer until they are cut off. */
export function growingLength(reading: RunReading): Finding | undefined {
  const [before, after] = [early(reading), late(reading)];
  const lengths = [meanOf(before, LENGTH), meanOf(after, LENGTH)] as const;
  const cuts = [shareOf(before, CUT), shareOf(after, CUT)] as const;
  const [[first, last], [cutBefore, cutAfter]] = [lengths, cuts];
  if (first === undefined || last === undefined || cutBefore === undefined || cutAfter === undefined) return undefined;
  if (last < GROWN * first || cutAfter.low <= cutBefore.high || cutAfter.low < MANY / 2) return undefined;
  const { max_tokens } = reading.config;
  const buffer = Math.max(1, Math.floor(max_tokens / 4));
  return {
    rule: "growing_length",
    severity: cutAfter.low > MOST ? "blocks" : "slows",
    what: "Completions get longer and longer, until the limit cuts them off.",
    evidence: [
      `mean length ${first.toFixed(0)} tokens in ${stepsText(before)}, ${last.toFixed(0)} in ${stepsText(after)}, ` +
      `of max_tokens=${max_tokens}`,
      `cut off: ${shareText(cutBefore.value)}, then ${shareText(cutAfter.value)} of the completions`,
    ],
    suggestion: "Let length cost something as it nears the limit: overlong=penalize with overlong_buffer=" +
      `${buffer}. If the longer answers are the better ones, raise max_tokens instead.`,
    settings: { overlong: "penalize", overlong_buffer: buffer },
  };
}

const LENGTH = "env/all/ac_tokens_per_turn";
const CUT = "env/all/truncated";

/** Completions are cut off before they come to an answer. */
export function truncated(reading: RunReading): Finding | undefined {
  const steps = recent(reading);
  const cut = shareOf(steps, "env/all/outcome/truncated");
  const severity = cut && severityOf(cut);
  if (cut === undefined || severity === undefined) return undefined;
  const { sample, config: { max_tokens } } = reading;
  const example = sample?.examples.truncated;
  const repeats = sample !== undefined && sample.repeating > sample.cut / 2;
  return {
    rule: "truncated",
    severity,
    what: cut.value === 1
      ? "Every completion is cut off before it comes to an answer."
      : "Many completions are cut off before they come to an answer.",
    evidence: [
      `${countText(cut, "completion")} reached max_tokens=${max_tokens} without an answer (${stepsText(steps)})`,
      ...(repeats ? [`${sample.repeating} of ${sample.cut} that were cut off repeat themselves at their end`] : []),
      ...(example === undefined ? [] : [`for example ${quoteEnd(example)}`]),
    ],
    ...(repeats ? lessRepeating(reading) : moreTokens(reading)),
  };
}

function moreTokens({ config: { max_tokens }, sample, contextLength }: RunReading): {
  suggestion: string;
  settings: Settings;
} {
  // Twice the limit, or of a tiny one what a short worked answer takes.
  const wanted = powerOfTwo(Math.max(2 * max_tokens, 128));
  const room = (contextLength ?? Infinity) - (sample?.longestPrompt ?? 0);
  const most = Math.min(wanted, room);
  if (most <= max_tokens) {
    return {
      suggestion: "The context has no more room: ask for shorter answers (prompt_template=concise).",
      settings: { prompt_template: "concise" },
    };
  }
  return {
    suggestion: `Raise max_tokens to ${most}, or ask for shorter answers (prompt_template=concise).`,
    settings: { max_tokens: most },
  };
}

function lessRepeating({ config: { temperature } }: RunReading): { suggestion: string; settings: Settings } {
  const warmer = temperature < 1 ? { temperature: 1 } : undefined;
  return {
    suggestion: "More tokens would only be repeated: take completions that were cut off out of the update " +
      `(overlong=mask)${warmer ? ", sample with temperature=1" : ""}, and see that renderer_name suits the model.`,
    settings: { overlong: "mask", ...warmer },
  };
}

/** Completions have their answer and go on: the model does not know where to stop. */
export function neverStops(reading: RunReading): Finding | undefined {
  const steps = recent(reading);
  const [cut, lost] = [shareOf(steps, CUT), shareOf(steps, "env/all/outcome/truncated")];
  const severity = cut && severityOf(cut);
  if (cut === undefined || severity === undefined || lost === undefined || lost.value > cut.value / 2) return undefined;
  const { sample, config } = reading;
  const example = [sample?.examples.wrong, sample?.examples.correct].find((row) => row?.stop_reason === "length");
  return {
    rule: "never_stops",
    severity,
    what: "Completions have their answer and then go on until they are cut off: the model does not stop.",
    evidence: [
      `${countText(cut, "completion")} ran to the limit, most of them with an answer (${stepsText(steps)})`,
      ...(example === undefined ? [] : [`for example ${quoteEnd(example)}`]),
    ],
    suggestion: `See that renderer_name (${config.renderer_name}) is the chat format the model was tuned with; ` +
      "renderer_name=auto takes the model's own. A base model learns to stop from worked examples: " +
      "prompt_template=baseline has one.",
    settings: config.renderer_name === "auto" ? { prompt_template: "baseline" } : { renderer_name: "auto" },
  };
}
