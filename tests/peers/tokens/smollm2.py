"""What a GGUF file says of itself, and the tokenizer of SmolLM2 made from it, for tests of tokens and of the engine."""

import struct

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers


def read_gguf(data):
    """The metadata of a GGUF file: names to numbers, texts and lists."""
    at = 8

    def number(form):
        nonlocal at
        (value,) = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize(form)
        return value

    def text():
        nonlocal at
        length = number("Q")
        value = data[at : at + length].decode()
        at += length
        return value

    forms = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}

    def value(kind):
        if kind == 8:
            return text()
        if kind == 9:
            inner, count = number("I"), number("Q")
            return [value(inner) for _ in range(count)]
        return number(forms[kind])

    number("Q")  # how many tensors
    return {text(): value(number("I")) for _ in range(number("Q"))}


def smollm2_tokenizer(facts):
    """The tokenizer, and the texts of its special tokens by their names in tokenizer_config.json."""
    tokens, kinds = facts["tokenizer.ggml.tokens"], facts["tokenizer.ggml.token_type"]
    merges = [tuple(merge.split(" ")) for merge in facts["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE({token: id for id, token in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    control = [token for token, kind in zip(tokens, kinds) if kind == 3]
    tokenizer.add_special_tokens([AddedToken(content, special=True, normalized=False) for content in control])
    return tokenizer, {f"{name}_token": tokens[facts[f"tokenizer.ggml.{name}_token_id"]] for name in ("eos", "bos")}
