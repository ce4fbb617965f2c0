/**
 * Sampling sessions and `asample`. A session names weights of one moment and keeps to them: while the model in training
 * still has them it answers itself, afterwards a policy opened from what was saved does.
 */
import { promptLogprobsBy, type TrainablePolicy } from "../policy/mod.ts";
import type { Prompt, SamplingParams } from "../vocabulary.ts";
import { fingerprint } from "./_fingerprint.ts";
import { sampleNumber, type SampleWish, sampleWish } from "./_sample_request.ts";
import { integerOf, optionalText, textOf } from "./_values.ts";
import type { SampleResponse } from "./_policy.ts";
import { parseTinkerPath } from "./checkpoints.ts";
import { requireOffered } from "./creation.ts";
import { tokensOf } from "./data.ts";
import { OperationError, RefusedError } from "./errors.ts";
import { type Snapshot, withSampler } from "./models.ts";
import type { Handler, ServerState } from "./state.ts";

/** `POST create_sampling_session`: of a model, or of saved weights. */
export const createSamplingSession: Handler = async (state, { body }) => {
  const session = state.sessions.alive(textOf(body, "session_id"));
  const id = `${session.id}:sample:${integerOf(body, "sampling_session_seq_id", { max: 999_999_999 })}`;
  const print = fingerprint(body);
  const snapshot = await snapshotOf(state, optionalText(body, "model_path"), optionalText(body, "base_model"));
  const modelPath = optionalText(body, "model_path");
  const known = session.samplers.get(id);
  if (known !== undefined && known.fingerprint !== print) {
    throw new RefusedError(409, `sampling session ${id} was made before of something else; take the next number`);
  }
  if (known === undefined) {
    session.samplers.set(id, { id, snapshot: () => snapshot, ...(modelPath && { modelPath }), fingerprint: print });
  }
  return { type: "create_sampling_session", sampling_session_id: id };
};

/** `GET samplers/{id}`. */
export const getSampler: Handler = (state, { params: [id = ""] }) => {
  const { snapshot, modelPath } = state.sessions.sampler(id);
  return { sampler_id: id, base_model: snapshot().baseModel, ...(modelPath && { model_path: modelPath }) };
};

async function snapshotOf(
  state: ServerState,
  path: string | undefined,
  baseModel: string | undefined,
): Promise<Snapshot> {
  if (path !== undefined) {
    const record = await state.checkpoints.find(parseTinkerPath(path));
    const live = state.live.get(path);
    if (live !== undefined) return live;
    const { base_model } = await state.checkpoints.run(record.run);
    return { baseModel: base_model, target: state.checkpoints.targetOf(record) };
  }
  if (baseModel === undefined) throw new RefusedError(422, "a sampling session takes base_model or model_path");
  requireOffered(state, baseModel);
  return { baseModel, target: baseModel };
}

/** `POST asample`. */
export const asample: Handler = async (state, { body }) => {
  const sessionId = optionalText(body, "sampling_session_id");
  const anonymous = sessionId === undefined;
  // The older form, without a sampling session: each request is a new one.
  const id = anonymous ? `sample:${state.newId()}` : `${sessionId}:${sampleNumber(body)}`;
  const snapshot = anonymous
    ? await snapshotOf(state, optionalText(body, "model_path"), optionalText(body, "base_model"))
    : state.sessions.sampler(sessionId).snapshot();
  const wish = sampleWish(body, id);
  const print = fingerprint(body);
  if (!state.futures.has(id, print)) {
    state.futures.start(id, print, async (signal) => ({
      kind: "sample",
      value: await draw(state, snapshot, wish, signal),
    }));
  }
  return { request_id: id, sample_sequence_ids: Array.from({ length: wish.count }, (_, i) => `${id}:${i}`) };
};

async function draw(
  state: ServerState,
  snapshot: Snapshot,
  wish: SampleWish,
  signal: AbortSignal,
): Promise<SampleResponse> {
  const tokens = tokensOf(wish.prompt);
  return await withSampler(snapshot, state.pool, ({ policy, batches }) =>
    batches.run(async () => {
      // One that is drawn already is drawn to its end: a signal of its own would keep it out of the batch.
      if (signal.aborted) throw new OperationError("user", "the request was cancelled");
      const params = samplingParams(policy, wish, tokens.length);
      const drawing = policy.sample(promptOf(tokens), wish.count, params);
      const scoring = wish.promptLogprobs ? promptLogprobsBy(policy, tokens, { last: wish.promptLogprobsLast }) : null;
      const [completions, prompt_logprobs] = await Promise.all([drawing, scoring]);
      const sequences = completions.map(({ tokens, logprobs, stopReason }) => ({
        ...{ tokens, logprobs, stop_reason: stopReason },
      }));
      return { sequences, prompt_logprobs, topk_prompt_logprobs: null };
    }));
}

function samplingParams(policy: TrainablePolicy, wish: SampleWish, promptLength: number): SamplingParams {
  const room = Math.max(1, policy.contextLength - promptLength);
  return {
    max_tokens: Math.min(wish.maxTokens ?? room, room),
    temperature: wish.temperature,
    top_k: wish.topK,
    top_p: wish.topP,
    seed: wish.seed,
    ...(wish.stopTokens !== undefined && { stop: wish.stopTokens }),
    ...(wish.stopTexts.length > 0 && { stop_strings: wish.stopTexts }),
  };
}

/** A prompt of token ids alone. */
function promptOf(tokens: readonly number[]): Prompt {
  const problem = { id: "the request", env: "served", split: "test", question: "", answer: "" } as const;
  return { problem, messages: [], tokens };
}
