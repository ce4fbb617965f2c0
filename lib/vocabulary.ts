/**
 * The nouns of the project, as readonly JSON data: a problem becomes a prompt, a prompt is completed, a completion is
 * graded into a rollout, the rollouts of one prompt form a group, groups become data, data move the policy.
 * No behaviour lives here. Field names in snake_case are hyperparameters or metric keys of the math_rl recipe, or words
 * of the Tinker API; everything else is camelCase. Shape letters: P problems, G completions a problem, T tokens, D data.
 */

/** Which side of a data set a problem belongs to. No problem is on both. */
export type Split = "train" | "test";

/** One question with its reference answer. */
export interface Problem {
  /** Stable and unique within `env`, for example `gsm8k/test/17`. */
  readonly id: string;
  /** The problem set, for example `gsm8k`. */
  readonly env: string;
  /** Its side of the data set. */
  readonly split: Split;
  /** What is asked, as text. */
  readonly question: string;
  /** The final answer alone, for example `72`. */
  readonly answer: string;
  /** The worked answer, where the data set has one. */
  readonly solution?: string;
  /** Graded difficulty, 1 is easiest; in word problems the number of reasoning steps, in MATH its own 1 to 5. */
  readonly level?: number;
  /** The field of mathematics, where the data set names one. */
  readonly subject?: string;
}

/** [P] problems in an order: an array, or a problem set, which makes each when it is asked for. */
export type Problems = ArrayLike<Problem> & Iterable<Problem>;

/** Who speaks in a chat. */
export type Role = "system" | "user" | "assistant";

/** One turn of a chat. */
export interface Message {
  /** Who says it. */
  readonly role: Role;
  /** What is said, as text. */
  readonly content: string;
}

/** A worked example shown to the model before the question. */
export interface FewShot {
  /** The example's question. */
  readonly question: string;
  /** What the assistant answers, in the style that is wanted. */
  readonly answer: string;
}

/**
 * Which worked examples are shown: `fixed` the first ones, `random` some drawn anew for each problem, `nearest` those whose
 * questions are nearest to the problem's in length.
 */
export type FewShotPick = "fixed" | "random" | "nearest";

/** What a variable of a template stands for. */
export type TemplateValue = string | number | boolean;

/** Where the final answer has to stand to count as strictly correct. */
export type AnswerFormat = "boxed";

/** A prompt template: how a problem is put to the model. Text fields are Jinja with the problem's fields in scope. */
export interface PromptTemplate {
  /** How runs and reports call it. */
  readonly name: string;
  /** What it asks the model to do, in a sentence. */
  readonly description: string;
  /** When to choose it. */
  readonly best_for: string;
  /** System text; absent: no system turn. */
  readonly system?: string;
  /** The template it was made from, for the record: what it took from there is written out in the other fields. */
  readonly extends?: string;
  /** Examples shown before the question, in order; with `few_shot_count` the pool they are picked from. */
  readonly few_shot: readonly FewShot[];
  /** How many examples are shown; absent: all. */
  readonly few_shot_count?: number;
  /** How they are picked; default `fixed`. */
  readonly few_shot_pick?: FewShotPick;
  /** Names the stream of random numbers of `random`; default 0. */
  readonly few_shot_seed?: number;
  /** Names that the text fields may use besides the problem's, with what they stand for. */
  readonly variables?: Readonly<Record<string, TemplateValue>>;
  /** The user turn, by default `{{ question }}`. Few-shot questions go through it too. */
  readonly question: string;
  /** Appended to every user turn. */
  readonly question_suffix: string;
  /** Where strict grading looks for the answer. */
  readonly answer_format: AnswerFormat;
}

/** A problem as it is put to one policy. */
export interface Prompt {
  /** What is asked. */
  readonly problem: Problem;
  /** The chat up to the question. */
  readonly messages: readonly Message[];
  /** [T] token ids with the generation prompt at the end; empty for a policy that takes messages only. */
  readonly tokens: readonly number[];
}

/** How a completion is drawn; the words are Tinker's. */
export interface SamplingParams {
  /** Most tokens of a completion, the stop token included. */
  readonly max_tokens: number;
  /** 0 is greedy. */
  readonly temperature: number;
  /** Keep the k most likely tokens; -1 keeps all. */
  readonly top_k?: number;
  /** Keep the smallest set of tokens with this much probability; 1 keeps all. */
  readonly top_p?: number;
  /** Token ids that end a completion; default: the stop tokens of the policy's chat format. */
  readonly stop?: readonly number[];
  /**
   * Text that ends a completion, wherever it appears in what was generated; the tokens that spell it are kept. Comes on
   * top of `stop`.
   */
  readonly stop_strings?: readonly string[];
  /** Completion i of a prompt takes its random numbers from the stream (seed, i), whatever else is in the batch. */
  readonly seed: number;
}

/** `stop`: a stop token was drawn, or a stop string completed (and kept). `length`: `max_tokens` or the context was used up. */
export type StopReason = "stop" | "length";

