/** What a run is: names, ranges and defaults of all hyperparameters, and how a command line becomes a configuration. */
export * from "./algorithm.ts";
export * from "./schema.ts";
export * from "./env.ts";
export * from "./error.ts";
export * from "./defaults.ts";
export * from "./arguments.ts";
export * from "./resolve.ts";
export * from "./loss_options.ts";
export * from "./reference.ts";
export * from "./renderers.ts";
