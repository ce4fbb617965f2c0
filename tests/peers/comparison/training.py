"""What only training runs have: means over seeds with Student's interval, and Welch's test between groups of runs."""

import math
import re
from fractions import Fraction
from itertools import combinations

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

from expected import Held, Near, Same
from rows import json_lines, problems_of, read_json

METRIC = "test/env/all/correct"
TOTALS = ("prompt", "completion", "train", "scored", "eval_prompt", "eval_completion")


class TrainedRun:
    """A run folder: its metrics, and the accuracy of each evaluation, counted in its rows."""

    def __init__(self, file):
        self.folder = file.parent.parent
        self.name = self.folder.name
        self.seed = read_json(self.folder / "config.json")["seed"]
        self.metrics = json_lines(self.folder / "metrics.jsonl")
        self.last = int(re.search(r"_(\d+)\.jsonl$", file.name)[1])
        self.curve = {}
        for row in self.metrics:
            evaluated = self.folder / "rollouts" / f"test_{row['step']:06d}.jsonl"
            if METRIC in row and evaluated.exists():
                problems = problems_of(json_lines(evaluated))
                right, drawn = sum(p.solved() for p in problems), sum(len(p.rows) for p in problems)
                self.curve[row["step"]] = Fraction(right, drawn)

    @property
    def tokens(self):
        totals = [row for row in self.metrics if "tokens/prompt_total" in row]
        return sum(totals[-1].get(f"tokens/{name}_total", 0) for name in TOTALS) if totals else None

    @property
    def seconds(self):
        # The row of the last evaluation has no step, and its time stands elsewhere in old files.
        names = ("time/total", "time/run_evaluations_parallel")
        spent = [next(row[name] for name in names if name in row) for row in self.metrics if {*names} & {*row}]
        return math.fsum(spent) if spent else None


def add_training(out, folder, result):
    """/training"""
    training = result["training"]
    out.put("/training/metric", Same(METRIC))
    groups = [[TrainedRun(folder / file) for file in cell["records"]] for cell in out.facts["cells"]]
    for index, (cell, runs) in enumerate(zip(out.facts["cells"], groups)):
        add_group(out, f"/training/groups/{index}", cell["name"], runs)
        for key in training["groups"][index]["settings"]:
            out.put(f"/training/groups/{index}/settings/{key}", Held(lambda got: None, "words"))
        if not training["groups"][index]["settings"]:
            out.put(f"/training/groups/{index}/settings", Same({}))
    add_seed_differences(out, groups, training["differences"])


def add_group(out, at, name, runs):
    out.put(f"{at}/name", Same(name))
    finals = [float(run.curve[run.last]) for run in runs]
    columns = {"runs": [r.name for r in runs], "seeds": [r.seed for r in runs], "steps": [r.last for r in runs]}
    for key, values in (columns | {"finals": finals}).items():
        for i, value in enumerate(values):
            out.put(f"{at}/{key}/{i}", Same(value))
    add_mean(out, f"{at}/final", finals)
    steps = sorted({step for run in runs for step in run.curve})
    for i, step in enumerate(steps):
        values = [float(run.curve[step]) for run in runs if step in run.curve]
        out.put(f"{at}/curve/{i}/step", Same(step))
        out.put(f"{at}/curve/{i}/runs", Same(len(values)))
        add_mean(out, f"{at}/curve/{i}/estimate", values)
    for key in ("tokens", "seconds"):
        values = [getattr(run, key) for run in runs]
        out.put(f"{at}/{key}", Same(None) if None in values else Near(float(np.mean(values))))


def add_mean(out, at, values):
    """The mean of seeds; of one there is no interval."""
    ends = (Same(None), Same(None))
    if len(values) > 1 and min(values) < max(values):
        half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values))
        ends = tuple(Near(float(np.mean(values) + side * half), 1e-3) for side in (-1, 1))
    out.interval(at, Near(float(np.mean(values))), "t", ends)


def add_seed_differences(out, groups, listed):
    finals = [[float(run.curve[run.last]) for run in runs] for runs in groups]
    pairs = list(combinations(range(len(groups)), 2))
    tested = []
    for index, (a, b) in enumerate(pairs):
        at = f"/training/differences/{index}"
        out.put(f"{at}/a", Same(a))
        out.put(f"{at}/b", Same(b))
        gap = float(np.mean(finals[b]) - np.mean(finals[a]))
        p, ends = welch(finals[a], finals[b])
        tested.append((index, p, gap))
        out.put(f"{at}/p", Same(None) if p is None else Near(p, 1e-9))
        out.interval(f"{at}/difference", Near(gap, 1e-3), "t", ends)
    known = [(index, p, gap) for index, p, gap in tested if p is not None]
    adjusted = multipletests([p for _, p, _ in known], method="holm")[1] if known else []
    corrected = {index: float(p) for (index, _, _), p in zip(known, adjusted)}
    for index, _, gap in tested:
        p = corrected.get(index)
        out.put(f"/training/differences/{index}/p_adjusted", Same(None) if p is None else Near(p, 1e-9))
        told = p is not None and p < 0.05 and gap != 0
        said = "not_told_apart" if not told else "better" if gap > 0 else "worse"
        out.put(f"/training/differences/{index}/verdict", Same(said))
    if not pairs:
        out.put("/training/differences", Same([]))


def welch(a, b):
    """The p-value and both ends for b less a; nothing of a single seed, or of seeds that all came out alike."""
    if len(a) < 2 or len(b) < 2 or (np.std(a) == 0 and np.std(b) == 0):
        return None, (Same(None), Same(None))
    found = stats.ttest_ind(b, a, equal_var=False)
    ends = found.confidence_interval(0.95)
    return float(found.pvalue), (Near(float(ends.low), 1e-3), Near(float(ends.high), 1e-3))
