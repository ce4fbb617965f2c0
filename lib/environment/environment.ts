/**
 * A problem set's task as a policy meets it: a problem becomes a prompt by way of a template, a completion becomes a
 * rollout by way of the grader. Knows nothing of policies, batches or training.
 */
import type { GraderName } from "../config/mod.ts";
import { createGrader, rewardOf } from "../grading/mod.ts";
import { renderTemplate } from "../prompts/mod.ts";
import { type ChatFormat, type ParsedResponse, plainResponse } from "../tokens/mod.ts";
import type { Completion, Grade, Problem, Prompt, PromptTemplate, Rollout } from "../vocabulary.ts";
import { payRollout, type RewardContext, type RewardFunction } from "./reward.ts";

/** What an environment is made of. */
export interface EnvironmentOptions {
  /** How a problem is put to the model. */
  readonly template: PromptTemplate;
  /** How chats become tokens; absent for a policy that takes messages and answers in text. */
  readonly chat?: ChatFormat | undefined;
  /** Reward lost by an answer out of format. */
  readonly format_coef: number;
  /** What a completion is worth, in place of the recipe's reward. */
  readonly reward?: RewardFunction | undefined;
  /** Whose rules decide whether an answer is right; default `standard`. */
  readonly grader?: GraderName | undefined;
  /** Longest time for grading one completion, in seconds; default 1. */
  readonly grader_timeout?: number | undefined;
}

/** A completion and what it answers. */
export interface Answered {
  /** What was asked. */
  readonly prompt: Prompt;
  /** What came back. */
  readonly completion: Completion;
}

/** A task with a reward: asks, and judges the answers. */
export interface Environment {
  /** The template prompts are made with. */
  readonly template: PromptTemplate;
  /** The problem as it is put to the policy; without a chat format it has messages and no tokens. */
  prompt(problem: Problem): Prompt;
  /**
   * Grades completions. What needs time is graded in workers, which are started when there is something for them to do.
   * @returns [N] rollouts, in the order of the completions
   * @throws {TypeError} when one has neither a text nor a chat format to read its tokens with, or the environment is closed
   * @throws {Error} when no worker can be started
   * @throws the signal's reason, when it was aborted
   */
  grade(answers: readonly Answered[], options?: { readonly signal?: AbortSignal | undefined }): Promise<Rollout[]>;
  /**
   * Pays a graded rollout by a reward function of one's own, see `payRollout`; absent: `grade` has paid it already.
   * @throws what `payRollout` throws
   */
  pay?(rollout: Rollout, context?: RewardContext): Promise<Rollout>;
  /** Ends the workers, if there are any. One that nothing is graded with need not be closed. */
  close(): Promise<void>;
}

/**
 * Makes the environment of one template and one policy's chat format.
 * @throws {RangeError} when the time limit is out of range
 */
export function createEnvironment(options: EnvironmentOptions): Environment {
  const { template, chat, format_coef, reward, grader = "standard", grader_timeout = 1 } = options;
  const judge = createGrader({ grader, timeoutMs: 1000 * grader_timeout });
  return {
    template,
    prompt(problem: Problem): Prompt {
      const messages = renderTemplate(template, problem).map(({ role, content }) => ({ role, content }));
      return { problem, messages, tokens: chat?.encodePrompt(messages) ?? [] };
    },
    async grade(answers, { signal } = {}): Promise<Rollout[]> {
      const said = answers.map((answer) => saidIn(answer, chat));
      // A box in a thought is no answer; the rollout keeps the thought to be read.
      const requests = answers.map(({ prompt, completion }, i) => ({
        ...{ text: said[i]!.content, reference: prompt.problem.answer, stopReason: completion.stopReason },
      }));
      const grades = await judge.grade(requests, { signal });
      return answers.map(({ prompt, completion }, i) => {
        const grade = inWhole(grades[i]!, said[i]!);
        const earned = rewardOf(grade, format_coef);
        const { problem } = prompt;
        return { problem, prompt, template: template.name, completion, text: said[i]!.text, grade, reward: earned };
      });
    },
    ...(reward && { pay: (rollout: Rollout, context?: RewardContext) => payRollout(rollout, reward, context) }),
    close: () => judge.close(),
  };
}

type Said = Pick<ParsedResponse, "text" | "content">;

function saidIn({ prompt, completion }: Answered, chat: ChatFormat | undefined): Said {
  const { text, tokens, stopReason } = completion;
  const said = text === undefined
    ? chat?.parseResponse(tokens, stopReason, { prompt: prompt.tokens })
    : plainResponse(text, stopReason);
  if (said !== undefined) return said;
  throw new TypeError(`cannot grade an answer to ${prompt.problem.id}: it has no text and there is no chat format`);
}

/** The place of the answer in the whole text, of which what was graded is the end; absent where that is not so. */
function inWhole(grade: Grade, { text, content }: Said): Grade {
  if (grade.span === undefined || text === content) return grade;
  const { span: [start, end], ...rest } = grade;
  if (!text.endsWith(content)) return rest;
  const before = text.length - content.length;
  return { ...rest, span: [start + before, end + before] };
}
