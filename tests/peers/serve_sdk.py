"""The official Tinker SDK against our server. Arguments: the server's address, and a JSON object with `prompt` and
`answer` (token ids) and `text` (what the prompt says). Prints one JSON line a claim: its name, and what was wrong, or null.
"""

import json
import math
import os
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import traceback
import urllib.request
from pathlib import Path

import tinker
from tinker import types

URL, GIVEN = sys.argv[1], json.loads(sys.argv[2])
PROMPT, ANSWER = GIVEN["prompt"], GIVEN["answer"]
# What trains all weights is ten times too small for an adapter.
ADAM = types.AdamParams(learning_rate=1e-2, eps=1e-8)
# As PEFT calls and reads them.
FILES = {"adapter_config.json", "adapter_model.safetensors", "tokenizer.json"}
TENSOR = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"
CLAIMS = []


def claim(function):
    CLAIMS.append(function)
    return function


def tensor(values, dtype="float32"):
    return types.TensorData(data=values, dtype=dtype, shape=[len(values)])


def datum(inputs):
    everything = PROMPT + ANSWER
    targets = tensor(everything[1:], "int64")
    return types.Datum(
        model_input=types.ModelInput.from_ints(everything[:-1]),
        loss_fn_inputs={"target_tokens": targets, **{key: tensor(values) for key, values in inputs.items()}},
    )


def over_answer(values):
    return [0.0] * (len(PROMPT) - 1) + list(values)


def taught():
    return datum({"weights": over_answer([1.0] * len(ANSWER))})


def train(client, steps):
    """Submitted all together, awaited after."""
    submitted = [
        (client.forward_backward([taught()] * 3, "cross_entropy"), client.optim_step(ADAM)) for _ in range(steps)
    ]
    losses = []
    for gradient, update in submitted:
        losses.append(gradient.result().metrics["loss:sum"])
        assert update.result().metrics["grad_norm:mean"] > 0
    return losses


def answer_logprobs(client):
    (output,) = client.forward([taught()], "cross_entropy").result().loss_fn_outputs
    values = list(output["logprobs"].data)
    assert len(values) == len(PROMPT) + len(ANSWER) - 1
    return values


def close_to(a, b, tolerance=1e-3):
    assert len(a) == len(b), (len(a), len(b))
    worst = max(abs(x - y) for x, y in zip(a, b))
    assert worst < tolerance, worst


service = tinker.ServiceClient(base_url=URL, api_key="tml-local")
rest = service.create_rest_client()


def new_client():
    return service.create_lora_training_client(base_model="abacus", rank=8).result()


@claim
def the_server_says_what_it_serves():
    (model,) = rest.get_server_capabilities().result().supported_models
    assert (model.model_name, model.trainable, model.sampleable) == ("abacus", True, True), model
    assert model.max_context_length >= 256, model


@claim
def the_tokenizer_comes_from_the_models_folder():
    info = new_client().get_info()
    assert info.is_lora is True and info.lora_rank == 8 and info.model_data.model_name == "abacus", info
    tokenizer = new_client().get_tokenizer()
    assert tokenizer.encode(GIVEN["text"], add_special_tokens=False) == PROMPT


@claim
def the_loss_of_a_repeated_datum_falls():
    losses = train(new_client(), 6)
    assert losses[-1] < 0.5 * losses[0], losses
    assert all(math.isfinite(loss) for loss in losses)


@claim
def many_data_go_in_parts_and_come_back_in_order():
    client = new_client()
    lengths = [2 + i % 5 for i in range(2500)]
    data = [
        types.Datum(
            model_input=types.ModelInput.from_ints(PROMPT[:n]),
            loss_fn_inputs={"target_tokens": tensor(PROMPT[1 : n + 1], "int64"), "weights": tensor([1.0] * n)},
        )
        for n in lengths
    ]
    result = client.forward_backward(data, "cross_entropy").result()
    assert [len(output["logprobs"].data) for output in result.loss_fn_outputs] == lengths
    total = -sum(sum(output["logprobs"].data) for output in result.loss_fn_outputs)
    assert abs(result.metrics["loss:sum"] - total) < 1e-3 * total


@claim
def a_gradient_made_in_the_client_is_that_of_the_server():
    """What forward_backward_custom does, which itself needs torch: weights are minus the derivative of a loss."""
    by_hand, by_server = new_client(), new_client()
    before = answer_logprobs(by_hand)
    advantages = over_answer([0.5] * len(ANSWER))
    sampled = [value - 0.1 if advantage else 0.0 for value, advantage in zip(before, advantages)]
    weights = [math.exp(now - then) * a if a else 0.0 for now, then, a in zip(before, sampled, advantages)]
    by_hand.forward_backward([datum({"weights": weights})], "cross_entropy").result()
    inputs = {"logprobs": sampled, "advantages": advantages}
    by_server.forward_backward([datum(inputs)], "importance_sampling").result()
    norms = [client.optim_step(ADAM).result().metrics["grad_norm:mean"] for client in (by_hand, by_server)]
    assert abs(norms[0] - norms[1]) < 1e-4 * norms[0], norms
    close_to(answer_logprobs(by_hand), answer_logprobs(by_server))


