/** What a comparison compared, and how, in a few sentences and two tables. */
import { counted, plainList } from "./_phrases.ts";
import { named } from "./_cells.ts";
import type { Compared, ComparedFigures } from "./compared.ts";
import type { Block, Inline, Section, TableBlock } from "./document.ts";
import { figure, pointerTo } from "./figure.ts";
import { section } from "./section.ts";

/** The section that says what was asked of whom. */
export function whatWasCompared(comparison: ComparedFigures & Partial<Pick<Compared, "hasRecords">>): Section {
  const { facts } = comparison;
  const blocks: Block[] = [
    { type: "text", text: facts.kind === "runs" ? runsAsked(comparison) : templatesAsked(comparison) },
    { type: "text", text: [drawn(comparison)] },
    { type: "text", text: [made(comparison)], kind: "note" },
    ...withoutRecords(comparison),
    templateTable(comparison),
    ...(isPlain(comparison) ? [] : [policyTable(comparison)]),
  ];
  return section("What was compared", blocks, "whatWasCompared(comparison)");
}

/** Which cells' answers are gone; where they should be is no business of whoever reads a report. */
function withoutRecords(comparison: ComparedFigures & Partial<Pick<Compared, "hasRecords">>): Block[] {
  const gone = comparison.facts.cells.flatMap(({ name }, cell) =>
    comparison.hasRecords?.(cell) === false ? [named(name)] : []
  );
  if (gone.length === 0) return [];
  const text =
    `The answers of ${plainList(gone)} are not recorded, or are not those of these figures any more: the figures ` +
    "stand as they were worked out.";
  return [{ type: "text", kind: "note", text: [text] }];
}

function problemsOf(comparison: ComparedFigures): Inline {
  const problems = comparison.result.cells.length === 0
    ? comparison.facts.problems.toLocaleString("en-US")
    : figure(comparison, pointerTo("cells", 0, "problems"), "count");
  return [problems, ` problems of ${named(comparison.facts.problem_set)}`];
}

/** Whether a sentence says all there is to say of who answered. */
function isPlain({ facts: { policies } }: ComparedFigures): boolean {
  return policies.length === 1 && policies.every(({ runs, step }) => runs.length === 0 && step === null);
}

/** A single policy by its name and what stands behind it, as far as that is something else. */
function soleAnswerer({ name, target, model, backend }: ComparedFigures["facts"]["policies"][number]): string {
  const behind = [...new Set([target, model].map(named))].filter((text) => text !== "" && text !== named(name));
  return `${named(name)} (${[...behind, `backend ${named(backend)}`].join(", ")})`;
}

function templatesAsked(comparison: ComparedFigures): Inline {
  const { templates, policies, samples } = comparison.facts;
  const names = plainList(templates.map(({ name }) => named(name)));
  const who = isPlain(comparison)
    ? policies.map(soleAnswerer).join("")
    : plainList(policies.map(({ name }) => named(name)));
  const by = templates.length === 1 ? `the template ${names}` : `each of the templates ${names}`;
  const each = samples === 1 ? "one completion a problem" : `${samples} completions a problem`;
  return ["The same ", ...problemsOf(comparison), ` were put to ${who}, with ${by}: ${each}.`];
}

function runsAsked(comparison: ComparedFigures): Inline {
  const { policies } = comparison.facts;
  const runs = policies.reduce((sum, policy) => sum + policy.runs.length, 0);
  return [
    `${counted(runs, "training run")} in ${
      counted(policies.length, "group")
    }: runs that differ in nothing but their seed ` +
    "are one group. They are compared at their last evaluation, on the same ",
    ...problemsOf(comparison),
    "; the completions of a group's runs count as several answers to the same problem.",
  ];
}

function drawn({ facts }: ComparedFigures): string {
  const greedy = facts.temperature === 0
    ? "the likeliest token each time (temperature 0)"
    : `temperature ${facts.temperature}`;
  return `Completions were drawn with ${greedy}, at most ${facts.max_tokens.toLocaleString("en-US")} tokens each; ` +
    `the streams of random numbers begin with seed ${facts.seed}, and are the same for all.`;
}

function made({ facts }: ComparedFigures): string {
  const versions = Object.entries(facts.versions).map(([name, version]) => `${named(name)} ${named(version)}`);
  const by = versions.length === 0 ? "" : `, with ${plainList(versions)}`;
  return `Made on ${dateOf(facts.created_at)}${by}. Fingerprint of the problems: ${named(facts.fingerprint)}.`;
}

function dateOf(text: string): string {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(text);
  return found === null ? named(text) : `${found[1]} at ${found[2]} UTC`;
}

function templateTable({ facts }: ComparedFigures): TableBlock {
  return {
    type: "table",
    caption: "Templates",
    columns: [{ name: "name" }, { name: "what it asks for" }, { name: "examples shown", number: true }],
    rows: facts.templates.map(({ name, description, few_shot, few_shot_count }) => [
      [named(name)],
      [description.slice(0, 500)],
      [String(few_shot_count ?? few_shot.length)],
    ]),
  };
}

function policyTable({ facts }: ComparedFigures): TableBlock {
  const isTrained = facts.policies.some(({ runs }) => runs.length > 0);
  const isSaidTwice = facts.policies.every(({ name, target }) => name === target);
  return {
    type: "table",
    caption: facts.kind === "runs" ? "Groups of runs" : "Who answered",
    columns: [
      { name: "name" },
      ...(isSaidTwice ? [] : [{ name: "which is" }]),
      { name: "model" },
      { name: "where it ran" },
      ...(isTrained ? [{ name: "runs" }, { name: "step", number: true }] : []),
    ],
    rows: facts.policies.map(({ name, target, model, backend, runs, step }) => [
      [named(name)],
      ...(isSaidTwice ? [] : [[target.slice(0, 300)]]),
      [named(model)],
      [named(backend)],
      ...(isTrained ? [[plainList(runs.map(named)) || "–"], [step === null ? "–" : step.toLocaleString("en-US")]] : []),
    ]),
  };
}
