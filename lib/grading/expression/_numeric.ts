/**
 * Two expressions held against each other in double precision, at fixed points that look random: positive, negative,
 * within (0, 1), whole numbers, complex ones where real values run out. Equal means equal at every point where both are
 * defined; what lies between equal and different (rounding, cancellation, values that hardly vary) stays undecided.
 */
import { randomFrom } from "../../basics/mod.ts";
import { type Complex, complexValue } from "./_complex.ts";
import { domainOf, freeSymbols, isComplex } from "./_domains.ts";
import { type Point, realValue, type Trace } from "./_real.ts";
import type { Expr } from "../types.ts";

/** Nodes visited for one pair of expressions. */
const MOST_STEPS = 20_000;
/** Points at which both must have a value before they can be called equal. */
const FEWEST_POINTS = 3;
/** Points after which there is no need for further ones. */
const ENOUGH_POINTS = 6;
const MOST_VARIABLES = 12;

/** Errors are bounded to first order; this makes up for the rest. */
const SAFETY = 16;

/** How the values of a round of points are drawn. */
interface Round {
  readonly kind: "real" | "whole" | "complex";
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

const ROUNDS: readonly Round[] = [
  { kind: "real", low: 0.3, high: 3, count: 4 },
  { kind: "real", low: -3, high: 3, count: 4 },
  { kind: "real", low: -2.5, high: -0.2, count: 3 },
  { kind: "real", low: 0.03, high: 0.97, count: 2 },
  { kind: "whole", low: 1, high: 4, count: 2 },
  { kind: "whole", low: 1, high: 9, count: 9 },
  { kind: "real", low: 3, high: 40, count: 4 },
  { kind: "complex", low: -1.5, high: 1.5, count: 6 },
];
/** Where the variables are whole: one after the other, then larger ones. */
const WHOLE_ROUNDS: readonly Round[] = [
  { kind: "whole", low: 1, high: 40, count: 40 },
  { kind: "whole", low: 97, high: 330, count: 20 },
  { kind: "whole", low: 995, high: 2100, count: 10 },
];
/** Rounds every pair goes through; the later ones are for those that were hardly defined in these. */
const ALWAYS = 5;

/**
 * What one expression is against the other: the same; the same and defined wherever the other is; a constant times it; it
 * plus a constant, and defined wherever it is.
 */
export type Relation = "equal" | "covering" | "proportional" | "shifted";

/** Whether a is to b in the relation, at the points; undefined when that cannot be told. */
export function agree(a: Expr, b: Expr, relation: Relation = "equal"): boolean | undefined {
  const names = [...freeSymbols(a).union(freeSymbols(b))].sort();
  if (names.length > MOST_VARIABLES) return undefined;
  const trace: Trace = { steps: MOST_STEPS, error: 0 };
  const onlyComplex = isComplex(a) || isComplex(b);
  if (names.length === 0) {
    return relation === "equal" || relation === "covering" ? sameConstants(a, b, onlyComplex, trace) : undefined;
  }
  const judge = new Judge(relation);
  const domain = domainOf(a, b, names);
  (domain === "whole" ? WHOLE_ROUNDS : ROUNDS).forEach(({ kind, count }, round, rounds) => {
    const late = rounds === ROUNDS && round >= ALWAYS;
    if (late && judge.points >= (kind === "complex" ? FEWEST_POINTS : ENOUGH_POINTS)) return;
    for (let k = 0; k < count && judge.different === 0 && trace.steps > 0; k++) {
      const values = pointValues(rounds, round, k);
      if (onlyComplex || domain === "complex" || kind === "complex") {
        const imaginary = domain === "complex" || kind === "complex" ? pointValues(rounds, round, k, "imaginary") : [];
        const point = new Map(names.map((name, i) => [name, { re: values[i] ?? 0, im: imaginary[i] ?? 0 }] as const));
        const x = complexValue(a, point, trace);
        const error = trace.error;
        judge.add(x, complexValue(b, point, trace), error + trace.error);
      } else {
        const point: Point = new Map(names.map((name, i) => [name, values[i] ?? 0]));
        const re = realValue(a, point, trace);
        const error = trace.error;
        judge.add({ re, im: 0 }, { re: realValue(b, point, trace), im: 0 }, error + trace.error);
      }
    }
  });
  return judge.verdict();
}

/** Uniform numbers in [0, 1) by round and point: real parts, then imaginary parts. Drawn once. */
const drawn = new WeakMap<readonly Round[], readonly (readonly (readonly number[])[])[]>();

function drawPoints(rounds: readonly Round[]): readonly (readonly (readonly number[])[])[] {
  const points = rounds.map(({ count }, round) =>
    Array.from({ length: count }, (_, k) => {
      const random = randomFrom("points of expressions", round, k);
      return Array.from({ length: 2 * MOST_VARIABLES }, () => random.next());
    })
  );
  drawn.set(rounds, points);
  return points;
}

/** The values of all variables at the k-th point of a round; the first variable runs through every whole number. */
function pointValues(
  rounds: readonly Round[],
  round: number,
  k: number,
  part: "real" | "imaginary" = "real",
): readonly number[] {
  const points = drawn.get(rounds) ?? drawPoints(rounds);
  const { kind, low, high } = rounds[round] as Round;
  const uniform = points[round]?.[k] ?? [];
  const half = part === "real" ? uniform.slice(0, MOST_VARIABLES) : uniform.slice(MOST_VARIABLES);
  if (kind !== "whole") return half.map((each) => low + each * (high - low));
  return half.map((each, i) => i === 0 ? low + k : low + Math.floor(each * (high - low + 1)));
}

/** Two constants. */
function sameConstants(a: Expr, b: Expr, onlyComplex: boolean, trace: Trace): boolean | undefined {
  const judge = new Judge("equal");
  const x = constantValue(a, onlyComplex, trace);
  const error = trace.error;
  const y = constantValue(b, onlyComplex, trace);
  judge.add(x, y, error + trace.error);
  return judge.different > 0 ? false : judge.points > 0 ? true : undefined;
}

/** The value of a constant, complex where it is not real. */
function constantValue(expr: Expr, onlyComplex: boolean, trace: Trace): Complex {
  if (!onlyComplex) {
    const re = realValue(expr, new Map(), trace);
    if (!Number.isNaN(re)) return { re, im: 0 };
  }
  return complexValue(expr, new Map(), trace);
}

function isFinitePair(x: Complex, y: Complex): boolean {
  return Number.isFinite(x.re) && Number.isFinite(x.im) && Number.isFinite(y.re) && Number.isFinite(y.im);
}

/** Gathers what the points say. */
class Judge {
  points = 0;
  different = 0;
  private doubtful = 0;
  /** The constant that the first point gave: a factor or a summand. */
  private ratio: Complex | undefined;
  private lowest = Infinity;
  private highest = -Infinity;
  private readonly relation: Relation;

