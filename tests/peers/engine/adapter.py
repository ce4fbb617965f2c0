"""Adapters made by peft, and log-probabilities of adapters and exported models by peft and transformers.

Reads from standard input {"make": [{base, out, lora}], "score": [{base, adapter, sequences}]}, where `lora` are arguments
of LoraConfig and `adapter` is a folder or null; makes the adapters with random values, then prints for each of "score"
{"logprobs": [[...]], "vocabulary": tokens that the tokenizer beside it has}.
"""

import json
import os
import sys
import warnings

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

warnings.simplefilter("ignore")


def base_model(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")


def make(base, out, lora):
    torch.manual_seed(1)
    model = get_peft_model(base_model(base), LoraConfig(task_type="CAUSAL_LM", **lora))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.normal_(0, 0.3)
    model.save_pretrained(out)


@torch.no_grad()
def score(base, adapter, sequences):
    model = base_model(base)
    if adapter is not None:
        model = PeftModel.from_pretrained(model, adapter)
    logprobs = []
    for tokens in sequences:
        every = model(torch.tensor([tokens[:-1]])).logits[0].log_softmax(-1)
        logprobs.append(every.gather(1, torch.tensor(tokens[1:])[:, None])[:, 0].tolist())
    # peft writes no tokenizer beside an adapter; the engine does.
    tokenized = adapter if adapter and os.path.exists(os.path.join(adapter, "tokenizer.json")) else base
    return {"logprobs": logprobs, "vocabulary": len(AutoTokenizer.from_pretrained(tokenized))}


wanted = json.load(sys.stdin)
for one in wanted["make"]:
    make(**one)
json.dump([score(**one) for one in wanted["score"]], sys.stdout)
