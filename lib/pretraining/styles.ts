/**
 * Ways to write a worked answer down, made from its GSM8K-style solution: what the few-shot turns of the bundled templates
 * show, so that a model pretrained on them has something to follow. Spelling a calculation out part by part is what makes
 * a style cost more tokens and fail less often.
 */
import type { Random } from "../basics/mod.ts";
import type { Problem } from "../vocabulary.ts";

/** Ways of writing an answer. The first three are those of the templates with these names. */
export type Style = "baseline" | "concise" | "step_by_step" | "worked";

interface Step {
  /** The sentence with the calculation and its result, `Mia has 12+5 = 17 apples.` */
  readonly sentence: string;
  /** The same with the calculation spelled out, `Mia has 12+15 = 12+10+5 = 22+5 = 27 apples.` */
  readonly spelled: string;
  /** The sentence with the calculation alone, `Mia has 12+5 apples.` */
  readonly plan: string;
  readonly expression: string;
  readonly result: string;
}

const ANNOTATION = /( = )(\$?)<<([^<>=]+)=([^<>=]+)>>(\S*?)(?=[.\s]|$)/;

/** Share of the calculations that the baseline style spells out. */
const SPELLED = 1 / 3;

/**
 * The worked answer of a problem in a style. In the baseline style every calculation is spelled out or not by chance:
 * nothing in the prompt says which, so a model learns both habits, of which reinforcement learning can prefer one.
 * @throws {TypeError} when the problem has no annotated solution
 */
export function writeAnswer(problem: Problem, style: Style, random: Random): string {
  const steps = stepsOf(problem);
  const box = `\\boxed{${problem.answer}}`;
  switch (style) {
    case "baseline": {
      const sentences = steps.map((step) => random.next() < SPELLED ? step.spelled : step.sentence);
      return `${sentences.join(" ")} The answer is ${box}.`;
    }
    case "concise":
      return `${steps.map(({ expression, result }) => `${expression}=${result}`).join(", ")}. ${box}`;
    case "step_by_step": {
      const lines = steps.map(({ plan, expression, result }, i) =>
        `Step ${i + 1}: ${plan} ${[expression, ...spellOut(expression), result].join(" = ")}.`
      );
      return [...lines, `The answer is ${box}.`].join("\n");
    }
    case "worked":
      return [...steps.map(({ sentence }) => sentence), `#### ${problem.answer}`].join("\n");
  }
}

function stepsOf({ id, solution }: Problem): Step[] {
  const lines = solution?.split("\n").filter((line) => !line.startsWith("####")) ?? [];
  return lines.map((line) => {
    const [whole, equals, currency, expression, result] = ANNOTATION.exec(line) ?? [];
    if (whole === undefined || expression === undefined || result === undefined) {
      throw new TypeError(`problem ${id}: the line "${line}" of its solution has no <<a+b=c>> annotation`);
    }
    return {
      sentence: line.replace(whole, `${equals}${currency}${result}`),
      spelled: line.replace(whole, [...["", ...spellOut(expression)], `${currency}${result}`].join(" = ")),
      plan: line.replace(whole, ""),
      expression,
      result,
    };
  });
}

/** The calculations of a worked answer, each spelled out: `79-53 = 79-50-3 = 29-3 = 26`. */
export function calculationsOf(problem: Problem): { readonly expression: string; readonly spelled: string }[] {
  return stepsOf(problem).map(({ expression, result }) => ({
    expression,
    spelled: [expression, ...spellOut(expression), result].join(" = "),
  }));
}

/**
 * The intermediate results of one calculation, part by part: `33+23` gives `33+20+3`, `53+3`. Empty where one operand
 * has a single digit or is round, so that there is nothing to take apart.
 */
export function spellOut(expression: string): string[] {
  const [, left, sign, right] = /^(\d+)([-+*/])(\d+)$/.exec(expression) ?? [];
  const [a, b] = [Number(left), Number(right)];
  if (sign === "+" || sign === "-") {
    const [round, rest] = [b - b % 10, b % 10];
    if (round === 0 || rest === 0) return [];
    return [`${a}${sign}${round}${sign}${rest}`, `${sign === "+" ? a + round : a - round}${sign}${rest}`];
  }
  if (sign === "*") {
    const [large, small] = a >= b ? [a, b] : [b, a];
    const [round, rest] = [large - large % 10, large % 10];
    if (small > 9 || round === 0 || rest === 0) return [];
    return [`${round}*${small}+${rest}*${small}`, `${round * small}+${rest * small}`];
  }
  if (sign === "/") {
    const quotient = a / b;
    const [round, rest] = [quotient - quotient % 10, quotient % 10];
    if (!Number.isInteger(quotient) || round === 0 || rest === 0) return [];
    return [`${round * b}/${b}+${rest * b}/${b}`, `${round}+${rest}`];
  }
  return [];
}
