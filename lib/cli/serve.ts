/**
 * `deno task serve [model_name=abacus] [port=10610] ...`: the embedded engine as a Tinker-compatible server on this
 * machine, for the official Python SDK or any other client, until Ctrl-C.
 */
import { didYouMean } from "../basics/mod.ts";
import { LORA_MODES, type ServeEvent, type ServeOptions, serveTinker, type TinkerServer } from "../serving/mod.ts";
import { serveUntilInterrupted } from "./_interrupt.ts";
import { type CliIo, runCommand, systemIo, UsageError } from "./_io.ts";
import { oneLine } from "./_text.ts";

const HELP = `Serves models of this machine to Tinker clients, such as the official Python SDK:

  deno task serve [model_name] [key=value ...]

  model_name=abacus        bundled models or model folders, separated by commas; clients ask for them by these names
  port=10610               0 takes any that is free
  host=127.0.0.1           for this machine alone; any other needs api_key
  weights_dir=runs/served  where checkpoints go
  api_key=tml-...          what clients have to send; without it any key will do
  max_models=4             most models in training at a time
  lora=adapter             what a client's lora_config makes, which the official SDK always sends: adapter a LoRA adapter
                           of that rank, as the Tinker API does; full none, all weights are trained whatever is asked

A model is one engine of its own: models do not share the weights they are based on. Ctrl-C ends the server.
`;

const DEFAULTS = {
  model_name: "abacus",
  port: "10610",
  host: "127.0.0.1",
  weights_dir: "runs/served",
  api_key: "",
  max_models: "4",
  lora: "adapter",
};
type Key = keyof typeof DEFAULTS;

/** Serves until it is interrupted. @returns the exit code */
export function main(
  args: readonly string[],
  io: CliIo = systemIo(),
  serve: (options: ServeOptions) => Promise<TinkerServer> = serveTinker,
): Promise<number> {
  return runCommand(io, async () => {
    if (args.some((arg) => arg === "--help" || arg === "-h" || arg === "help")) {
      io.out(HELP);
      return 0;
    }
    const options = { ...serveOptions(args), onEvent: (event: ServeEvent) => io.out(`${oneLine(eventLine(event))}\n`) };
    const server = await serve(options);
    const ending = "ending; a second Ctrl-C ends at once\n";
    await serveUntilInterrupted(io, server, { greeting: greeting(server.url, options), ending });
    io.out(`the server has ended; checkpoints are in ${oneLine(options.weightsDir)}\n`);
    return 0;
  });
}

function serveOptions(args: readonly string[]): ServeOptions {
  const given = new Map<Key, string>();
  args.forEach((arg, i) => {
    const split = arg.indexOf("=");
    const key = split < 0 ? "model_name" : arg.slice(0, split);
    const shown = key === "api_key" ? "api_key=..." : arg;
    if (split < 0 && i > 0) throw new UsageError(`argument "${shown}": one value too many; write key=value`);
    if (!Object.hasOwn(DEFAULTS, key)) {
      throw new UsageError(`argument "${shown}": there is no key "${key}".${didYouMean(key, Object.keys(DEFAULTS))}`);
    }
    const value = arg.slice(split + 1);
    if (value === "" || given.has(key as Key)) {
      throw new UsageError(`argument "${shown}": give ${key} once, with a value`);
    }
    given.set(key as Key, value);
  });
  const text = (key: Key) => given.get(key) ?? DEFAULTS[key];
  const apiKey = text("api_key");
  const lora = LORA_MODES.find((mode) => mode === text("lora"));
  if (lora === undefined) throw new UsageError(`lora is "${text("lora")}"; it has to be ${LORA_MODES.join(" or ")}`);
  return {
    lora,
    models: text("model_name").split(",").map((name) => name.trim()).filter((name) => name !== ""),
    port: wholeNumber("port", text("port"), 0, 65535),
    host: text("host"),
    weightsDir: text("weights_dir"),
    maxModels: wholeNumber("max_models", text("max_models"), 1, 1000),
    ...(apiKey !== "" && { apiKey }),
  };
}

function wholeNumber(key: Key, text: string, low: number, high: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= low && value <= high) return value;
  throw new UsageError(`${key} is "${text}"; it has to be a whole number from ${low} to ${high}`);
}

function greeting(url: string, { models, weightsDir, apiKey, lora }: ServeOptions): string {
  const model = models[0] as string;
  const key = apiKey === undefined ? '"tml-local"' : "the key";
  const sdk = apiKey === undefined || /^(tml-|eyJ)/.test(apiKey)
    ? ""
    : "The official SDK takes keys that begin with tml- only; this one does not.\n";
  const all = lora === "full"
    ? "lora=full: all weights are trained; the rank that clients ask for has no effect.\n"
    : "";
  return `${url}  serves ${oneLine(models.join(", "))}; checkpoints go to ${oneLine(weightsDir)}; Ctrl-C ends it

  client = tinker.ServiceClient(base_url="${url}", api_key=${key})
  training = client.create_lora_training_client(base_model=${JSON.stringify(model)}).result()

training.get_tokenizer() loads the model's own tokenizer from this machine, with transformers.
${sdk}${all}
`;
}

function eventLine(event: ServeEvent): string {
  switch (event.type) {
    case "model_created":
      return `model ${event.model_id} of ${event.base_model}, ${event.trains}${
        event.from === undefined ? "" : `, from ${event.from}`
      }`;
    case "model_unloaded":
      return `model ${event.model_id} unloaded: ${event.reason}`;
    case "saved":
      return `saved ${event.path}`;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
