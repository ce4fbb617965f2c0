/**
 * Encodes chats for `chat_format.ts`: renders the template with marks in the messages, then encodes the text between
 * the marks. Text of a message never becomes a special token; text without any is encoded whole.
 */
import type { Message } from "../vocabulary.ts";
import { chooseMarks, cutSpecials, markCore, type Marks, type Place, plainOf } from "./_marks.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** What encoding a chat takes. */
export interface ChatEncoder {
  readonly tokenizer: Tokenizer;
  readonly stopTokens: readonly number[];
  /** Renders the chat template. */
  readonly render: (messages: readonly Message[], generationPrompt: boolean) => string;
  /** Where the format came from, for messages. */
  readonly source: string;
}

/** [T] the chat with the generation prompt behind it. */
export function encodePrompt(encoder: ChatEncoder, messages: readonly Message[]): number[] {
  const marks = chooseMarks(messages);
  return encodePieces(encoder, encoder.render(cutAll(encoder, messages, marks), true), marks);
}

/** The whole chat with a mask over the assistant's words, see `ChatFormat.encodeChat`. */
export function encodeChat(
  encoder: ChatEncoder,
  messages: readonly Message[],
): { readonly tokens: number[]; readonly mask: number[] } {
  const marks = chooseMarks(messages);
  const cut = cutAll(encoder, messages, marks);
  const text = encoder.render(cut, false);
  const answers = findAnswers(encoder, cut, text, marks);
  const tokens = encodePieces(encoder, text.slice(0, answers[0]?.start ?? text.length), marks);
  const mask: number[] = tokens.map(() => 0);
  answers.forEach(({ start, end }, k) => {
    const next = answers[k + 1]?.start ?? text.length;
    for (const [ids, value] of splitTurn(encoder, text, { start, end }, next, marks)) {
      tokens.push(...ids);
      mask.push(...ids.map(() => value));
    }
  });
  return { tokens, mask };
}

/** From an answer's first character to the next answer: what the assistant says (1), then what the template adds (0). */
function splitTurn(
  encoder: ChatEncoder,
  text: string,
  { start, end }: Place,
  next: number,
  marks: Marks,
): readonly (readonly [ids: readonly number[], mask: 0 | 1])[] {
  const ids = encodePieces(encoder, text.slice(start, next), marks);
  // Text of a message never encodes to a stop token, so the first one is the template's own.
  const stop = ids.findIndex((id) => encoder.stopTokens.includes(id));
  if (stop >= 0) return [[ids.slice(0, stop + 1), 1], [ids.slice(stop + 1), 0]];
  const said = encodePieces(encoder, text.slice(start, end), marks);
  return [[said, 1], [encodePieces(encoder, text.slice(end, next), marks), 0]];
}

/** Renders the chat once more with marks around each answer, to learn where they stand in `text`. */
function findAnswers(encoder: ChatEncoder, cut: readonly Message[], text: string, marks: Marks): readonly Place[] {
  const marked = cut.map((message) => message.role === "assistant" ? markCore(message, marks) : message);
  const found = plainOf(encoder.render(marked, false), marks);
  const turns = cut.flatMap(({ role }, i) => role === "assistant" ? [i] : []);
  if (found.text !== text || found.places.length !== turns.length) {
    throw new SyntaxError(
      `cannot find the assistant's words in a chat: the chat template of ${encoder.source} rewrites them; ` +
        "give answers in the form the template keeps, or train on prompt and completion instead",
    );
  }
  return found.places.map(({ start, end }, k) => {
    // What the generation prompt says already (for example an empty thought) is not the assistant's own.
    const opening = encoder.render(cut.slice(0, turns[k]), true);
    return { start: text.startsWith(opening) ? opening.length : start, end };
  });
}

function cutAll({ tokenizer }: ChatEncoder, messages: readonly Message[], marks: Marks): Message[] {
  return messages.map((message) => ({ ...message, content: cutSpecials(message.content, tokenizer, marks) }));
}

/** Encodes text piece by piece, cut at the marks. */
function encodePieces({ tokenizer }: ChatEncoder, text: string, marks: Marks): number[] {
  return text.split(marks.cut).flatMap((piece) => tokenizer.encode(piece));
}
