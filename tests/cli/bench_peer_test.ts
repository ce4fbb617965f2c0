/** The side of the race that asks, against a small program in the place of PyTorch. */
import assert from "node:assert/strict";
import { openPeer, type PeerTask } from "../../lib/cli/_bench_peer.ts";
import { ENGINE_SHAPES } from "../../lib/cli/_bench_engine.ts";

const [{ config, sizes }] = ENGINE_SHAPES as [typeof ENGINE_SHAPES[number]];
const TASK: PeerTask = { config, sizes, lora_rank: 16, micro_rows: 8, threads: 3 };

/** Answers a first line with what it holds, "go" with a number and anything else with itself; ends at "decoding". */
const PROGRAM = `
read -r task
case "$task" in *'"lora_rank":16'*) echo "version 1 on $OMP_NUM_THREADS threads";; esac
while read -r line; do
  if [ "$line" = go ]; then echo 12.5
  elif [ "$line" = decoding ]; then echo "out of memory" >&2; exit 3
  else echo ready; fi
done
`;

async function withProgram(body: (program: string) => Promise<void>): Promise<void> {
  const program = await Deno.makeTempFile({ suffix: ".sh" });
  try {
    await Deno.writeTextFile(program, PROGRAM);
    await body(program);
  } finally {
    await Deno.remove(program);
  }
}

Deno.test("the other side is told the task once, does a piece whenever it is told to, and ends when it is closed", () =>
  withProgram(async (program) => {
    const peer = await openPeer("bash", TASK, program);
    assert.equal(peer.versions, "version 1 on 3 threads");
    await peer.prepare("training");
    assert.deepEqual([await peer.run(), await peer.run()], [12.5, 12.5]);
    await peer.prepare("grpo");
    await peer.close();
  }));

Deno.test("another side that fails is an error with its own last words, and closing it then is harmless", () =>
  withProgram(async (program) => {
    const peer = await openPeer("bash", TASK, program);
    await assert.rejects(peer.prepare("decoding"), /^Error: the peers of the engine failed: out of memory$/);
    await peer.close();
  }));
