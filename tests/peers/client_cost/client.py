"""The official SDK at the work of work.ts, by its asynchronous API and with numpy all the way. Prints what it cost."""

import asyncio
import json
import resource
import sys
import time

started = time.perf_counter()

import numpy as np  # noqa: E402
import tinker  # noqa: E402
from tinker import types  # noqa: E402

URL, STEPS, DATA_PER_STEP, PROMPT, COMPLETION = sys.argv[1], *map(int, sys.argv[2:])
PARAMS = types.SamplingParams(max_tokens=COMPLETION, temperature=1.0, stop=[0])
ADAM = types.AdamParams(learning_rate=1e-4)


def datum_of(prompt, sequence, advantage):
    tokens = np.concatenate([prompt, sequence.tokens_np])
    zeros = np.zeros(len(prompt) - 1, dtype=np.float32)
    inputs = {
        "target_tokens": tokens[1:].astype(np.int64),
        "logprobs": np.concatenate([zeros, sequence.logprobs_np]),
        "advantages": np.concatenate([zeros, np.full(len(sequence.tokens_np), advantage, dtype=np.float32)]),
    }
    return types.Datum(model_input=types.ModelInput.from_ints(tokens[:-1].tolist()), loss_fn_inputs=inputs)


async def rollout(sampler, i):
    prompt = list(range(100_000 + i, 100_000 + i + PROMPT))
    response = await sampler.sample(
        prompt=types.ModelInput.from_ints(prompt), num_samples=1, sampling_params=PARAMS
    )
    return datum_of(prompt, response.sequences[0], 1.0 if i % 2 == 0 else -1.0)


async def main():
    service = tinker.ServiceClient(base_url=URL, api_key="tml-stand-in")
    model = await service.create_lora_training_client(base_model="m", rank=32)
    rollouts = 0
    for _ in range(STEPS):
        sampler = await model.save_weights_and_get_sampling_client()
        data = await asyncio.gather(*(rollout(sampler, i) for i in range(DATA_PER_STEP)))
        gradient = model.forward_backward(data, "importance_sampling")
        step = model.optim_step(ADAM)
        output = await gradient
        await step
        rollouts += len(output.loss_fn_outputs)
    assert rollouts == STEPS * DATA_PER_STEP, rollouts


asyncio.run(main())
usage = resource.getrusage(resource.RUSAGE_SELF)
with open("/proc/self/status") as status:
    sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in status if line.startswith(("VmHWM", "RssAnon"))}
cost = {"cpuSeconds": usage.ru_utime + usage.ru_stime, "seconds": time.perf_counter() - started}
print(json.dumps({**cost, "peakMiB": sizes["VmHWM"], "privateMiB": sizes["RssAnon"]}))
