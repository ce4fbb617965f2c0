/**
 * The LaTeX parser of the Compute Engine with a dictionary of its own: what the rewriting writes and nothing else, so that
 * nothing is read in a way that was not meant (`\gamma` as a constant, `x^T` as a transpose). A small dictionary is also quickly
 * made.
 */
import { LATEX_DICTIONARY, type LatexDictionaryEntry, LatexSyntax } from "@cortex-js/compute-engine/latex-syntax";

type Entry = Partial<LatexDictionaryEntry>;

/** Entries that are taken over, by what they make. */
const TAKEN = new Set(
  ("InvisibleOperator Delimiter Tuple Sequence Abs Add Ceil Floor Divide Binomial Factorial Factorial2 Mod Multiply Negate " +
    "Power Product Rational Root Square Sum Sqrt Subtract Subscript Conjugate Degrees Pi ExponentialE ImaginaryUnit " +
    "PositiveInfinity Set Equal").split(" "),
);
/** Entries without a name that are taken over, by what they begin with. */
const TRIGGERS = new Set([",", "(", "/", "\\infty", "\\cdot", "!", "!!", "^\\circ", "^<{>\\circ<}>", "|", "+", "-"]);
/** Functions by the name of their command. */
const HEAD_OF_FUNCTION: Readonly<Record<string, string>> = Object.fromEntries(
  ("sin:Sin cos:Cos tan:Tan cot:Cot sec:Sec csc:Csc arcsin:Arcsin arccos:Arccos arctan:Arctan arccot:Arccot arcsec:Arcsec " +
    "arccsc:Arccsc sinh:Sinh cosh:Cosh tanh:Tanh coth:Coth sech:Sech csch:Csch arsinh:Arsinh arcosh:Arcosh artanh:Artanh " +
    "arcoth:Arcoth arsech:Arsech arcsch:Arcsch ln:Ln log:Log logbase:Logarithm exp:Exp gcd:GCD lcm:LCM max:Max min:Min sgn:Sign arg:Argument Re:Real " +
    "Im:Imaginary cis:Cis Gammaof:GammaFunction zetaof:Zeta applied:Applied combinations:Combinations permutations:Permutations")
    .split(" ").map((pair) => pair.split(":")),
);
const GREEK =
  ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi chi psi omega Gamma Delta " +
    "Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar aleph varpi").split(" ");

let syntax: LatexSyntax | undefined;

/** LaTeX as MathJSON, with errors in it where it is none. */
export function parsedLatex(latex: string): unknown {
  syntax ??= new LatexSyntax({ dictionary: dictionary() });
  return syntax.parse(latex);
}

function dictionary(): Entry[] {
  const taken = (LATEX_DICTIONARY as readonly Entry[]).filter((entry) =>
    entry.name === undefined ? TRIGGERS.has(triggerOf(entry)) : TAKEN.has(entry.name)
  );
  const functions = Object.entries(HEAD_OF_FUNCTION).map(([name, head]): Entry => ({
    name: head,
    kind: "function",
    latexTrigger: [`\\${name}`],
  }));
  const letters = GREEK.map((name): Entry => ({ kind: "symbol", latexTrigger: [`\\${name}`], parse: name }));
  return [...taken, ...functions, ...letters];
}

function triggerOf(entry: Entry): string {
  const { latexTrigger, openTrigger } = entry as { latexTrigger?: string | string[]; openTrigger?: string };
  const trigger = latexTrigger ?? openTrigger ?? "";
  return typeof trigger === "string" ? trigger : trigger.join("");
}
