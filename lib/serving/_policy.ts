/** The one door to parts of the room policy: the nouns of the Tinker API's wire, how they become bytes, where models lie. */
export type {
  ForwardBackwardRequest,
  ModelInputChunk,
  SampledSequence,
  SampleResponse,
  TensorData,
  WireDatum,
  WireForwardBackwardOutput,
} from "../policy/tinker/wire_types.ts";
export {
  chunkFromJson,
  decodeForwardBackwardRequest,
  encodeForwardBackwardOutput,
  encodeSampleResponse,
  forwardBackwardOutputToJson,
  forwardBackwardRequestFromJson,
  sampleResponseToJson,
} from "../policy/tinker/wire/mod.ts";
export { findModel } from "../policy/local/model_folder.ts";
