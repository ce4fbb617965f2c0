/**
 * How pylatexenc 2.11 reads and writes the macros that occur in answers: how many arguments, which text. A macro that is not
 * here has no argument and no text, so its braces are read as a plain group: `\dfrac`, had the recipe not renamed it,
 * would be the two numbers side by side. Scripts other than Greek, planets and citations are left out.
 */

/** What a macro takes: one character an argument, `{` a token or group, `[` optional, `*` an optional star. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  "\\": "*[",
  hspace: "*{",
  vspace: "*{",
  sqrt: "[{",
  footnote: "[{",
  textcolor: "[{{",
  colorbox: "[{{",
  color: "[{",
  xleftarrow: "[{",
  xrightarrow: "[{",
  hphantom: "[{",
  vphantom: "[{",
  item: "[",
  ...each("frac nicefrac braket ketbra texorpdfstring", "{{"),
  ...each("mathrm mathbb mathbf mathit mathsf mathtt mathcal mathscr mathfrak ensuremath ket bra", "{"),
  ...each("text textrm textit textbf textmd textsc textsf textsl texttt textup emph mbox label ref eqref url", "{"),
  ...each("overline underline widehat widetilde wideparen overbrace underbrace overgroup undergroup overbracket", "{"),
  ...each("overleftarrow overrightarrow overleftrightarrow underleftarrow underrightarrow underleftrightarrow", "{"),
  ...each("underbracket overlinesegment underlinesegment overleftharpoon overrightharpoon keywords hint hints", "{"),
  ...each("' ` \" c ^ ~ H k = b . d r u v not vec dot hat check breve acute grave tilde bar ddot", "{"),
};

/** A combining character that is put behind every character of the argument. */
export const ACCENTS: Readonly<Record<string, string>> = {
  "'": "\u0301",
  "`": "\u0300",
  '"': "\u0308",
  c: "\u0327",
  "^": "\u0302",
  "~": "\u0303",
  H: "\u030b",
  k: "\u0328",
  "=": "\u0304",
  b: "\u0331",
  ".": "\u0307",
  d: "\u0323",
  r: "\u030a",
  u: "\u0306",
  v: "\u030c",
  vec: "\u20d7",
  dot: "\u0307",
  hat: "\u0302",
  check: "\u030c",
  breve: "\u0306",
  acute: "\u0301",
  grave: "\u0300",
  tilde: "\u0303",
  bar: "\u0305",
  ddot: "\u0308",
  not: "\u0338",
};

/** Where the capital and small letters of a mathematical alphabet begin in Unicode, and letters that stand elsewhere. */
export const ALPHABETS: Readonly<Record<string, { capital: number; small: number; other: Record<string, string> }>> = {
  mathbf: { capital: 0x1d400, small: 0x1d41a, other: {} },
  mathit: { capital: 0x1d434, small: 0x1d44e, other: { h: "ℎ" } },
  mathsf: { capital: 0x1d5a0, small: 0x1d5ba, other: {} },
  mathtt: { capital: 0x1d670, small: 0x1d68a, other: {} },
  mathbb: { capital: 0x1d538, small: 0x1d552, other: { C: "ℂ", H: "ℍ", N: "ℕ", P: "ℙ", Q: "ℚ", R: "ℝ", Z: "ℤ" } },
  mathcal: { capital: 0x1d49c, small: 0x1d4b6, other: script() },
  mathscr: { capital: 0x1d49c, small: 0x1d4b6, other: script() },
  mathfrak: { capital: 0x1d504, small: 0x1d51e, other: { C: "ℭ", H: "ℌ", I: "ℑ", R: "ℜ", Z: "ℨ" } },
};

/** Macros whose arguments stand one behind the other in the text. */
export const TRANSPARENT: ReadonlySet<string> = new Set(
  "mathrm emph textrm textit textbf textsc textsl text".split(" "),
);

/** Environments that are written `[ a b; c d ]`. */
export const MATRICES: ReadonlySet<string> = new Set(
  "array pmatrix bmatrix smallmatrix psmallmatrix bsmallmatrix".split(" "),
);

/** Environments that are written as a paragraph of their own, their contents as mathematics. */
export const EQUATIONS: ReadonlySet<string> = new Set(
  "equation equation* eqnarray eqnarray* align multline gather align* multline* gather* dmath dmath*".split(" "),
);

