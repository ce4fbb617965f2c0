"""Gradients of the tiny models of every family by PyTorch's autograd, to hold the embedded engine's against.

Reads from standard input {"models": [{folder, adapter, data, cases: [{loss, config, out}]}]}, where `adapter` is a folder
or null; writes the gradients of each case to `out` and prints the losses' values in order. Every datum is a row of its
own, without padding; the losses are written from their formulas.
"""

import json
import sys

import torch
from peft import PeftModel
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM


def token_loss(loss, config, lp, datum):
    """[R] what each scored token adds to the loss. lp: log p; q: log-probability when sampled; a: advantage."""
    if loss == "cross_entropy":
        return -datum["weights"] * lp
    q, a = datum["logprobs"], datum["advantages"]
    ratio = (lp - q).exp()
    if loss == "importance_sampling":
        return -ratio * a
    if loss == "dro":
        return -(lp * a - 0.5 * config["beta"] * (lp - q) ** 2)
    clipped = ratio.clamp(config["clip_low_threshold"], config["clip_high_threshold"])
    if loss == "ppo":
        return -torch.minimum(ratio * a, clipped * a)
    assert loss == "cispo", loss
    return -clipped.detach() * a * lp


def scored_logprobs(model, datum):
    """[R] log p of the targets that the mask scores."""
    every = model(torch.tensor([datum["tokens"]])).logits[0].log_softmax(-1)
    return every.gather(1, torch.tensor(datum["target_tokens"])[:, None])[:, 0][datum["scored"]]


def prepared(datum):
    """Numbers as tensors, the scored ones alone."""
    scored = torch.tensor(datum["mask"]) != 0
    numbers = {key: torch.tensor(datum[key])[scored] for key in ("weights", "logprobs", "advantages")}
    return {"tokens": datum["tokens"], "target_tokens": datum["target_tokens"], "scored": scored} | numbers


def opened(folder, adapter):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    if adapter is not None:
        model = PeftModel.from_pretrained(model, adapter, is_trainable=True)
    return model


def gradient(model, loss, config, data):
    """The loss, and its gradient by the names of the stored tensors."""
    model.zero_grad()
    total = sum(token_loss(loss, config, scored_logprobs(model, datum), datum).sum() for datum in data)
    total.backward()
    named = {name.removeprefix("base_model.model.").replace(".default.", "."): parameter.grad
             for name, parameter in model.named_parameters() if parameter.requires_grad}
    return total.item(), {name: grad.contiguous() for name, grad in named.items()}


torch.set_num_threads(1)
losses = []
for wanted in json.load(sys.stdin)["models"]:
    model = opened(wanted["folder"], wanted["adapter"]).eval()
    data = [prepared(datum) for datum in wanted["data"]]
    for case in wanted["cases"]:
        value, gradients = gradient(model, case["loss"], case["config"], data)
        save_file(gradients, case["out"])
        losses.append(value)
print(json.dumps(losses))
