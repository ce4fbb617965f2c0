/** Figures in the words of a diagnosis. Steps are counted from 1, as everywhere people see them. */
import { clipLine, counted } from "../basics/mod.ts";
import type { RolloutRow, StepMetrics } from "../runs/mod.ts";
import type { Share } from "./figures.ts";

/** `step 3`, `steps 1-5`. */
export function stepsText(steps: readonly StepMetrics[]): string {
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return "no step";
  return first === last ? `step ${first.step + 1}` : `steps ${first.step + 1}-${last.step + 1}`;
}

/** `93 of 128 completions`. */
export function countText({ value, trials }: Share, noun: string): string {
  const whole = Math.round(trials);
  return `${Math.round(value * whole).toLocaleString("en-US")} of ${counted(whole, noun)}`;
}

/** A share with three decimals. */
export function shareText(value: number): string {
  return value.toFixed(3);
}

/** A rise or a fall: `+0.13 (95 %: +0.05 to +0.21)`. */
export function riseText({ value, low, high }: { value: number; low: number; high: number }): string {
  return `${signed(value)} (95 %: ${signed(low)} to ${signed(high)})`;
}

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(3)}`;
}

/** A number of any size in few characters. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "no number";
  return String(Number(value.toPrecision(3)));
}

/** Longest piece of a completion that is shown, in characters. */
const LONGEST = 120;

/** What a completion says at its end, which is where its answer is; foreign text. */
export function quoteEnd({ problem_id, text }: RolloutRow): string {
  const line = clipLine(text.length > 20 * LONGEST ? text.slice(-20 * LONGEST) : text, 20 * LONGEST);
  const characters = [...line];
  const end = characters.length <= LONGEST ? line : `…${characters.slice(1 - LONGEST).join("")}`;
  return `${clipLine(problem_id, 60)}: ${end === "" ? "(empty)" : JSON.stringify(end)}`;
}
