/** Which address is answered by what. */
import { createModel, loadOrCreate, unload } from "./creation.ts";
import { forwardBackward, getInfo, optimStep, weightsInfo } from "./operations.ts";
import * as rest from "./rest.ts";
import { retrieveFuture } from "./results.ts";
import { asample, createSamplingSession, getSampler } from "./sampling.ts";
import { saveWeights, saveWeightsExternal, saveWeightsForSampler } from "./saving.ts";
import * as service from "./service.ts";
import type { Handler } from "./state.ts";

/** A method and a path below `/api/v1/`; a part in braces stands for one part of any text. */
type Pattern = `${"GET" | "POST" | "PUT" | "DELETE"} ${string}`;

const CHECKPOINT = "training_runs/{}/checkpoints/{}/{}";

const ROUTES: Readonly<Record<Pattern, Handler>> = {
  "GET healthz": service.healthz,
  "POST client/config": service.clientConfig,
  "POST client/dynamic_config": service.dynamicConfig,
  "GET get_server_capabilities": service.capabilities,
  "POST telemetry": service.telemetry,
  "POST create_session": service.createSession,
  "POST session_heartbeat": service.heartbeat,
  "POST sessions/{}/finish": service.finishSession,
  "GET sessions": service.listSessions,
  "GET sessions/{}": service.getSession,
  "POST create_model": createModel,
  "POST unload_model": unload,
  "POST get_info": getInfo,
  "POST forward_backward": forwardBackward,
  "POST forward": forwardBackward,
  "POST optim_step": optimStep,
  "POST save_weights": saveWeights,
  "POST save_weights_for_sampler": saveWeightsForSampler,
  "POST save_weights_external": saveWeightsExternal,
  "POST load_weights": loadOrCreate,
  "POST weights_info": weightsInfo,
  "POST create_sampling_session": createSamplingSession,
  "GET samplers/{}": getSampler,
  "POST asample": asample,
  "POST retrieve_future": retrieveFuture,
  "POST cancel_future": service.cancelFuture,
  "GET training_runs": rest.listRuns,
  "GET training_runs/{}": rest.getRun,
  "GET training_runs/{}/checkpoints": rest.listRunCheckpoints,
  "GET checkpoints": rest.listCheckpoints,
  [`DELETE ${CHECKPOINT}` as const]: rest.deleteCheckpoint,
  [`PUT ${CHECKPOINT}/ttl` as const]: rest.setTtl,
  [`GET ${CHECKPOINT}/archive` as const]: rest.getArchive,
  [`GET ${CHECKPOINT}/external_weights_urls` as const]: rest.externalWeightsUrls,
  [`POST ${CHECKPOINT}/publish` as const]: service.notHere,
  [`DELETE ${CHECKPOINT}/publish` as const]: service.notHere,
  "GET archives/{}": rest.download,
  "GET files/{}/{}": rest.downloadFile,
};

const PATTERNS = Object.entries(ROUTES).map(([pattern, handler]) => {
  const [method = "", path = ""] = pattern.split(" ");
  return { method, parts: path.split("/"), handler };
});

/** What answers a request, with the parts of its path that stand for something; else the methods that the path has. */
export function routeOf(
  method: string,
  path: string,
): { readonly handler: Handler; readonly params: readonly string[] } | { readonly methods: readonly string[] } {
  const given = path.split("/");
  const fitting = PATTERNS.filter(({ parts }) =>
    parts.length === given.length && parts.every((part, i) => part === "{}" ? given[i] !== "" : part === given[i])
  );
  const found = fitting.find((route) => route.method === method);
  if (found === undefined) return { methods: fitting.map((route) => route.method) };
  return { handler: found.handler, params: given.filter((_, i) => found.parts[i] === "{}") };
}
