"""Accuracy of parts of the problems: by level, subject, steps of the worked answer, and quarters of the prompt's length."""

import numpy as np

import figures
from expected import Same

MOST_PARTS = 40


def text(value):
    """A number as it stands in names of parts: `3`, `1.5`."""
    if value is None or isinstance(value, str):
        return value
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def length_names(cells):
    """[P] quarters by the prompts of the template whose prompts are shortest; equal lengths stay together."""
    columns = [[problem.prompt_tokens for problem in cell] for cell in cells]
    lengths = np.array(min(columns, key=sum))
    cuts = np.quantile(lengths, [0.25, 0.5, 0.75], method="inverted_cdf")
    quarters = np.searchsorted(cuts, lengths, side="left")
    names = {}
    for quarter in set(quarters):
        some = lengths[quarters == quarter]
        names[quarter] = f"{some.min()}-{some.max()}" if some.min() < some.max() else f"{some.min()}"
    return [names[quarter] for quarter in quarters]


def kinds_of(cells):
    """Part of each problem by kind."""
    first = cells[0]
    # In word problems the level is the number of steps, and one table of the two is enough.
    own_steps = any(p.steps is not None and p.steps != p.level for p in first)
    return {
        "level": [text(p.level) for p in first],
        "subject": [p.subject for p in first],
        "steps": [text(p.steps) if own_steps else None for p in first],
        "length": length_names(cells),
    }


def add_parts(out, result, pairs):
    """/parts, in the order in which the result has them; which there have to be follows from the problems."""
    kinds = kinds_of(out.cells)
    wanted = {}
    for kind, names in kinds.items():
        known = {name: names.count(name) for name in set(names) - {None}}
        if len(known) > 1:
            shown = sorted(known, key=lambda name: -known[name])[:MOST_PARTS]
            wanted |= {(kind, name): known[name] for name in shown}
    listed = [(part["kind"], part["part"]) for part in result["parts"]]
    missing = [part for part in wanted if part not in listed]
    if missing or len(set(listed)) != len(listed):
        out.put("/parts", Same(f"missing: {missing}, listed: {listed}"))
    whole = out.cells
    for index, (kind, part) in enumerate(listed):
        places = [i for i, name in enumerate(kinds.get(kind, [])) if name == part]
        if not places:
            continue
        out.cells = [[cell[i] for i in places] for cell in whole]
        add_part(out, f"/parts/{index}", kind, part, pairs)
    out.cells = whole
    if not listed:
        out.put("/parts", Same([]))


def add_part(out, at, kind, part, pairs):
    out.put(f"{at}/kind", Same(kind))
    out.put(f"{at}/part", Same(part))
    out.put(f"{at}/problems", Same(len(out.cells[0])))
    for c, cell in enumerate(out.cells):
        out.share(f"{at}/correct/{c}", [(p.solved(), len(p.rows)) for p in cell])
    for d, (a, b) in enumerate(pairs):
        changes, scale = figures.changes_of(out.cells[a], out.cells[b])
        single = figures.is_single(out.cells[a], out.cells[b])
        figures.add_gap(out, f"{at}/differences/{d}", changes, scale, single)
    if not pairs:
        out.put(f"{at}/differences", Same([]))
