"""The official SDK's side of wire_test.ts: reads our bytes with its classes, and writes bytes of its own.

Takes one JSON object on standard input, answers with one on standard output. Messages are described in the words of
lib/policy/tinker/wire_types.ts, from what the generated protobuf classes and numpy say, so that both sides can be held
against each other. JSON cannot say NaN: a float that is not finite is {"$float": "NaN"}; bytes are {"bytes": hex}.
"""

import json
import math
import random
import sys

import numpy as np
from google.protobuf.message import Message
from tinker import types
from tinker.proto import request_conv, response_conv
from tinker.proto import tinker_public_pb2 as pb

DTYPES = {1: ("float32", "<f4"), 2: ("int64", "<i8"), 3: ("int64", "<i4"), 4: ("float32", "<u2")}
UNUSED = -99999.0


# Descriptions of protobuf messages, in our words.


def array(raw, numpy_type):
    return np.frombuffer(raw, dtype=numpy_type).tolist()


def widened(raw, dtype):
    if dtype == 4:
        return (np.frombuffer(raw, dtype="<u2").astype(np.uint32) << 16).view(np.float32).tolist()
    return array(raw, DTYPES[dtype][1])


def say_tensor(msg):
    sparse = msg.WhichOneof("encoding") == "sparse_csr"
    data = widened(msg.sparse_csr.values if sparse else msg.dense, msg.dtype)
    shape = list(msg.shape)
    said = {"data": data, "dtype": DTYPES[msg.dtype][0], "shape": shape if shape or len(data) == 1 else [len(data)]}
    if sparse:
        said["sparse_crow_indices"] = array(msg.sparse_csr.crow_indices, "<i8")
        said["sparse_col_indices"] = array(msg.sparse_csr.col_indices, "<i8")
    return said


def say_chunk(msg):
    kind = msg.WhichOneof("chunk")
    if kind == "encoded_text":
        return {"type": kind, "tokens": array(msg.encoded_text.tokens, "<i4")}
    if kind == "dmel":
        return {"type": kind, "dmel": {"bytes": msg.dmel.dmel.hex()}}
    image = msg.image
    said = {"type": "image", "data": {"bytes": image.data.hex()}, "format": image.format}
    if image.HasField("expected_tokens"):
        said["expected_tokens"] = image.expected_tokens
    if image.HasField("override_dimensions"):
        size = image.override_dimensions
        said["override_dimensions"] = {"width": size.width, "height": size.height}
    return said


def say_span(msg):
    source = msg.WhichOneof("span")
    arm = getattr(msg, source)
    return {"source": source, "sequence_id": arm.sequence_id, "offset": arm.offset, "length": arm.length}


def say_datum(msg):
    said = {
        "model_input": [say_chunk(chunk) for chunk in msg.model_input],
        "loss_fn_inputs": {name: say_tensor(tensor) for name, tensor in msg.loss_fn_inputs.items()},
    }
    if msg.model_input_spans:
        said["model_input_spans"] = [say_span(span) for span in msg.model_input_spans]
    if msg.loss_fn_input_spans:
        said["loss_fn_input_spans"] = [say_span(span) for span in msg.loss_fn_input_spans]
    return said


def say_request(msg):
    config = dict(msg.loss_fn_config)
    for name, value in msg.loss_fn_config_v2.items():
        config[name] = getattr(value, value.WhichOneof("value"))
    said = {"model_id": msg.model_id, "seq_id": msg.seq_id, "data": [say_datum(datum) for datum in msg.data]}
    said["loss_fn"] = msg.loss_fn
    if config:
        said["loss_fn_config"] = config
    if msg.forward_only:
        said["forward_only"] = True
    return said


