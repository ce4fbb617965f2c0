/**
 * What `renderer_name` may be: a chat format of this module's or a renderer of tinker-cookbook's that asks for the same as
 * a model's own chat template. What the names lead to is in the room tokens.
 */

/** A chat format, and whether the model thinks first. */
export interface Renderer {
  /** `auto`: the model's own template. */
  readonly template: "auto" | "llama3" | "chatml";
  /** For templates with such a switch; absent: the template's default. */
  readonly thinking?: boolean;
}

const RENDERERS = {
  auto: { template: "auto" },
  llama3: { template: "llama3" },
  chatml: { template: "chatml" },
  qwen3: { template: "auto" },
  qwen3_disable_thinking: { template: "auto", thinking: false },
  qwen3_5: { template: "auto" },
  qwen3_5_disable_thinking: { template: "auto", thinking: false },
  nemotron3: { template: "auto" },
  nemotron3_disable_thinking: { template: "auto", thinking: false },
} as const satisfies Readonly<Record<string, Renderer>>;

/** All names. */
export const RENDERER_NAMES: readonly string[] = Object.keys(RENDERERS);

/**
 * What a name stands for.
 * @throws {RangeError} when it is none
 */
export function rendererOf(name: string): Renderer {
  if (Object.hasOwn(RENDERERS, name)) return RENDERERS[name as keyof typeof RENDERERS];
  throw new RangeError(`renderer_name must be one of ${RENDERER_NAMES.join(", ")}, not ${JSON.stringify(name)}`);
}
