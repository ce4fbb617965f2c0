/** An OpenAI-compatible server of one's own making, on loopback: it remembers what it was asked and answers as told. */
import { type OpenAIPolicyOptions, openOpenAIPolicy } from "../../../lib/policy/openai/mod.ts";
import type { SamplingPolicy } from "../../../lib/policy/policy.ts";
import type { Prompt } from "../../../lib/vocabulary.ts";

/** A request as it came. */
export interface Asked {
  readonly path: string;
  readonly authorization: string | null;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
}

/** Answers one chat request. @param end aborted when the test is over, for answers that never come */
export type Chat = (asked: Asked, end: AbortSignal) => unknown;

/** Options of `withServer`. */
export interface ServerOptions extends Partial<OpenAIPolicyOptions> {
  /** What `GET models` answers; default: there is no list. */
  readonly models?: () => unknown;
}

/** A reply with these texts. */
export function reply(...texts: readonly unknown[]): unknown {
  const choices = texts.map((content, index) => ({
    index,
    finish_reason: "stop",
    message: { role: "assistant", content },
  }));
  return { id: "1", object: "chat.completion", choices, usage: { prompt_tokens: 7, completion_tokens: 5 } };
}

/** A refusal in OpenAI's form. */
export function refusal(status: number, error: unknown, headers: Record<string, string> = {}): Response {
  return Response.json({ error }, { status, headers });
}

/** A prompt of one question. */
export function promptOf(question: string): Prompt {
  return {
    problem: { id: "p/0", env: "p", split: "test", question, answer: "1" },
    messages: [{ role: "user", content: question }],
    tokens: [],
  };
}

/** How most tests sample. */
export const PARAMS = { max_tokens: 16, temperature: 1, seed: 3 };

/** Serves, opens a policy, runs the body, and closes both whatever happens. */
export async function withServer(
  chat: Chat,
  body: (policy: SamplingPolicy, asked: Asked[], baseUrl: string) => Promise<void>,
  { models, ...options }: ServerOptions = {},
): Promise<void> {
  const asked: Asked[] = [];
  const end = new AbortController();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const respond = (value: unknown) => value instanceof Response ? value : Response.json(value);
    const one = {
      path: pathname,
      authorization: request.headers.get("authorization"),
      body: request.method === "POST" ? await request.json() : undefined,
    };
    if (pathname === "/v1/chat/completions") {
      asked.push(one);
      return respond(await chat(one, end.signal));
    }
    if (pathname === "/v1/models" && models !== undefined) return respond(models());
    return refusal(404, "no such route");
  });
  const baseUrl = `http://127.0.0.1:${server.addr.port}/v1`;
  try {
    const policy = await openOpenAIPolicy({ model: "tiny", baseUrl, maxRetries: 0, env: () => undefined, ...options });
    try {
      await body(policy, asked, baseUrl);
    } finally {
      await policy.close();
    }
  } finally {
    end.abort();
    await server.shutdown();
  }
}