  constructor(relation: Relation) {
    this.relation = relation;
  }

  add(x: Complex, y: Complex, error: number): void {
    if (!isFinitePair(x, y)) {
      const mustCover = this.relation === "covering" || this.relation === "shifted";
      if (mustCover && Number.isNaN(x.re) && Number.isFinite(y.re)) this.different++;
      return;
    }
    const target = this.target(x, y);
    if (target === undefined) return;
    const difference = Math.hypot(x.re - target.re, x.im - target.im);
    const size = Math.max(Math.hypot(x.re, x.im), Math.hypot(target.re, target.im));
    const noise = SAFETY * error;
    if (!(noise < 1e-5 * size) && !(noise < 1e-9 && difference <= noise)) {
      // Where almost everything cancels, what is left says nothing, unless it is far apart.
      if (difference > 1e3 * noise) this.different++;
      return;
    }
    if (difference <= 1e-13 * size + noise) this.points++;
    else if (difference > 1e-11 * size + 100 * noise) this.different++;
    else this.doubtful++;
    this.lowest = Math.min(this.lowest, x.re + 0.7 * x.im);
    this.highest = Math.max(this.highest, x.re + 0.7 * x.im);
  }

  /** What x should be. */
  private target(x: Complex, y: Complex): Complex | undefined {
    if (this.relation === "proportional") return this.scaled(x, y);
    if (this.relation !== "shifted") return y;
    this.ratio ??= { re: x.re - y.re, im: x.im - y.im };
    return { re: y.re + this.ratio.re, im: y.im + this.ratio.im };
  }

  /** y times the constant that the first point gave. */
  private scaled(x: Complex, y: Complex): Complex | undefined {
    const size = y.re * y.re + y.im * y.im;
    if (this.ratio === undefined) {
      if (size < 1e-12 || Math.hypot(x.re, x.im) < 1e-6) return undefined;
      this.ratio = { re: (x.re * y.re + x.im * y.im) / size, im: (x.im * y.re - x.re * y.im) / size };
    }
    const { re, im } = this.ratio;
    return { re: re * y.re - im * y.im, im: re * y.im + im * y.re };
  }

  verdict(): boolean | undefined {
    if (this.different > 0) return false;
    if (this.doubtful > 0 || this.points < FEWEST_POINTS) return undefined;
    // A large constant hides what varies: 10^12 + sin x and 10^12 + cos x.
    const size = Math.max(Math.abs(this.lowest), Math.abs(this.highest));
    const varies = this.highest - this.lowest;
    return varies > 1e-13 * size && varies < 1e-5 * size ? undefined : true;
  }
}
