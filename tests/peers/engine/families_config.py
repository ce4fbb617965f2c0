"""What `transformers` understands by each config.json that it is given: reads a JSON list of them, prints a list."""

import json
import sys

from transformers import AutoConfig

KEYS = ("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
        "num_key_value_heads", "rms_norm_eps", "tie_word_embeddings", "max_position_embeddings")
SCALING = ("rope_type", "factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings")


def understood(raw):
    raw = dict(raw)
    config = AutoConfig.for_model(raw.pop("model_type"), **raw)
    rope = config.rope_parameters
    slides = "sliding_attention" in (getattr(config, "layer_types", None) or [])
    return {key: getattr(config, key) for key in KEYS} | {
        "head_dim": getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads,
        "rope_theta": rope["rope_theta"],
        "scaling": None if rope["rope_type"] == "default" else {key: rope[key] for key in SCALING if key in rope},
        "window": config.sliding_window if config.model_type == "mistral" or slides else None,
    }


print(json.dumps([understood(raw) for raw in json.load(sys.stdin)]))
