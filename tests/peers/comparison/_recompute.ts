/** Starts the script that works every figure of a comparison out again. */
import { fromRoot } from "../_peers.ts";

/** What the script said, and whether it found that all is as it should be. */
export interface Recomputed {
  /** Whether nothing differs. */
  readonly agrees: boolean;
  /** Its summary, and what differs. */
  readonly said: string;
}

/** @throws when the script itself fails */
export async function recompute(folder: string): Promise<Recomputed> {
  const script = fromRoot("tests/peers/comparison/recompute.py");
  const { code, stdout, stderr } = await new Deno.Command(fromRoot(".peers/statistics/bin/python"), {
    args: ["-W", "ignore", script, folder],
  }).output();
  const [said, failure] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [string, string];
  // A traceback ends 1 as well.
  if (code > 1 || failure.trim() !== "") throw new Error(`${failure}\n${said}`);
  return { agrees: code === 0, said };
}