def say_output(msg):
    data = []
    for record in msg.loss_fn_outputs:
        first = next(iter(record.fields.values()), None)
        count = record.num_datums or (len(first.offsets) // 8 - 1 if first is not None else 0)
        rows = [{} for _ in range(count)]
        for name, batched in record.fields.items():
            offsets = array(batched.offsets, "<i8")
            trailing = list(batched.trailing_shape)
            for row, start, end in zip(rows, offsets[:-1], offsets[1:], strict=True):
                values = widened(batched.data[start:end], batched.dtype)
                shape = [len(values) // math.prod(trailing), *trailing]
                row[name] = {"data": values, "dtype": DTYPES[batched.dtype][0], "shape": shape}
        data += rows
    name = msg.loss_fn_output_type.rsplit(":", 1)[-1] or "ArrayRecord"
    return {"loss_fn_output_type": name, "loss_fn_outputs": data, "metrics": dict(msg.metrics)}


def say_topk(msg):
    tokens, logprobs = array(msg.token_ids, "<i4"), array(msg.logprobs, "<f4")
    rows = []
    for start in range(0, len(tokens), msg.k):
        row = list(zip(tokens[start : start + msg.k], logprobs[start : start + msg.k], strict=True))
        unused = row[0] == (0, UNUSED)
        while row and row[-1] == (0, UNUSED):
            row.pop()
        rows.append(None if unused else row)
    return rows or None


def say_sample(msg):
    said = {"sequences": [], "prompt_logprobs": None, "topk_prompt_logprobs": None}
    for sequence in msg.sequences:
        item = {"stop_reason": ["stop", "length"][sequence.stop_reason], "tokens": array(sequence.tokens, "<i4")}
        item["logprobs"] = array(sequence.logprobs, "<f4") or None
        if sequence.HasField("topk_sampled_logprobs"):
            item["topk_logprobs"] = say_topk(sequence.topk_sampled_logprobs)
        said["sequences"].append(item)
    if msg.prompt_logprobs:
        scores = array(msg.prompt_logprobs, "<f4")
        said["prompt_logprobs"] = [None if math.isnan(score) else score for score in scores]
    if msg.HasField("topk_prompt_logprobs"):
        said["topk_prompt_logprobs"] = say_topk(msg.topk_prompt_logprobs)
    if msg.prompt_cache_hit_tokens:
        said["prompt_cache_hit_tokens"] = msg.prompt_cache_hit_tokens
    if msg.HasField("target_prompt_logprobs"):
        said["target_prompt_logprobs"] = say_tensor(msg.target_prompt_logprobs)
    if msg.HasField("prompt_alt_tokens"):
        pair = msg.prompt_alt_tokens
        said["prompt_alt_tokens"] = {"tokens": say_tensor(pair.tokens), "logprobs": say_tensor(pair.logprobs)}
    return said


def say_params(msg):
    said = {"temperature": 1, "top_k": -1, "top_p": 1}
    for name in ["max_tokens", "seed", "temperature", "top_k", "top_p"]:
        if msg.HasField(name):
            said[name] = getattr(msg, name)
    stop = msg.WhichOneof("stop")
    if stop is not None:
        said["stop"] = list(getattr(msg, stop).values)
    return said


KINDS = {
    "ForwardBackwardRequest": say_request,
    "ForwardBackwardOutput": say_output,
    "SampleResponse": say_sample,
    "SamplingParams": say_params,
}


def note(msg, seen):
    """Adds the names of a message and of all messages in it to `seen`."""
    seen.add(msg.DESCRIPTOR.name)
    for field, value in msg.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            inner = value.values() if field.message_type.fields_by_name["value"].message_type else []
        else:
            inner = [value] if isinstance(value, Message) else value
        for item in inner:
            note(item, seen)


# Random messages of the SDK's own, with what our encoder never writes: narrow types, one map of options, no counts.

TEXTS = ["", "a", "__proto__", "lösung", "数学 🦊", "\ufeffmark", "y" * 300, "\0"]
FLOATS = [0.0, -0.0, math.nan, math.inf, -math.inf, 2.0**-149, -3.4028234663852886e38, -99999.0, 0.25]
WHOLES = [0, -1, 2**31, -(2**32), 2**53 - 1, -(2**53) + 1, 7]


def some(rng, most, make):
    return [make() for _ in range(rng.randint(0, most))]


def raw_values(rng, dtype, count):
    if dtype == 1:
        return np.array([rng.choice(FLOATS) for _ in range(count)], dtype="<f4").tobytes()
    if dtype == 2:
        return np.array([rng.choice(WHOLES) for _ in range(count)], dtype="<i8").tobytes()
    if dtype == 3:
        return np.array([rng.randint(-(2**31), 2**31 - 1) for _ in range(count)], dtype="<i4").tobytes()
    return bytes(rng.randint(0, 255) for _ in range(2 * count))


def fill_tensor(rng, msg):
    msg.dtype = rng.randint(1, 4)
    if rng.random() < 0.25:
        dense = np.array([[rng.random() < 0.5 for _ in range(3)] for _ in range(rng.randint(1, 4))])
        msg.shape.extend(dense.shape)
        counts = np.concatenate([[0], dense.sum(axis=1).cumsum()])
        msg.sparse_csr.values = raw_values(rng, msg.dtype, int(counts[-1]))
        msg.sparse_csr.crow_indices = counts.astype("<i8").tobytes()
        msg.sparse_csr.col_indices = dense.nonzero()[1].astype("<i8").tobytes()
        return
    shape = rng.choice([[], [0], [5], [2, 3], [0, 4], [1, 1, 2]])
    msg.dense = raw_values(rng, msg.dtype, math.prod(shape) if shape else rng.randint(0, 3))
    msg.shape.extend(shape)


def fill_chunk(rng, msg):
    kind = rng.randint(0, 2)
    if kind == 0:
        msg.encoded_text.tokens = raw_values(rng, 3, rng.randint(0, 20))
    elif kind == 1:
        msg.dmel.dmel = raw_values(rng, 4, rng.randint(0, 20))
    else:
        msg.image.data = raw_values(rng, 4, 5)
        msg.image.format = rng.choice(["png", "jpeg"])
        if rng.random() < 0.5:
            msg.image.expected_tokens = rng.choice([0, 1, 2**31 - 1, -5])
        if rng.random() < 0.5:
            msg.image.override_dimensions.width = rng.choice([0, 2**32 - 1])


def fill_span(rng, msg):
    arm = rng.choice([msg.prompt_tokens, msg.sampled_tokens])
    arm.SetInParent()
    arm.sequence_id = rng.choice(TEXTS)
    arm.offset = rng.choice([0, 3, 2**53 - 1])
    arm.length = rng.randint(0, 9)


def make_request(rng):
    msg = pb.ForwardBackwardRequest(model_id=rng.choice(TEXTS), seq_id=rng.choice([1, 2**31 - 1]))
    msg.loss_fn = rng.choice(TEXTS)
    msg.forward_only = rng.random() < 0.3
    for _ in range(rng.randint(0, 3)):
        msg.loss_fn_config[rng.choice(TEXTS)] = rng.choice(FLOATS)
        if rng.random() < 0.5:
            msg.loss_fn_config_v2[rng.choice(TEXTS)].number = rng.choice(FLOATS)
        if rng.random() < 0.5:
            msg.loss_fn_config_v2[rng.choice(TEXTS)].text = rng.choice(TEXTS)
    for _ in range(rng.randint(0, 3)):
        datum = msg.data.add()
        some(rng, 3, lambda: fill_chunk(rng, datum.model_input.add()))
        for name in rng.sample(TEXTS, rng.randint(0, 3)):
            fill_tensor(rng, datum.loss_fn_inputs[name])
        some(rng, 2, lambda: fill_span(rng, datum.model_input_spans.add()))
        some(rng, 2, lambda: fill_span(rng, datum.loss_fn_input_spans.add()))
    return msg


def make_output(rng):
    msg = pb.ForwardBackwardOutput(loss_fn_output_type=rng.choice(["", "a.b:ArrayRecord", "x:", "scalar"]))
    for _ in range(rng.randint(0, 3)):
        msg.metrics[rng.choice(TEXTS)] = rng.choice(FLOATS)
        record = msg.loss_fn_outputs.add()
        count = rng.randint(0, 3)
        if rng.random() < 0.5:
            record.type_tag = "t"
            record.num_datums = count
        for name in rng.sample(TEXTS, rng.randint(0, 3)):
            batched = record.fields[name]
            batched.dtype = rng.randint(1, 4)
            trailing = rng.choice([[], [2], [3, 1]])
            batched.trailing_shape.extend(trailing)
            sizes = [rng.randint(0, 4) * math.prod(trailing) for _ in range(count)]
            batched.data = raw_values(rng, batched.dtype, sum(sizes))
            size = {1: 4, 2: 8, 3: 4, 4: 2}[batched.dtype]
            batched.offsets = (np.cumsum([0, *sizes]) * size).astype("<i8").tobytes()
    return msg


def fill_topk(rng, msg):
    msg.k, msg.length = rng.randint(1, 3), rng.randint(0, 4)
    tokens, logprobs = [], []
    for _ in range(msg.length):
        used = rng.randint(0, msg.k)
        tokens += [rng.randint(0, 200_000) for _ in range(used)] + [0] * (msg.k - used)
        logprobs += [-rng.randint(0, 80) / 8 for _ in range(used)] + [UNUSED] * (msg.k - used)
    msg.token_ids = np.array(tokens, dtype="<i4").tobytes()
    msg.logprobs = np.array(logprobs, dtype="<f4").tobytes()


def make_sample(rng):
    msg = pb.SampleResponse(prompt_cache_hit_tokens=rng.choice([0, 1, 2**31 - 1]))
    for _ in range(rng.randint(0, 3)):
        sequence = msg.sequences.add(stop_reason=rng.randint(0, 1))
        length = rng.randint(0, 20)
        sequence.tokens = raw_values(rng, 3, length)
        if rng.random() < 0.7:
            sequence.logprobs = raw_values(rng, 1, length)
        if rng.random() < 0.5:
            fill_topk(rng, sequence.topk_sampled_logprobs)
    if rng.random() < 0.5:
        msg.prompt_logprobs = raw_values(rng, 1, rng.randint(0, 9))
        fill_topk(rng, msg.topk_prompt_logprobs)
    if rng.random() < 0.5:
        fill_tensor(rng, msg.target_prompt_logprobs)
        fill_tensor(rng, msg.prompt_alt_tokens.tokens)
        fill_tensor(rng, msg.prompt_alt_tokens.logprobs)
    return msg


def make_params(rng):
    msg = pb.SamplingParams()
    choices = {"max_tokens": [0, 2**31 - 1], "seed": [0, 2**53 - 1], "temperature": [0, 0.7], "top_k": [-1], "top_p": [0]}
    for name, values in choices.items():
        if rng.random() < 0.6:
            setattr(msg, name, rng.choice(values))
    if rng.random() < 0.4:
        msg.stop_strs.SetInParent()
        msg.stop_strs.values.extend(some(rng, 3, lambda: rng.choice(TEXTS)))
    elif rng.random() < 0.6:
        msg.stop_tokens.SetInParent()
        msg.stop_tokens.values.extend(some(rng, 3, lambda: rng.randint(-(2**31), 2**31 - 1)))
    return msg


MAKERS = {
    "ForwardBackwardRequest": make_request,
    "ForwardBackwardOutput": make_output,
    "SampleResponse": make_sample,
    "SamplingParams": make_params,
}


# The SDK's own converters and request types.


def sdk_tensor(tensor):
    said = {"data": np.asarray(tensor.to_numpy() if tensor.sparse_crow_indices is None else tensor.data).ravel().tolist()}
    said |= {"dtype": tensor.dtype, "shape": list(tensor.shape)}
    if tensor.sparse_crow_indices is not None:
        said["sparse_crow_indices"] = list(tensor.sparse_crow_indices)
        said["sparse_col_indices"] = list(tensor.sparse_col_indices)
    return said


def sdk_request(rng):
    """A request as a user of the SDK makes it, and what is in it."""
    datums, said = [], []
    for _ in range(rng.randint(1, 3)):
        n = rng.randint(1, 9)
        tokens = [rng.randint(0, 200_000) for _ in range(n)]
        arrays = {
            "target_tokens": np.array(tokens[::-1], dtype=np.int64),
            "weights": np.array([rng.choice(FLOATS) for _ in range(n)], dtype=np.float32),
            "advantages": np.array([[rng.random()] * 2 for _ in range(n)], dtype=np.float32),
        }
        runs = [types.PromptProvenanceSpan(sequence_id="s:0", offset=2, length=1)]
        runs.append(types.SampledProvenanceSpan(sequence_id="s:1", length=n - 1))
        datum = types.Datum(model_input=types.ModelInput.from_ints(tokens), loss_fn_inputs=arrays)
        datums.append(datum.with_provenance(model_input=runs, loss_fn_inputs=runs))
        spans = [
            {"source": "prompt_tokens", "sequence_id": "s:0", "offset": 2, "length": 1},
            {"source": "sampled_tokens", "sequence_id": "s:1", "offset": 0, "length": n - 1},
        ]
        said.append(
            {
                "model_input": [{"type": "encoded_text", "tokens": tokens}],
                "loss_fn_inputs": {
                    name: {"data": a.ravel().tolist(), "dtype": str(a.dtype), "shape": list(a.shape)}
                    for name, a in arrays.items()
                },
                "model_input_spans": spans,
                "loss_fn_input_spans": spans,
            }
        )
    config = {"clip_low_threshold": 0.8, "kind": "数学", "beta": math.inf}
    fwd = types.ForwardBackwardInput(data=datums, loss_fn="ppo", loss_fn_config=config)
    request = types.ForwardBackwardRequest(forward_backward_input=fwd, model_id="m:train:0", seq_id=7)
    described = {"model_id": "m:train:0", "seq_id": 7, "data": said, "loss_fn": "ppo", "loss_fn_config": config}
    return request_conv.forward_backward_request_to_proto(request).SerializeToString(), described


def sdk_output(raw):
    """Our bytes of an output through the SDK's converter."""
    output = response_conv.deserialize_forward_backward_output(raw)
    return {
        "loss_fn_output_type": output.loss_fn_output_type,
        "loss_fn_outputs": [{k: sdk_tensor(v) for k, v in datum.items()} for datum in output.loss_fn_outputs],
        "metrics": output.metrics,
    }


def sdk_sample(raw):
    """Our bytes of a sample through the SDK's converter."""
    sample = response_conv.deserialize_sample_response(raw)
    said = {"prompt_logprobs": sample.prompt_logprobs, "topk_prompt_logprobs": sample.topk_prompt_logprobs}
    said["prompt_cache_hit_tokens"] = sample.prompt_cache_hit_tokens
    said["sequences"] = [
        {"stop_reason": s.stop_reason, "tokens": s.tokens, "logprobs": s.logprobs, "topk_logprobs": s.topk_logprobs}
        for s in sample.sequences
    ]
    if sample.target_prompt_logprobs is not None:
        said["target_prompt_logprobs"] = sdk_tensor(sample.target_prompt_logprobs)
    if sample.prompt_alt_tokens is not None:
        pair = sample.prompt_alt_tokens
        said["prompt_alt_tokens"] = {"tokens": sdk_tensor(pair.tokens), "logprobs": sdk_tensor(pair.logprobs)}
    return said


def sdk_sample_request(body):
    """Our JSON of a sample request through the SDK's type, which refuses fields it does not know; as the SDK sends it."""
    return types.SampleRequest.model_validate(body).model_dump(exclude_none=True, mode="json")


def plain(value):
    """What JSON can say."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def main():
    asked = json.load(sys.stdin)
    seen = {"ours": set(), "theirs": set()}
    ours = []
    for kind, raw in asked["messages"]:
        msg = getattr(pb, kind)()
        msg.ParseFromString(bytes.fromhex(raw))
        note(msg, seen["ours"])
        ours.append(KINDS[kind](msg))
    theirs = []
    for kind, make in MAKERS.items():
        for i in range(asked["count"]):
            msg = make(random.Random(f"{kind} {i}"))
            note(msg, seen["theirs"])
            theirs.append([kind, msg.SerializeToString().hex(), KINDS[kind](msg)])
    answer = {
        "messages": sorted(pb.DESCRIPTOR.message_types_by_name),
        "seen": {side: sorted(names) for side, names in seen.items()},
        "ours": ours,
        "theirs": theirs,
        "requests": [(raw.hex(), said) for raw, said in (sdk_request(random.Random(i)) for i in range(asked["count"]))],
        "outputs": [sdk_output(bytes.fromhex(raw)) for raw in asked["outputs"]],
        "samples": [sdk_sample(bytes.fromhex(raw)) for raw in asked["samples"]],
        "sample_requests": [sdk_sample_request(body) for body in asked["sample_requests"]],
    }
    json.dump(plain(answer), sys.stdout, allow_nan=False)


main()
