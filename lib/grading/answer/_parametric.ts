/**
 * Answers with parameters: what stands before a quantifier put together with it, sets by a parameter (`\{2k : k \in \mathbb{Z}\}`),
 * and the progressions that they are where their members are numbers.
 */
import { type Answer, plainValue, type Quantified, readingsOf, type Region } from "./answer.ts";
import { difference, product, sum, whole } from "./_build.ts";
import { endValue } from "./_intervals.ts";
import { argumentOf } from "./_labels.ts";
import type { Progression } from "./_progressions.ts";
import type { Domain, Quantifier } from "./_quantifiers.ts";
import { lettersOf, mapped, substituted } from "./_rename.ts";
import { freeSymbols, sameExpression } from "../expression/same.ts";
import type { Expr } from "../types.ts";

/** Whole numbers that a set by condition lists are at most so many. */
const MOST_WHOLE = 200;

/** One reading with a quantifier behind it; undefined where both say nothing together. */
export function quantified(body: Answer, quantifier: Quantifier): Answer | undefined {
  const { names, domain, values } = quantifier;
  if (body.kind === "text" || body.kind === "choice" || body.kind === "time") return undefined;
  if (quantifier.isAlone === true && body.kind !== "value" && body.kind !== "named") return undefined;
  const letters = lettersOf(body);
  if (values !== undefined) return letters.has(names[0] ?? "") ? listed(body, names[0] as string, values) : undefined;
  if (body.kind === "region" && body.variable !== undefined && names.includes(body.variable)) {
    if (domain.set === "Q") return { kind: "quantified", body, parameters: names, domain };
    if (domain.set !== "Z" && domain.set !== "N") return body;
    const least = domain.set === "N" ? 1 : domain.from ?? -Infinity;
    return wholeOf(body, domain) ?? (domain.but === undefined ? listedIn(body, least)[0] : undefined);
  }
  const argument = body.kind === "named" ? argumentOf(body.name) : undefined;
  const parameters = names.filter((name) => letters.has(name) && name !== argument);
  // `x > 3, y \in \mathbb{Z}` says more than x > 3.
  const isCondition = body.kind === "region" || (body.kind === "relation" && body.operator !== "=");
  if (parameters.length === 0 && isCondition && /^[ZNQ]$/.test(domain.set)) {
    return { kind: "quantified", body, parameters: names, domain };
  }
  if (parameters.length === 0) return quantifier.isAlone === true ? undefined : body;
  return { kind: "quantified", body, parameters, domain };
}

/** For each value of a parameter its member. */
function listed(body: Answer, name: string, values: readonly number[]): Answer {
  const items = values.map((value) => {
    const at = new Map([[name, whole(value)]]);
    return mapped(body, (expr) => substituted(expr, at));
  });
  return { kind: "list", items, set: false };
}

/** The whole numbers from an end on: `n \ge 2` among the integers; undefined for other regions. */
export function wholeOf(region: Region, { from: least }: Domain): Quantified | undefined {
  const [piece, ...more] = region.pieces;
  if (piece === undefined || more.length > 0 || endValue(piece.to) !== Infinity) return undefined;
  const start = endValue(piece.from);
  if (start === undefined || !Number.isSafeInteger(Math.floor(start))) return undefined;
  const first = piece.closedFrom ? Math.ceil(start - 1e-9) : Math.floor(start + 1e-9) + 1;
  return wholeNumbers({ set: "Z", from: Math.max(first, least ?? first) });
}

/** The whole numbers in a bounded region, as a list; empty where there are too many. */
export function listedIn(region: Region, least: number): readonly Answer[] {
  const items: Answer[] = [];
  for (const { from, to, closedFrom, closedTo } of region.pieces) {
    const [low, high] = [endValue(from), endValue(to)];
    if (low === undefined || high === undefined || !Number.isFinite(high)) return [];
    let first = Math.max(Math.ceil(low - 1e-9), least);
    if (!closedFrom && Math.abs(first - low) < 1e-9) first++;
    if (!Number.isFinite(first) || high - first > MOST_WHOLE) return [];
    for (let n = first; closedTo ? n <= high + 1e-9 : n < high - 1e-9; n++) {
      items.push({ kind: "value", value: whole(n) });
    }
  }
  return items.length > MOST_WHOLE ? [] : [{ kind: "list", items, set: true }];
}

/** All whole numbers of a domain. */
export function wholeNumbers(domain: Domain): Quantified {
  return {
    kind: "quantified",
    body: { kind: "value", value: { kind: "symbol", name: "n" } },
    parameters: ["n"],
    domain,
  };
}

/** The progressions that an answer consists of; undefined when it is something else. */
export function progressionsOf(answer: Answer): readonly Progression[] | undefined {
  switch (answer.kind) {
    case "readings":
      return answer.readings.map(progressionsOf).find((found) => found !== undefined);
    case "named":
      return progressionsOf(answer.value);
    case "congruence":
      return answer.residues.map((start) => ({ start, step: answer.modulus }));
    case "quantified": {
      const { domain, parameters } = answer;
      if ((domain.set !== "Z" && domain.set !== "N") || domain.but !== undefined) return undefined;
      const from = domain.set === "N" ? "N" : domain.from;
      const found = membersOf(answer.body, parameters);
      return found?.map((each) => from === undefined ? each : { ...each, from });
    }
    case "list": {
      const parts = answer.items.map(progressionsOf);
      return parts.includes(undefined) || parts.length === 0 ? undefined : parts.flatMap((part) => part ?? []);
    }
    default:
      return undefined;
  }
}

/** The values in a body, each linear in one parameter. */
function membersOf(body: Answer, parameters: readonly string[]): readonly Progression[] | undefined {
  const value = plainValue(body);
  if (value !== undefined) {
    const [own, ...more] = [...freeSymbols(value)].filter((name) => parameters.includes(name));
    const found = own !== undefined && more.length === 0 ? linear(value, own) : undefined;
    return found === undefined ? undefined : [found];
  }
  const reading = readingsOf(body).find(({ kind }) => kind === "named" || kind === "list");
  if (reading?.kind === "named") return membersOf(reading.value, parameters);
  if (reading?.kind !== "list") return undefined;
  const parts = reading.items.map((item) => membersOf(item, parameters));
  return parts.includes(undefined) ? undefined : parts.flatMap((part) => part ?? []);
}

/** `start + k step` of an expression in k; undefined when it is not linear, or does not depend on k. */
export function linear(expr: Expr, name: string): Progression | undefined {
  const at = (value: number): Expr => substituted(expr, new Map([[name, whole(value)]]));
  const start = at(0);
  const step = difference(at(1), start);
  if (sameExpression(step, whole(0)).same === true) return undefined;
  const line = sum(start, product(step, { kind: "symbol", name }));
  return sameExpression(expr, line).same === true ? { start, step } : undefined;
}
