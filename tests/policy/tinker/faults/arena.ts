/** The toy's server on a real port, with a proxy before it, and the server's end and return. */
import { join } from "node:path";
import { sleep } from "../../../../lib/basics/mod.ts";
import { serveTinker, type TinkerServer } from "../../../../lib/serving/mod.ts";
import type { FaultPlan } from "./plan.ts";
import { FaultProxy } from "./proxy.ts";
import { openToy, readToyState, TOY, type ToyState } from "./toy.ts";

/** Shorter than the client's patience with one poll, as servers hold polls. */
const HOLD_MS = 100;

/** Of an operation of a slow model: usually, and each seventh time, when polls come back without a result. */
const [SLOW_MS, SLOWER_MS, SLOWER_EVERY] = [2, 150, 7];

/** What an arena is like. */
export interface ArenaOptions {
  readonly plan: FaultPlan;
  /** Whether connections of the client serve more than one request. */
  readonly keepAlive?: boolean;
  /** Whether the model takes its time. */
  readonly slow?: boolean;
}

/** A server and its proxy. */
export class Arena {
  /** Where the server keeps checkpoints; they outlive it. */
  readonly weightsDir: string;
  readonly #proxy: FaultProxy;
  readonly #options: ArenaOptions;
  #server: TinkerServer;
  #restarting: Promise<void> | undefined;

  private constructor(weightsDir: string, server: TinkerServer, options: ArenaOptions) {
    const { plan, keepAlive = false } = options;
    this.weightsDir = weightsDir;
    this.#options = options;
    this.#server = server;
    this.#proxy = new FaultProxy({
      ...{ plan, keepAlive },
      upstream: () => Number(new URL(this.#server.url).port),
      restart: () => this.#restarting ??= this.#restart().finally(() => this.#restarting = undefined),
    });
  }

  /** Starts both. @param folder for checkpoints */
  static async open(folder: string, options: ArenaOptions): Promise<Arena> {
    return new Arena(folder, await serve(folder, options), options);
  }

  /** The way through the proxy. */
  get url(): string {
    return `http://127.0.0.1:${this.#proxy.port}`;
  }

  /** The way around the proxy. */
  get healthyUrl(): string {
    return this.#server.url;
  }

  /** What a `tinker://` path of training state stands for. */
  stateAt(path: string): Promise<ToyState> {
    const [run = "", kind, name] = path.replace("tinker://", "").split("/");
    return readToyState(join(this.weightsDir, run.replaceAll(":", "."), `${kind}.${name}`));
  }

  /** Drops all connections and ends the server. */
  async close(): Promise<void> {
    await this.#proxy.close();
    await this.#restarting;
    await this.#server.close();
  }

  async #restart(): Promise<void> {
    await this.#server.close();
    this.#server = await serve(this.weightsDir, this.#options);
  }
}

async function serve(weightsDir: string, { slow = false }: ArenaOptions): Promise<TinkerServer> {
  let operations = 0;
  const before = () => sleep(++operations % SLOWER_EVERY === 0 ? SLOWER_MS : SLOW_MS);
  return await serveTinker({
    ...{ models: [TOY], weightsDir, port: 0 },
    open: (model, where) => openToy(model, { ...where, ...(slow && { before }) }),
    limits: { holdMs: HOLD_MS },
    tokenizerOf: () => Promise.resolve(undefined),
  });
}
