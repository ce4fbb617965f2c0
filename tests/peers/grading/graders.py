"""Other people's graders on rows of {"answer"|"completion", "reference"}, one JSON object a line on standard input.

Writes, for each row in order, {"recipe": bool, "math_verify": bool}; with "repeats" as the first argument it measures instead:
the rows are graded that many times and {"recipe": seconds, "math_verify": seconds} of the best round is written.
"""

import json
import logging
import sys
import time
import warnings

from installed_recipe import load
from math_verify import parse, verify

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")


RECIPE = load()

# Verdicts must not depend on how busy the machine is: twenty times what any row takes that ends at all.
PATIENCE = 5


def recipe(row, limit=PATIENCE):
    """As the recipe's environment does it: the box, then its grader in a thread with a time limit."""
    try:
        answer = RECIPE.extract_boxed(row["completion"]) if "completion" in row else row["answer"]
    except ValueError:
        return False
    grade = RECIPE.run_with_timeout_signal(RECIPE.grade_answer, args=(answer, row["reference"]), timeout_seconds=limit)
    return bool(grade)


def dollars(text):
    return text if text.startswith("$") or text.endswith("$") else f"${text}$"


def math_verify(row):
    """A completion as it is, an answer and a reference between dollars, as its own documentation asks for LaTeX."""
    gold = parse(dollars(row["reference"]), parsing_timeout=PATIENCE)
    given = parse(row["completion"] if "completion" in row else dollars(row["answer"]), parsing_timeout=PATIENCE)
    return bool(verify(gold, given, timeout_seconds=PATIENCE))


def best_seconds(grade, rows, repeats):
    best = None
    for _ in range(repeats):
        start = time.perf_counter()
        for row in rows:
            grade(row)
        seconds = time.perf_counter() - start
        best = seconds if best is None else min(best, seconds)
    return best


def main():
    rows = [json.loads(line) for line in sys.stdin if line.strip()]
    if len(sys.argv) > 1:
        repeats = int(sys.argv[1])
        for row in rows[:20]:  # imports and caches of the first calls are not measured
            recipe(row), math_verify(row)
        print(json.dumps({name: best_seconds(grade, rows, repeats) for name, grade in
                          (("recipe", recipe), ("math_verify", math_verify))}))
        return
    for row in rows:
        print(json.dumps({"recipe": recipe(row), "math_verify": math_verify(row)}))


main()
