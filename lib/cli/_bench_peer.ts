/**
 * The other side of a race: a Python process that stays open and does a piece of work whenever it is told to, so that
 * neither importing nor building a model is counted. It takes its own time; this side only asks. The program is
 * `tests/peers/engine/speed.py`.
 */
import { fileURLToPath } from "node:url";
import type { BenchmarkSizes, BenchmarkWork, LlamaConfig } from "../policy/mod.ts";

/** Where `tests/peers/setup.sh` puts the interpreter that has PyTorch, transformers and TRL, from the repository's root. */
export const ENGINE_PEERS = ".peers/engine/bin/python";

/** What the other side is to build. */
export interface PeerTask {
  readonly config: LlamaConfig;
  readonly sizes: BenchmarkSizes;
  /** Rank of the adapters on all linear layers; 0: all weights are trained. */
  readonly lora_rank: number;
  /** Sequences that are trained on at a time, so that they fit in memory. */
  readonly micro_rows: number;
  /** Threads that it may take. */
  readonly threads: number;
}

/** The other side while it is open. */
export interface Peer {
  /** What it runs on, with versions. */
  readonly versions: string;
  /** Builds what a kind of work needs, and lets go of what the last one needed. */
  prepare(work: BenchmarkWork): Promise<void>;
  /** Does one piece of the work it was prepared for. @returns milliseconds */
  run(): Promise<number>;
  /** Ends it. */
  close(): Promise<void>;
}

/** Most of what a program complained of that an error repeats. */
const COMPLAINT = 1000;

/**
 * Starts the other side.
 * @param python the interpreter
 * @param program in the place of `speed.py`
 * @throws {Error} when it fails, then or in a call, with the end of what it wrote to standard error
 */
export async function openPeer(python: string, task: PeerTask, program = speedProgram()): Promise<Peer> {
  const threads = String(task.threads);
  const child = new Deno.Command(python, {
    args: [program],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { OMP_NUM_THREADS: threads, MKL_NUM_THREADS: threads, TOKENIZERS_PARALLELISM: "false" },
  }).spawn();
  const complaint = tailOf(child.stderr);
  const answers = linesOf(child.stdout);
  const writer = child.stdin.getWriter();
  const close = async () => {
    await writer.close().catch(() => {});
    await answers.return(undefined);
    await child.status;
    await complaint;
  };
  const ask = async (line: string): Promise<string> => {
    // A program that has ended takes no line; why it ended is said below.
    await writer.write(new TextEncoder().encode(`${line}\n`)).catch(() => {});
    const { value, done } = await answers.next();
    if (!done) return value;
    await close();
    throw new Error(`the peers of the engine failed: ${(await complaint).trim() || "they ended without a word"}`);
  };
  const versions = await ask(JSON.stringify(task));
  return {
    versions,
    prepare: async (work) => void await ask(work),
    run: async () => Number(await ask("go")),
    close,
  };
}

function speedProgram(): string {
  return fileURLToPath(new URL("../../tests/peers/engine/speed.py", import.meta.url));
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string, void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() as string;
    yield* lines;
  }
}

/** Reads to the end, for a full pipe would hold the program up, and keeps the last of it. */
async function tailOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let tail = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) tail = (tail + text).slice(-COMPLAINT);
  return tail;
}
