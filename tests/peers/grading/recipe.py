"""The recipe's own grader on {"answers": [[given, reference]], "completions": [[completion, reference]]} from standard input.

Writes {"answers": [verdict], "completions": [[correct, format]]}, where a verdict is true, false, or null when the recipe
took longer than it is allowed to.
"""

import contextlib
import json
import logging
import signal
import sys

from installed_recipe import load

logging.disable(logging.CRITICAL)

# Longer than the recipe's own second, so that a busy machine changes no verdict.
PATIENCE = 5


class Overrun(BaseException):
    """Passes through the handlers of the recipe, which catch every Exception."""


def overrun(*_):
    raise Overrun


def same(recipe, given, reference):
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        with contextlib.suppress(Exception):
            return bool(recipe.grade_answer(given, reference))
        return False
    except Overrun:
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def grade(recipe, completion, reference):
    try:
        given = recipe.extract_boxed(completion)
    except ValueError:
        return [False, False]
    return [same(recipe, given, reference), True]


def main():
    signal.signal(signal.SIGALRM, overrun)
    recipe = load()
    data = json.load(sys.stdin)
    answers = [same(recipe, *pair) for pair in data["answers"]]
    completions = [grade(recipe, *pair) for pair in data["completions"]]
    json.dump({"answers": answers, "completions": completions}, sys.stdout)


main()
