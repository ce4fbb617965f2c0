/**
 * A tree of LaTeX as text, the way pylatexenc 2.11 writes it: `a/b` without parentheses for a fraction, `√(x)` for every
 * root whatever its index, the letters of known macros, nothing for unknown ones.
 */
import { type LatexNode, walkLatex } from "./_latex.ts";
import { ACCENTS, ALPHABETS, argumentsOf, EQUATIONS, MATRICES, SPECIALS, templateOf, TRANSPARENT } from "./_macros.ts";
import { isSpace, strip } from "./_python.ts";

type Macro = LatexNode & { readonly kind: "macro" };

/** Plain text of LaTeX; undefined where pylatexenc fails, `"unbounded"` where it would take too long. */
export function latexToText(latex: string): string | "unbounded" | undefined {
  const nodes = walkLatex(latex);
  return nodes === undefined ? "unbounded" : textOfNodes(nodes, false);
}

/** @param loose in mathematics white space behind a macro stays, and white space alone goes */
function textOfNodes(nodes: readonly LatexNode[], loose: boolean): string | undefined {
  let text = "";
  let previous: LatexNode | undefined;
  for (const node of nodes) {
    if (loose && node.kind === "chars" && previous?.kind === "macro" && isBare(previous)) text += previous.postSpace;
    const piece = textOfNode(node, loose);
    if (piece === undefined) return undefined;
    text += piece;
    previous = node;
  }
  return text;
}

/** Whether a macro has neither arguments nor an optional one. */
function isBare({ name, args }: Macro): boolean {
  const form = argumentsOf(name).replace(/^\*+/, "");
  if (args === undefined || form === "") return true;
  return form === "[" && args.at(-1) === undefined;
}

function textOfNode(node: LatexNode, loose: boolean): string | undefined {
  switch (node.kind) {
    case "chars":
      return loose && [...node.text].every(isSpace) ? "" : node.text;
    case "group":
      return textOfNodes(node.nodes, loose);
    case "specials":
      return SPECIALS.find(([sign]) => sign === node.sign)?.[1];
    case "math":
      return paragraph(textOfNodes(node.nodes, true), node.display);
    case "environment":
      if (MATRICES.has(node.name)) return textOfMatrix(node.nodes, loose);
      if (EQUATIONS.has(node.name)) return paragraph(textOfNodes(node.nodes, true), true);
      return textOfNodes(node.nodes, loose);
    case "macro":
      return textOfMacro(node, loose);
  }
}

function paragraph(text: string | undefined, display: boolean): string | undefined {
  if (text === undefined || !display) return text === undefined ? undefined : strip(text);
  return `\n    ${strip(text).replaceAll("\n", "\n    ")}\n`;
}

function textOfMacro({ name, args }: Macro, loose: boolean): string | undefined {
  const texts: string[] = [];
  for (const arg of args ?? []) {
    const text = arg === undefined ? "" : textOfNode(arg, loose);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  if (Object.hasOwn(ACCENTS, name)) return accented(args === undefined ? " " : strip(texts[0] as string), name);
  if (Object.hasOwn(ALPHABETS, name)) return styled(texts[0] ?? "", name);
  if (TRANSPARENT.has(name)) return texts.join("");
  const template = templateOf(name);
  if (template === undefined || !/%\d/.test(template)) return template ?? "";
  if (args !== undefined) return template.replace(/%(\d)/g, (_, index) => texts[index - 1] as string);
  if (name === "texorpdfstring") return "";
  // Its own templates for these have a `%s`, which it leaves when there is nothing to put there, or names, and then it fails.
  return argumentsOf(name).startsWith("[") ? undefined : template.replace(/%\d/g, "%s");
}

function accented(text: string, name: string): string {
  const plain = text.replaceAll("ı", "i").replaceAll("ȷ", "j");
  return [...plain].map((character) => `${character}${ACCENTS[name]}`.normalize("NFC")).join("");
}

function styled(text: string, name: string): string {
  const { capital, small, other } = ALPHABETS[name] as (typeof ALPHABETS)[string];
  return [...text].map((character) => {
    if (Object.hasOwn(other, character)) return other[character];
    if (/^[A-Z]$/.test(character)) return String.fromCodePoint(capital + character.charCodeAt(0) - 65);
    if (/^[a-z]$/.test(character)) return String.fromCodePoint(small + character.charCodeAt(0) - 97);
    return character;
  }).join("");
}

/** `[ a b; c d ]`, every entry as wide as the widest; undefined for a matrix without entries, where the peer fails. */
function textOfMatrix(nodes: readonly LatexNode[], loose: boolean): string | undefined {
  const rows: string[][] = [[]];
  let entry: LatexNode[] = [];
  const endEntry = (): boolean => {
    const text = textOfNodes(entry, loose);
    if (entry.length > 0) (rows.at(-1) as string[]).push(strip(text ?? ""));
    entry = [];
    return text !== undefined;
  };
  for (const node of nodes) {
    const ends = node.kind === "specials" && node.sign === "&";
    const endsRow = node.kind === "macro" && node.name === "\\";
    if (!ends && !endsRow) entry.push(node);
    else if (!endEntry()) return undefined;
    if (endsRow) rows.push([]);
  }
  if (!endEntry()) return undefined;
  const widths = rows.flat().map((text) => [...text].length);
  if (widths.length === 0) return undefined;
  const width = Math.max(...widths);
  const padded = rows.map((row) => row.map((text) => " ".repeat(width - [...text].length) + text).join(" "));
  return `[ ${padded.join("; ")} ]`;
}
