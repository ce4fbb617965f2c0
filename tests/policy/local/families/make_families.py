"""Writes the tiny models of this folder, an adapter for each, and what `transformers` and `peft` compute with them.

Run by hand: .peers/engine/bin/python tests/policy/local/families/make_families.py && deno fmt tests/policy/local/families
All parts of a model are random and large enough to matter, norms and biases among them; expected values come from the
stored weights, widened to float32.
"""

import json
import shutil
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import (
    AutoModelForCausalLM, LlamaConfig, MistralConfig, PreTrainedConfig, Qwen2Config, Qwen3Config,
)
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

HERE = Path(__file__).parent
SIZES = {"vocab_size": 48, "hidden_size": 16, "intermediate_size": 20, "num_hidden_layers": 2,
         "bos_token_id": None, "eos_token_id": None, "pad_token_id": None}
LLAMA3 = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0,
          "high_freq_factor": 4.0, "original_max_position_embeddings": 64}

FAMILIES: dict[str, tuple[PreTrainedConfig, torch.dtype, str]] = {
    "llama2": (LlamaConfig(**SIZES, num_attention_heads=4, max_position_embeddings=64, rms_norm_eps=1e-5,
                           rope_parameters={"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}),
               torch.float16, "5GB"),
    "llama31": (LlamaConfig(**SIZES, num_attention_heads=4, num_key_value_heads=2, head_dim=8,
                            max_position_embeddings=256, rms_norm_eps=1e-5, rope_parameters=LLAMA3),
                torch.bfloat16, "6KB"),
    "llama_biases": (LlamaConfig(**SIZES, num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=64,
                                 attention_bias=True, mlp_bias=True), torch.float32, "5GB"),
    "smollm2": (LlamaConfig(**SIZES | {"hidden_size": 18}, num_attention_heads=3, num_key_value_heads=1, rms_norm_eps=1e-5,
                            max_position_embeddings=64, tie_word_embeddings=True,
                            rope_parameters={"rope_type": "default", "rope_theta": 100000.0}),
                torch.float16, "5GB"),
    "qwen2": (Qwen2Config(**SIZES, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
                          tie_word_embeddings=True,
                          rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}), torch.bfloat16, "5GB"),
    "qwen3": (Qwen3Config(**SIZES, num_attention_heads=2, num_key_value_heads=1, head_dim=12,
                          max_position_embeddings=64,
                          rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}), torch.float32, "5GB"),
    "mistral": (MistralConfig(**SIZES, num_attention_heads=4, num_key_value_heads=1, max_position_embeddings=128,
                              sliding_window=40, rms_norm_eps=1e-5), torch.bfloat16, "5GB"),
}
LENGTHS = (2, 7, 19, 40)
PROMPTS = (1, 5, 12)
NEW_TOKENS = 10
MODULES = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "lm_head"]


def fill(model: torch.nn.Module, generator: torch.Generator) -> None:
    """Random values in place of every parameter: deviation 1.2 / sqrt(inputs), norms around 1."""
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if "norm" in name:
            value = 1 + 0.3 * noise
        elif parameter.dim() == 1:
            value = 0.5 * noise
        elif "embed" in name and not model.config.tie_word_embeddings:
            value = noise
        else:
            value = 1.2 / parameter.shape[1] ** 0.5 * noise
        parameter.data.copy_(value)


def rounded(values: torch.Tensor) -> list[float]:
    return [round(value, 6) for value in values.tolist()]


@torch.no_grad()
def logprobs(model: torch.nn.Module, tokens: list[int]) -> torch.Tensor:
    """Of each token after the first."""
    every = model(torch.tensor([tokens])).logits[0].log_softmax(-1)
    return every[:-1].gather(1, torch.tensor(tokens[1:])[:, None])[:, 0]


@torch.no_grad()
def greedy(model: torch.nn.Module, prompt: list[int]) -> dict:
    """The most likely continuation; refuses one in which rounding could choose."""
    out = model.generate(torch.tensor([prompt]), max_new_tokens=NEW_TOKENS, do_sample=False)[0].tolist()
    best = model(torch.tensor([out])).logits[0, len(prompt) - 1:-1].topk(2).values
    assert (best[:, 0] - best[:, 1]).min() > 1e-3, "two tokens are almost equally likely: take another seed"
    return {"prompt": prompt, "tokens": out[len(prompt):], "logprobs": rounded(logprobs(model, out)[len(prompt) - 1:])}


def expected(model: torch.nn.Module, generator: torch.Generator) -> dict:
    draw = lambda n: torch.randint(48, (n,), generator=generator).tolist()
    sequences = [draw(n) for n in LENGTHS]
    return {"sequences": [{"tokens": s, "logprobs": rounded(logprobs(model, s))} for s in sequences],
            "greedy": [greedy(model, draw(n)) for n in PROMPTS]}


def with_adapter(folder: Path, model: torch.nn.Module, generator: torch.Generator) -> PeftModel:
    adapted = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules=MODULES, task_type="CAUSAL_LM"))
    for name, parameter in adapted.named_parameters():
        if "lora_" in name:
            parameter.data.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
    # One as peft saves it by itself, with a copy of the head and of the embedding; the others with adapters alone.
    whole = {} if folder.name == "qwen3" else {"save_embedding_layers": False}
    adapted.save_pretrained(folder / "adapter", **whole)
    (folder / "adapter" / "README.md").unlink(missing_ok=True)
    path = folder / "adapter" / "adapter_config.json"
    fixed = {"base_model_name_or_path": folder.name, "target_modules": sorted(MODULES)}
    path.write_text(json.dumps(json.loads(path.read_text()) | fixed, indent=1) + "\n")
    return adapted.eval()


def make(seed: int, name: str, config: PreTrainedConfig, dtype: torch.dtype, shard: str) -> None:
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    generator = torch.Generator().manual_seed(seed)
    model = AutoModelForCausalLM.from_config(config)
    fill(model, generator)
    model.to(dtype).save_pretrained(folder, max_shard_size=shard)
    (folder / "generation_config.json").unlink(missing_ok=True)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    result = {"base": expected(model, generator), "adapted": expected(with_adapter(folder, model, generator), generator)}
    (folder / "expected.json").write_text(json.dumps(result) + "\n")


def angles() -> list[dict]:
    """Frequencies and far angles of each way of scaling, at the sizes of published models."""
    rows = []
    for rope, length in (({"rope_type": "default", "rope_theta": 500000.0}, 32768),
                         ({"rope_type": "linear", "rope_theta": 10000.0, "factor": 3.0}, 16384),
                         (LLAMA3 | {"rope_theta": 500000.0, "original_max_position_embeddings": 8192}, 32768)):
        config = LlamaConfig(hidden_size=64, num_attention_heads=2, max_position_embeddings=length, rope_parameters=rope)
        rotary = LlamaRotaryEmbedding(config)
        cos, sin = rotary(torch.zeros(1), torch.tensor([[1, length // 3, length - 1]]))
        rows.append({"rope": rope, "length": length, "frequencies": rotary.inv_freq.tolist(),
                     "positions": [1, length // 3, length - 1], "cos": cos[0, :, :16].tolist(),
                     "sin": sin[0, :, :16].tolist()})
    return rows


if __name__ == "__main__":
    for seed, (name, (config, dtype, shard)) in enumerate(FAMILIES.items()):
        make(seed, name, config, dtype, shard)
    (HERE / "angles.json").write_text(json.dumps(angles()) + "\n")
