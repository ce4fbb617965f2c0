/**
 * A sample of what the model writes: of one problem a right answer and a wrong one, where there are both. Texts are cut
 * around the answer that was found when the sample is taken, so that a panel never holds a long one.
 */
import { cut, escapeHtml, oneLine, stripControls } from "../basics/mod.ts";
import { completionTokens } from "../training/mod.ts";
import { answerSpan } from "../viewer/mod.ts";
import type { Grade, Group, Outcome, Rollout, Split } from "../vocabulary.ts";

/** Characters of a question, and of a completion, that are shown. */
const MOST_QUESTION = 400;
const MOST_TEXT = 420;
/** Shown of the beginning of a completion that is cut. */
const HEAD = 120;
/** Shown behind the answer. */
const TAIL = 40;
/** MathML of a question may be no larger. */
const LARGEST_QUESTION = 20_000;

/** One completion of a sample. */
export interface SampleAnswer {
  /** The text in three parts: the second is the answer that was found, or empty. */
  readonly text: readonly [before: string, answer: string, after: string];
  readonly outcome: Outcome;
  readonly reward: number;
  /** Length of the whole. */
  readonly tokens: number;
}

/** Completions of one problem. */
export interface PanelSample {
  readonly split: Split;
  /** Steps done before it was drawn. */
  readonly step: number;
  readonly question: string;
  readonly reference: string;
  /** One or two. */
  readonly answers: readonly SampleAnswer[];
}

/** Takes a sample: of the first group that has both, a correct answer and another one; else the very first answer. */
export function sampleOf(groups: readonly Group[], split: Split, step: number): PanelSample | undefined {
  const isCorrect = ({ grade }: Rollout) => grade.correct;
  const mixed = groups.find(({ rollouts }) => rollouts.some(isCorrect) && !rollouts.every(isCorrect));
  const { problem, rollouts } = mixed ?? groups[0] ?? {};
  if (problem === undefined || rollouts === undefined) return undefined;
  const chosen = mixed ? [rollouts.find(isCorrect)!, rollouts.find((it) => !isCorrect(it))!] : rollouts.slice(0, 1);
  const question = cut(clean(problem.question, 0, 4 * MOST_QUESTION).trim(), MOST_QUESTION);
  return { split, step, question, reference: oneLine(problem.answer.slice(0, 400), 80), answers: chosen.map(answerOf) };
}

function answerOf({ text, grade, reward, completion }: Rollout): SampleAnswer {
  return { text: parts(text, grade), outcome: grade.outcome, reward, tokens: completionTokens(completion) };
}

/** Cuts a completion so that the answer that was judged is in it. */
function parts(text: string, { extracted, span }: Grade): SampleAnswer["text"] {
  const [start, end] = answerSpan({ text, extracted: extracted ?? null, span }) ?? [text.length, text.length];
  const after = clean(text, end, end + TAIL) + (end + TAIL < text.length ? "…" : "");
  const answer = cut(clean(text, start, Math.min(end, start + 400)), 100);
  const room = MOST_TEXT - HEAD;
  const before = start <= MOST_TEXT
    ? clean(text, 0, start)
    : `${clean(text, 0, HEAD)} … ${clean(text, start - room, start)}`;
  return [before.trimStart(), answer, after.trimEnd()];
}

/** A part of foreign text. A character that was cut in two could not be saved with the notebook. */
function clean(text: string, from: number, to: number): string {
  return stripControls(text.slice(from, to).toWellFormed());
}

const FAINT = "font-size:12px;opacity:0.75";
const COLORS = { right: "22,163,74", wrong: "220,38,38" } as const;

/** A sample for a notebook. @param math makes HTML of text with formulas */
export function sampleHtml(sample: PanelSample, math: (text: string) => string): string {
  const { question, answers } = sample;
  const rendered = math(question);
  const shown = rendered.length <= LARGEST_QUESTION ? rendered : escapeHtml(question);
  return `<div style="border-top:1px solid rgba(128,128,128,0.3);margin-top:4px;padding:6px 0 4px">` +
    `<div style="${FAINT}">${escapeHtml(headOf(sample))}</div>` +
    `<div style="white-space:pre-wrap;overflow-wrap:anywhere;margin:2px 0 6px">${shown}</div>` +
    `${answers.map((answer) => answerHtml(answer, answers.length)).join("")}</div>`;
}

function answerHtml(answer: SampleAnswer, count: number): string {
  const { text: [before, found, after], outcome } = answer;
  const color = COLORS[outcome === "correct" ? "right" : "wrong"];
  const mark = found === ""
    ? ""
    : `<mark style="background-color:rgba(234,179,8,0.4);color:inherit;border-radius:3px;` +
      `padding:0 2px">${escapeHtml(found)}</mark>`;
  const width = count === 1 ? "98%" : "calc(50% - 12px)";
  return `<div style="display:inline-block;vertical-align:top;box-sizing:border-box;width:${width};min-width:240px;` +
    `margin:0 8px 4px 0;padding:2px 0 2px 8px;border-left:3px solid rgba(${color},0.8)">` +
    `<div style="${FAINT}">${escapeHtml(verdict(answer))}</div>` +
    `<div style="font-family:monospace;font-size:12px;line-height:1.35;white-space:pre-wrap;overflow-wrap:anywhere">` +
    `${escapeHtml(before)}${mark}${escapeHtml(after)}</div></div>`;
}

function headOf({ split, step, reference }: PanelSample): string {
  return `sample, ${split === "test" ? "held-out problem" : "training problem"} after ${step} step${
    step === 1 ? "" : "s"
  }; right answer ${reference}`;
}

function verdict({ outcome, reward, tokens }: SampleAnswer): string {
  return `${outcome}, reward ${Number(reward.toFixed(3))}, ${tokens} tokens`;
}

/** The same as text, the answer between brackets. */
export function sampleText(sample: PanelSample): string[] {
  const lines = sample.answers.map((answer) => {
    const { text: [before, found, after] } = answer;
    const text = found === "" ? before : `${before}⟦${found}⟧${after}`;
    return `  ${verdict(answer)}: ${oneLine(text, 1000)}`;
  });
  return [headOf(sample), `  ${oneLine(sample.question, 1000)}`, ...lines];
}
