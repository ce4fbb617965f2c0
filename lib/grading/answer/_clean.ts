/**
 * The text of an answer without what carries no meaning: dollars, boxes, bold, sizes, text commands, hedges, a last period.
 * What is left is LaTeX or plain text with one spelling a thing; a `$` that is left is a currency. Reading it stands elsewhere.
 */
import { closingBrace } from "../../basics/mod.ts";
import { withoutHedges } from "./_hedges.ts";
import { withoutMarkup } from "./_markup.ts";
import { systemAsList } from "./_systems.ts";
import { unwrapped } from "./_unwrap.ts";
import { withoutHtml, withoutUnicode } from "./_symbols.ts";

/** A longer text is not read. */
const LONGEST = 2000;

const SIZES = /\\(?:left|right|[bB]ig{1,2}[lrm]?|middle)(?![A-Za-z])\s*(?:\.(?!\d))?/g;
const ALIAS: Readonly<Record<string, string>> = {
  dfrac: "\\frac",
  tfrac: "\\frac",
  cfrac: "\\frac",
  degree: "^\\circ",
  textdegree: "^\\circ",
  leq: "\\le",
  leqslant: "\\le",
  leqq: "\\le",
  geq: "\\ge",
  geqslant: "\\ge",
  geqq: "\\ge",
  lt: "<",
  gt: ">",
  neq: "\\ne",
  lbrace: "\\{",
  rbrace: "\\}",
  lvert: "|",
  rvert: "|",
  vert: "|",
  varnothing: "\\emptyset",
  colon: ":",
  ldots: "...",
  dots: "...",
  cdots: "...",
  lbrack: "[",
  rbrack: "]",
  lparen: "(",
  rparen: ")",
  longrightarrow: "\\to",
  rightarrow: "\\to",
  vee: "\\lor",
  wedge: "\\land",
  smallsetminus: "\\setminus",
  backslash: "\\setminus",
  iff: "\\Rightarrow",
  pounds: "£",
  euro: "€",
  textdollar: "$",
  dollar: "$",
  percent: "%",
  infin: "\\infty",
  thickapprox: "\\approx",
  simeq: "\\approx",
};
const ALIASES = new RegExp(`\\\\(${Object.keys(ALIAS).join("|")})(?![A-Za-z])`, "g");
const LAYOUT =
  /\\(?:displaystyle|textstyle|scriptstyle|limits|nolimits|bf|rm|it|boldmath|hfill|strut|null|relax|therefore|qedhere|tiny|small|normalsize|large|Large|LARGE|huge|Huge)(?![A-Za-z])/g;
