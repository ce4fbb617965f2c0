"""What transformers makes of a model folder: {folder, chat, questions, max_tokens} as JSON in, JSON out.

`tokens` and `logprobs` are of the whole chat, in 32-bit numbers, the first token without; `answers` are greedy, with their
prompts, through the folder's own chat template.
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

task = json.load(sys.stdin)
tokenizer = AutoTokenizer.from_pretrained(task["folder"])
model = AutoModelForCausalLM.from_pretrained(task["folder"], dtype=torch.float32).eval()


def ids(messages, **how):
    return tokenizer.apply_chat_template(messages, tokenize=True, return_dict=False, **how)


@torch.inference_mode()
def logprobs(tokens):
    logits = model(torch.tensor([tokens])).logits[0, :-1]
    return logits.log_softmax(-1).gather(-1, torch.tensor(tokens[1:])[:, None])[:, 0].tolist()


@torch.inference_mode()
def answer(question):
    prompt = ids([{"role": "user", "content": question}], add_generation_prompt=True)
    asked = torch.tensor([prompt])
    drawn = model.generate(asked, attention_mask=torch.ones_like(asked), do_sample=False, max_new_tokens=task["max_tokens"])
    return {"prompt": prompt, "tokens": drawn[0, len(prompt) :].tolist()}


tokens = ids(task["chat"])
answers = [answer(question) for question in task["questions"]]
print(json.dumps({"tokens": tokens, "logprobs": logprobs(tokens), "answers": answers}))
