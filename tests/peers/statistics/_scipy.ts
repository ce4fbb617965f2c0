/** Asks scipy and statsmodels, in the environment that `setup.sh` makes. */
import { fromRoot, pythonOf } from "../_peers.ts";

/**
 * What they say of the cases of one function of `peer.py`, in their order.
 * @param cases the arguments of each call
 */
export async function askScipy(name: string, cases: readonly (readonly unknown[])[]): Promise<unknown[]> {
  const child = new Deno.Command(pythonOf("statistics"), {
    args: [fromRoot("tests/peers/statistics/peer.py")],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const input = new TextEncoder().encode(JSON.stringify({ [name]: cases }));
  const written = writer.write(input).then(() => writer.close());
  const [{ success, stdout, stderr }] = await Promise.all([child.output(), written]);
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout))[name];
}
