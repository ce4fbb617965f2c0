"""PyTorch, transformers and TRL at the work of `deno task bench engine`, which starts this program and asks it for turns.

The first line of standard input is the task as JSON (lib/cli/_bench_peer.ts), answered with what runs here. Then either
the name of a kind of work, answered with "ready" once its model is built and has done the work once, or "go": the work is
done once more and answered with the milliseconds it took.

What is chosen here, so that nobody is slower than they need be: SDPA attention, the default of transformers; AdamW fused,
the default of TRL; logits only of the tokens that are scored, as TRL asks for them (logits_to_keep); generation under
torch.inference_mode with the dynamic cache, its default, since a static cache pays only with torch.compile; adapters are
left out where only generation is timed, as after a merge. The padding of prompts is what transformers and TRL need.
"""

import importlib.metadata
import json
import os
import sys
import time

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # Whatever a library prints goes to standard error.

import torch  # noqa: E402
import transformers  # noqa: E402

task = json.loads(sys.stdin.readline())
sizes = task["sizes"]
vocabulary = task["config"]["vocab_size"]
torch.set_num_threads(task["threads"])
torch.manual_seed(0)


def answer(text):
    print(text, file=answers, flush=True)


class Turns:
    """The other side's turns: `asked` is the line that is to be answered next."""

    def __init__(self):
        self.asked = None

    def next(self):
        self.asked = sys.stdin.readline().strip()
        return self.asked == "go"

    def take(self, work):
        """Does the work once and then whenever it is asked for, until something else is."""
        work()
        answer("ready")
        while self.next():
            start = time.perf_counter()
            work()
            answer(1000 * (time.perf_counter() - start))


def new_model(adapters=True):
    config = {name: value for name, value in task["config"].items() if name not in ("rope_theta", "rope_scaling")}
    theta = {"rope_type": "default", "rope_theta": task["config"]["rope_theta"]}
    names = {"bos_token_id": None, "eos_token_id": None, "pad_token_id": 0}
    model = transformers.LlamaForCausalLM(transformers.LlamaConfig(rope_parameters=theta, **config, **names))
    model.set_attn_implementation("sdpa")
    if adapters and task["lora_rank"] > 0:
        import peft

        model = peft.get_peft_model(model, lora_config())
    return model


def lora_config():
    import peft

    rank = task["lora_rank"]
    return peft.LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM")


def optimizer_of(model):
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return trained, torch.optim.AdamW(trained, lr=1e-4, betas=(0.9, 0.95), weight_decay=0, fused=True)


def train_on(rows, loss_of):
    """Forward, backward and Adam over rows, a few at a time where they would not fit in memory."""
    model = new_model().train()
    trained, optimizer = optimizer_of(model)

    def work():
        for part in range(0, len(rows), task["micro_rows"]):
            loss_of(model, slice(part, part + task["micro_rows"])).backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()

    return work


def training(turns):
    shape = sizes["training"]
    tokens = torch.randint(0, vocabulary, (shape["sequences"], shape["tokens"] + 1))

    def loss_of(model, part):
        logits = model(input_ids=tokens[part, :-1]).logits
        return torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[part, 1:].flatten(), reduction="sum")

    turns.take(train_on(tokens, loss_of))


