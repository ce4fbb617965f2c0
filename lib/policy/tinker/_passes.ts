/** A forward_backward in as many requests as its data need, and one output of their results. */
import type { LossConfig } from "../policy.ts";
import { chunksOf } from "./chunks.ts";
import { combineOutputs } from "./combine.ts";
import type { ClientConfig } from "./connection.ts";
import { forwardBackwardOperation, type SeenResults } from "./operations.ts";
import type { InFlight, Sending, SubmissionLine } from "./submission_line.ts";
import type { WireDatum, WireForwardBackwardOutput } from "./wire_types.ts";

/** The requests of one pass that the server has accepted. */
export type Parts = InFlight<"forward_backward">[];

/** A gradient, or a forward pass. */
export interface Pass {
  /** Over what. */
  readonly data: readonly WireDatum[];
  /** The loss by name. */
  readonly loss: string;
  /** Options of the loss. */
  readonly config?: LossConfig | undefined;
  /** No gradient. */
  readonly forward_only: boolean;
  /** Ends the waits for results, and parts that are not posted yet where they are posted one after the other. */
  readonly signal: AbortSignal | undefined;
}

/** Where a pass goes. */
export interface Target {
  /** The model. */
  readonly model_id: string;
  /** The server's settings. */
  readonly config: ClientConfig;
  /** What its results have been like. */
  readonly seen: SeenResults;
}

/**
 * Posts a pass in a turn. What was accepted is in `parts` even when a later part fails.
 * @throws {RangeError} when there are no data
 */
export async function postPass(
  line: SubmissionLine,
  pass: Pass,
  to: Target,
  parts: Parts,
): Promise<void> {
  const { signal } = pass;
  if (pass.data.length === 0) throw new RangeError("a forward_backward needs at least one datum");
  const sendings = sendingsOf(pass, to);
  // Only a server that names its models as the official one does is trusted to wait for the number that comes next.
  if (to.config.parallel_fwdbwd_chunks && to.model_id.includes(":train:")) {
    parts.push(...await line.sendFirstLast(sendings));
    return;
  }
  for (const sending of sendings) {
    signal?.throwIfAborted();
    parts.push(await line.send(sending));
  }
}

/** The output of a pass, when all its results are there. */
export async function outputOf(parts: Parts): Promise<WireForwardBackwardOutput> {
  return combineOutputs(await Promise.all(parts.map(({ result }) => result)));
}

function sendingsOf(
  { data, loss, config: loss_fn_config, forward_only, signal }: Pass,
  { model_id, config, seen }: Target,
): Sending<"forward_backward">[] {
  const limits = { maxCount: config.fwdbwd_max_chunk_len, maxBytes: config.fwdbwd_max_chunk_bytes_count };
  const rest = {
    model_id,
    loss_fn: loss,
    ...(forward_only ? { forward_only } : {}),
    ...(loss_fn_config === undefined ? {} : { loss_fn_config }),
  };
  return chunksOf(data, limits).map(({ data, bytes }) => ({
    make: (seq_id) => forwardBackwardOperation({ ...rest, seq_id, data }, seen),
    bytes,
    signal,
  }));
}
