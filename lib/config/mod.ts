/** What a run is: names, ranges and defaults of all hyperparameters, and how a command line becomes a configuration. */
export * from "./schema.ts";
