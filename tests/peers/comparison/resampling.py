"""
Bias-corrected and accelerated bootstrap intervals over problems, by scipy, and how far another bootstrap of the same data
may lie from them by chance alone.

An end lies where a share `a` of the resampled values lies below, and a = norm(z0 + (z0 + z) / (1 - acc (z0 + z))). With B
resamples two things are off: z0, which is read off the share of resamples below the figure, and the value itself. Both come
from the same empirical distribution F, with cov(F(x), F(y)) = F(x) (1 - F(y)) / B for x < y. On the scale of z the error is
g e(c) / phi(z0) - e(q) / phi(a), where e is the error of F at the figure c and at the end q and g is how far the end moves
with z0. Its variance follows, and with that of our own resamples the window in which the other end has to lie.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

# What is drawn here; the other side's number is an argument.
OWN = 9999
# Standard errors that an end may be off: of several hundred ends one goes astray in ten thousand checks.
MOST_ERRORS = 4.5


@dataclass
class End:
    """Where one end has to lie."""

    value: float
    low: float
    high: float
    # The share of our resamples below a value, on the normal scale, and the standard error there.
    place: float
    error: float


@dataclass
class Resampled:
    """What scipy makes of one figure."""

    low: End
    high: End
    sorted: np.ndarray

    def errors_off(self, end, value):
        """How many standard errors a value is off."""
        below = np.searchsorted(self.sorted, value, "left") + np.searchsorted(self.sorted, value, "right")
        share = np.clip(below / 2 / len(self.sorted), 1e-5, 1 - 1e-5)
        return (stats.norm.ppf(share) - end.place) / end.error


def mean_of(values, axis=-1):
    return np.mean(values, axis=axis)


def ratio_of(numerators, denominators, axis=-1):
    """Sum by sum; resamples in which nothing was right say nothing."""
    below = np.sum(denominators, axis=axis)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sum(numerators, axis=axis) / below


def bootstrap(columns, statistic, resamples, seed):
    """The interval of a statistic of columns with one value a problem, or None where all values are alike."""
    data = tuple(np.asarray(column, dtype=float) for column in columns)
    if len({tuple(values) for values in zip(*data)}) == 1:
        return None
    with np.errstate(all="ignore"):
        found = stats.bootstrap(
            data, statistic, paired=True, vectorized=True, n_resamples=OWN, method="BCa",
            rng=np.random.default_rng(seed), batch=max(1, 4_000_000 // len(data[0])),
        )
    drawn = np.sort(found.bootstrap_distribution)
    centre = statistic(*data)
    near = 1e-12 * max(1.0, abs(centre))
    below = np.mean(drawn < centre - near) + np.mean(np.abs(drawn - centre) <= near) / 2
    z0 = stats.norm.ppf(np.clip(below, 1 / (2 * OWN), 1 - 1 / (2 * OWN)))
    acceleration = jackknife(data, statistic)
    ends = [
        end_of(drawn, value, z0, acceleration, stats.norm.ppf(p), resamples)
        for p, value in zip((0.025, 0.975), found.confidence_interval)
    ]
    return Resampled(*ends, drawn)


def jackknife(data, statistic):
    """Efron's acceleration from the values without one problem each."""
    n = len(data[0])
    sums = [np.sum(column) - column for column in data]
    # Both statistics are functions of means or sums, which need no copy for each problem that is left out.
    values = sums[0] / (n - 1) if statistic is mean_of else sums[0] / np.where(sums[1] > 0, sums[1], np.nan)
    values = values[np.isfinite(values)]
    off = np.mean(values) - values
    return np.sum(off**3) / (6 * np.sum(off**2) ** 1.5)


def end_of(drawn, value, z0, acceleration, z, resamples):
    inside = 1 - acceleration * (z0 + z)
    place = z0 + (z0 + z) / inside
    gain = 1 + 1 / inside + acceleration * (z0 + z) / inside**2
    share, centre = stats.norm.cdf(place), stats.norm.cdf(z0)
    first, last = min(share, centre), max(share, centre)
    at_centre, at_end = gain / stats.norm.pdf(z0), 1 / stats.norm.pdf(place)
    variance = (
        at_centre**2 * centre * (1 - centre)
        + at_end**2 * share * (1 - share)
        - 2 * at_centre * at_end * first * (1 - last)
    )
    error = float(np.sqrt(variance * (1 / resamples + 1 / OWN)))
    low, high = (stats.norm.cdf(place + k * error) for k in (-MOST_ERRORS, MOST_ERRORS))
    slack = 1e-9 * max(1.0, np.max(np.abs(drawn[np.isfinite(drawn)])))
    return End(
        float(value),
        # Beyond what was drawn here nothing can be said.
        float(np.quantile(drawn, low, method="lower") - slack) if low * OWN > 1 else -np.inf,
        float(np.quantile(drawn, high, method="higher") + slack) if (1 - high) * OWN > 1 else np.inf,
        float(place),
        error,
    )
