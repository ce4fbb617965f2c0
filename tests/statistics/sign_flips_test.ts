import assert from "node:assert/strict";
import { normalShare, randomFrom } from "../../lib/basics/mod.ts";
import { exactMcNemar, signFlipTest } from "../../lib/statistics/mod.ts";
import { ratio, requireClose } from "./_close.ts";

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

/** All 2^n signs, one after the other. */
function byEnumeration(differences: readonly number[]): number {
  const seen = Math.abs(sum(differences));
  let extreme = 0;
  for (let signs = 0; signs < 2 ** differences.length; signs++) {
    const flipped = sum(differences.map((difference, i) => signs >> i & 1 ? difference : -difference));
    if (Math.abs(flipped) >= seen) extreme++;
  }
  return extreme / 2 ** differences.length;
}

/** One difference after the other, counting in whole numbers of any size. */
function inWholeNumbers(differences: readonly number[]): number {
  const sizes = differences.map(Math.abs);
  const [total, seen] = [sum(sizes), Math.abs(sum(differences))];
  let ways: bigint[] = Array.from({ length: total + 1 }, (_, t) => t === 0 ? 1n : 0n);
  for (const size of sizes) ways = ways.map((count, t) => count + (t >= size ? ways[t - size]! : 0n));
  const extreme = ways.reduce((all, count, t) => Math.abs(2 * t - total) >= seen ? all + count : all, 0n);
  return ratio(extreme, 2n ** BigInt(sizes.length));
}

Deno.test("signFlipTest() gives the value worked out by hand: 1, 2 and 3", () => {
  // Of the 8 sums only 6 and -6 are as far out.
  assert.equal(signFlipTest([1, 2, 3]), 2 / 8);
  // 4, -4 and, of -1 + 2 + 3, both ways: 4 of 8.
  assert.equal(signFlipTest([-1, 2, 3]), 4 / 8);
});

Deno.test("signFlipTest() equals the enumeration of all sign flips", () => {
  const random = randomFrom("enumeration");
  for (let round = 0; round < 400; round++) {
    const reach = random.pick([2, 3, 8, 50]);
    const differences = Array.from({ length: random.int(1, 11) }, () => random.int(-reach, reach));
    requireClose(signFlipTest(differences), byEnumeration(differences), 1e-13, differences.join());
  }
});

Deno.test("signFlipTest() equals counting in whole numbers for hundreds of problems, far out as well", () => {
  const random = randomFrom("whole numbers");
  for (const [n, lowest] of [[60, -4], [256, -4], [256, -1], [256, 0], [400, -7]] as const) {
    const differences = Array.from({ length: n }, () => random.int(lowest, 8));
    requireClose(signFlipTest(differences), inWholeNumbers(differences), 1e-12, `${n} from ${lowest}`);
  }
});

Deno.test("signFlipTest() of -1, 0 and 1 is McNemar's test, and so it is of -4, 0 and 4", () => {
  const random = randomFrom("mcnemar");
  for (let round = 0; round < 100; round++) {
    const differences = Array.from({ length: random.int(0, 300) }, () => random.int(-1, 1));
    const count = (wanted: number) => differences.filter((difference) => difference === wanted).length;
    const expected = exactMcNemar(count(1), count(-1));
    assert.equal(signFlipTest(differences), expected);
    assert.equal(signFlipTest(differences.map((difference) => 4 * difference)), expected);
    // With one 2 among them the table is walked, and has to come to the same where it is the only one.
    const mixed = [...differences, 2];
    requireClose(signFlipTest(mixed), inWholeNumbers(mixed), 1e-12);
  }
});

Deno.test("signFlipTest() does not care for order, overall sign, unit, or problems without a difference", () => {
  const random = randomFrom("symmetry");
  const differences = Array.from({ length: 80 }, () => random.int(-3, 4));
  const p = signFlipTest(differences);
  assert.ok(p > 0 && p < 1);
  assert.equal(signFlipTest(random.shuffle(differences)), p);
  assert.equal(signFlipTest(differences.map((difference) => -difference)), p);
  assert.equal(signFlipTest(differences.map((difference) => 1000 * difference)), p);
  assert.equal(signFlipTest([0, ...differences, 0, 0]), p);
});

Deno.test("signFlipTest() is 1 of nothing, of zeros, and of what balances", () => {
  for (const differences of [[], [0], [0, 0], [3, -3], [1, 2, -3]]) assert.equal(signFlipTest(differences), 1);
});

Deno.test("signFlipTest() takes 100,000 problems of 8 completions, where it comes to the normal distribution", () => {
  const random = randomFrom("large");
  const differences = Array.from(
    { length: 100_000 },
    () => Math.min(8, random.int(-8, 8) + (random.next() < 0.05 ? 1 : 0)),
  );
  const deviation = Math.sqrt(sum(differences.map((difference) => difference ** 2)));
  // Flipped sums lie 2 apart, so that the one seen begins 1 before.
  const expected = 2 * normalShare(-(Math.abs(sum(differences)) - 1) / deviation);
  assert.ok(expected > 1e-8 && expected < 0.05, `${expected}`);
  requireClose(signFlipTest(differences), expected, 1e-3);
});

Deno.test("signFlipTest() says 0 only where the probability is below what a number holds", () => {
  const ones = Array.from({ length: 1000 }, (_, i) => i % 2 + 1);
  requireClose(signFlipTest(ones.slice(0, 900)), 2 ** -899, 1e-9);
  assert.ok(signFlipTest(ones) < 1e-290);
});

Deno.test("signFlipTest() refuses fractions, and tables that are too large, with the bound", () => {
  for (const wrong of [0.5, NaN, Infinity]) assert.throws(() => signFlipTest([1, wrong]), TypeError);
  assert.throws(() => signFlipTest([1, 10_000_000]), /10000001 in size.*10000000 and 4000000000/);
  assert.throws(() => signFlipTest(Array.from({ length: 4000 }, (_, i) => i)), RangeError);
  // What counts is the size over the common divisor.
  assert.equal(signFlipTest([10_000_000, 20_000_000]), 0.5);
});
