/** Blocks of a report as plain text, for terminals and for notebooks that show nothing else. Nothing of it is markup. */
import { type Column, counted, cut, stripControls, tableText } from "../basics/mod.ts";
import { OUTCOME_WORDS } from "./_words.ts";
import type { Block, DiffBlock, Inline, PairsBlock, ShownCompletion, TableBlock } from "./document.ts";

/** Text with its figures as they are shown. */
export function inlineText(inline: Inline): string {
  return stripControls(inline.map((part) => typeof part === "string" ? part : part.shown).join("")).replaceAll(
    "\u00a0",
    " ",
  );
}

/** A block as plain text, without a line end behind it. */
export function blockText(block: Block): string {
  switch (block.type) {
    case "text":
      return inlineText(block.text);
    case "table":
      return tableBlockText(block);
    case "plot":
      return `${stripControls(block.caption)}\n${block.plot.text}`;
    case "code":
      return `${stripControls(block.caption)}\n${indented(block.text)}`;
    case "diff":
      return diffText(block);
    case "pairs":
      return pairsText(block);
    case "details":
      return [stripControls(block.summary), ...block.blocks.map(blockText)].join("\n\n");
  }
}

function tableBlockText({ caption, columns, rows }: TableBlock): string {
  const texts = columns.map(({ name, number }, i): Column<readonly Inline[]> => ({
    name,
    text: (row) => inlineText(row[i] ?? []),
    ...(number !== undefined && { number }),
    width: 60,
  }));
  return tableText(texts, rows, { caption: cut(caption, 200) });
}

const SIDES = { both: " ", removed: "-", added: "+" } as const;

function diffText({ caption, lines }: DiffBlock): string {
  return `${stripControls(caption)}\n${
    lines.map(({ side, text }) => `  ${SIDES[side]} ${stripControls(text)}`).join("\n")
  }`;
}

function pairsText({ caption, pairs, more }: PairsBlock): string {
  const shown = pairs.map(({ problem_id, question, reference, about, completions }) =>
    [
      stripControls(about === "" ? problem_id : `${problem_id} (${about})`),
      indented(question),
      indented(`right answer: ${reference}`),
      ...completions.map(completionText),
    ].join("\n")
  );
  const rest = more > 0 ? [`and ${counted(more, "problem")} more`] : [];
  return [stripControls(caption), ...shown, ...rest].join("\n\n");
}

function completionText({ cell, outcome, text, extracted, tokens }: ShownCompletion): string {
  const found = extracted === null ? "no answer found" : `answer ${extracted}`;
  return `  ${
    stripControls(`${cell}: ${OUTCOME_WORDS[outcome] ?? outcome}, ${found}, ${counted(tokens, "token")}`)
  }\n` +
    indented(text, "    | ");
}

function indented(text: string, margin = "  "): string {
  return stripControls(text).split("\n").map((line) => margin + line).join("\n");
}
