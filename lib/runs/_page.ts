/**
 * A page of trajectories for people: one self-contained HTML file with the prompts as chats and every completion beside
 * its verdict. Everything that comes from data or a model is escaped, and the page may load and run nothing.
 */
import { escapeHtml } from "../basics/mod.ts";
import { advantagesOf, completionTokens } from "../training/mod.ts";
import type { Group, Message, Rollout, Split } from "../vocabulary.ts";

/** The groups of one split on a page. */
export interface PageSection {
  readonly split: Split;
  readonly groups: readonly Group[];
  /** How many groups there were; the page shows only the first few. */
  readonly total: number;
}

/** What a page shows. */
export interface Page {
  readonly run: string;
  readonly step: number;
  readonly sections: readonly PageSection[];
}

// Longest text shown, in UTF-16 code units; the whole of it is in rollouts/.
const LONGEST_TEXT = 20_000;

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d5d8dd, #3b4048); --soft: light-dark(#f5f6f8, #22262c);
  --good: light-dark(#13703a, #63d08f); --bad: light-dark(#a8281e, #ff8f80); --dim: light-dark(#5d6673, #9aa4b2); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
  background: light-dark(#fff, #16191d); color: light-dark(#16191d, #e8eaed); }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; } h3 { font-size: 1rem; margin: 0; }
.group { border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 1rem 0; }
.dim { color: var(--dim); } .good { color: var(--good); } .bad { color: var(--bad); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.45 ui-monospace, monospace; margin: .3rem 0 0;
  background: var(--soft); border-radius: 6px; padding: .5rem .7rem; }
.turn { margin: .5rem 0; } .turn > b, .verdict { font-size: .85rem; }
.completion { border-left: 4px solid var(--bad); padding-left: .7rem; margin: .9rem 0; break-inside: avoid; }
.completion.correct { border-color: var(--good); }
summary { cursor: pointer; } .verdict span { margin-right: 1rem; white-space: nowrap; }
@media print { :root { color-scheme: light; } body { max-width: none; margin: 0; } pre { border: 1px solid var(--line); } }
`;

/** Renders a page. */
export function renderPage({ run, step, sections }: Page): string {
  const title = escapeHtml(`${run}, step ${step}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
${sections.map(renderSection).join("\n")}
</body>
</html>
`;
}

function renderSection({ split, groups, total }: PageSection): string {
  const title = split === "train" ? "Training" : "Held-out problems";
  const shown = groups.length < total ? `the first ${groups.length} of ${total} groups` : `${total} groups`;
  const advantages = split === "train";
  return `<section>
<h2>${title} <span class="dim">${shown}</span></h2>
${groups.map((group) => renderGroup(group, advantages)).join("\n")}
</section>`;
}

function renderGroup(group: Group, withAdvantages: boolean): string {
  const { problem, rollouts } = group;
  const correct = rollouts.filter(({ grade }) => grade.correct).length;
  const advantages = withAdvantages ? advantagesOf(group) : [];
  const level = problem.level === undefined ? "" : ` · level ${problem.level}`;
  const messages = rollouts[0]?.prompt.messages ?? [];
  return `<article class="group">
<h3>${escapeHtml(problem.id)} <span class="dim">${correct} of ${rollouts.length} correct${level}</span></h3>
${renderChat(messages)}
<p class="verdict"><b>Reference answer</b> ${escapeHtml(shorten(problem.answer))}</p>
${rollouts.map((rollout, i) => renderRollout(rollout, advantages[i])).join("\n")}
</article>`;
}

/** The last turn is what was asked; what stands before it is the same for every problem and folded away. */
function renderChat(messages: readonly Message[]): string {
  const turns = messages.map(({ role, content }) =>
    `<div class="turn"><b>${escapeHtml(role)}</b><pre>${escapeHtml(shorten(content))}</pre></div>`
  );
  const last = turns.pop() ?? "";
  if (turns.length === 0) return last;
  return `<details><summary class="dim">${turns.length} earlier turns</summary>${turns.join("\n")}</details>\n${last}`;
}

function renderRollout(rollout: Rollout, advantage: number | undefined): string {
  const { grade, completion, reward, text } = rollout;
  const facts = [
    `<b class="${grade.correct ? "good" : "bad"}">${escapeHtml(grade.outcome)}</b>`,
    `reward ${fixed(reward)}`,
    ...(advantage === undefined ? [] : [`advantage ${advantage > 0 ? "+" : ""}${fixed(advantage)}`]),
    `answer ${grade.extracted === undefined ? "none" : escapeHtml(shorten(grade.extracted))}`,
    `lenient ${grade.lenient ? "yes" : "no"}`,
    `format ${grade.format ? "yes" : "no"}`,
    `${completionTokens(completion)} tokens`,
    `ended by ${escapeHtml(completion.stopReason)}`,
  ];
  return `<div class="completion${grade.correct ? " correct" : ""}">
<div class="verdict">${facts.map((fact) => `<span>${fact}</span>`).join("")}</div>
<pre>${escapeHtml(shorten(text))}</pre>
</div>`;
}

function shorten(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}… (${text.length} characters)`;
}

function fixed(value: number): string {
  return String(Number(value.toFixed(4)));
}
