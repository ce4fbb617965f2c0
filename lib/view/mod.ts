/** A page in the browser for all runs: list, live charts, comparisons, completions, templates. It reads and never writes. */
export { serveView, VIEW_PORT, type ViewOptions, type ViewServer } from "./server.ts";
export type { SiteOptions } from "./site.ts";
