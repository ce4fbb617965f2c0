/**
 * A process that is killed at its nth write, in the middle of it where it can be, without ending the process that tests:
 * from then on nothing more reaches the disk, whatever the code that was interrupted still tries.
 */

/** What a write that comes after the end throws. */
export class Killed extends Error {
  override readonly name = "Killed";
}

const FOLDER_CALLS = ["mkdir", "rename", "remove", "writeFile", "writeTextFile"] as const;
const FILE_CALLS = ["write", "truncate", "truncateSync", "sync"] as const;

type Call = (...args: unknown[]) => unknown;

/**
 * Runs something that is killed at a write.
 * @param at which write, from 0
 * @returns whether it came to that write; if not it has done all of its work
 */
export async function killedAt(at: number, work: () => Promise<void>): Promise<boolean> {
  let count = 0;
  const guard = (
    target: Record<string, Call>,
    name: string,
    inMiddle?: (self: unknown, args: unknown[]) => unknown,
  ) => {
    const original = target[name]!;
    target[name] = function (this: unknown, ...args: unknown[]): unknown {
      const turn = count++;
      if (turn < at) return original.apply(this, args);
      const dies = (): never => {
        throw new Killed(`${name}: the process is dead`);
      };
      if (name.endsWith("Sync")) return dies();
      return (async () => {
        if (turn === at) await inMiddle?.call(undefined, this, args);
        return dies();
      })();
    };
    return () => void (target[name] = original);
  };
  const file = Deno.FsFile.prototype as unknown as Record<string, Call>;
  const { write } = file;
  const half = (self: unknown, args: unknown[]) => {
    const bytes = args[0] as Uint8Array;
    return write!.call(self, bytes.subarray(0, Math.floor(bytes.length / 2)));
  };
  const restore = [
    ...FOLDER_CALLS.map((name) => guard(Deno as unknown as Record<string, Call>, name)),
    ...FILE_CALLS.map((name) => guard(file, name, name === "write" ? half : undefined)),
  ];
  try {
    await work();
  } catch (error) {
    // What was meant to be told of the end of the world is of no interest; what is wrong without it is.
    if (count <= at) throw error;
  } finally {
    restore.forEach((undo) => undo());
  }
  return count > at;
}
