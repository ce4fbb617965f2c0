/** `POST retrieve_future`: the result of an operation, as protobuf or JSON, or word that it is not there yet. */
import { flagOf, textOf } from "./_values.ts";
import {
  encodeForwardBackwardOutput,
  encodeSampleResponse,
  forwardBackwardOutputToJson,
  sampleResponseToJson,
} from "./_policy.ts";
import type { Outcome } from "./futures.ts";
import type { Handler, Reply } from "./state.ts";

const PROTOBUF = "application/x-protobuf";

/** From this size on a client that asked for it is told the size first. */
const METADATA_BYTES = 65_536;

/** `POST retrieve_future`. */
export const retrieveFuture: Handler = async (state, { body, headers }) => {
  const id = textOf(body, "request_id");
  const metadataOnly = flagOf(body, "allow_metadata_only");
  state.sessions.ownerOf(id);
  const found = await state.futures.result(id);
  if (found === undefined) {
    return Response.json({ type: "try_again", request_id: id, queue_state: "active" }, { status: 408 });
  }
  const { outcome, bytes } = found;
  if (metadataOnly && bytes >= METADATA_BYTES) return { status: "complete_metadata", response_payload_size: bytes };
  const reply = replyOf(outcome, headers.get("accept")?.includes(PROTOBUF) === true);
  state.futures.fetched(id);
  return reply;
};

function replyOf(outcome: Outcome, protobuf: boolean): Reply {
  switch (outcome.kind) {
    case "failed":
      return { error: outcome.error, category: outcome.category };
    case "json":
      return outcome.value;
    case "forward_backward":
      return protobuf
        ? bytesReply(encodeForwardBackwardOutput(outcome.value))
        : { ...forwardBackwardOutputToJson(outcome.value) };
    case "sample":
      return protobuf ? bytesReply(encodeSampleResponse(outcome.value)) : { ...sampleResponseToJson(outcome.value) };
  }
}

function bytesReply(bytes: Uint8Array<ArrayBuffer>): Response {
  return new Response(bytes, { headers: { "content-type": PROTOBUF } });
}
