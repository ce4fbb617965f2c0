"""Reads what a comparison refers to: the rows of every completion, as they were recorded. No figure of anybody's is read.

Only what rows do not say of a problem, its subject and the steps of its worked answer, comes from the list of problems in
the evaluation's own `result.json`; figures are never taken from there.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Problem:
    """One problem with all its completions in one cell, in drawing order."""

    id: str
    level: float | None
    prompt_tokens: int
    rows: list = field(default_factory=list)
    subject: str | None = None
    steps: int | None = None

    def column(self, name):
        """[n] a value each completion; absent answers count nothing."""
        return [value_of(row, name) for row in self.rows]

    def solved(self):
        """How many completions are strictly right."""
        return sum(self.column("correct"))


def value_of(row, name):
    if name == "tokens":
        return len(row["tokens"]) if row["tokens"] else row.get("completion_tokens", 0)
    if name == "truncated":
        return row["stop_reason"] == "length"
    return row[name]


def json_lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def problems_of(rows):
    """Rows as problems, in the order in which they were asked: `group` is the index of the problem."""
    found = {}
    for row in sorted(rows, key=lambda row: (row["group"], row["sample"])):
        made = Problem(row["problem_id"], row.get("level"), row["prompt_tokens"])
        problem = found.setdefault(row["problem_id"], made)
        problem.prompt_tokens = max(problem.prompt_tokens, row["prompt_tokens"])
        # Of a record that was broken off and mended the same completion may stand there twice.
        if all(row["sample"] != other["sample"] for other in problem.rows):
            problem.rows.append(row)
    return list(found.values())


def lean(row):
    """A row without the arrays that are only counted, for comparisons of many."""
    kept = {key: row[key] for key in ("problem_id", "group", "sample", "prompt_tokens", "outcome", "stop_reason", "reward")}
    for key in ("correct", "lenient", "format"):
        kept[key] = row[key]
    if "level" in row:
        kept["level"] = row["level"]
    kept["tokens"] = []
    kept["completion_tokens"] = value_of(row, "tokens")
    return kept


def evaluation_problems(folder):
    """The problems of an evaluation's record."""
    with open(folder / "rollouts.jsonl", encoding="utf-8") as file:
        problems = problems_of([lean(json.loads(line)) for line in file if line.strip()])
    result = folder / "result.json"
    about = {each["problem_id"]: each for each in read_json(result)["problems"]} if result.exists() else {}
    for problem in problems:
        known = about.get(problem.id, {})
        problem.subject, problem.steps = known.get("subject"), known.get("steps")
    return problems


def held_out_problems(files):
    """The problems of a group of runs: what each run drew of a problem is one of its completions."""
    merged = {}
    for index, file in enumerate(files):
        for problem in problems_of([lean(row) for row in json_lines(file)]):
            into = merged.setdefault(problem.id, Problem(problem.id, problem.level, problem.prompt_tokens))
            into.prompt_tokens = max(into.prompt_tokens, problem.prompt_tokens)
            into.rows += [row | {"run": index} for row in problem.rows]
    return list(merged.values())


def read_cells(folder: Path, facts):
    """[C][P] the problems of each cell, all cells in the order of the first."""
    cells = []
    for cell in facts["cells"]:
        places = [folder / record for record in cell["records"]]
        cells.append(
            evaluation_problems(places[0]) if facts["kind"] == "templates" else held_out_problems(places)
        )
    order = [problem.id for problem in cells[0]]
    for cell, problems in zip(facts["cells"], cells):
        if sorted(order) != sorted(problem.id for problem in problems):
            raise ValueError(f"{cell['name']} was not asked the same problems as {facts['cells'][0]['name']}")
    return [[{p.id: p for p in problems}[name] for name in order] for problems in cells]
