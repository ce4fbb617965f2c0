/**
 * Sets of numbers that repeat: unions of progressions `start + k step`, k through all integers or from one on. Two are the same
 * when their members are: `k\pi/2` is `k\pi` together with `\pi/2 + k\pi`, 1 modulo 2 is 1 and 3 modulo 4.
 */
import { difference, negative, product, sum, whole } from "./_build.ts";
import { substituted } from "./_rename.ts";
import { exactRational, freeSymbols, numericValue, sameExpression } from "../expression/same.ts";
import type { Expr } from "../types.ts";

/** `start + k step`; `from` is the least k, "N" for natural numbers, absent for all integers. */
export interface Progression {
  readonly start: Expr;
  readonly step: Expr;
  readonly from?: number | "N";
}

/** More members of one period are not compared. */
const MOST_MEMBERS = 2000;
/** As many where each is compared as an expression. */
const MOST_EXPRESSIONS = 60;
const CLOSE = 1e-9;

/** Whether two unions have the same members; undefined when undecided. */
export function sameProgressions(a: readonly Progression[], b: readonly Progression[]): boolean | undefined {
  const rays = [...a, ...b].filter(({ from }) => from !== undefined).length;
  if (rays > 0) return rays === a.length + b.length && sameRays(a, b);
  return sameExactly(a, b) ?? sameByValue(a, b) ?? matched(a, b, sameSymbolic);
}

/** Each of one side with one of the other. */
function matched<T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean | undefined): boolean | undefined {
  if (a.length !== b.length || a.length > MOST_EXPRESSIONS) return false;
  const left = [...b];
  for (const one of a) {
    const at = left.findIndex((other) => same(one, other) === true);
    if (at < 0) return false;
    left.splice(at, 1);
  }
  return true;
}

/** Natural numbers begin with 0 or 1, on both sides with the same. */
function sameRays(a: readonly Progression[], b: readonly Progression[]): boolean {
  return [0, 1].some((least) =>
    matched(
      a.map((it) => firstOf(it, least)),
      b.map((it) => firstOf(it, least)),
      (x, y) => sameExpression(x.step, y.step).same === true && sameExpression(x.start, y.start).same === true,
    ) === true
  );
}

function firstOf({ start, step, from }: Progression, least: number): Progression {
  return { start: sum(start, product(whole(from === "N" ? least : from ?? 0), step)), step };
}

/** By whole numbers, after everything is multiplied by the denominators; undefined unless all are rational. */
function sameExactly(a: readonly Progression[], b: readonly Progression[]): boolean | undefined {
  const all = [...a, ...b].map(({ start, step }) => ({ start: exactRational(start), step: exactRational(step) }));
  let scale = 1n;
  for (const { start, step } of all) {
    if (start === undefined || step === undefined || step.numerator === 0n) return undefined;
    scale = lcm(lcm(scale, start.denominator), step.denominator);
    if (scale > 10n ** 40n) return undefined;
  }
  const scaled = all.map(({ start, step }) => ({
    start: (start?.numerator ?? 0n) * (scale / (start?.denominator ?? 1n)),
    step: absolute((step?.numerator ?? 1n) * (scale / (step?.denominator ?? 1n))),
  }));
  const period = scaled.reduce((found, { step }) => lcm(found, step), 1n);
  if (scaled.some(({ step }) => period / step > BigInt(MOST_MEMBERS))) return undefined;
  const [x, y] = [residues(scaled.slice(0, a.length), period), residues(scaled.slice(a.length), period)];
  return x.size === y.size && [...x].every((residue) => y.has(residue));
}

function residues(all: readonly { start: bigint; step: bigint }[], period: bigint): Set<bigint> {
  const found = new Set<bigint>();
  for (const { start, step } of all) {
    for (let at = 0n; at < period; at += step) found.add((((start + at) % period) + period) % period);
  }
  return found;
}

