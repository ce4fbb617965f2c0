/** The same requests by bare `fetch`, with nothing made of the answers: what the runtime asks for them. */
import { COMPLETION, DATA_PER_STEP, ownCost, PROMPT, STEPS } from "./work.ts";

const started = performance.now();
const tokens = Array.from({ length: PROMPT }, (_, i) => 100_000 + i);
const asked = JSON.stringify({ num_samples: 1, prompt: { chunks: [{ type: "encoded_text", tokens }] }, seq_id: 1 });
const gradient = new Uint8Array(DATA_PER_STEP * (PROMPT + COMPLETION) * 24);

async function call(path: string, type: string, body: BodyInit = asked): Promise<void> {
  const headers = { "content-type": "application/json", "x-tinker-request-type": type };
  const response = await fetch(`${Deno.args[0]}/api/v1/${path}`, { method: "POST", headers, body });
  await response.arrayBuffer();
}

for (let step = 0; step < STEPS; step++) {
  await Promise.all(Array.from({ length: DATA_PER_STEP }, async () => {
    await call("asample", "Sample");
    await call("retrieve_future", "Sample");
  }));
  await call("forward_backward", "ForwardBackward", gradient);
  await Promise.all([call("retrieve_future", "ForwardBackward"), call("optim_step", "OptimStep")]);
}
console.log(JSON.stringify({ ...ownCost(), seconds: (performance.now() - started) / 1000 }));
