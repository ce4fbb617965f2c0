/** The policy of the command line's tests as a server would offer it: checkpoints are addresses, and can be gone. */
import type { OpenPolicy } from "../../lib/launch/mod.ts";
import type { TrainablePolicy } from "../../lib/policy/policy.ts";
import { type AdderOptions, openAdder } from "../cli/_policy.ts";

/** A server that outlives the processes that use it. */
export class FakeServer {
  /** Local folders by address. */
  readonly #folders = new Map<string, string>();
  /** Addresses that it lets go. */
  readonly gone = new Set<string>();
  /** Loads fail with it. */
  loadError: Error | undefined;
  /** Whether it says what it has. */
  listing = true;
  closed = 0;

  /** Opens a policy of the server. */
  open(options: AdderOptions = {}): OpenPolicy {
    return async (config, where) => {
      const policy = await openAdder(options)(config, where);
      const save = async (kind: string, name: string) => {
        const address = `tinker://run:train:0/${kind}/${name}`;
        this.#folders.set(address, await policy.saveState(name));
        return address;
      };
      return {
        ...policy,
        backend: "tinker",
        saveState: (name) => save("weights", name),
        saveWeightsForSampler: (name) => save("sampler_weights", name),
        loadState: async (path, how) => {
          if (this.loadError !== undefined) throw this.loadError;
          const folder = this.gone.has(path) ? undefined : this.#folders.get(path);
          if (folder === undefined) throw Object.assign(new Error(`cannot load ${path}: not found`), { status: 404 });
          await policy.loadState(folder, how);
        },
        hasState: (path) => Promise.resolve(this.listing ? this.#folders.has(path) && !this.gone.has(path) : undefined),
        waiting: () => ({ state: "active", seconds: {} }),
        close: () => {
          this.closed++;
          return policy.close();
        },
      } satisfies TrainablePolicy;
    };
  }
}
