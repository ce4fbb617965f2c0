"""
Works out every figure of a comparison again, from the rows that were recorded, with numpy, scipy and statsmodels, and holds
`result.json` and both reports against it:

    .peers/statistics/bin/python tests/peers/comparison/recompute.py runs/comparisons/<name> [--resamples 4000]

It shares no code with what it checks: formulas are those of the papers, and of formats it knows what is documented. Ends 1
with a list of what differs.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np

import figures
import pages
from expected import Drawn, flattened
from parts import add_parts
from rows import read_cells, read_json
from training import add_training

MOST_LINES = 40


def recomputed(folder, facts, result, resamples):
    out = figures.Recomputed(facts, read_cells(folder, facts), resamples)
    for index in range(len(out.cells)):
        figures.add_cell(out, index)
    figures.add_front(out)
    pairs = figures.add_differences(out)
    add_parts(out, result, pairs)
    if facts["kind"] == "runs":
        add_training(out, folder, result)
    return out.leaves


def check_result(result, leaves):
    """Every leaf of the file against what it should be. Returns what differs, and how each leaf was checked."""
    wrong, kinds, seen = [], Counter(), set()
    for pointer, got in flattened(result):
        if pointer == "/comparison_schema":
            continue
        seen.add(pointer)
        expected = leaves.get(pointer)
        if expected is None and "/outcomes" in pointer and got in (0, {}):
            continue
        if expected is None:
            wrong.append(f"{pointer} is {got!r}, of which the rows say nothing")
            continue
        kinds[expected.kind] += 1
        said = expected.problem(got)
        if said is not None:
            wrong.append(f"{pointer} {said}")
    wrong += [f"{pointer} is missing" for pointer in leaves if pointer not in seen]
    return wrong, kinds


def drawn_spread(result, leaves):
    """How far the ends of bootstrap intervals are off in standard errors, together: root mean square, and widths."""
    values = dict(flattened(result))
    off, widths = [], []
    for pointer, expected in leaves.items():
        got = values.get(pointer)
        if not isinstance(expected, Drawn) or not isinstance(got, (int, float)):
            continue
        # Of figures with few values a share of resamples below one is not well told.
        if len(np.unique(expected.resampled.sorted)) < 500:
            continue
        off.append(expected.resampled.errors_off(expected.end, got))
        if pointer.endswith("/high"):
            low = values[pointer.removesuffix("high") + "low"]
            wide = expected.resampled.high.value - expected.resampled.low.value
            if low is not None and wide > 0:
                widths.append((got - low) / wide)
    return np.array(off), np.array(widths)


def wrong_spread(off, widths):
    """Ends that are each within reach may still be too narrow all together."""
    if len(off) < 20:
        return []
    wrong = []
    if (spread := float(np.sqrt(np.mean(off**2)))) > 2:
        wrong.append(f"the ends of bootstrap intervals are off by {spread:.2f} standard errors (root mean square)")
    if abs(np.mean(widths) - 1) > 0.05:
        wrong.append(f"bootstrap intervals are {np.mean(widths):.3f} times as wide as they should be")
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--resamples", type=int, default=4000, help="of the bootstrap that is checked")
    parser.add_argument("--no-reports", action="store_true", help="checks the figures alone")
    asked = parser.parse_args()
    facts, result = (read_json(asked.folder / name) for name in ("comparison.json", "result.json"))
    leaves = recomputed(asked.folder, facts, result, asked.resamples)
    wrong, kinds = check_result(result, leaves)
    off, widths = drawn_spread(result, leaves)
    wrong += wrong_spread(off, widths)
    print(f"{sum(kinds.values())} figures of result.json: " + ", ".join(f"{n} {kind}" for kind, n in kinds.items()))
    if len(off):
        print(
            f"{len(off)} ends of bootstrap intervals of many values: off by {np.sqrt(np.mean(off**2)):.2f} standard "
            f"errors (root mean square), {np.max(np.abs(off)):.1f} at most; widths {np.mean(widths):.4f} times ours"
        )
    for name in () if asked.no_reports else ("report.html", "report.ipynb"):
        more, shown = pages.check_page(asked.folder / name, dict(flattened(result)), result, facts)
        wrong += more
        print(f"{name}: {len(shown)} figures, of {len({one.of for one in shown})} places")
    for line in wrong[:MOST_LINES]:
        print(f"differs: {line}")
    if len(wrong) > MOST_LINES:
        print(f"and {len(wrong) - MOST_LINES} more")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
