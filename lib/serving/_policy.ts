/** The parts of the room policy that a server needs: the nouns of the Tinker API's wire, and how they become bytes. */
import { wire } from "../policy/mod.ts";

export type {
  ForwardBackwardRequest,
  ModelInputChunk,
  SampleResponse,
  TensorData,
  WireDatum,
  WireForwardBackwardOutput,
} from "../policy/mod.ts";
export { DEFAULT_CLIENT_CONFIG, findModel, lossConfigOf, lossSum } from "../policy/mod.ts";

export const {
  chunkFromJson,
  decodeForwardBackwardRequest,
  encodeForwardBackwardOutput,
  encodeSampleResponse,
  forwardBackwardOutputToJson,
  forwardBackwardRequestFromJson,
  sampleResponseToJson,
} = wire;
