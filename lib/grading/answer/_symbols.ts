/** Unicode characters as the LaTeX or ASCII that the readers know. Data, and one pass over the text. */

const SAME: Readonly<Record<string, string>> = {
  "-": "\u2212\u2012\u2013\u2010\u2011\ufe63\uff0d",
  " ": "\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000\t",
  "": "\u200b\u200c\u200d\u2060\ufeff\u2061\u2062\u2063",
  "'": "\u2018\u2019\u2032\u02bc",
  '"': "\u201c\u201d\u2033",
  "\\cdot ": "\u00b7\u22c5\u2219\u2022",
  "\\times ": "\u00d7\u2715",
  "\\mid ": "\u2223",
  "\\sqrt ": "",
};

const NAMES: Readonly<Record<string, string>> = {
  "≤": "\\le ",
  "≥": "\\ge ",
  "≠": "\\ne ",
  "⩽": "\\le ",
  "⩾": "\\ge ",
  "≈": "\\approx ",
  "≅": "\\cong ",
  "≡": "\\equiv ",
  "∞": "\\infty ",
  "∪": "\\cup ",
  "∩": "\\cap ",
  "∈": "\\in ",
  "∉": "\\notin ",
  "∅": "\\emptyset ",
  "∖": "\\setminus ",
  "ℝ": "\\mathbb{R}",
  "ℤ": "\\mathbb{Z}",
  "ℕ": "\\mathbb{N}",
  "ℚ": "\\mathbb{Q}",
  "ℂ": "\\mathbb{C}",
  "±": "\\pm ",
  "∓": "\\mp ",
  "÷": "/",
  "∕": "/",
  "⁄": "/",
  "°": "^\\circ ",
  "º": "^\\circ ",
  "∘": "\\circ ",
  "⟨": "\\langle ",
  "⟩": "\\rangle ",
  "∧": "\\land ",
  "∨": "\\lor ",
  "→": "\\to ",
  "⇒": "\\Rightarrow ",
  "∴": "",
  "…": "...",
  "′": "'",
  "∣": "\\mid ",
  "∠": "\\angle ",
  "△": "\\triangle ",
  "∶": ":",
  "：": ":",
  "，": ",",
  "。": ".",
  "（": "(",
  "）": ")",
  "＝": "=",
  "＋": "+",
  "％": "%",
  "＄": "\\$",
  "π": "\\pi ",
  "Π": "\\Pi ",
  "θ": "\\theta ",
  "α": "\\alpha ",
  "β": "\\beta ",
  "γ": "\\gamma ",
  "δ": "\\delta ",
  "λ": "\\lambda ",
  "μ": "\\mu ",
  "µ": "\\mu ",
  "φ": "\\phi ",
  "ϕ": "\\phi ",
  "ω": "\\omega ",
  "σ": "\\sigma ",
  "ρ": "\\rho ",
  "τ": "\\tau ",
  "ε": "\\epsilon ",
  "Δ": "\\Delta ",
  "Σ": "\\Sigma ",
  "Ω": "\\Omega ",
  "ψ": "\\psi ",
  "½": " 1/2",
  "⅓": " 1/3",
  "⅔": " 2/3",
  "¼": " 1/4",
  "¾": " 3/4",
  "⅕": " 1/5",
  "⅖": " 2/5",
  "⅗": " 3/5",
  "⅘": " 4/5",
  "⅙": " 1/6",
  "⅚": " 5/6",
  "⅛": " 1/8",
  "⅜": " 3/8",
  "⅝": " 5/8",
  "⅞": " 7/8",
};

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ";
const LOWERED = "₀₁₂₃₄₅₆₇₈₉";
const TABLE: ReadonlyMap<string, string> = symbolTable();

const ENTITIES: Readonly<Record<string, string>> = {
  minus: "-",
  times: "\\times ",
  divide: "/",
  plusmn: "\\pm ",
  lt: "<",
  gt: ">",
  le: "\\le ",
  ge: "\\ge ",
  ne: "\\ne ",
  pi: "\\pi ",
  theta: "\\theta ",
  infin: "\\infty ",
  frac12: " 1/2",
  frac14: " 1/4",
  frac34: " 3/4",
  deg: "^\\circ ",
  nbsp: " ",
  amp: "&",
  quot: '"',
  radic: "\\sqrt ",
  sup2: "^2",
  sup3: "^3",
  middot: "\\cdot ",
  thinsp: " ",
  ndash: "-",
};

/** Tags of HTML taken off and its entities replaced; `1 < x > y` keeps its signs. */
export function withoutHtml(text: string): string {
  return text
    .replace(/<sup>([^<>]*)<\/sup>/gi, "^{$1}")
    .replace(/<sub>([^<>]*)<\/sub>/gi, "_{$1}")
    .replace(/<\/?(?:b|i|em|strong|u|p|span|div|br|code|small|big|mark|font|center)(?:\s[^<>]*|\s?\/)?>/gi, " ")
    .replace(/&([a-z]+\d*);/g, (all, name: string) => ENTITIES[name] ?? all);
}

/** The text with known characters beyond ASCII replaced; unknown ones stay. */
export function withoutUnicode(text: string): string {
  return text
    // Places in these texts are marked with characters for private use.
    .replace(/[\ue000-\ue010]/g, "")
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ]+/g, (run) => `^{${[...run].map((c) => "0123456789+-n"[RAISED.indexOf(c)]).join("")}}`)
    .replace(/[₀₁₂₃₄₅₆₇₈₉]+/g, (run) => `_{${[...run].map((c) => LOWERED.indexOf(c)).join("")}}`)
    .replace(/[^\x20-\x7e\n]/g, (character) => TABLE.get(character) ?? character)
    .replace(/^\s*\u2014\s*(?=\d)/, "-")
    // Mathematical alphabets.
    .replace(/[\u{1d400}-\u{1d7ff}]/gu, (c) => c.normalize("NFKC"))
    // Digits and letters of full width.
    .replace(/[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0));
}

function symbolTable(): Map<string, string> {
  const table = new Map(Object.entries(NAMES));
  for (const [to, from] of Object.entries(SAME)) {
    for (const character of from) table.set(character, to);
  }
  return table;
}
