"""What a figure has to be, and whether one that was written down is that: to the last digit, to nine digits, or within
what another draw of the same resamples may give."""

import math
from dataclasses import dataclass
from typing import Any

NEAR = 1e-9


@dataclass
class Same:
    """Counts, words, and ratios of whole numbers: to the last digit."""

    value: Any

    kind = "to the last digit"

    def problem(self, got):
        same = type(got) is bool if isinstance(self.value, bool) else type(got) is not bool
        return None if same and got == self.value else f"is {got!r}, and should be {self.value!r}"


@dataclass
class Near:
    """What takes roots, logarithms or sums of fractions: to a relative 1e-9."""

    value: float
    # What the figure is made of: a difference of numbers is as exact as these are.
    scale: float = 0.0

    kind = "to 1e-9"

    def problem(self, got):
        if not isinstance(got, (int, float)) or isinstance(got, bool):
            return f"is {got!r}, and should be {self.value!r}"
        room = NEAR * max(abs(self.value), self.scale, 1e-290)
        return None if abs(got - self.value) <= room else f"is {got!r}, and should be {self.value!r}"


@dataclass
class Drawn:
    """An end of a bootstrap interval."""

    resampled: Any
    end: Any

    kind = "within simulation error"

    def problem(self, got):
        # JSON has no infinity, which is where an end lies that the data do not bound.
        if got is None and self.end.high == math.inf:
            return None
        if not isinstance(got, (int, float)) or isinstance(got, bool):
            return f"is {got!r}, and should be about {self.end.value!r}"
        if self.end.low <= got <= self.end.high:
            return None
        off = self.resampled.errors_off(self.end, got)
        return (
            f"is {got!r}, and should be about {self.end.value!r}, from {self.end.low!r} to {self.end.high!r}: "
            f"{off:.1f} standard errors off"
        )


@dataclass
class Held:
    """A condition that a figure has to meet, told by a function that says what is wrong."""

    check: Any
    kind: str = "to the last digit"

    def problem(self, got):
        return self.check(got)


def ratio(numerator, denominator):
    """The nearest number to a ratio of whole numbers."""
    return Same(numerator / denominator if denominator else math.nan)


def flattened(tree, pointer=""):
    """Every leaf of JSON by its pointer (RFC 6901); empty lists and objects are leaves."""
    if isinstance(tree, dict) and tree:
        for key, value in tree.items():
            escaped = key.replace("~", "~0").replace("/", "~1")
            yield from flattened(value, f"{pointer}/{escaped}")
    elif isinstance(tree, list) and tree:
        for index, value in enumerate(tree):
            yield from flattened(value, f"{pointer}/{index}")
    else:
        yield pointer, tree
