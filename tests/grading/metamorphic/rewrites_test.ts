/**
 * Claims about rewrites: however a known answer is written it is correct, and however another value is written it is not.
 * What is known is known by construction; the grader has no part in making the pairs.
 */
import assert from "node:assert/strict";
import { randomFrom } from "../../../lib/basics/mod.ts";
import { gradeAnswer } from "../../../lib/grading/mod.ts";
import { dress, type Dressed } from "./_dress.ts";
import { KINDS } from "./_kinds.ts";

const SEED = Number(fromEnvironment("METAMORPHIC_SEED") ?? 20_260_801);
/** Rewrites of each sort; METAMORPHIC_COUNT=100000 makes as many as the grader was judged on. */
const COUNT = Number(fromEnvironment("METAMORPHIC_COUNT") ?? 10_000);
/** Rewrites of one known answer. */
const REWRITES = 8;
/** Failures of a kind that are shown. */
const SHOWN = 5;

interface Failures {
  count: number;
  readonly shown: string[];
}

/** An environment variable, where reading it is permitted; another seed makes other rewrites. */
function fromEnvironment(variable: string): string | undefined {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted" ? Deno.env.get(variable) : undefined;
}

/** Grades about this many rewrites, equally of all kinds. @returns how many there were, and the failures by kind */
function grade(
  keeps: boolean,
  total: number,
): { readonly graded: number; readonly failures: ReadonlyMap<string, Failures> } {
  const failures = new Map<string, Failures>();
  const names = Object.keys(KINDS);
  const each = Math.ceil(total / names.length / REWRITES);
  let graded = 0;
  for (const name of names) {
    const random = randomFrom(SEED, name, keeps ? "keep" : "change");
    for (let i = 0; i < each; i++) {
      const known = KINDS[name]!(random);
      for (let j = 0; j < REWRITES; j++, graded++) {
        const answer = keeps ? known.same(random) : known.other(random);
        const decoy = keeps ? known.other(random).text : known.reference;
        const given = dress(answer, decoy, random);
        if (isCorrect(given, known.reference) !== keeps) {
          note(failures, name, `${JSON.stringify(given)} for ${JSON.stringify(known.reference)}`);
        }
      }
    }
  }
  return { graded, failures };
}

function isCorrect({ text, bare }: Dressed, reference: string): boolean {
  return gradeAnswer(text, reference, { bare }).correct;
}

function note(failures: Map<string, Failures>, name: string, what: string): void {
  const found = failures.get(name) ?? { count: 0, shown: [] };
  failures.set(name, found);
  if (found.count++ < SHOWN) found.shown.push(what);
}

function listed(failures: ReadonlyMap<string, Failures>): string {
  return [...failures].map(([name, { count, shown }]) => `${name}: ${count}\n  ${shown.join("\n  ")}`).join("\n");
}

Deno.test(`${COUNT} rewrites that keep the value are correct`, () => {
  const { graded, failures } = grade(true, COUNT);
  assert.ok(graded >= COUNT);
  assert.equal(listed(failures), "");
});

Deno.test(`${COUNT} rewrites that change the value are not`, () => {
  const { graded, failures } = grade(false, COUNT);
  assert.ok(graded >= COUNT);
  assert.equal(listed(failures), "");
});
