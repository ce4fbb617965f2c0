/** Answers side by side as HTML, the answer that was graded marked in each. */
import { counted } from "../basics/mod.ts";
import { safe, type Writing } from "./_writing.ts";
import { OUTCOME_WORDS } from "./_words.ts";
import type { PairsBlock, ShownCompletion } from "./document.ts";

type Pair = PairsBlock["pairs"][number];

/** Problems, each with its question, the right answer, and what was answered. */
export function pairsHtml({ caption, pairs, more }: PairsBlock, writing: Writing): string {
  const { look } = writing;
  const rest = more > 0 ? `<p${look("note")}>And ${counted(more, "problem")} more.</p>` : "";
  return `<div${look("pairs")}><p${look("figcaption")}>${safe(caption)}</p>\n` +
    `${pairs.map((pair) => pairHtml(pair, writing)).join("\n")}${rest}</div>`;
}

function pairHtml({ problem_id, question, reference, about, completions }: Pair, { look, show }: Writing): string {
  const more = about === "" ? "" : ` <span${look("about")}>${safe(about)}</span>`;
  const cards = completions.map((completion) => cardHtml(completion, look));
  return `<article${look("pair")}><h3${look("problem")}>${safe(problem_id)}${more}</h3>` +
    `<div${look("question")}>${show(question, LONGEST_QUESTION)}</div>` +
    `<p${look("text")}>Right answer: <b>${safe(reference)}</b></p>` +
    `<div${look("beside")}>${cards.join("")}</div></article>`;
}

const LONGEST_QUESTION = 2_000;

function cardHtml(completion: ShownCompletion, look: Writing["look"]): string {
  const { cell, outcome, extracted, tokens } = completion;
  const found = extracted === null ? "no answer found" : `answer ${extracted}`;
  return `<div${look(outcome === "correct" ? "card right" : "card")}>` +
    `<p${look("figcaption")}>${safe(cell)}: ${safe(OUTCOME_WORDS[outcome] ?? outcome)}</p>` +
    `<p${look("below")}>${safe(found)}, ${counted(tokens, "token")}</p>` +
    `<pre${look("said")}>${saidHtml(completion, look)}</pre></div>`;
}

/** The text with the graded answer marked, where its place is within it. */
function saidHtml({ text, span }: ShownCompletion, look: Writing["look"]): string {
  const [start, end] = span ?? [0, 0];
  const isIn = Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start < end && end <= text.length;
  if (!isIn) return safe(text);
  const [before, answer, after] = [text.slice(0, start), text.slice(start, end), text.slice(end)];
  return `${safe(before)}<mark${look("mark")}>${safe(answer)}</mark>${safe(after)}`;
}
