/** Known structures: sets and lists without order, tuples and vectors with it, matrices, pairs of signs. */
import type { Random } from "../../../lib/basics/mod.ts";
import { add, equal, mul, neg, type Q, q, type Surd, surd, surdName } from "./_exact.ts";
import { changedSurd, randomSurd } from "./_irrationals.ts";
import {
  anyInk,
  chance,
  type Ink,
  type Known,
  latexInk,
  type Maker,
  math,
  plainInk,
  until,
  type Written,
  written,
} from "./_known.ts";
import { exactSurd, latexQ, writeSurd } from "./_write_numbers.ts";

function randomItem(random: Random): Surd {
  return chance(random, 0.85) ? surd(q(random.int(-40, 40), random.pick([1, 1, 1, 1, 2, 3, 4]))) : randomSurd(random);
}

function changedItem(item: Surd, random: Random): Surd {
  if (item.b.n !== 0n) return changedSurd(item, random);
  const { a } = item;
  return surd(
    until(() => random.pick([neg(a), add(a, q(1)), add(a, q(-1)), mul(a, q(2)), add(a, q(1, 2))]), (x) => !equal(x, a)),
  );
}

function distinct(random: Random, count: number): readonly Surd[] {
  return until(
    () => Array.from({ length: count }, () => randomItem(random)),
    (all) => new Set(all.map(surdName)).size === count,
  );
}

function setName(items: readonly Surd[]): string {
  return [...new Set(items.map(surdName))].sort().join();
}

/** Members with commas between them; decimals with a point only. */
function listed(items: readonly Surd[], ink: Ink, random: Random): string {
  // In plain text `12,240/6` would have two readings.
  const comma = ink.latex ? random.pick([", ", ", ", ","]) : ", ";
  return items.map((item) => writeSurd(item, ink, random)).join(comma);
}

function writeSet(items: readonly Surd[], random: Random): Written {
  const ink = anyInk(random);
  const shuffled = random.shuffle(items);
  const word = (w: string): string => ink.latex ? `\\text{ ${w} }` : ` ${w} `;
  switch (items.length > 1 ? random.int(0, 8) : random.int(0, 2)) {
    case 0:
    case 1:
      return written(ink.latex ? `\\{${listed(shuffled, ink, random)}\\}` : `{${listed(shuffled, ink, random)}}`, ink);
    case 2:
      return items.length === 1
        ? written(writeSurd(items[0]!, ink, random), ink)
        : written(listed(shuffled, ink, random), ink);
    case 3: {
      const [first, last] = [
        listed(shuffled.slice(0, -1), ink, random),
        writeSurd(shuffled.at(-1) as Surd, ink, random),
      ];
      // `3 and 2/3` could be a mixed number.
      const and = /frac|\//.test(last) ? "or" : random.pick(["and", "or"]);
      return written(`${first}${word(and)}${last}`, ink);
    }
    case 4:
      return written(
        shuffled.map((item) => `x=${writeSurd(item, ink, random)}`).join(random.pick([", ", word("or")])),
        ink,
      );
    case 5: {
      const latex = latexInk(random);
      return math(`x\\in\\{${listed(shuffled, latex, random)}\\}`);
    }
    case 6: {
      // A member counts once, however often it is written.
      const latex = latexInk(random);
      return math(`\\{${listed([...shuffled, shuffled[0]!], latex, random)}\\}`);
    }
    case 7: {
      const latex = latexInk(random);
      return math(shuffled.map((item) => `\\{${writeSurd(item, latex, random)}\\}`).join("\\cup "));
    }
    default:
      return written(listed(shuffled, ink, random), ink);
  }
}

/** A member changed, dropped or added. */
function changedMembers(items: readonly Surd[], random: Random): readonly Surd[] {
  const at = random.int(0, items.length - 1);
  const changes = [
    () => items.map((item, i) => i === at ? changedItem(item, random) : item),
    () => items.filter((_, i) => i !== at),
    () => [...items, randomItem(random)],
    () => items.map(({ a, b, c }) => surd(neg(a), neg(b), c)),
  ];
  return until(() => random.pick(changes)(), (made) => made.length > 0 && setName(made) !== setName(items));
}

