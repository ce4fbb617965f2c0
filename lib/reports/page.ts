/**
 * The report as one self-contained HTML file. It has no script and loads nothing, and its Content-Security-Policy says so;
 * everything that comes from data or a model is escaped where it is written. Pictures stand in it as SVG.
 */
import { clip, clipLine, escapeHtml, mathHtml, type Show, stripControls } from "../basics/mod.ts";
import type { Plot } from "../plots/mod.ts";
import style from "./page.css" with { type: "text" };
import { blocksHtml } from "./_html.ts";
import { classes } from "./_look.ts";
import { plotsIn } from "./_pictures.ts";
import type { Compared } from "./compared.ts";
import type { Section } from "./document.ts";
import { safe, type Writing } from "./_writing.ts";

// A checkout on Windows has other line ends, and a page is hashed as a browser reads it.
const STYLE = style.replaceAll("\r\n", "\n");

/** HTML made of texts with formulas, in UTF-16 code units; what comes after is shown as its source. */
const MOST_FORMULA_HTML = 1_000_000;

/**
 * A report as one page.
 * @param sections what it says, in order, as `reportSections` makes them or chosen by oneself
 */
export async function reportPage({ facts }: Pick<Compared, "facts">, sections: readonly Section[]): Promise<string> {
  const drawn = new Map<Plot, string>();
  for (const plot of plotsIn(sections.flatMap(({ blocks }) => blocks))) {
    if (!drawn.has(plot)) drawn.set(plot, inlined(await plot.svg()));
  }
  const picture = (plot: Plot, label: string) =>
    (drawn.get(plot) ?? "").replace("<svg", () => `<svg role="img" aria-label="${safe(label)}"`);
  const writing: Writing = { look: classes, picture, show: formulaShow() };
  const title = clipLine(facts.title, 200);
  const ids = distinctIds(sections);
  const contents = sections.map((section, i) => `<li><a href="#${ids[i]}">${safe(section.title)}</a></li>`);
  const body = sections.map((section, i) => sectionHtml(section, ids[i] as string, writing));
  return [
    `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n`,
    `<meta http-equiv="Content-Security-Policy" content="${policy()}">\n`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>${safe(title)}</title>\n`,
    `<style>${STYLE}</style>\n</head>\n<body>\n<header>\n<h1>${safe(title)}</h1>\n</header>\n`,
    `<nav aria-label="Contents">\n<ol>\n${contents.join("\n")}\n</ol>\n</nav>\n<main>\n`,
    ...body,
    `</main>\n</body>\n</html>\n`,
  ].join("");
}

function sectionHtml({ title, blocks }: Section, id: string, writing: Writing): string {
  return `<section aria-labelledby="${id}">\n<h2 id="${id}"><a href="#${id}">${safe(title)}</a></h2>\n` +
    `${blocksHtml(blocks, writing)}\n</section>\n`;
}

/** Ids for links; sections of one's own may share a title. */
function distinctIds(sections: readonly Section[]): string[] {
  const used = new Set<string>();
  return sections.map(({ id }) => {
    const plain = id.replace(/[^\w-]/g, "-") || "section";
    let own = plain;
    for (let i = 2; used.has(own); i++) own = `${plain}-${i}`;
    used.add(own);
    return own;
  });
}

/** Pictures have colours and sizes of their own as attributes of style. */
function policy(): string {
  return "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
}

/** Within a page the names of SVG need not be declared. */
function inlined(svg: string): string {
  return svg.replace(/<svg[^>]*>/, (tag) => tag.replace(/ xmlns(?::\w+)?="[^"]*"/g, ""));
}

function formulaShow(): Show {
  let left = MOST_FORMULA_HTML;
  return (foreign, most = 2_000) => {
    const part = clip(foreign, most);
    const html = left > 0 ? mathHtml(part) : escapeHtml(stripControls(part));
    left -= html.length;
    return html;
  };
}
