/**
 * Asks scipy and statsmodels, in the environment that `setup.sh` makes. One process answers all questions of a file of
 * tests: importing them takes longer than most answers.
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { fromRoot, pythonOf } from "../_peers.ts";

/** A running `peer.py`. */
export class Scipy {
  readonly #child = new Deno.Command(pythonOf("statistics"), {
    args: [fromRoot("tests/peers/statistics/peer.py")],
    ...{ stdin: "piped", stdout: "piped", stderr: "inherit" },
  }).spawn();
  readonly #input = this.#child.stdin.getWriter();
  readonly #answers = createInterface({ input: Readable.fromWeb(this.#child.stdout as ReadableStream) })
    [Symbol.asyncIterator]();

  /**
   * What they say of the cases of one function of `peer.py`, in their order.
   * @param cases the arguments of each call
   */
  async ask(name: string, cases: readonly (readonly unknown[])[]): Promise<unknown[]> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify({ [name]: cases })}\n`));
    const { done, value } = await this.#answers.next();
    if (done === true) throw new Error(`peer.py ended without an answer about ${name}`);
    return JSON.parse(value);
  }

  /** Ends it. */
  async close(): Promise<void> {
    await this.#input.close();
    await this.#child.status;
  }
}