const sets: Maker = (random) => {
  const items = distinct(random, random.int(2, 5));
  const text = items.map((item) => item.b.n === 0n ? latexQ(item.a) : exactSurd(item, random)).join(", ");
  return {
    reference: chance(random, 0.5) ? `\\{${text}\\}` : text,
    same: (r) => writeSet(items, r),
    other: (r) => writeSet(changedMembers(items, r), r),
  };
};

/** Both signs: a ± b√c, whose two values are irrational conjugates or opposite numbers. */
const plusMinus: Maker = (random) => {
  const value = chance(random, 0.4) ? surd(q(random.int(1, 30), random.pick([1, 1, 2]))) : randomSurd(random);
  const split = (x: Surd): readonly [Q, Surd] => x.b.n === 0n ? [q(0), surd(x.a)] : [x.a, surd(q(0), x.b, x.c)];
  const both = (x: Surd): readonly Surd[] => {
    const [a, { a: r, b, c }] = split(x);
    return [surd(add(a, r), b, c), surd(add(a, neg(r)), neg(b), c)];
  };
  const signed = (x: Surd): string => {
    const [a, root] = split(x);
    const size = root.b.n < 0n ? surd(q(0), neg(root.b), root.c) : root.a.n < 0n ? surd(neg(root.a)) : root;
    const part = size.b.n === 0n ? latexQ(size.a) : exactRoot(size);
    return `${a.n === 0n ? "" : latexQ(a)}\\pm ${part}`;
  };
  const write = (x: Surd, r: Random): Written =>
    chance(r, 0.5) ? math(`${r.pick(["", "x=", "x = "])}${signed(x)}`) : writeSet(both(x), r);
  return {
    reference: signed(value),
    same: (r) => write(value, r),
    other(r) {
      if (chance(r, 0.3)) return writeSet([r.pick(both(value))], r);
      const other = until(
        () => value.b.n === 0n ? changedItem(value, r) : changedSurd(value, r),
        (x) => x.a.n + x.b.n !== 0n && setName(both(x)) !== setName(both(value)),
      );
      return write(other, r);
    },
  };
};

/** b√c with b > 0, as it is printed in books. */
function exactRoot({ b, c }: Surd): string {
  const top = `${b.n === 1n ? "" : b.n}\\sqrt{${c}}`;
  return b.d === 1n ? top : `\\frac{${top}}{${b.d}}`;
}

function writeTuple(items: readonly Surd[], isVector: boolean, random: Random): Written {
  const ink = anyInk(random);
  const parts = items.map((item) => writeSurd(item, ink, random));
  const comma = ink.latex ? random.pick([", ", ","]) : ", ";
  switch (random.int(isVector ? 2 : 0, 6)) {
    case 2:
      return ink.latex
        ? math(`\\left\\langle ${parts.join(comma)}\\right\\rangle`)
        : written(`(${parts.join(comma)})`, ink);
    case 3: {
      const env = random.pick(["pmatrix", "bmatrix"]);
      const latex = latexInk(random);
      return math(`\\begin{${env}}${items.map((item) => writeSurd(item, latex, random)).join("\\\\")}\\end{${env}}`);
    }
    case 0: {
      const names = items.length === 2 ? ["x", "y"] : ["a", "b", "c", "d"];
      const pairs = parts.map((part, i) => `${names[i]}=${part}`);
      return written((items.length === 2 ? random.shuffle(pairs) : pairs).join(", "), ink);
    }
    case 1:
      return items.length === 2 ? written(`(x,y)=(${parts.join(comma)})`, ink) : written(`(${parts.join(comma)})`, ink);
    default:
      return written(`(${parts.join(comma)})`, ink);
  }
}

function tupleName(items: readonly Surd[]): string {
  return items.map(surdName).join();
}

