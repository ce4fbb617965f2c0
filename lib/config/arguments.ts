/**
 * A command line becomes input for `resolveConfig`: `gsm8k step_by_step group_size=8`. Only the form is judged here;
 * values are judged where those from TypeScript are, so that all problems are reported together and in the same words.
 */
import { FIELDS } from "./_fields.ts";
import { isConfigKey, unknownKey } from "./_values.ts";
import type { ConfigInput, ConfigKey } from "./schema.ts";

/** What a command line says. */
export interface ParsedArguments {
  /** The values, not yet checked. */
  readonly input: ConfigInput;
  /** Whether help was asked for, with `--help`, `-h` or `help`. */
  readonly help: boolean;
  /** Where the value of a key was written, for messages. */
  readonly sources: Readonly<Record<string, string>>;
  /** What is wrong with the form of the command line. */
  readonly problems: readonly string[];
}

/** Options of `parseKeyValues`. */
export interface ParseOptions {
  /** The keys that arguments without `=` set, in order. */
  readonly positional?: readonly ConfigKey[];
}

/**
 * Reads `key=value` pairs, and before them values without a key: the problem set, the template and the model. Never
 * throws: problems are handed on to `resolveConfig`.
 */
export function parseKeyValues(args: readonly string[], options: ParseOptions = {}): ParsedArguments {
  const { positional = ["env", "prompt_template", "model_name"] } = options;
  const input: Record<string, unknown> = {};
  const sources: Record<string, string> = {};
  const problems: string[] = [];
  let help = false;
  let pairs = 0;
  let position = 0;

  function set(key: string, text: string, source: string): void {
    if (!isConfigKey(key)) {
      problems.push(unknownKey(`argument "${key}=..."`, key));
    } else if (Object.hasOwn(input, key)) {
      problems.push(`${source}: ${key} is already set by ${sources[key]}; give it once.`);
    } else {
      input[key] = FIELDS[key].parse(text);
      sources[key] = source;
    }
  }

  for (const arg of args) {
    const split = arg.indexOf("=");
    if (arg === "--help" || arg === "-h" || (arg === "help" && args.length === 1)) {
      help = true;
    } else if (arg.startsWith("-")) {
      const name = (split < 0 ? arg : arg.slice(0, split)).replace(/^-+/, "").replaceAll("-", "_");
      problems.push(`argument "${arg.split("=")[0]}": options have no dashes here; write ${name}=value.`);
    } else if (split >= 0) {
      pairs++;
      const key = arg.slice(0, split);
      const hidden = isConfigKey(key) && FIELDS[key].hidden === true;
      set(key, arg.slice(split + 1), `argument "${hidden ? `${key}=...` : arg}"`);
    } else if (pairs > 0 || position >= positional.length) {
      const place = pairs > 0 ? "values without a key come before key=value pairs" : "one value too many";
      problems.push(`argument "${arg}": ${place}; write key=value.`);
    } else {
      const key = positional[position++]!;
      set(key, arg, `argument "${arg}" (${key})`);
    }
  }
  return { input: input as ConfigInput, help, sources, problems };
}
