/**
 * Blocks of a report as HTML, for the page and for notebooks, which differ in their look and in how pictures are put in.
 * All text is escaped here, whoever wrote it; there is no way to hand in markup.
 */
import { counted } from "../basics/mod.ts";
import { pairsHtml } from "./_pairs_html.ts";
import { safe, type Writing } from "./_writing.ts";
import type { Block, CodeBlock, DiffBlock, Figure, Inline, PlotBlock, TableBlock, TextBlock } from "./document.ts";

/** Text with figures; each figure says where it comes from. */
export function inlineHtml(inline: Inline): string {
  return inline.map((part) => typeof part === "string" ? typeset(safe(part)) : figureHtml(part)).join("");
}

/** No line ends between a number and its sign, and a minus as wide as a plus. */
function typeset(html: string): string {
  return html.replace(/(?<=\d) (?=%)|(?<=\bp) (?=(?:=|&lt;) )|(?<=\bp (?:=|&lt;)) (?=[\d.]|$)/g, "\u00a0").replace(
    /(?<=^|[\s(])-(?=[\d.])/g,
    "−",
  );
}

function figureHtml({ value, shown, of }: Figure): string {
  return value === null
    ? safe(shown)
    : `<data value="${safe(String(value))}" data-of="${safe(of)}">${typeset(safe(shown))}</data>`;
}

/** Blocks one after the other. */
export function blocksHtml(blocks: readonly Block[], writing: Writing): string {
  return blocks.map((block) => blockHtml(block, writing)).join("\n");
}

function blockHtml(block: Block, writing: Writing): string {
  switch (block.type) {
    case "text":
      return textHtml(block, writing);
    case "table":
      return tableBlockHtml(block, writing);
    case "plot":
      return plotHtml(block, writing);
    case "code":
      return codeHtml(block, writing);
    case "diff":
      return diffHtml(block, writing);
    case "pairs":
      return pairsHtml(block, writing);
    case "details":
      return `<details${writing.look("details")}><summary${writing.look("summary")}>${
        safe(block.summary)
      }</summary>\n` +
        `${blocksHtml(block.blocks, writing)}</details>`;
  }
}

function textHtml({ text, kind }: TextBlock, { look }: Writing): string {
  return `<p${look(kind ?? "text")}>${inlineHtml(text)}</p>`;
}

/** More columns than this take smaller print on paper. */
const WIDE = 7;

function tableBlockHtml({ caption, columns, rows }: TableBlock, { look }: Writing): string {
  const head = columns.map(({ name, number, meaning }) => {
    const hint = meaning === undefined ? "" : ` title="${safe(meaning)}"`;
    return `<th scope="col"${hint}${look(number ? "head number" : "head")}>${safe(name)}</th>`;
  });
  const body = rows.map((row) => {
    const cells = columns.map(({ number }, i) => {
      const content = inlineHtml(row[i] ?? []);
      if (i === 0) return `<th scope="row"${look("row")}>${content}</th>`;
      return `<td${look(number ? "cell number" : "cell")}>${content}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  // Wider than the page it is scrolled by itself, with the keyboard as well.
  return `<div${look("scroll")} role="region" aria-label="${safe(caption)}" tabindex="0"><table${
    look(columns.length > WIDE ? "table wide" : "table")
  }>` +
    `<caption${look("caption")}>${typeset(safe(caption))}</caption>\n<thead><tr>${head.join("")}</tr></thead>\n` +
    `<tbody>${body.join("\n")}</tbody></table></div>${columnKey(columns, look)}`;
}

/** What the columns mean, for paper and for fingers, which meet no hints. */
function columnKey(columns: TableBlock["columns"], look: Writing["look"]): string {
  const meant = Map.groupBy(columns.filter(({ meaning }) => meaning !== undefined), ({ meaning }) => meaning as string);
  const parts = [...meant].map(([meaning, some]) =>
    `<strong>${safe(some.map(({ name }) => name).join(", "))}</strong>: ${typeset(safe(beginSmall(meaning)))}`
  );
  return parts.length === 0 ? "" : `\n<p${look("below")}>${parts.join("; ")}.</p>`;
}

function beginSmall(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function plotHtml({ plot, caption }: PlotBlock, { look, picture }: Writing): string {
  const drawn = picture(plot, caption) || `<pre${look("code")}>${safe(plot.text)}</pre>`;
  const scrolled = `<div${look("scroll")} role="region" aria-label="${safe(caption)}" tabindex="0">${drawn}</div>`;
  return `<figure${look("figure")}>${scrolled}<figcaption${look("below")}>${
    typeset(safe(caption))
  }</figcaption></figure>`;
}

function codeHtml({ caption, text }: CodeBlock, { look }: Writing): string {
  return `<figure${look("figure")}><figcaption${look("figcaption")}>${safe(caption)}</figcaption>` +
    `<pre${look("code")} tabindex="0"><code>${safe(text)}</code></pre></figure>`;
}

function diffHtml({ caption, lines }: DiffBlock, { look }: Writing): string {
  const body = lines.map(({ side, text }) => {
    if (side === "both") return safe(`  ${text}`);
    const [tag, sign] = side === "removed" ? ["del", "-"] : ["ins", "+"];
    return `<${tag}${look(side)}>${safe(`${sign} ${text}`)}</${tag}>`;
  });
  const changes = lines.filter(({ side }) => side !== "both").length;
  return `<figure${look("figure")}><figcaption${look("figcaption")}>${safe(caption)} (${counted(changes, "line")} ` +
    `that differ${changes === 1 ? "s" : ""})</figcaption><pre${look("code")} tabindex="0">${
      body.join("\n")
    }</pre></figure>`;
}