const tuples: Maker = (random) => {
  const items = Array.from({ length: random.int(2, 4) }, () => randomItem(random));
  const change = (r: Random): readonly Surd[] => {
    const at = r.int(0, items.length - 1);
    return r.pick([
      () => items.map((item, i) => i === at ? changedItem(item, r) : item),
      () => items.map((item, i) => i === at ? changedItem(item, r) : item),
      () => [...items].reverse(),
      () => r.shuffle(items),
      () => [...items, randomItem(r)],
      () => items.length > 2 ? items.slice(0, -1) : [...items].reverse(),
      () => items.map(({ a, b, c }) => surd(neg(a), neg(b), c)),
    ])();
  };
  const text = items.map((item) => item.b.n === 0n ? latexQ(item.a) : exactSurd(item, random));
  const isVector = chance(random, 0.3);
  return {
    reference: isVector
      ? `\\begin{pmatrix} ${text.join(" \\\\ ")} \\end{pmatrix}`
      : `\\left(${text.join(", ")}\\right)`,
    same: (r) => writeTuple(items, isVector, r),
    other: (r) => writeTuple(until(() => change(r), (made) => tupleName(made) !== tupleName(items)), isVector, r),
  };
};

type Rows = readonly (readonly Surd[])[];

function writeMatrix(rows: Rows, random: Random): Written {
  const ink = latexInk(random);
  const way = random.int(0, 5);
  if (way === 0) {
    const flat = plainInk(random, false);
    return written(
      `[${rows.map((row) => `[${row.map((x) => writeSurd(x, flat, random)).join(", ")}]`).join(", ")}]`,
      flat,
    );
  }
  const factor = way === 1 ? q(random.pick([2, 3, -1, -2]), random.pick([1, 2, 5])) : q(1);
  const inverse = q(factor.d, factor.n);
  const scaled = rows.map((row) => row.map(({ a, b, c }) => surd(mul(a, inverse), mul(b, inverse), c)));
  const body = scaled.map((row) => row.map((x) => writeSurd(x, ink, random)).join(random.pick([" & ", "&"]))).join(
    random.pick(["\\\\", " \\\\ "]),
  );
  const front = equal(factor, q(1)) ? "" : latexQ(factor);
  if (way === 2) return math(`\\left[\\begin{array}{${"c".repeat(rows[0]!.length)}}${body}\\end{array}\\right]`);
  if (way === 3) return math(`A = \\begin{bmatrix} ${body} \\end{bmatrix}`);
  const env = random.pick(["pmatrix", "bmatrix"]);
  return math(`${front}\\begin{${env}}${body}\\end{${env}}`);
}

function matrixName(rows: Rows): string {
  return rows.map(tupleName).join(";");
}

const matrices: Maker = (random) => {
  const [height, width] = random.pick([[2, 2], [2, 2], [2, 3], [3, 2], [3, 3], [1, 3]] as const);
  const rows: Rows = Array.from({ length: height }, () => Array.from({ length: width }, () => randomItem(random)));
  const change = (r: Random): Rows => {
    const [i, j] = [r.int(0, height - 1), r.int(0, width - 1)];
    return r.pick([
      () => rows.map((row, y) => row.map((x, k) => y === i && k === j ? changedItem(x, r) : x)),
      () => Array.from({ length: width }, (_, k) => rows.map((row) => row[k]!)),
      () => [...rows].reverse(),
      () => rows.map((row) => [...row].reverse()),
      () => rows.slice(1).length > 1 ? rows.slice(1) : [...rows].reverse(),
      () => rows.map((row) => row.map(({ a, b, c }) => surd(mul(a, q(2)), mul(b, q(2)), c))),
    ])();
  };
  const text = rows.map((row) => row.map((x) => x.b.n === 0n ? latexQ(x.a) : exactSurd(x, random)).join(" & ")).join(
    " \\\\ ",
  );
  return {
    reference: `\\begin{${random.pick(["pmatrix", "bmatrix"])}} ${text} \\end{pmatrix}`.replace(
      /^(\\begin\{bmatrix\}.*)pmatrix\}$/,
      "$1bmatrix}",
    ),
    same: (r) => writeMatrix(rows, r),
    other: (r) => writeMatrix(until(() => change(r), (made) => matrixName(made) !== matrixName(rows)), r),
  };
};

/** The kinds of this file, by name. */
export const STRUCTURE_KINDS: Readonly<Record<string, (random: Random) => Known>> = {
  sets,
  "plus or minus": plusMinus,
  tuples,
  matrices,
};