def rollouts(turns):
    """As TRL's trainer does it: a row a completion, its prompt in front, the same for each of a group."""
    shape = sizes["rollouts"]
    group, length = shape["group_size"], shape["completion_tokens"]
    prompts = torch.randint(0, vocabulary, (shape["prompts"], shape["prompt_tokens"])).repeat_interleave(group, 0)
    completions = torch.randint(0, vocabulary, (len(prompts), length))
    rows = torch.cat([prompts, completions], 1)
    attention = torch.ones_like(rows)
    advantages = torch.tensor([0.5, -0.5]).repeat(len(rows) // 2 + 1)[: len(rows), None]
    old = torch.full(completions.shape, -torch.log(torch.tensor(float(vocabulary))).item())

    def loss_of(model, part):
        asked = {"input_ids": rows[part], "attention_mask": attention[part], "use_cache": False}
        logits = model(**asked, logits_to_keep=length + 1).logits[:, :-1]
        scored = logits.gather(-1, completions[part, :, None]).squeeze(-1) - logits.logsumexp(-1)
        return -(torch.exp(scored - old[part]) * advantages[part]).sum()

    turns.take(train_on(rows, loss_of))


def generation(turns, shape):
    model = new_model(adapters=False).eval()
    width = max(shape["lengths"])
    prompts = torch.zeros(len(shape["lengths"]), width, dtype=torch.long)
    attention = torch.zeros_like(prompts)
    for row, length in enumerate(shape["lengths"]):
        prompts[row, width - length :] = torch.randint(0, vocabulary, (length,))
        attention[row, width - length :] = 1

    @torch.inference_mode()
    def work():
        length, group = shape["completion_tokens"], shape["group_size"]
        how = {"do_sample": True, "top_k": 0, "num_return_sequences": group}
        drawn = model.generate(prompts, attention_mask=attention, max_new_tokens=length, **how)
        assert drawn.shape == (len(prompts) * group, width + length), drawn.shape

    turns.take(work)


class Over(Exception):
    """Something other than a GRPO step was asked for."""


def grpo(turns):
    """TRL's trainer, a step a turn, timed from its on_step_begin to its on_step_end. Its rewards are random."""
    import random

    from datasets import Dataset
    from transformers import TrainerCallback
    from trl import GRPOConfig, GRPOTrainer

    shape = sizes["grpo"]
    rollouts_a_step = shape["prompts"] * shape["group_size"]
    rows = min(task["micro_rows"], rollouts_a_step)
    lines = [
        {"prompt": " ".join(f"w{random.randrange(1, vocabulary)}" for _ in range(shape["prompt_tokens"]))}
        for _ in range(25 * shape["prompts"])
    ]

    class Steps(TrainerCallback):
        done = 0

        def on_step_begin(self, *_args, **_kwargs):
            # The first step is the warm-up.
            if self.done == 1:
                answer("ready")
            if self.done > 0 and not turns.next():
                raise Over
            self.start = time.perf_counter()

        def on_step_end(self, *_args, **_kwargs):
            if self.done > 0:
                answer(1000 * (time.perf_counter() - self.start))
            self.done += 1

    settings = GRPOConfig(
        output_dir=os.path.join(os.environ.get("TMPDIR", "/tmp"), "math_rl_bench_trl"),
        per_device_train_batch_size=rows,
        gradient_accumulation_steps=rollouts_a_step // rows,
        num_generations=shape["group_size"],
        max_completion_length=shape["completion_tokens"],
        # No token ends a completion, here as with us.
        generation_kwargs={"eos_token_id": None, "min_new_tokens": shape["completion_tokens"]},
        temperature=1.0,
        beta=0.0,
        learning_rate=1e-5,
        lr_scheduler_type="constant",
        max_steps=100_000,
        logging_steps=100_000,
        report_to=[],
        save_strategy="no",
        disable_tqdm=True,
        use_cpu=True,
        bf16=False,
        # Recomputing activations would only make it slower: they fit.
        gradient_checkpointing=False,
    )
    trainer = GRPOTrainer(
        model=new_model(adapters=False),
        processing_class=word_tokenizer(),
        reward_funcs=lambda completions, **_: [random.random() for _ in completions],
        args=settings,
        train_dataset=Dataset.from_list(lines),
        callbacks=[Steps()],
        peft_config=lora_config() if task["lora_rank"] > 0 else None,
    )
    try:
        trainer.train()
    except Over:
        pass


def word_tokenizer():
    """A token a word, so that prompts have the length they should."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    # The end is a token that the model lacks and so never draws.
    ids = {f"w{id}": id for id in range(vocabulary)} | {"end": vocabulary}
    words = Tokenizer(models.WordLevel(ids, unk_token="w0"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    names = {"pad_token": "w0", "eos_token": "end", "padding_side": "left"}
    return transformers.PreTrainedTokenizerFast(tokenizer_object=words, **names)


WORKS = {
    "training": training,
    "rollouts": rollouts,
    "decoding": lambda turns: generation(turns, sizes["decoding"]),
    "groups": lambda turns: generation(turns, sizes["groups"]),
    "grpo": grpo,
}

answer(
    f"PyTorch {torch.__version__.split('+')[0]}, transformers {transformers.__version__}, "
    f"TRL {importlib.metadata.version('trl')}"
)
turns = Turns()
turns.next()
while turns.asked:
    WORKS[turns.asked](turns)
