"""PyTorch and transformers at the work of `deno task bench`, same shapes and sizes, for comparison on the same machine.

Needs `pip install torch transformers`; run by hand, next to `deno task bench`:  python tests/peers/torch_speed.py [repeats]
"""

import statistics
import sys
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM

REPEATS = int(sys.argv[1]) if len(sys.argv) > 1 else 8


def timed(amount, work):
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return f"{amount / statistics.median(times):8.0f} ({amount / min(times):.0f}) tokens/s"


def measure(name, vocab_size):
    config = LlamaConfig(
        vocab_size=vocab_size,
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
    )
    model = LlamaForCausalLM(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0)
    tokens = torch.randint(0, vocab_size, (32, 129))

    def train():
        logits = model(input_ids=tokens[:, :-1]).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()

    lengths = torch.randint(8, 33, (64,)).tolist()
    prompts = torch.zeros(64, 32, dtype=torch.long)
    attention = torch.zeros(64, 32, dtype=torch.long)
    for row, length in enumerate(lengths):
        prompts[row, 32 - length :] = torch.randint(1, vocab_size, (length,))
        attention[row, 32 - length :] = 1

    @torch.inference_mode()
    def decode():
        model.generate(prompts, attention_mask=attention, do_sample=True, top_k=0, max_new_tokens=128)

    print(f"{name}: {sum(p.numel() for p in model.parameters()) / 1e6:.2f}M parameters, {torch.get_num_threads()} threads")
    print("  training ", timed(32 * 128, train))
    print("  decoding ", timed(64 * 128, decode), flush=True)


measure("bundled model", 1024)
measure("0.87M reference", 128)
