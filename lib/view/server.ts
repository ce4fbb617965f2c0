/** The server of the page: on this machine alone, reading alone, and gone at once when it is closed. */
import { answer } from "./http.ts";
import { Site, type SiteOptions } from "./site.ts";

/** The port where none is asked for. */
export const VIEW_PORT = 8732;

/** Ports after the usual one that are tried where it is taken. */
const TRIED = 20;

/** What is served, and where. */
export interface ViewOptions extends SiteOptions {
  /** 0 takes any that is free. Absent: 8732, or the next that is free. */
  readonly port?: number | undefined;
}

/** A server that serves. */
export interface ViewServer {
  /** Where it is, without a slash at the end. */
  readonly url: string;
  /** Ends it at once. */
  close(): Promise<void>;
}

/**
 * Serves a folder of runs on 127.0.0.1, to this machine's browser and to nobody else; it writes nothing.
 *
 * @example
 * ```ts ignore
 * const server = await serveView({ folder: "runs" });
 * console.log(server.url); // http://127.0.0.1:8732
 * ```
 * @throws {RangeError} when the port is no port
 * @throws {Deno.errors.AddrInUse} when the port that was asked for is taken, or all that are tried
 */
export function serveView({ port, ...options }: ViewOptions): Promise<ViewServer> {
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65535)) {
    return Promise.reject(new RangeError(`port is ${port}; it has to be a whole number from 0 to 65535`));
  }
  const site = new Site(options);
  return Promise.resolve().then(() => listen(site, port));
}

function listen(site: Site, asked: number | undefined): ViewServer {
  const abort = new AbortController();
  const ports = asked === undefined ? Array.from({ length: TRIED }, (_, i) => VIEW_PORT + i) : [asked];
  for (const port of ports) {
    try {
      return serverOn(port, site, abort);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  const what = asked === undefined ? `the ports ${VIEW_PORT} to ${VIEW_PORT + TRIED - 1} are` : `port ${asked} is`;
  throw new Deno.errors.AddrInUse(`cannot serve: ${what} taken; choose another with port=..., or port=0 for any`);
}

function serverOn(port: number, site: Site, abort: AbortController): ViewServer {
  let own = port;
  const where = { hostname: "127.0.0.1", port, signal: abort.signal, onListen: () => {} };
  const server = Deno.serve(where, (request) => answer(request, site, own));
  own = (server.addr as Deno.NetAddr).port;
  return {
    url: `http://127.0.0.1:${own}`,
    close: async () => {
      abort.abort();
      await server.finished;
    },
  };
}
