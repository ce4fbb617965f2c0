/**
 * Saves of one model under names. A name that is taken is the caller's mistake, unless this very save has taken it: a
 * request whose answer was lost goes out again, and some servers then find the name in use.
 */
import { isNameTaken } from "./_calls.ts";
import type { Connection } from "./connection.ts";
import { ApiError } from "./errors.ts";
import { saveOperation, type SavePath, SAVES } from "./operations.ts";
import type { SubmissionLine } from "./submission_line.ts";
import type { SaveCallOptions } from "./training_types.ts";

/** What one client has saved of its model. */
export class Saves {
  readonly #connection: Connection;
  readonly #line: SubmissionLine;
  readonly #model_id: string;
  readonly #saved = new Set<string>();

  /** Nothing is saved yet. @param line where the model's operations go */
  constructor(connection: Connection, line: SubmissionLine, model_id: string) {
    this.#connection = connection;
    this.#line = line;
    this.#model_id = model_id;
  }

  /**
   * Saves under a name.
   * @param ready called when its turn has come; throws when there is to be no save
   * @returns the server's path
   */
  async save(
    path: SavePath,
    name: string,
    { signal, ttl_seconds }: SaveCallOptions,
    ready: () => void,
  ): Promise<string> {
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
      throw new TypeError(`a checkpoint cannot be named "${name}": letters, digits, "_" and "-" are allowed`);
    }
    const model_id = this.#model_id;
    const built = `tinker://${model_id}/${SAVES[path].kind}/${name}`;
    let [postings, number] = [0, 0];
    const make = (seq_id: number) => {
      number = seq_id;
      const operation = saveOperation(path, { model_id, path: name, seq_id, ttl_seconds });
      return { ...operation, body: () => (postings++, operation.body()) };
    };
    try {
      const sent = await this.#line.turn(() => {
        signal?.throwIfAborted();
        ready();
        return this.#line.send({ make, signal, ifTaken: () => ({ path: built }), isClear: isNameTaken });
      }, signal);
      const reply = await sent.result;
      this.#saved.add(built);
      return typeof reply.path === "string" ? reply.path : built;
    } catch (error) {
      // Nobody but this client saves for its model, so a name that it has not used is its own doing.
      const mayBeOwn = postings > 1 && isNameTaken(error) && !this.#saved.has(built);
      if (!mayBeOwn || !await this.#isThere(built)) throw error;
      this.#saved.add(built);
      this.#line.taken(number);
      return built;
    }
  }

  /** Whether the server has a checkpoint; one that does not say so counts as not having it. */
  async #isThere(tinker_path: string): Promise<boolean> {
    try {
      await this.#connection.request({ method: "POST", path: "weights_info", body: { tinker_path } });
      return true;
    } catch (error) {
      if (error instanceof ApiError) return false;
      throw error;
    }
  }
}
