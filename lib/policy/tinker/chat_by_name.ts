/**
 * The chat format of a model on a server. It is opened by the model's name before anything is made there, so that a wrong
 * configuration costs nothing; the server's own word about the tokenizer, which it gives with a model, goes before.
 */
import { type ChatFormat, tokenizerRepository } from "../../tokens/mod.ts";

/** Opens the chat format of a model as a server names it. */
export type OpenChat = (model: { readonly model: string; readonly tokenizer_id?: string }) => Promise<ChatFormat>;

/** What a server says of a model. */
export interface NamedByServer {
  readonly tokenizer_id?: string;
  readonly model_name?: string;
}

/**
 * Opens a chat format as far as the model's name tells.
 * @returns gives it once the server has said what it knows
 * @throws {RangeError} when there is no such format, or it does not fit the model
 */
export async function openChatByName(
  chat: OpenChat,
  model: string,
): Promise<(said: NamedByServer) => Promise<ChatFormat>> {
  const early = await chat({ model }).then((format) => ({ format }), (error: unknown) => {
    // What is wrong with the configuration no tokenizer makes good; another fault may be the name's alone.
    if (error instanceof RangeError) throw error;
    return { error };
  });
  return async ({ tokenizer_id, model_name = model }) => {
    const isSame = tokenizer_id === undefined ? model_name === model : leadsTo(model, tokenizer_id);
    if (!isSame) return await chat({ model: model_name, ...(tokenizer_id !== undefined && { tokenizer_id }) });
    if ("error" in early) throw early.error;
    return early.format;
  };
}

/** Whether a model's name leads to a tokenizer anyway. */
function leadsTo(model: string, tokenizer_id: string): boolean {
  if (model === tokenizer_id) return true;
  try {
    return tokenizerRepository({ model }) === tokenizer_id;
  } catch {
    return false;
  }
}