@claim
def an_answer_with_a_positive_advantage_becomes_likelier():
    client = new_client()
    before = answer_logprobs(client)
    sampled = over_answer(before[len(PROMPT) - 1 :])
    inputs = {"logprobs": sampled, "advantages": over_answer([1.0] * len(ANSWER))}
    loss = client.forward_backward([datum(inputs)], "importance_sampling").result().metrics["loss:sum"]
    assert abs(loss + len(ANSWER)) < 1e-2, loss
    client.optim_step(ADAM).result()
    assert sum(answer_logprobs(client)[len(PROMPT) - 1 :]) > sum(before[len(PROMPT) - 1 :])


@claim
def samples_have_the_log_probabilities_that_training_sees():
    client = new_client()
    train(client, 2)
    sampler = client.save_weights_and_get_sampling_client()
    params = types.SamplingParams(max_tokens=12, temperature=1.0, seed=5, stop=[])
    prompt = types.ModelInput.from_ints(PROMPT)
    drawn = sampler.sample(prompt, num_samples=3, sampling_params=params).result()
    assert len({sequence.sequence_id for sequence in drawn.sequences}) == 3
    for sequence in drawn.sequences:
        assert sequence.stop_reason == "length" and len(sequence.tokens) == 12
        everything = PROMPT + sequence.tokens
        inputs = {"target_tokens": tensor(everything[1:], "int64"), "weights": tensor([0.0] * (len(everything) - 1))}
        scored = types.Datum(model_input=types.ModelInput.from_ints(everything[:-1]), loss_fn_inputs=inputs)
        (output,) = client.forward([scored], "cross_entropy").result().loss_fn_outputs
        logprobs = list(output["logprobs"].data)
        close_to(sequence.logprobs, logprobs[len(PROMPT) - 1 :])
        of_text = sampler.compute_logprobs(types.ModelInput.from_ints(everything)).result()
        assert of_text[0] is None
        close_to(of_text[1:], logprobs)
    again = sampler.sample(prompt, num_samples=3, sampling_params=params).result()
    assert [s.tokens for s in again.sequences] == [s.tokens for s in drawn.sequences]


@claim
def an_answer_ends_where_it_is_told_to():
    sampler = service.create_sampling_client(base_model="abacus").result()
    prompt = types.ModelInput.from_ints(PROMPT)

    def drawn(stop):
        params = types.SamplingParams(max_tokens=40, temperature=1.0, seed=1, stop=stop)
        return sampler.sample(prompt, num_samples=1, sampling_params=params).result().sequences[0]

    whole = drawn([])
    assert drawn([whole.tokens[3]]).tokens == whole.tokens[: whole.tokens.index(whole.tokens[3]) + 1]
    assert drawn(" ").stop_reason == "stop"
    assert len(drawn([" "]).tokens) < 40


@claim
def many_samples_at_once_all_come_back():
    sampler = service.create_sampling_client(base_model="abacus").result()
    prompt = types.ModelInput.from_ints(PROMPT)
    futures = [
        sampler.sample(prompt, num_samples=2, sampling_params=types.SamplingParams(max_tokens=4, seed=seed))
        for seed in range(200)
    ]
    results = [future.result() for future in futures]
    assert len({sequence.sequence_id for result in results for sequence in result.sequences}) == 400


@claim
def sampling_keeps_to_its_weights_while_training_goes_on():
    client = new_client()
    prompt = types.ModelInput.from_ints(PROMPT + ANSWER)
    before = client.save_weights_and_get_sampling_client()
    scores = before.compute_logprobs(prompt).result()
    train(client, 3)
    after = client.save_weights_and_get_sampling_client()
    assert sum(after.compute_logprobs(prompt).result()[1:]) > sum(scores[1:]) + 1
    close_to(before.compute_logprobs(prompt).result()[1:], scores[1:])


@claim
def named_weights_are_sampled_by_their_path():
    client = new_client()
    train(client, 2)
    path = client.save_weights_for_sampler("for_sampling").result().path
    scores = answer_logprobs(client)
    train(client, 2)
    sampler = service.create_sampling_client(model_path=path).result()
    assert sampler.get_base_model() == "abacus"
    close_to(sampler.compute_logprobs(types.ModelInput.from_ints(PROMPT + ANSWER)).result()[1:], scores)


@claim
def training_goes_on_from_a_saved_state_as_if_it_had_not_stopped():
    client = new_client()
    train(client, 3)
    path = client.save_state("half_way").result().path
    through = train(client, 3)
    resumed = service.create_training_client_from_state_with_optimizer(path).result()
    assert train(resumed, 3) == through
    fresh = service.create_training_client_from_state(path).result()
    assert train(fresh, 3)[1:] != through[1:]


