/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
/** The engine's thread: takes calls one at a time, in order; a call can be cancelled before and while it runs. */
import { Engine } from "./engine.ts";
import type { Calls, FromWorker, ToWorker } from "./_messages.ts";

let engine: Engine | undefined;
let queue: Promise<void> = Promise.resolve();
const cancelled = new Set<number>();
let answered = -1;

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  // A cancel may come late, when its call was answered already.
  if (data.type === "cancel") data.id > answered && cancelled.add(data.id);
  else queue = queue.then(() => answer(data));
};

async function answer(call: Extract<ToWorker, { type: "call" }>): Promise<void> {
  const { id } = call;
  try {
    send({ type: "result", id, result: await perform(call) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    send({ type: "error", id, name, message });
  } finally {
    cancelled.delete(id);
    answered = id;
  }
}

async function perform({ id, name, args }: Extract<ToWorker, { type: "call" }>): Promise<unknown> {
  // A cancel message is delivered when the event loop turns, which every run of a graph and every read makes it do.
  // deno-lint-ignore require-await
  const between = async () => {
    if (cancelled.has(id)) throw new DOMException("the call was cancelled", "AbortError");
  };
  if (name === "open") return await open(args as Calls["open"]["args"], between);
  if (engine === undefined) throw new Error(`the engine got "${name}" before a model was opened`);
  switch (name) {
    case "sample": {
      const { requests } = args as Calls["sample"]["args"];
      await engine.sample(
        requests,
        (request, completions) => send({ type: "sampled", id, request, completions }),
        between,
      );
      return null;
    }
    case "forwardBackward": {
      const { data, ...how } = args as Calls["forwardBackward"]["args"];
      return await engine.forwardBackward(data, how, between);
    }
    case "logprobs": {
      const { data, which } = args as Calls["logprobs"]["args"];
      return await engine.logprobs(data, which, between);
    }
    case "optimStep":
      return engine.optimStep((args as Calls["optimStep"]["args"]).adam);
    case "dropGradient":
      engine.dropGradient();
      return null;
    case "save":
    case "load": {
      const { folder, optimizer } = args as Calls["save"]["args"];
      await engine[name](folder, { optimizer });
      return null;
    }
    case "release":
      await engine.release();
      return null;
  }
}

async function open(
  { folder, ...options }: Calls["open"]["args"],
  between: () => Promise<void>,
): Promise<Calls["open"]["result"]> {
  engine = await Engine.open(folder, { ...options, between });
  return { memory: engine.memory };
}

function send(message: FromWorker): void {
  self.postMessage(message);
}