/** Signs of more than one character, or with a text of their own; the longest counts. */
export const SPECIALS: ReadonlyArray<readonly [string, string]> = [
  ["---", "\u2014"],
  ["--", "\u2013"],
  ["``", "\u201c"],
  ["''", "\u201d"],
  ["!`", "\u00a1"],
  ["?`", "\u00bf"],
  ["&", "   "],
  ["~", "\u00a0"],
];

/** The arguments of a macro, or of an environment where `environment` is true. */
export function argumentsOf(name: string, environment = false): string {
  if (environment) return name === "array" ? "[{" : name.startsWith("alignat") ? "{" : "";
  return Object.hasOwn(ARGUMENTS, name) ? ARGUMENTS[name] as string : "";
}

/** The text of a macro, in which `%1` is its first argument, `%2` its second; undefined for none. */
export function templateOf(name: string): string | undefined {
  return TEXTS.get(name);
}

function each(names: string, value: string): Record<string, string> {
  return Object.fromEntries(names.split(" ").map((name) => [name, value]));
}

function script(): Record<string, string> {
  return { B: "ℬ", E: "ℰ", F: "ℱ", H: "ℋ", I: "ℐ", L: "ℒ", M: "ℳ", R: "ℛ", e: "ℯ", g: "ℊ", o: "ℴ" };
}

const SAME_TEXT =
  "overline underline widehat widetilde wideparen overbrace underbrace overgroup undergroup overbracket underbracket " +
  "overleftarrow overrightarrow overleftrightarrow underleftarrow underrightarrow underleftrightarrow overlinesegment " +
  "underlinesegment overleftharpoon overrightharpoon ensuremath";

const TEMPLATES: ReadonlyArray<readonly [string, string]> = [
  ["frac", "%1/%2"],
  ["nicefrac", "%1/%2"],
  ["sqrt", "√(%2)"],
  ["ket", "|%1⟩"],
  ["bra", "⟨%1|"],
  ["braket", "⟨%1|%2⟩"],
  ["ketbra", "|%1⟩⟨%2|"],
  ["texorpdfstring", "%2"],
  ["url", "<%1>"],
  ["footnote", "[%2]"],
  ["textcolor", "%3"],
  ["colorbox", "%3"],
  ["hint", "Hint: %1"],
  ["hints", "Hints: %1"],
  ["ref", "<ref>"],
  ["eqref", "(<ref>)"],
  ["vspace", "\n"],
  ["\\", "\n"],
  ["limsup", "lim sup"],
  ["liminf", "lim inf"],
  [",", " "],
  [";", " "],
  [":", " "],
  [" ", " "],
  ["quad", "  "],
  ["qquad", "    "],
  ["enskip", "\u2002"],
  ["%", "%"],
  ["$", "$"],
  ["&", "&"],
  ["#", "#"],
  ["_", "_"],
  ["{", "{"],
  ["}", "}"],
  ["-", "\u00ad"],
  ["backslash", "\\"],
  ["dddot", "\u20db"],
  ["ddddot", "\u20dc"],
];

