/**
 * The LaTeX parser of the Compute Engine with a dictionary of its own: what the rewriting writes and nothing else, so that
 * nothing is read in a way that was not meant (`\gamma` as a constant, `x^T` as a transpose). A small dictionary is also quickly
 * made.
 */
import type { LatexDictionaryEntry, LatexSyntax } from "@cortex-js/compute-engine/latex-syntax";

/**
 * The library reads two environment variables (CE_CACHE_STATS, CE_TYPE_FACTS_ASSERT) when it is loaded. Where that is not
 * allowed, everything but reading expressions must work all the same, so the failure waits until it is needed.
 */
const library = await import("@cortex-js/compute-engine/latex-syntax").catch((error: unknown) => ({ error }));

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

/**
 * LaTeX as MathJSON, with errors in it where it is none.
 * @throws {Error} when the library could not be loaded
 */
export function parsedLatex(latex: string): unknown {
  syntax ??= openSyntax();
  return syntax.parse(latex);
}

function openSyntax(): LatexSyntax {
  if (!("error" in library)) {
    return new library.LatexSyntax({ dictionary: dictionary(library.LATEX_DICTIONARY) });
  }
  const { error } = library;
  const why = error instanceof Error ? error.message : String(error);
  throw new Error(
    `cannot read expressions: the Compute Engine could not be loaded (${why}); ` +
      "allow it with --allow-env=CE_CACHE_STATS,CE_TYPE_FACTS_ASSERT",
  );
}

function dictionary(all: readonly unknown[]): Entry[] {
  const taken = (all as readonly Entry[]).filter((entry) =>
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
