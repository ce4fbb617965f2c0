/** Log-probabilities of a prompt's own tokens, by any policy that scores data. */
import type { CallOptions, TrainablePolicy } from "./policy.ts";

/** What is scored of a prompt. */
export interface PromptLogprobsOptions extends CallOptions {
  /** Only so many tokens at its end; absent: all. */
  readonly last?: number | undefined;
}

/**
 * [T] natural log-probability of each of a prompt's tokens after those before it, at temperature 1; null of the first, which
 * has nothing before it, and of those that are not asked for.
 */
export async function promptLogprobsBy(
  policy: Pick<TrainablePolicy, "logprobs">,
  tokens: readonly number[],
  { last, ...call }: PromptLogprobsOptions = {},
): Promise<(number | null)[]> {
  if (tokens.length < 2) return tokens.map(() => null);
  const target_tokens = tokens.slice(1);
  const from = last === undefined ? 0 : target_tokens.length - last;
  const mask = target_tokens.map((_, t) => (t >= from ? 1 : 0));
  const [scores = []] = await policy.logprobs([{ tokens: tokens.slice(0, -1), target_tokens, mask }], "current", call);
  return [null, ...scores.map((score, t) => (mask[t] ? score : null))];
}
