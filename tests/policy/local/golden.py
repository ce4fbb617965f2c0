"""Writes abacus_golden.json: token ids and log-probabilities of the bundled model as `transformers` computes them.

Needs `pip install torch transformers`; run by hand after the bundled model changed:
    python tests/policy/local/golden.py
"""

import json
import pathlib

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

here = pathlib.Path(__file__).parent
folder = here.parents[2] / "lib/policy/local/models/abacus"
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

CHATS = [
    [
        {"role": "system", "content": "Answer with the calculations only."},
        {"role": "user", "content": "Mia has 12 apples and buys 30 more. How many apples does Mia have?"},
        {"role": "assistant", "content": "12+30=42. \\boxed{42}"},
    ],
    [
        {"role": "user", "content": "Héllo 世界, was kostet 1,250 €?\n\tTwo  spaces."},
        {"role": "assistant", "content": "The answer is \\boxed{-0.5}.\n#### 7"},
    ],
]

rows = []
for messages in CHATS:
    text = tokenizer.apply_chat_template(messages[:-1], tokenize=False, add_generation_prompt=True)
    prompt = tokenizer(text, add_special_tokens=False)["input_ids"]
    answer = tokenizer(messages[-1]["content"] + "<|im_end|>", add_special_tokens=False)["input_ids"]
    tokens = prompt + answer
    with torch.no_grad():
        logprobs = model(torch.tensor([tokens])).logits[0].log_softmax(-1)
    scored = [logprobs[t - 1, tokens[t]].item() for t in range(1, len(tokens))]
    rows.append({"messages": messages, "prompt": prompt, "tokens": tokens, "logprobs": scored})
(here / "abacus_golden.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
