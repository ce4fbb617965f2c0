/**
 * The numbers of a scene: drawn by kind and level, and worked out. All are whole, every division is exact, and no number
 * is below 2, so nouns stay plural.
 */
import type { Random } from "../basics/mod.ts";
import type { NumberKind, Scene } from "./_schemas.ts";

/** Largest drawn number and largest result of a step, by level. */
const LARGEST_AMOUNT = [20, 50, 100, 100] as const;
const LARGEST_RESULT = [100, 200, 250, 300] as const;

/** Draws a scene's numbers and works its steps out; results are kept as r0, r1. */
export function drawNumbers(
  rng: Random,
  scene: Scene,
  x: number | undefined,
  level: number,
): Map<string, number> | undefined {
  for (let attempt = 0; attempt < 3; attempt++) {
    const numbers = new Map<string, number>();
    if (x !== undefined) numbers.set("x", x);
    for (const [name, kind] of Object.entries(scene.draw)) {
      numbers.set(name, drawNumber(rng, kind, numbers, level));
    }
    if (worksOut(scene, numbers, level)) return numbers;
  }
  return undefined;
}

function drawNumber(rng: Random, kind: NumberKind, numbers: ReadonlyMap<string, number>, level: number): number {
  const cap = LARGEST_AMOUNT[level - 1] ?? 100;
  const x = numbers.get("x") ?? numbers.get("a") ?? numbers.get("b") ?? 0;
  switch (kind) {
    case "start":
      return rng.int(5, cap);
    case "amount":
      return rng.int(2, cap);
    case "few":
      return rng.int(2, level === 1 ? 9 : 10);
    case "each":
      return rng.int(2, [10, 12, 15, 15][level - 1] ?? 15);
    case "times":
      return rng.int(2, 5);
    case "part":
      return rng.int(2, Math.min(cap, x - 2));
    case "divisor":
      return rng.pick([...divisorsOf(x), 0]);
    case "dividend":
      return x * rng.int(2, Math.max(2, Math.min(10 + 2 * level, Math.floor(cap * 2 / x))));
    case "target":
      return x + rng.int(2, cap);
    case "note":
      return rng.pick([10, 20, 50, 100, 200]);
    case "speed":
      return level === 1 ? rng.int(2, 20) : 5 * rng.int(2, 12);
    case "age":
      return rng.int(5, Math.min(cap, 40));
    case "years":
      return rng.int(2, Math.min(cap, 30));
  }
}

function divisorsOf(x: number): number[] {
  return [2, 3, 4, 5, 6, 7, 8, 9, 10, 12].filter((d) => x % d === 0 && x / d >= 2);
}

function worksOut(scene: Scene, numbers: Map<string, number>, level: number): boolean {
  const largest = LARGEST_RESULT[level - 1] ?? 300;
  for (const [name, value] of numbers) {
    if (name !== "x" && value < 2) return false;
  }
  for (const [i, step] of scene.steps.entries()) {
    const [left, op, right] = operands(step.calc, numbers);
    const result = compute(left, op, right);
    if (!Number.isInteger(result) || result < 2 || result > largest) return false;
    if ((scene.from === "age" || scene.to === "age") && result > 99) return false;
    numbers.set(`r${i}`, result);
    numbers.set("p", result);
  }
  numbers.delete("p");
  return true;
}

function operands(calc: string, numbers: ReadonlyMap<string, number>): [number, string, number] {
  const value = (letter: string): number => numbers.get(letter) ?? Number(letter);
  return [value(calc.charAt(0)), calc.charAt(1), value(calc.charAt(2))];
}

function compute(left: number, op: string, right: number): number {
  if (op === "+") return left + right;
  if (op === "-") return left - right;
  return op === "*" ? left * right : left / right;
}

/** A step as the worked answer shows it: `12+5 = <<12+5=17>>17`. */
export function calculation(calc: string, numbers: ReadonlyMap<string, number>): string {
  const [left, op, right] = operands(calc, numbers);
  const shown = `${left}${op}${right}`;
  const result = compute(left, op, right);
  return `${shown} = <<${shown}=${result}>>${result}`;
}