@claim
def checkpoints_are_listed_described_and_deleted():
    client = new_client()
    state = client.save_state("kept", ttl_seconds=3600, user_metadata={"note": "x"}).result().path
    sampler = client.save_weights_for_sampler("sampled").result().path
    run_id = client.model_id
    listed = {checkpoint.tinker_path: checkpoint for checkpoint in rest.list_checkpoints(run_id).result().checkpoints}
    assert set(listed) == {state, sampler}, listed
    assert listed[state].checkpoint_type == "training" and listed[state].user_metadata == {"note": "x"}
    assert listed[state].expires_at is not None and listed[state].size_bytes > 1000
    for told in (rest.get_training_run(run_id).result(), rest.get_weights_info_by_tinker_path(state).result()):
        assert (told.base_model, told.is_lora, told.lora_rank) == ("abacus", True, 8), told
    assert run_id in {run.training_run_id for run in rest.list_training_runs().result().training_runs}
    rest.set_checkpoint_ttl_from_tinker_path(state, None).result()
    rest.delete_checkpoint_from_tinker_path(sampler).result()
    (left,) = rest.list_checkpoints(run_id).result().checkpoints
    assert (left.tinker_path, left.expires_at) == (state, None)
    assert state in {checkpoint.tinker_path for checkpoint in rest.list_user_checkpoints().result().checkpoints}


@claim
def an_archive_holds_the_models_files():
    client = new_client()
    path = client.save_weights_for_sampler("archived").result().path
    # Clients before 0.38 have a method for it.
    url = f"{URL}/api/v1/training_runs/{client.model_id}/checkpoints/{path.split('/', 3)[3]}/archive"
    with urllib.request.urlopen(url) as response, tarfile.open(fileobj=response, mode="r|") as archive:
        names = {member.name for member in archive}
    assert FILES <= names, names


def tensors_of(content):
    """Names of the tensors in a file of safetensors."""
    (length,) = struct.unpack("<Q", content[:8])
    return set(json.loads(content[8 : 8 + length])) - {"__metadata__"}


@claim
def external_weights_are_files_at_addresses_that_need_no_key():
    client = new_client()
    train(client, 1)
    path = client.save_weights_external("exported", ttl_seconds=3600).result().path
    assert path == f"tinker://{client.model_id}/external_weights/exported", path
    response = rest.get_external_weights_urls(path).result()
    assert response.expires.timestamp() > time.time()
    assert FILES <= set(response.urls), response.urls
    with urllib.request.urlopen(response.urls["adapter_model.safetensors"]) as answer:
        assert TENSOR in tensors_of(answer.read())
    (listed,) = rest.list_checkpoints(client.model_id).result().checkpoints
    assert (listed.checkpoint_type, listed.tinker_path) == ("external", path) and listed.expires_at is not None
    rest.delete_checkpoint_from_tinker_path(path).result()
    assert rest.list_checkpoints(client.model_id).result().checkpoints == []


@claim
def the_official_command_line_downloads_a_training_checkpoint():
    client = new_client()
    train(client, 1)
    path = client.save_state("to_download").result().path
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tinker.cli", "checkpoint", "download", path, "--output", folder]
        environment = {**os.environ, "TINKER_BASE_URL": URL, "TINKER_API_KEY": "tml-local"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        (target,) = Path(folder).iterdir()
        names = {file.name for file in target.iterdir()}
        assert FILES <= names, names
        assert TENSOR in tensors_of((target / "adapter_model.safetensors").read_bytes())
    paths = [checkpoint.tinker_path for checkpoint in rest.list_user_checkpoints().result().checkpoints]
    assert not any("external_weights" in each for each in paths), paths


@claim
def what_the_server_cannot_do_it_says():
    client = new_client()
    broken = types.Datum(
        model_input=types.ModelInput.from_ints(PROMPT),
        loss_fn_inputs={"target_tokens": tensor(PROMPT[1:], "int64"), "weights": tensor([1.0])},
    )
    try:
        client.forward_backward([broken], "cross_entropy").result()
    except tinker.RequestFailedError as error:
        assert "target_tokens has" in str(error), error
    else:
        raise AssertionError("it was taken")


@claim
def a_client_that_closes_takes_its_models_along():
    other = tinker.ServiceClient(base_url=URL, api_key="tml-local")
    client = other.create_lora_training_client(base_model="abacus", rank=8).result()
    other.close("success").result()
    try:
        rest_only = tinker.RestClient(base_url=URL, api_key="tml-local")
        assert rest_only.get_training_run(client.model_id).result().base_model == "abacus"
        service.holder.run_coroutine_threadsafe(info_of(client.model_id)).result()
    except tinker.NotFoundError:
        return
    raise AssertionError("the model is still there")


async def info_of(model_id):
    from tinker.lib.client_connection_pool_type import ClientConnectionPoolType

    with service.holder.aclient(ClientConnectionPoolType.TRAIN) as client:
        return await client.models.get_info(request=types.GetInfoRequest(model_id=model_id))


for function in CLAIMS:
    begun, wrong = time.time(), None
    try:
        function()
    except BaseException:  # noqa: BLE001 - every claim is reported
        wrong = traceback.format_exc()
    name = function.__name__.replace("_", " ")
    print(json.dumps({"claim": name, "wrong": wrong, "seconds": time.time() - begun}), flush=True)
service.close("success").result()