const SPACES = /\\[,;:> ]|~|\\(?:thinspace|medspace|thickspace|enspace|space|nobreakspace)(?![A-Za-z])/g;
/** The text with only its meaning left; undefined when it is too long or empty. */
export function cleanAnswer(text: string): string | undefined {
  if (text.length > LONGEST) return undefined;
  let rest = /[^\x20-\x7e]/.test(text) ? withoutUnicode(text) : text;
  if (/[<&]/.test(rest)) rest = withoutHtml(rest);
  if (rest.includes("{:}")) rest = rest.replace(/(?<![A-Za-z])\{:\}/g, ":");
  if (/[$*`_]/.test(rest)) rest = withoutMarkup(rest);
  // `5!=120` is five factorial.
  if (rest.includes("!=")) rest = rest.replace(/(?<=[\d)])!=(?!=)/g, "! =");
  if (rest.includes("~")) rest = rest.replace(/(?<=[\w}),])~+(?=[\w\\(])/g, " ");
  if (rest.includes("\\")) rest = withoutCommands(rest);
  rest = rest.replace(/\s*\n\s*/g, "\n").replace(/[ \t]+/g, " ").trim();
  if (rest.includes("inf")) rest = rest.replace(/(?<![A-Za-z\\])inf(?:inity|ty)?(?![A-Za-z])/gi, "\\infty ");
  if (rest.endsWith("!")) rest = EXCLAIMED.test(rest) ? rest.replace(/!+$/, "") : rest;
  rest = withoutHedges(withoutWrappers(rest));
  rest = withoutWrappers(rest);
  return rest === "" ? undefined : rest;
}

function withoutCommands(text: string): string {
  const rest = text
    .replace(/\{\s*\\(?:rm|bf|it|sf|tt)\s+([^{}]*)\}/g, "\\text{$1}")
    .replace(/\\[hv]space\*?\s*\{[^{}]*\}/g, " ")
    .replace(/(?:\\q?quad|\s)*\\(?:blacksquare|square|Box|qed|checkmark)(?![A-Za-z])[\s.]*$/, "")
    // Row ends are kept from the commands below.
    .replace(/(?:\\\\\s*)+$/, "")
    .replace(/\\\\(?:\s*\[[^\]]{0,10}\])?/g, "\ue003")
    .replace(SIZES, "")
    .replace(LAYOUT, " ")
    .replace(/\\!/g, "")
    .replace(SPACES, " ")
    .replace(/\\[()[\]]/g, " ")
    .replace(ALIASES, (_, name: string) => `${ALIAS[name] ?? ""} `)
    .replace(/\^\s*(?:\{\s*\\circ\s*\}|\\circ(?![A-Za-z]))/g, "^\\circ ")
    .replace(
      /\\(mathbb|mathbf|mathcal|mathfrak|triangle|angle)\s*(?:\{\s*([A-Za-z]+)\s*\}|([A-Z])(?![A-Za-z]))/g,
      (all, name: string, inside: string | undefined, letter: string | undefined) =>
        name.endsWith("angle") ? inside === undefined ? all : `\\${name} ${inside}` : `\\${name}{${inside ?? letter}}`,
    )
    .replace(/(\\mathbb\{[A-Z]\})\s*-\s*(?=\\\{)/g, "$1\\setminus ")
    .replace(/\\[lr]Vert(?![A-Za-z])/g, "\\|")
    .replace(/\\cr(?![A-Za-z])/g, "\ue003")
    .replace(/\\([pbv]?matrix)\s*\{([^{}]*)\}/g, "\\begin{$1}$2\\end{$1}")
    .replace(/\\hat\s*\{\s*\\mathbf\s*\{\s*\\?([ijk])(?:math)?\s*\}\s*\}/g, "\\mathbf{$1}")
    .replace(/\\not\s*=/g, "\\ne ")
    .replace(/\\not\s*\\in(?![A-Za-z])/g, "\\notin ")
    .replace(/\\(?:text)?color ?\{[^{}]*\}/g, " ")
    .replace(/\{([^{}]*)\\choose(?![A-Za-z])([^{}]*)\}/g, "\\binom{$1}{$2}")
    .replace(/\{,\}/g, "\ue001")
    .replace(/\\([%#_])/g, (_, c: string) => c);
  const lines = systemAsList(rest, "\ue003").replace(/\\&/g, "&").replace(/\ue003/g, "\\\\");
  return unwrapped(quadsAsCommas(lines));
}

/** `\quad` between two things parts them as a comma does; beside punctuation, words or brackets it is a space. */
function quadsAsCommas(text: string): string {
  if (!text.includes("quad")) return text;
  return text.replace(
    /([^\s,;)}\]]?)\s*((?:\\q?quad(?![A-Za-z])\s*)+)(?=(\\text|\\mbox|\(|\\\(|[,;]|$)?)/g,
    (_, before: string, __, after: string | undefined) =>
      before !== "" && /[\w]/.test(before) && after === undefined ? `${before}, ` : `${before} `,
  );
}

const WRAPPERS: Readonly<Record<string, string>> = { '"': '"', "'": "'", "*": "*", "{": "}" };

/** "Yes!", "$8.00!": words and amounts have no factorial. */
const EXCLAIMED = /^(?:[A-Z]?[a-z]{2,}[A-Za-z ,']*|.*\d\.\d+)!+$/;

/** Quotes and braces around everything, and the last period or comma. */
function withoutWrappers(text: string): string {
  let rest = text.replace(/\ue001/g, "{,}");
  for (let count = 0; count < 20; count++) {
    const before = rest;
    rest = rest.replace(/^[\s:=]*(?![=])/, "").replace(/(?:\s|(?<!\\)[;,])+$/, "").replace(
      /(?<!\.)\.$/,
      (dot, at: number) => /\b[ap]\.m$/i.test(rest.slice(0, at)) ? dot : "",
    );
    const close = WRAPPERS[rest.charAt(0)];
    if (close !== undefined && rest.length > 1 && rest.endsWith(close) && isWrapped(rest)) {
      rest = rest.slice(1, -1).trim();
    }
    if (rest === before) return rest;
  }
  return rest;
}

function isWrapped(text: string): boolean {
  if (text.startsWith("{")) return closingBrace(text, 0) === text.length - 1 && !/[,;:|]|\\mid/.test(text);
  return !text.slice(1, -1).includes(text.charAt(0));
}