function lcm(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return absolute(a / x * b);
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

interface Member {
  readonly at: number;
  readonly expr: Expr;
}

/** By real values, each confirmed as an expression; undefined when some are not real, or their steps have no common multiple. */
function sameByValue(a: readonly Progression[], b: readonly Progression[]): boolean | undefined {
  const [first] = a;
  const unit = first === undefined ? undefined : realOf(first.step);
  if (first === undefined || unit === undefined || unit === 0) return undefined;
  const ratios = [...a, ...b].map((it) => ratioOf(realOf(it.step), unit));
  if (ratios.includes(undefined) || [...a, ...b].some(({ start }) => realOf(start) === undefined)) return undefined;
  // Steps are p/q of the first; the least common multiple of all is that of p over the greatest common divisor of q = 1.
  const multiple = (ratios as [number, number][]).reduce((found, [p]) => lcm(found, BigInt(p)), 1n);
  const period = product(whole(multiple), first.step);
  const [x, y] = [expanded(a, period), expanded(b, period)];
  if (x === undefined || y === undefined) return undefined;
  if (x.length !== y.length) return false;
  return x.every((member, i) => isCongruent(member, y[i] as Member, period));
}

/** `step / unit` as a fraction; undefined when it is none with small terms. */
function ratioOf(step: number | undefined, unit: number): [number, number] | undefined {
  if (step === undefined || step === 0) return undefined;
  const ratio = Math.abs(step / unit);
  for (let q = 1; q <= 60; q++) {
    const p = Math.round(ratio * q);
    if (p > 0 && p <= 1000 && Math.abs(ratio * q - p) < CLOSE * p) return [p, q];
  }
  return undefined;
}

/** The members within one period, by their place in it, each once. */
function expanded(all: readonly Progression[], period: Expr): Member[] | undefined {
  const length = realOf(period) ?? NaN;
  const members: Member[] = [];
  for (const { start, step } of all) {
    const size = realOf(step) ?? NaN;
    const count = Math.round(Math.abs(length / size));
    if (!(count * all.length <= MOST_EXPRESSIONS)) return undefined;
    for (let i = 0; i < count; i++) {
      const expr = sum(start, product(whole(i), step));
      const part = (realOf(expr) ?? NaN) / length;
      const at = part - Math.floor(part);
      members.push({ at: at > 1 - CLOSE ? 0 : at, expr });
    }
  }
  const sorted = members.sort((p, q) => p.at - q.at);
  return sorted.filter(({ at }, i) => i === 0 || at - (sorted[i - 1] as Member).at > CLOSE);
}

function isCongruent(a: Member, b: Member, period: Expr): boolean {
  const shift = Math.round(((realOf(a.expr) ?? NaN) - (realOf(b.expr) ?? NaN)) / (realOf(period) ?? NaN));
  if (!Number.isSafeInteger(shift) || Math.abs(a.at - b.at) > 2 * CLOSE) return false;
  return sameExpression(a.expr, sum(b.expr, product(whole(shift), period))).same === true;
}

function realOf(expr: Expr): number | undefined {
  const value = numericValue(expr);
  return value === undefined || Math.abs(value.im) > CLOSE ? undefined : value.re;
}

/** With letters: steps equal up to their sign, starts apart by a whole number of steps. */
function sameSymbolic(a: Progression, b: Progression): boolean | undefined {
  if (sameExpression(a.step, b.step).same !== true && sameExpression(a.step, negative(b.step)).same !== true) {
    return false;
  }
  if (sameExpression(a.start, b.start).same === true) return true;
  const apart = difference(a.start, b.start);
  const names = [...new Set([...freeSymbols(apart), ...freeSymbols(a.step)])];
  const at = new Map(names.map((name, i) => [name, whole(17 + 12 * i)]));
  const [x, y] = [realOf(substituted(apart, at)), realOf(substituted(a.step, at))];
  if (x === undefined || y === undefined || y === 0 || !Number.isSafeInteger(Math.round(x / y))) return undefined;
  return sameExpression(a.start, sum(b.start, product(whole(Math.round(x / y)), a.step))).same;
}
