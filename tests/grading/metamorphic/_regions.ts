/** Known sets of reals: intervals, rays, unions, the line without points; written as intervals, inequalities and sets. */
import type { Random } from "../../../lib/basics/mod.ts";
import { abs, add, compare, equal, nameOf, neg, type Q, q } from "./_exact.ts";
import { anyInk, chance, type Ink, type Known, latexInk, type Maker, until, type Written, written } from "./_known.ts";
import { writeQ } from "./_write_numbers.ts";

/** An end of an interval; undefined: infinite. */
type End = Q | undefined;

interface Piece {
  readonly from: End;
  readonly to: End;
  readonly closedFrom: boolean;
  readonly closedTo: boolean;
}

/** The pieces sorted, touching ones joined, so that equal sets have equal pieces. */
function canonical(pieces: readonly Piece[]): readonly Piece[] {
  const sorted = [...pieces].sort((a, b) =>
    a.from === undefined ? -1 : b.from === undefined ? 1 : compare(a.from, b.from)
  );
  const joined: Piece[] = [];
  for (const piece of sorted) {
    const last = joined.at(-1);
    if (last === undefined || !touches(last, piece)) joined.push(piece);
    else joined[joined.length - 1] = join(last, piece);
  }
  return joined;
}

function touches({ to, closedTo }: Piece, { from, closedFrom }: Piece): boolean {
  if (to === undefined || from === undefined) return true;
  const order = compare(from, to);
  return order < 0 || order === 0 && (closedTo || closedFrom);
}

function join(a: Piece, b: Piece): Piece {
  const isLonger = a.to !== undefined && (b.to === undefined || compare(b.to, a.to) > 0);
  const isSame = a.to !== undefined && b.to !== undefined && equal(a.to, b.to);
  const closedFrom = a.closedFrom ||
    a.from !== undefined && b.from !== undefined && equal(a.from, b.from) && b.closedFrom;
  const closedTo = isSame ? a.closedTo || b.closedTo : isLonger ? b.closedTo : a.closedTo;
  return { from: a.from, closedFrom, to: isLonger ? b.to : a.to, closedTo };
}

function nameOfRegion(pieces: readonly Piece[]): string {
  const end = (x: End): string => x === undefined ? "oo" : nameOf(x);
  return canonical(pieces).map((p) => `${p.closedFrom ? "[" : "("}${end(p.from)},${end(p.to)}${p.closedTo ? "]" : ")"}`)
    .join("u");
}

/** Every piece has points, and not all of the line is in it. */
function isProper(pieces: readonly Piece[]): boolean {
  const name = nameOfRegion(pieces);
  return pieces.length > 0 && name !== "(oo,oo)" &&
    pieces.every(({ from, to }) => from === undefined || to === undefined || compare(from, to) < 0);
}

function randomRegion(random: Random): readonly Piece[] {
  const shape = random.int(0, 9);
  const count = shape < 3 ? 1 : shape < 6 ? 2 : shape < 8 ? 2 : shape < 9 ? 3 : 1;
  const ends = until(
    () => Array.from({ length: count }, () => q(random.int(-30, 30), random.pick([1, 1, 1, 2, 3]))).sort(compare),
    (all) => all.every((x, i) => i === 0 || !equal(x, all[i - 1] as Q)),
  );
  const [a, b, c] = ends;
  const closed = (): boolean => chance(random, 0.5);
  const open = { closedFrom: false, closedTo: false };
  if (shape < 3) {
    return chance(random, 0.5)
      ? [{ ...open, from: a, to: undefined, closedFrom: closed() }]
      : [{ ...open, from: undefined, to: a, closedTo: closed() }];
  }
  if (shape < 6) return [{ from: a, to: b, closedFrom: closed(), closedTo: closed() }];
  if (shape < 8) {
    return [{ ...open, from: undefined, to: a, closedTo: closed() }, {
      ...open,
      from: b,
      to: undefined,
      closedFrom: closed(),
    }];
  }
  if (shape < 9) {
    return [{ from: a, to: b, closedFrom: closed(), closedTo: closed() }, {
      ...open,
      from: c,
      to: undefined,
      closedFrom: closed(),
    }];
  }
  return [{ ...open, from: undefined, to: a }, { ...open, from: a, to: undefined }];
}

function changedRegion(pieces: readonly Piece[], random: Random): readonly Piece[] {
  const at = random.int(0, pieces.length - 1);
  const piece = pieces[at]!;
  const replaced = (by: readonly Piece[]): readonly Piece[] => pieces.flatMap((p, i) => i === at ? by : [p]);
  const step = q(random.pick([1, -1, 2]), random.pick([1, 1, 2]));
  const moved = (x: End): End => x && add(x, step);
  const flipped = pieces.map(({ from, to, closedFrom, closedTo }) => ({
    from: to && neg(to),
    to: from && neg(from),
    closedFrom: closedTo,
    closedTo: closedFrom,
  }));
  const changes = [
    () => replaced([{ ...piece, closedFrom: piece.from !== undefined && !piece.closedFrom }]),
    () => replaced([{ ...piece, closedTo: piece.to !== undefined && !piece.closedTo }]),
    () => replaced([{ ...piece, from: moved(piece.from) }]),
    () => replaced([{ ...piece, to: moved(piece.to) }]),
    () => replaced([]),
    () => flipped,
    // The other side of the same ends.
    () =>
      pieces.length === 1
        ? replaced([{ from: piece.to, to: piece.from, closedFrom: piece.closedTo, closedTo: piece.closedFrom }])
        : replaced([]),
    () => replaced([{ ...piece, to: undefined, closedTo: false }]),
    () => replaced([{ ...piece, from: undefined, closedFrom: false }]),
  ];
  return until(() => random.pick(changes)(), (made) => isProper(made) && nameOfRegion(made) !== nameOfRegion(pieces));
}

