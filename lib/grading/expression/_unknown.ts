/**
 * A value for a function that nothing is known of, `f(x)`: that of some smooth function, so that `f(x) + f(x)` is `2 f(x)` at every
 * point and `f(x)` is not `g(x)`.
 */
import { randomFrom } from "../../basics/mod.ts";

const MOST_ARGUMENTS = 8;

// Pure memory: drawn by the name, which is a single letter.
const unknownFunctions = new Map<string, readonly number[]>();

/** An unknown function of any arguments: some smooth one, the same whenever its name is. */
export function unknownFunction(head: string, values: readonly number[]): number {
  if (head.length > 1 || values.length > MOST_ARGUMENTS) return NaN;
  const drawn = unknownFunctions.get(head) ?? drawFunction(head);
  let argument = drawn[0] as number;
  for (let i = 0; i < values.length; i++) argument += (values[i] as number) * (0.5 + (drawn[i + 2] as number));
  return Math.sin(argument) + (drawn[1] as number) * argument;
}

function drawFunction(head: string): readonly number[] {
  const random = randomFrom("unknown function", head);
  const drawn = Array.from({ length: MOST_ARGUMENTS + 2 }, () => random.next());
  unknownFunctions.set(head, drawn);
  return drawn;
}
