"""Logs runs with the official client of Weights & Biases, as standard input says: one JSON object a run."""

import json
import math
import sys

import wandb


def number(value):
    """JSON has no NaN: null stands for it."""
    return math.nan if value is None else value


for run in map(json.loads, sys.stdin):
    session = wandb.init(
        project=run["project"],
        name=run["name"],
        id=run["id"],
        resume=run["resume"],
        config=run["config"],
    )
    for line in run["output"]:
        print(line)
    for step, metrics in run["rows"]:
        session.log({key: number(value) for key, value in metrics.items()}, step=step)
    session.finish(exit_code=run["exitcode"])
