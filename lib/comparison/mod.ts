/** Comparisons of templates and of training runs, with statistics that a reviewer would accept. */
export * from "./types.ts";