/** The set in brackets. */
function inBrackets(pieces: readonly Piece[], ink: Ink, random: Random): string {
  const isFrench = chance(random, 0.1) && pieces.every((p) => !p.closedFrom && !p.closedTo);
  const space = chance(random, 0.5) ? " " : "";
  return random.shuffle(pieces).map(({ from, to, closedFrom, closedTo }) => {
    const left = from === undefined ? `-${ink.infinity}` : writeQ(from, ink, random);
    const right = to === undefined ? (chance(random, 0.1) ? "+" : "") + ink.infinity : writeQ(to, ink, random);
    const [open, close] = isFrench ? ["]", "["] : [closedFrom ? "[" : "(", closedTo ? "]" : ")"];
    return `${open}${left},${space}${right}${close}`;
  }).join(ink.cup);
}

function asInequality(
  { from, to, closedFrom, closedTo }: Piece,
  x: string,
  ink: Ink,
  random: Random,
  isAlone: boolean = true,
): string {
  const space = ink.latex ? "" : " ";
  const less = (closed: boolean): string => space + (closed ? ink.le : "<") + space;
  const more = (closed: boolean): string => space + (closed ? ink.ge : ">") + space;
  if (from === undefined) {
    const end = writeQ(to as Q, ink, random);
    return chance(random, 0.6) ? `${x}${less(closedTo)}${end}` : `${end}${more(closedTo)}${x}`;
  }
  const end = writeQ(from, ink, random);
  if (to === undefined) return chance(random, 0.6) ? `${x}${more(closedFrom)}${end}` : `${end}${less(closedFrom)}${x}`;
  const other = writeQ(to, ink, random);
  if (closedFrom === closedTo && equal(from, neg(to)) && to.n > 0n && chance(random, 0.7)) {
    return `|${x}|${less(closedTo)}${writeQ(abs(to), ink, random)}`;
  }
  if (isAlone && chance(random, 0.15)) {
    return `${x}${more(closedFrom)}${end}${ink.latex ? "\\text{ and }" : " and "}${x}${less(closedTo)}${other}`;
  }
  return chance(random, 0.7)
    ? `${end}${less(closedFrom)}${x}${less(closedTo)}${other}`
    : `${other}${more(closedTo)}${x}${more(closedFrom)}${end}`;
}

/** What is missing from the line: points or one interval; undefined when it is more. */
function asComplement(pieces: readonly Piece[], ink: Ink, random: Random): string | undefined {
  const [a, b] = canonical(pieces);
  if (b === undefined || pieces.length !== 2 || a?.from !== undefined || b.to !== undefined || !ink.latex) {
    return undefined;
  }
  const [from, to] = [a?.to as Q, b.from as Q];
  const line = "\\mathbb{R}\\setminus ";
  if (equal(from, to)) return `${line}\\{${writeQ(from, ink, random)}\\}`;
  const gap = { from, to, closedFrom: a?.closedTo === false, closedTo: !b.closedFrom };
  return line + inBrackets([gap], ink, random).replace(/^\](.*)\[$/, "($1)");
}

function writeRegion(pieces: readonly Piece[], x: string, random: Random): Written {
  const ink = anyInk(random);
  const all = canonical(pieces);
  const inequality = (): string => {
    const [a, b] = all;
    if (b !== undefined && a?.to !== undefined && equal(a.to, b.from as Q)) {
      return `${x}${ink.latex ? "" : " "}${ink.ne}${ink.latex ? "" : " "}${writeQ(a.to, ink, random)}`;
    }
    return random.shuffle(all).map((p) => asInequality(p, x, ink, random, all.length === 1)).join(
      ink.latex ? "\\text{ or }" : " or ",
    );
  };
  const way = random.int(0, 9);
  const complement = way === 0 ? asComplement(all, ink, random) : undefined;
  if (complement !== undefined) return written(complement, ink);
  if (way < 4) return written(inBrackets(all, ink, random), ink);
  if (way < 5 && ink.latex) return written(`${x}\\in ${inBrackets(all, ink, random)}`, ink);
  if (way < 6 && ink.latex && all.length === 1) return written(`\\{${x}\\mid ${inequality()}\\}`, ink);
  return written(inequality(), ink);
}

function known(pieces: readonly Piece[], random: Random): Known {
  const letter = random.pick(["x", "x", "x", "a", "t", "k", "y"]);
  const isNamed = chance(random, 0.5);
  const ink = latexInk(random);
  const reference = until(
    () =>
      isNamed
        ? canonical(pieces).map((p) => asInequality(p, letter, ink, random, pieces.length === 1)).join("\\text{ or }")
        : inBrackets(canonical(pieces), ink, random),
    (text) => !text.includes("."),
  );
  return {
    reference,
    same: (r) => writeRegion(pieces, letter, r),
    other(r) {
      const other = changedRegion(pieces, r);
      if (isNamed && chance(r, 0.1)) {
        const another = until(() => r.pick(["x", "y", "z", "t"]), (l) => l !== letter);
        const plainInk = latexInk(r);
        return written(
          canonical(pieces).map((p) => asInequality(p, another, plainInk, r, pieces.length === 1)).join("\\text{ or }"),
          plainInk,
        );
      }
      return writeRegion(other, letter, r);
    },
  };
}

const regions: Maker = (random) => known(randomRegion(random), random);

/** The kinds of this file, by name. */
export const REGION_KINDS: Readonly<Record<string, (random: Random) => Known>> = { regions, inequalities: regions };
