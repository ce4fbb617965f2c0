import assert from "node:assert/strict";
import { type Random, randomFrom } from "../../lib/basics/mod.ts";
import { parseExpression } from "../../lib/grading/expression/latex.ts";
import { numericValue, printExpr, sameExpression } from "../../lib/grading/expression/same.ts";

/** An expression whose value is known, in three notations. */
interface Known {
  readonly value: number;
  readonly latex: string;
  readonly plain: string;
  /** 1 sum, 2 product, 3 power, 4 what needs no brackets. */
  readonly binding: number;
}

function whole(n: number): Known {
  return { value: n, latex: String(n), plain: String(n), binding: 4 };
}

const CONSTANTS: readonly Known[] = [
  { value: Math.PI, latex: "\\pi ", plain: "pi", binding: 4 },
  { value: Math.E, latex: "e", plain: "e", binding: 4 },
];

const inBrackets = (a: Known, least: number): Known =>
  a.binding >= least ? a : { ...a, latex: `\\left(${a.latex}\\right)`, plain: `(${a.plain})`, binding: 4 };

function sum(a: Known, b: Known): Known {
  const right = inBrackets(b, 2);
  return {
    value: a.value + b.value,
    latex: `${a.latex}+${right.latex}`,
    plain: `${a.plain} + ${right.plain}`,
    binding: 1,
  };
}

function difference(a: Known, b: Known): Known {
  const right = inBrackets(b, 2);
  return {
    value: a.value - b.value,
    latex: `${a.latex}-${right.latex}`,
    plain: `${a.plain}-${right.plain}`,
    binding: 1,
  };
}

/** Side by side where the second begins with a letter or a bracket, else with a sign. */
function product(a: Known, b: Known): Known {
  const [left, right] = [inBrackets(a, 3), inBrackets(b, 3)];
  const joined = /^[(\\e]/.test(right.latex) && !/\d$/.test(left.latex) && !right.latex.startsWith("\\frac");
  const between = joined ? "" : "\\cdot ";
  return {
    value: a.value * b.value,
    latex: `${left.latex}${between}${right.latex}`,
    plain: `${left.plain}*${right.plain}`,
    binding: 2,
  };
}

function quotient(a: Known, b: Known): Known {
  const [top, bottom] = [inBrackets(a, 4), inBrackets(b, 4)];
  return {
    value: a.value / b.value,
    latex: `\\frac{${a.latex}}{${b.latex}}`,
    plain: `${top.plain}/${bottom.plain}`,
    binding: 2,
  };
}

function negative(a: Known): Known {
  const inside = inBrackets(a, 2);
  return { value: -a.value, latex: `-${inside.latex}`, plain: `-${inside.plain}`, binding: 1 };
}

function power(a: Known, n: number): Known {
  const base = inBrackets(a, 4);
  return {
    value: a.value ** n,
    latex: `${base.latex}^${n < 0 || n > 9 ? `{${n}}` : n}`,
    plain: `${base.plain}**(${n})`,
    binding: 3,
  };
}

function root(a: Known): Known {
  return { value: Math.sqrt(a.value), latex: `\\sqrt{${a.latex}}`, plain: `sqrt(${a.plain})`, binding: 4 };
}

function sine(a: Known): Known {
  return { value: Math.sin(a.value), latex: `\\sin(${a.latex})`, plain: `sin(${a.plain})`, binding: 3 };
}

function absolute(a: Known): Known {
  return { value: Math.abs(a.value), latex: `|${a.latex}|`, plain: `abs(${a.plain})`, binding: 4 };
}

function made(random: Random, depth: number): Known {
  const pick = random.int(0, depth === 0 ? 3 : 15);
  if (pick < 3) return whole(random.int(1, 20));
  if (pick === 3) return CONSTANTS[random.int(0, 1)] as Known;
  const a = made(random, depth - 1);
  if (pick < 6) return sum(a, made(random, depth - 1));
  if (pick < 8) return difference(a, made(random, depth - 1));
  if (pick < 10) return product(a, made(random, depth - 1));
  if (pick < 12) return quotient(a, made(random, depth - 1));
  if (pick === 12) return negative(a);
  if (pick === 13) return power(a, [2, 3, -1, -2][random.int(0, 3)] as number);
  return pick === 14 ? root(a) : random.int(0, 1) === 0 ? sine(a) : absolute(a);
}

/** Expressions with a value that is neither huge nor lost by cancellation. */
function* many(count: number): Generator<Known> {
  const random = randomFrom("random expressions", 7);
  for (let found = 0; found < count;) {
    const known = made(random, 3);
    const size = Math.abs(known.value);
    if (!Number.isFinite(size) || size > 1e6 || size < 1e-3) continue;
    found++;
    yield known;
  }
}

Deno.test("parseExpression() reads a thousand made expressions as what they are, in LaTeX and in plain text", () => {
  for (const { value, latex, plain } of many(1000)) {
    for (const text of [latex, plain]) {
      const expr = parseExpression(text);
      assert.ok(expr !== undefined, `${text} cannot be read`);
      const found = numericValue(expr);
      assert.ok(
        found !== undefined && Math.abs(found.re - value) < 1e-6 * Math.abs(value),
        `${text}: ${printExpr(expr)}`,
      );
    }
  }
});

Deno.test("sameExpression() takes no made expression for another, also where they differ in the twelfth digit", () => {
  for (const known of many(400)) {
    const expr = parseExpression(known.latex);
    const again = parseExpression(known.plain);
    assert.ok(expr !== undefined && again !== undefined);
    assert.equal(sameExpression(expr, again).same, true, known.latex);
    for (const digits of [6, 9, 12]) {
      const near = parseExpression(`${known.plain} + 10^(-${digits})*(${known.plain})`);
      assert.ok(near !== undefined);
      assert.notEqual(sameExpression(near, expr).same, true, `${known.latex}, ${digits}`);
    }
  }
});
