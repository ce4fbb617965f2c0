/**
 * The bytes of the Tinker API: its messages as protobuf and as JSON, written and read. Client and server use the same
 * functions, each the other half. Readers take anything from outside and throw a SyntaxError on what they do not accept;
 * writers throw a RangeError on what does not fit the wire.
 */
export type * from "../wire_types.ts";
export type { Json } from "./json.ts";
export { chunkFromJson, chunkToJson, tensorFromJson, tensorToJson } from "./json.ts";
export * from "./json_requests.ts";
export * from "./json_results.ts";
export * from "./outputs.ts";
export * from "./requests.ts";
export * from "./samples.ts";
