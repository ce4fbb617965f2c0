/** Variables of the environment, read where that is allowed already: nobody is ever asked for a permission. */

/** Reads a variable of the environment; `undefined` where it is unset or may not be read. */
export type ReadEnv = (name: string) => string | undefined;

/** Reads a variable of this process, where reading it is allowed. */
export function readEnv(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}