/** What a policy answered. */
export interface Completion {
  /** [T] token ids, the stop token included. */
  readonly tokens: readonly number[];
  /** [T] natural log-probabilities at temperature 1, unfiltered: what a trainer computes for the same tokens. */
  readonly logprobs: readonly number[];
  /**
   * [T] natural log-probabilities at the sampling temperature, before top-k and top-p; absent: not known, or the
   * temperature is 1, where they are `logprobs`.
   */
  readonly samplingLogprobs?: readonly number[];
  /** Why it ended. */
  readonly stopReason: StopReason;
  /** What was said, from a policy that answers in text; absent: it is read from the tokens. */
  readonly text?: string;
  /** Tokens as the server counted them, from a policy that answers in text. */
  readonly usage?: { readonly prompt: number; readonly completion: number };
}

/** What became of a completion; each has exactly one. */
export type Outcome =
  | "correct"
  | "wrong"
  | "no_answer"
  | "truncated"
  | "malformed"
  | "ungradable"
  | "grader_timeout";

/** All outcomes, in the order tables show them. */
export const OUTCOMES: readonly Outcome[] = [
  "correct",
  "wrong",
  "no_answer",
  "truncated",
  "malformed",
  "ungradable",
  "grader_timeout",
];

/** The verdict on one completion, with its reason. */
export interface Grade {
  /** What became of it. */
  readonly outcome: Outcome;
  /** Strict: the boxed answer equals the reference. The recipe's `correct`. */
  readonly correct: boolean;
  /** Lenient: whatever final answer could be found equals the reference. True whenever `correct` is. */
  readonly lenient: boolean;
  /** The completion ended on a stop token and holds a box that can be read. The recipe's `format`. */
  readonly format: boolean;
  /** The boxed text, else the lenient answer; absent when none was found. */
  readonly extracted?: string;
  /** First and last index (exclusive) of `extracted` in the text that was graded, in UTF-16 code units. */
  readonly span?: readonly [start: number, end: number];
  /** How `extracted` was read; absent when it could not be. */
  readonly normalised?: string;
  /** How it was compared: `verbatim`, `number`, `exact`, `numeric` or `text`; absent when it was not. */
  readonly method?: string;
  /** Where both graders judge: whether the recipe's calls it correct. */
  readonly recipe?: boolean;
  /** Why, in words, where the outcome is `ungradable`, `malformed` or `grader_timeout`, or another grader's. */
  readonly reason?: string;
  /** The reference answer it was held against. */
  readonly reference: string;
}

/** One completion with everything known about it. */
export interface Rollout {
  /** What was asked. */
  readonly problem: Problem;
  /** How it was put. */
  readonly prompt: Prompt;
  /** The template's name. */
  readonly template: string;
  /** What was drawn. */
  readonly completion: Completion;
  /** The completion as text, without the stop token. */
  readonly text: string;
  /** The verdict. */
  readonly grade: Grade;
  /** `format_coef * (format - 1) + correct`, or what a reward function of one's own has given. */
  readonly reward: number;
  /** The parts that add up to the reward, where a reward function gave it; absent: it is the recipe's. */
  readonly rewardParts?: Readonly<Record<string, number>>;
}

/** [G] rollouts of one prompt. */
export interface Group {
  /** What was asked. */
  readonly problem: Problem;
  /** [G] answers to it. */
  readonly rollouts: readonly Rollout[];
}

/** A training example in Tinker's shape: everything is aligned with the targets, position t predicts `target_tokens[t]`. */
export interface Datum {
  /** [T] input ids: the sequence without its last token. */
  readonly tokens: readonly number[];
  /** [T] the sequence without its first token. */
  readonly target_tokens: readonly number[];
  /** [T] 1 where the target is the policy's own action, else 0. Only these positions are scored. */
  readonly mask: readonly number[];
  /** [T] for `cross_entropy`: weight of each target. */
  readonly weights?: readonly number[];
  /** [T] for policy-gradient losses: log-probability of the target when it was sampled. */
  readonly logprobs?: readonly number[];
  /** [T] for policy-gradient losses. */
  readonly advantages?: readonly number[];
}

/** Adam's parameters; names and meaning are Tinker's. */
export interface AdamParams {
  /** Size of a step. */
  readonly learning_rate: number;
  /** Decay of the first moment. */
  readonly beta1: number;
  /** Decay of the second moment. */
  readonly beta2: number;
  /** Added to the root of the second moment. */
  readonly eps: number;
  /** Decoupled, as in AdamW. */
  readonly weight_decay: number;
  /** Largest global L2 norm of the gradient; 0 is off. */
  readonly grad_clip_norm: number;
}

/** Flat numbers of one step, keyed as the recipe keys them. */
export type Metrics = Readonly<Record<string, number>>;

/** A checkpoint as `checkpoints.jsonl` records it. */
export interface Checkpoint {
  /** Unique in its run. */
  readonly name: string;
  /** Steps done when it was taken: training goes on with this index. */
  readonly step: number;
  /** Weights and optimizer, for resuming. */
  readonly state_path: string;
  /** Weights alone, for sampling. */
  readonly sampler_path: string;
  /** Whether the run ended with it. */
  readonly final: boolean;
}
