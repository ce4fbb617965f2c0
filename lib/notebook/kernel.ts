/**
 * The Deno kernel of Jupyter, where there is one: how to tell, and how a message gets to the notebook. Outside a kernel
 * reading `Deno.jupyter` throws, and in a worker of a kernel it is undefined.
 */

/** Sends one message of Jupyter's protocol to the notebook, where it is shown in the cell that is running. */
export type Broadcast = (type: string, content: Record<string, unknown>) => Promise<void>;

/** The kernel's own broadcast; undefined outside a notebook. */
export function kernelBroadcast(): Broadcast | undefined {
  try {
    const { jupyter } = Deno as { readonly jupyter?: { readonly broadcast?: Broadcast } };
    if (typeof jupyter?.broadcast !== "function") return undefined;
    return (type, content) => jupyter.broadcast!(type, content);
  } catch {
    return undefined;
  }
}
