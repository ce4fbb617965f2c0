"""Tests and intervals of what is paired by problem, each from its definition: with exact whole numbers where that can be
done, by root search on the equation where it cannot. Nothing is shared with the code that is checked."""

from fractions import Fraction
from functools import lru_cache

import numpy as np
from scipy import stats
from scipy.optimize import brentq
from statsmodels.stats.contingency_tables import mcnemar

Z = stats.norm.ppf(0.975)


def exact_mcnemar(gained, lost):
    """The two-sided exact p-value, as statsmodels gives it."""
    return float(mcnemar([[0, lost], [gained, 0]], exact=True).pvalue)


def sign_flip(differences):
    """
    The share of all 2^n ways to turn signs in which the sum is at least as far from zero as it was. The number of ways by
    sum is one large integer: a limb for each possible sum, and a shift for each difference.
    """
    sizes = [abs(d) for d in differences if d != 0]
    total, seen = sum(sizes), abs(sum(differences))
    limb = len(sizes) + 1
    ways = 1
    for size in sizes:
        ways += ways << (limb * size)
    mask = (1 << limb) - 1
    # With a sum s of those that are turned positive the whole is 2 s - total.
    data = ways.to_bytes((limb * (total + 1)) // 8 + 1, "little")
    extreme = 0
    for s in range(total + 1):
        if abs(2 * s - total) >= seen:
            start, shift = divmod(limb * s, 8)
            extreme += (int.from_bytes(data[start : start + limb // 8 + 2], "little") >> shift) & mask
    return float(Fraction(extreme, 2 ** len(sizes)))


def restricted_lost_rate(gained, lost, n, difference):
    """
    The most likely rate of losses where the true difference is known: the root of the likelihood's derivative, which is a
    quadratic (Tango 1998, Statistics in Medicine 17, 891-908).
    """
    a = 2 * n
    b = -gained - lost + (2 * n - gained + lost) * difference
    c = -lost * difference * (1 - difference)
    root = np.sqrt(max(0.0, b * b - 4 * a * c))
    # Of two numbers that nearly cancel the other form of the solution keeps its digits.
    return (root - b) / (2 * a) if b <= 0 else (-2 * c / (root + b) if root + b > 0 else 0.0)


def score(gained, lost, n, difference):
    """The standardised distance between what was seen and a true difference."""
    distance = gained - lost - n * difference
    rate = restricted_lost_rate(gained, lost, n, difference)
    variance = n * (2 * rate + difference * (1 - difference))
    if variance <= 0:
        return np.copysign(np.inf, distance) if distance != 0 else 0.0
    return distance / np.sqrt(variance)


def tango(gained, lost, n):
    """Both ends of the 95 % score interval of the difference gained/n - lost/n."""
    seen = (gained - lost) / n
    edge = 1 - 1e-15

    def end(target, outer):
        if score(gained, lost, n, outer * edge) * outer > -Z:
            return outer * 1.0
        inside, outside = sorted([seen, outer * edge])
        return brentq(lambda d: score(gained, lost, n, d) - target, inside, outside, xtol=1e-15, rtol=1e-14)

    low = -1.0 if seen <= -1 else end(Z, -1)
    high = 1.0 if seen >= 1 else end(-Z, 1)
    return low, high


@lru_cache(maxsize=None)
def critical(discordant):
    """Most losses (or gains) among so many discordant problems at which the exact test still rejects; -1: none."""
    limit = int(stats.binom.ppf(0.025, discordant, 0.5))
    for most in range(min(limit + 2, discordant), -1, -1):
        if 2 * stats.binom.cdf(most, discordant, 0.5) < 0.05:
            return most
    return -1


def mcnemar_power(n, gained, lost):
    """The chance that the exact test rejects for `n` problems, over all numbers of discordant ones. Rates."""
    both = gained + lost
    if both <= 0:
        return 0.0
    spread = 9 * np.sqrt(n * both * (1 - both)) + 9
    counts = np.arange(max(0, int(n * both - spread)), min(n, int(n * both + spread)) + 1)
    most = np.array([critical(int(d)) for d in counts])
    share = gained / both
    rejected = stats.binom.cdf(most, counts, share) + stats.binom.sf(counts - most - 1, counts, share)
    return float(np.sum(stats.binom.pmf(counts, n, both) * np.where(most < 0, 0, rejected)))


def mean_power(n, difference, deviation, step):
    """
    The chance that sign flips tell a mean of `n` paired differences from zero, by the normal distribution. They measure spread
    around zero: S^2 > z^2 sum(d^2) is t^2 > z^2 (n - 1) / (n - z^2). And a sum of counts moves by two at a flip: the exact test
    is cautious by half of that, one `step` of a problem's mean. Of too few problems all signs together say nothing.
    """
    if n <= Z**2 or 2.0 ** (1 - n) >= 0.05:
        return 0.0
    error = deviation / np.sqrt(n)
    level = Z * np.sqrt((n - 1) / (n - Z**2)) + step / n / error
    return float(stats.norm.sf(level - abs(difference) / error) + stats.norm.cdf(-level - abs(difference) / error))
