/**
 * Chats over our own word problems, as a model is pretrained on: instruction, examples and answer agree in style, so that
 * the style can be read off any of them. Endless and seeded: chat i is a pure function of (seed, i).
 */
import { type Random, randomFrom } from "../basics/mod.ts";
import { generateWordProblem } from "../problems/mod.ts";
import { renderTemplate } from "../prompts/mod.ts";
import type { Message, Problem, PromptTemplate } from "../vocabulary.ts";
import { calculationsOf, type Style, writeAnswer } from "./styles.ts";

/** The templates whose styles are taught, by name. */
export type StyleTemplates = Readonly<Record<"baseline" | "concise" | "step_by_step" | "none", PromptTemplate>>;

/** Other ways to ask for a style, so that the wording of a template can be edited. */
const PARAPHRASES: Readonly<Record<Style, readonly string[]>> = {
  baseline: [
    " Put the answer in \\boxed{}.",
    " Give the final answer in \\boxed{} format.",
    " Show your work and box the answer.",
  ],
  concise: [
    " Be brief. Put the answer in \\boxed{}.",
    " Short answer, in \\boxed{} format.",
    " Calculations only, then \\boxed{}.",
  ],
  step_by_step: [
    " Think step by step. Put the answer in \\boxed{}.",
    " Let's think step by step, then box the answer.",
    " Go through it slowly. Write your answer in \\boxed{} format.",
  ],
  worked: [" Write the answer after ####.", " End with #### and the answer."],
};

/** Share of the chats that are bare arithmetic, which takes the most practice and the fewest tokens. */
const DRILLS = 0.25;

/** Chat `index` of the stream `seed`: one question with its answer, alone or behind one example. */
export function pretrainingChat(seed: number, index: number, templates: StyleTemplates): Message[] {
  const random = randomFrom(seed, "chat", index);
  if (random.next() < DRILLS) return drillChat(seed, index, random);
  const u = random.next();
  // Bare questions are answered in every style: without a cue there is nothing to follow.
  const bare = u < 0.12;
  const style = bare ? pickStyle(random.next(), 0.35, 0.15, 0.2) : pickStyle(random.next(), 0.42, 0.22, 0.31);
  const answered = (k: number): Problem & { text: string } => {
    const level = random.pick([1, 2, 2, 3, 3, 4]);
    const problem = generateWordProblem({ split: "train", seed: seed + 1, index: index * 4 + k, level });
    return { ...problem, text: writeAnswer(problem, style, random) };
  };
  const question = answered(0);
  const shots = bare ? 0 : random.pick([0, 0, 0, 1, 1, 1]);
  const cued = !bare && (shots === 0 || random.next() < 0.8);
  const few_shot = Array.from({ length: shots }, (_, k) => answered(k + 1)).map(({ question, text: answer }) => ({
    question,
    answer,
  }));
  const template = cued
    ? cuedTemplate(style, templates, random.next(), random.pick(PARAPHRASES[style]))
    : templates.none;
  return [...renderTemplate({ ...template, few_shot }, question), { role: "assistant", content: question.text }];
}

/** Calculations as they occur in word problems, a line each. */
function drillChat(seed: number, index: number, random: Random): Message[] {
  const problems = [0, 1].map((k) =>
    generateWordProblem({ split: "train", seed: seed + 2, index: index * 2 + k, level: random.pick([2, 3, 4]) })
  );
  const calculations = problems.flatMap(calculationsOf);
  return [
    { role: "user", content: calculations.map(({ expression }) => expression).join(", ") },
    { role: "assistant", content: calculations.map(({ spelled }) => spelled).join("\n") },
  ];
}

function pickStyle(u: number, baseline: number, concise: number, stepByStep: number): Style {
  if (u < baseline) return "baseline";
  if (u < baseline + concise) return "concise";
  return u < baseline + concise + stepByStep ? "step_by_step" : "worked";
}

function cuedTemplate(style: Style, templates: StyleTemplates, u: number, paraphrase: string): PromptTemplate {
  const template = style === "worked" ? templates.none : templates[style];
  if (u < 0.65 && style !== "worked") return template;
  return { ...template, question_suffix: paraphrase };
}

/** Texts to learn a vocabulary from: what the first `count` chats say. */
export function* vocabularyTexts(seed: number, count: number, templates: StyleTemplates): Generator<string> {
  for (let i = 0; i < count; i++) {
    for (const { content } of pretrainingChat(seed, i, templates)) yield content;
  }
}
