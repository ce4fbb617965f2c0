/**
 * Connections of their own for large bodies. The runtime keeps, with every connection that is open, a buffer as large as
 * the largest body that ever went over it; gradients that wander over the hundreds of connections of a burst of samples
 * would in time leave megabytes with each of them. Here they go over one connection again and again.
 */

/** A way out for large bodies. */
export interface Bulk {
  /** Like the runtime's. */
  readonly fetch: typeof fetch;
  /** Closes its connections. Later requests use the runtime's own. */
  close(): void;
}

/** A way out for large bodies; it takes nothing until it is used. */
export function openBulk(): Bulk {
  let client: Deno.HttpClient | undefined;
  let closed = false;
  return {
    fetch: (input, init) => {
      if (closed) return fetch(input, init);
      client ??= Deno.createHttpClient({ poolMaxIdlePerHost: 1 });
      return fetch(input, { ...init, client });
    },
    close: () => {
      closed = true;
      client?.close();
      client = undefined;
    },
  };
}
