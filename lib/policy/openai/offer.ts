/** What an endpoint has to offer, from its list of models. The list is a stranger's: it is bounded, and may be anything. */
import { nearestName } from "../../basics/mod.ts";
import { clip } from "./words.ts";

/** Models that are looked at; some endpoints list thousands. */
const MOST_MODELS = 5000;
/** Models that a message names. */
const SHOWN = 8;

/** A model of an endpoint. */
export interface OfferedModel {
  readonly id: string;
  /** Longest sequence in tokens, where the endpoint says it. */
  readonly contextLength?: number;
}

/** Reads the reply to `GET models`; what is not a model is left out. */
export function offeredModels(reply: unknown): OfferedModel[] {
  const { data } = (reply ?? {}) as { readonly data?: unknown };
  if (!Array.isArray(data)) return [];
  return data.slice(0, MOST_MODELS).flatMap((entry) => {
    const { id, max_model_len, context_length } = (entry ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof id !== "string") return [];
    const length = Number(max_model_len ?? context_length);
    return [{ id, ...(Number.isSafeInteger(length) && length > 0 && { contextLength: length }) }];
  });
}

/** Why there was a 404: the model, when others are offered, else the address. */
export function offerInWords(
  { model, baseUrl, detail, offer }: {
    readonly model: string;
    readonly baseUrl: string;
    readonly detail: string;
    readonly offer: readonly OfferedModel[];
  },
): string {
  const ids = offer.map(({ id }) => clip(id));
  if (ids.length === 0 || ids.includes(model)) {
    return `${baseUrl} does not know ${model} or has no chat/completions (404: ${detail}); ` +
      "check model_name and base_url, which often ends in /v1";
  }
  const near = nearestName(model, ids);
  const shown = [...new Set([...near === undefined ? [] : [near], ...ids])].slice(0, SHOWN);
  const more = ids.length > shown.length ? ` and ${ids.length - shown.length} more` : "";
  return `${baseUrl} has no model ${model} (404: ${detail}); it offers ${shown.join(", ")}${more}`;
}
