/** The client of the Tinker API: services, clients for training, sampling and looking after what was saved. */
export * from "./errors.ts";
export type * from "./connection.ts";
export type * from "./wire_types.ts";
/** The bytes of the API, written and read. */
export * as wire from "./wire/mod.ts";
export { type ConnectionOptions, openConnection } from "./open_connection.ts";
export { isOnServer } from "./address.ts";
export { DEFAULT_CLIENT_CONFIG } from "./client_config.ts";
export type { RunCommand } from "./credentials.ts";
export type { StoredKey } from "./stored_key.ts";
export type { TransportLimits } from "./limits.ts";
export * from "./service.ts";
export { SDK_VERSION, type ServiceMessage, type SessionEnd, type SessionOptions } from "./session.ts";
export { TrainingClient } from "./training_client.ts";
export type * from "./training_types.ts";
export { type SampleOptions, SamplingClient } from "./sampling_client.ts";
export type { CustomLoss, CustomLossOutput } from "./custom_loss.ts";
export {
  type ExternalDownload,
  type ListOptions,
  RestClient,
  type RestOptions,
  type RunListOptions,
} from "./rest_client.ts";
export type {
  CheckpointPlace,
  SamplerInfo,
  SavedCheckpoint,
  SessionInfo,
  TrainingRun,
  WeightsInfo,
} from "./rest_types.ts";
export { checkpointPlace } from "./rest_types.ts";
export type { ArchiveOptions, ArchiveProgress } from "./archive.ts";
export type { ExternalWeightsUrls, FilesOptions, FilesProgress } from "./external_weights.ts";
export * from "./download.ts";
export type { OpenChat } from "./chat_by_name.ts";
export { openTinkerPolicy, type TinkerPolicyOptions } from "./tinker_policy.ts";
export { openTinkerSampler, type TinkerSamplerOptions } from "./tinker_sampler.ts";