/** Macros without arguments and their texts, taking turns. */
const SYMBOLS =
  "AA Å AE Æ Alpha Α Angle ⦜ Beta Β Bumpeq ≎ Cap ⋒ Chi Χ Colon ∷ Cup ⋓ Delta Δ Digamma Ϝ Downarrow ⇓ Epsilon Ε " +
  "Equal ⩵ Eta Η Gamma Γ Ident 𝕀 Iota Ι Kappa Κ L Ł Lambda Λ Leftarrow ⇐ Leftrightarrow ⇔ Lleftarrow ⇚ " +
  "Longleftarrow ⟸ Longleftrightarrow ⟺ Longrightarrow ⟹ Lsh ↰ Mu Μ Nu Ν O Ø OE Œ Omega Ω Omicron Ο Phi Φ Pi Π " +
  "Psi Ψ Rho Ρ Rightarrow ⇒ Rrightarrow ⇛ Rsh ↱ Sigma Σ Subset ⋐ Supset ⋑ Tau Τ Theta Θ Uparrow ⇑ Updownarrow ⇕ " +
  "Upsilon Υ VDash ⊫ Vdash ⊩ Vert ‖ Vvdash ⊪ Xi Ξ Zeta Ζ aa å ae æ aleph ℵ allequal ≌ alpha α amalg ⨿ angle ∠ " +
  "approx ≈ approxeq ≊ approxnotequal ≆ arccos arccos arccosh arccosh arcsin arcsin arcsinh arcsinh arctan arctan " +
  "arctanh arctanh arrowwaveleft ↜ arrowwaveright ↝ ast ∗ asymp ≍ backepsilon ϶ backprime ‵ backsim ∽ backsimeq ⋍ " +
  "barwedge ⌅ because ∵ beta β beth ℶ between ≬ bigcap ⋂ bigcirc ◯ bigcup ⋃ bigoplus ⊕ bigotimes ⊗ " +
  "bigtriangledown ▽ bigtriangleup △ bigvee ⋁ bigwedge ⋀ blacklozenge ⧫ blacksquare ▪ blacktriangle ▴ " +
  "blacktriangledown ▾ blacktriangleleft ◂ blacktriangleright ▸ bowtie ⋈ boxdot ⊡ boxminus ⊟ boxplus ⊞ boxtimes ⊠ " +
  "bullet ∙ bumpeq ≏ cap ∩ cdot · cdots ⋯ chi χ circ ∘ circeq ≗ circlearrowleft ↺ circlearrowright ↻ circledast ⊛ " +
  "circledcirc ⊚ circleddash ⊝ clwintegral ∱ complement ∁ cong ≅ coprod ∐ cos cos cosh cosh cup ∪ curlyeqprec ⋞ " +
  "curlyeqsucc ⋟ curlyvee ⋎ curlywedge ⋏ curvearrowleft ↶ curvearrowright ↷ dag † dagger † daleth ℸ dashv ⊣ " +
  "dblarrowupdown ⇅ ddots ⋱ delta δ diagup ╱ diamond ♢ digamma ϝ div ÷ divideontimes ⋇ doteq ≐ doteqdot ≑ dotplus " +
  "∔ dots … dotsb … dotsc … dotsi … dotsm … dotso … downarrow ↓ downdownarrows ⇊ downharpoonleft ⇃ " +
  "downharpoonright ⇂ downslopeellipsis ⋱ ell ℓ emptyset ∅ epsilon ϵ eqcirc ≖ eqslantgtr ⪖ eqslantless ⪕ equiv ≡ " +
  "estimates ≙ eta η exists ∃ exp exp fallingdotseq ≒ forall ∀ forcesextra ⊨ frown ⌢ gamma γ ge ≥ geq ≥ geqq ≧ " +
  "geqslant ⩾ gg ≫ gimel ℷ gnapprox ⪊ gneq ⪈ gneqq ≩ gnsim ⋧ greaterequivlnt ≳ gtrapprox ⪆ gtrdot ⋗ gtreqless ⋛ " +
  "gtreqqless ⪌ gtrless ≷ gtrsim ≳ hbar ħ homothetic ∻ hookleftarrow ↩ hookrightarrow ↪ hslash ℏ i ı id 𝕀 iddots " +
  "⋰ iiint ∭ iint ∬ image ⊷ in ∈ inf inf infty ∞ int ∫ intercal ⊺ iota ι j ȷ kappa κ l ł lVert ‖ lambda λ langle " +
  "⟨ lazysinv ∾ lbrace { lceil ⌈ ldots … le ≤ leftarrow ← leftarrowtail ↢ leftharpoondown ↽ leftharpoonup ↼ " +
  "leftleftarrows ⇇ leftrightarrow ↔ leftrightarrows ⇆ leftrightharpoons ⇋ leftrightsquigarrow ↭ leftthreetimes ⋋ " +
  "leq ≤ leqq ≦ leqslant ⩽ lessapprox ⪅ lessdot ⋖ lesseqgtr ⋚ lesseqqgtr ⪋ lessequivlnt ≲ lessgtr ≶ lesssim ≲ " +
  "lfloor ⌊ lim lim ll ≪ llcorner ⌞ ln ln lnapprox ⪉ lneq ⪇ lneqq ≨ lnot ¬ lnsim ⋦ log log longleftarrow ⟵ " +
  "longleftrightarrow ⟷ longmapsto ⟼ longrightarrow ⟶ looparrowleft ↫ looparrowright ↬ lozenge ◊ lrcorner ⌟ " +
  "ltimes ⋉ lvert | mapsto ↦ max max measuredangle ∡ mho ℧ mid | min min mp ∓ mu μ multimap ⊸ nLeftarrow ⇍ " +
  "nLeftrightarrow ⇎ nRightarrow ⇏ nVDash ⊯ nVdash ⊮ nabla ∇ nearrow ↗ neq ≠ nexists ∄ ngeq ≱ ngtr ≯ ni ∋ " +
  "nleftarrow ↚ nleftrightarrow ↮ nleq ≰ nless ≮ nmid ∤ notgreaterless ≹ notin ∉ notlessgreater ≸ nparallel ∦ " +
  "nprec ⊀ nrightarrow ↛ nsubseteq ⊈ nsucc ⊁ nsupseteq ⊉ ntriangleleft ⋪ ntrianglelefteq ⋬ ntriangleright ⋫ " +
  "ntrianglerighteq ⋭ nu ν nvDash ⊭ nvdash ⊬ nwarrow ↖ o ø odot ⊙ oe œ oint ∮ omega ω omicron ο ominus ⊖ " +
  "openbracketleft 〚 openbracketright 〛 oplus ⊕ original ⊶ oslash ⊘ otimes ⊗ parallel ∥ partial ∂ perp ⊥ phi ϕ pi " +
  "π pitchfork ⋔ pm ± prec ≺ precapprox ⪷ preccurlyeq ≼ precedesnotsimilar ⋨ preceq ≼ precnapprox ⪹ precneqq ⪵ " +
  "precsim ≾ prime ' prod ∏ propto ∝ psi ψ rVert ‖ rangle ⟩ rbrace } rceil ⌉ rfloor ⌋ rho ρ rightangle ∟ " +
  "rightarrow → rightarrowtail ↣ rightharpoondown ⇁ rightharpoonup ⇀ rightleftarrows ⇄ rightleftharpoons ⇌ " +
  "rightrightarrows ⇉ rightsquigarrow ⇝ rightthreetimes ⋌ risingdotseq ≓ rtimes ⋊ rvert | searrow ↘ setminus ∖ " +
  "sigma σ sim ∼ simeq ≃ sin sin sinh sinh smallsetminus ∖ smile ⌣ sphericalangle ∢ sqcap ⊓ sqcup ⊔ sqsubset ⊏ " +
  "sqsubseteq ⊑ sqsupset ⊐ sqsupseteq ⊒ square □ ss ß star ⋆ starequal ≛ subset ⊂ subseteq ⊆ subseteqq ⫅ " +
  "subsetneq ⊊ subsetneqq ⫋ succ ≻ succapprox ⪸ succcurlyeq ≽ succeq ≽ succnapprox ⪺ succneqq ⪶ succnsim ⋩ " +
  "succsim ≿ sum ∑ sup sup supset ⊃ supseteq ⊇ supseteqq ⫆ supsetneq ⊋ supsetneqq ⫌ surd √ surfintegral ∯ swarrow " +
  "↙ tan tan tanh tanh tau τ textTheta ϴ therefore ∴ theta θ tildetrpl ≋ times × to → top ⊤ triangledown ▿ " +
  "triangleleft ◃ trianglelefteq ⊴ triangleq ≜ triangleright ▹ trianglerighteq ⊵ truestate ⊧ twoheadleftarrow ↞ " +
  "twoheadrightarrow ↠ udots ⋰ ulcorner ⌜ uparrow ↑ updownarrow ↕ upharpoonleft ↿ upharpoonright ↾ uplus ⊎ " +
  "upsilon υ upslopeellipsis ⋰ upuparrows ⇈ urcorner ⌝ varepsilon ε varkappa ϰ varnothing ∅ varphi φ varpi ϖ " +
  "varrho ϱ varsigma ς vartheta ϑ vartriangle ▵ vartriangleleft ⊲ vartriangleright ⊳ vdash ⊢ vdots ⋮ vee ∨ veebar " +
  "⊻ vert | verymuchgreater ⋙ verymuchless ⋘ volintegral ∰ wedge ∧ wp ℘ wr ≀ xi ξ zeta ζ textdegree ° textpm ± " +
  "textmp ∓ texttimes × textdiv ÷ textdollar $ textbackslash \\ textcent ¢ textsterling £ texteuro € textyen ¥ " +
  "textonehalf ½ textonequarter ¼ textthreequarters ¾ texttwosuperior ² textthreesuperior ³ textmu µ textohm Ω " +
  "textcelsius ℃ textquoteright ’ textquoteleft ‘ textendash – textemdash — textellipsis … textbullet • " +
  "textasciitilde ~ textasciicircum ˆ textfractionsolidus ⁄ textasteriskcentered ⁎";
const TEXTS: ReadonlyMap<string, string> = new Map([
  ...pairs(SYMBOLS),
  ...SAME_TEXT.split(" ").map((name) => [name, "%1"] as const),
  ...TEMPLATES,
]);

function pairs(text: string): Array<[string, string]> {
  const words = text.split(" ");
  return Array.from({ length: words.length / 2 }, (_, i) => [words[2 * i] as string, words[2 * i + 1] as string]);
}
