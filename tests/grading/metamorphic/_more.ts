/** Known answers that are made of others: millions and billions, antiderivatives, functions by name, sets of points. */
import type { Random } from "../../../lib/basics/mod.ts";
import { add, decimal, decimalsOf, div, equal, mul, neg, type Q, q, ten } from "./_exact.ts";
import { smallQ } from "./_irrationals.ts";
import {
  anyInk,
  chance,
  type Known,
  latexInk,
  type Maker,
  math,
  plain,
  until,
  type Written,
  written,
} from "./_known.ts";
import { addPoly, changedPoly, equalPoly, type Poly, poly, scalePoly, writePoly, writeSplit } from "./_poly.ts";
import { inGroups, latexQ, writeQ } from "./_write_numbers.ts";

const SCALES = [[3, "thousand"], [6, "million"], [9, "billion"]] as const;

function inScale(value: Q, zeros: number, name: string, random: Random): Written {
  const count = div(value, ten(zeros));
  const digits = decimal(count, decimalsOf(count, 12) as number);
  return random.pick([
    plain(`${digits} ${name}`),
    plain(`$${digits} ${name}`),
    math(`${digits}\\text{ ${name}}`),
    math(`${digits}\\times 10^{${zeros}}`),
    plain(`${digits} ${name} people`),
  ]);
}

const millions: Maker = (random) => {
  const [zeros, name] = random.pick(SCALES);
  const value = mul(q(random.int(11, 999), 10), ten(zeros));
  const digits = String(value.n);
  const write = (x: Q, r: Random): Written => {
    const [scale, word] = r.pick([[zeros, name] as const, [zeros, name] as const, ...SCALES]);
    return decimalsOf(x, 0) === 0 && chance(r, 0.2)
      ? math(inGroups(String(x.n), r.pick([",", "{,}", "\\,"])))
      : inScale(x, scale, word, r);
  };
  return {
    reference: chance(random, 0.5)
      ? inGroups(digits, ",")
      : `${decimal(div(value, ten(zeros)), 1)}${chance(random, 0.5) ? ` ${name}` : `\\text{ ${name}}`}`,
    same: (r) => write(value, r),
    other(r) {
      const changes = [
        mul(value, q(10)),
        div(value, q(10)),
        mul(value, q(1000)),
        div(value, q(1000)),
        add(value, ten(zeros - 1)),
        neg(value),
      ];
      return write(until(() => r.pick(changes), (x) => !equal(x, value)), r);
    },
  };
};

/** A polynomial in x without a constant term. */
function withoutConstant(random: Random): Poly {
  return until(
    () => poly([smallQ(random, 6), random.int(3, 5)], [smallQ(random, 6), 2], [smallQ(random, 9), 1]),
    (p) => p.size > 1,
  );
}

const antiderivatives: Maker = (random) => {
  const p = withoutConstant(random);
  const write = (f: Poly, r: Random): Written => {
    const ink = anyInk(r);
    const text = writePoly(f, ["x"], ink, r);
    const constant = r.pick(["C", "C", "C", "c", "K"]);
    return written(
      chance(r, 0.8) ? `${text}+${constant}` : `${constant}${text.startsWith("-") ? "" : "+"}${text}`,
      ink,
    );
  };
  return {
    reference: `${writePoly(p, ["x"], latexInk(random), random, true)}+C`,
    same: (r) => write(p, r),
    other(r) {
      if (chance(r, 0.2)) return math(writePoly(p, ["x"], latexInk(r), r));
      // They differ by more than a constant.
      const isOther = (f: Poly): boolean => {
        const rest = new Map(addPoly(f, scalePoly(p, q(-1))));
        rest.delete("0");
        return rest.size > 0 && f.size > 0;
      };
      return write(until(() => changedPoly(p, r), isOther), r);
    },
  };
};

const functions: Maker = (random) => {
  const p = addPoly(withoutConstant(random), poly([smallQ(random), 0]));
  const name = random.pick(["f(x)", "g(x)", "P(x)", "y"]);
  const write = (f: Poly, r: Random): Written => {
    const ink = anyInk(r);
    const text = chance(r, 0.3) ? writeSplit(f, ["x"], ink, r) : writePoly(f, ["x"], ink, r);
    return written(chance(r, 0.5) ? `${name}=${text}` : text, ink);
  };
  const text = writePoly(p, ["x"], latexInk(random), random, true);
  return {
    reference: chance(random, 0.5) ? `${name}=${text}` : text,
    same: (r) => write(p, r),
    other: (r) => write(until(() => changedPoly(p, r), (f) => f.size > 0 && !equalPoly(f, p)), r),
  };
};

type Point = readonly [x: Q, y: Q];

function pointsName(points: readonly Point[]): string {
  return [...new Set(points.map(([x, y]) => `${latexQ(x)};${latexQ(y)}`))].sort().join();
}

function writePoints(points: readonly Point[], random: Random): Written {
  const ink = latexInk(random);
  const texts = random.shuffle(points).map(([x, y]) => `(${writeQ(x, ink, random)}, ${writeQ(y, ink, random)})`);
  const last = texts.at(-1) as string;
  if (texts.length === 1) return math(last);
  return math(random.pick([
    `\\{${texts.join(", ")}\\}`,
    texts.join(", "),
    `${texts.slice(0, -1).join(", ")}\\text{ and }${last}`,
    `${texts.slice(0, -1).join(", ")}\\text{ or }${last}`,
    texts.join(","),
  ]));
}

const points: Maker = (random) => {
  const point = (r: Random): Point => [q(r.int(-20, 20), r.pick([1, 1, 1, 2])), q(r.int(-20, 20), r.pick([1, 1, 3]))];
  const all = until(
    () => Array.from({ length: random.int(2, 3) }, () => point(random)),
    (made) => new Set(made.map((p) => pointsName([p]))).size === made.length,
  );
  const change = (r: Random): readonly Point[] => {
    const at = r.int(0, all.length - 1);
    return r.pick([
      () => all.filter((_, i) => i !== at),
      () => [...all, point(r)],
      () => all.map(([x, y]): Point => [y, x]),
      () => all.map(([x], i): Point => [x, (all[(i + 1) % all.length] as Point)[1]]),
      () => all.map(([x, y], i): Point => i === at ? [x, add(y, q(1))] : [x, y]),
      () => all.map(([x, y], i): Point => i === at ? [neg(x), y] : [x, y]),
    ])();
  };
  return {
    reference: all.map(([x, y]) => `(${latexQ(x)}, ${latexQ(y)})`).join(", "),
    same: (r) => writePoints(all, r),
    other: (r) => writePoints(until(() => change(r), (made) => pointsName(made) !== pointsName(all)), r),
  };
};

/** The kinds of this file, by name. */
export const MORE_KINDS: Readonly<Record<string, (random: Random) => Known>> = {
  millions,
  antiderivatives,
  functions,
  "sets of points": points,
};
