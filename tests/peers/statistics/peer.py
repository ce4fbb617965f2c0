"""Works out the same figures with scipy and statsmodels: a function and its cases a line of stdin, their answers a line of stdout."""

import json
import sys
import warnings

import numpy as np
from scipy import optimize, special, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower, normal_power

warnings.simplefilter("ignore")


def exact_mcnemar(gained, lost):
    return [
        mcnemar([[5, gained], [lost, 7]], exact=True).pvalue,
        stats.binomtest(gained, gained + lost, 0.5).pvalue if gained + lost > 0 else 1.0,
    ]


def sign_flip(differences):
    result = stats.permutation_test(
        (np.array(differences),),
        lambda x, axis: np.sum(x, axis=axis),
        permutation_type="samples",
        n_resamples=np.inf,
        vectorized=True,
    )
    return result.pvalue


def tango(gained, lost, n):
    z = stats.norm.ppf(0.975)

    def score(d):
        # The smaller of both shares, t, is where the likelihood has no slope, or at an end.
        more, less = max(d, 0.0), max(-d, 0.0)
        most = (1 - abs(d)) / 2
        same = n - gained - lost

        def slope(t):
            up = gained / (t + more) if gained else 0.0
            down = lost / (t + less) if lost else 0.0
            return up + down - (same / (most - t) if same else 0.0)

        inner = (most * 1e-15, most * (1 - 1e-14))
        if slope(inner[0]) <= 0:
            t = 0.0
        elif slope(inner[1]) >= 0:
            t = most
        else:
            t = optimize.brentq(slope, *inner, xtol=1e-300, rtol=1e-15, maxiter=1000)
        return (gained - lost - n * d) / np.sqrt(n * (2 * t + abs(d) - d * d))

    seen = (gained - lost) / n
    edge = 1e-12
    ends = []
    for sign, end in [(1, -1 + edge), (-1, 1 - edge)]:
        inside = seen - sign * 1e-9
        if (end - inside) * sign >= 0:
            ends.append(float(-sign))
            continue
        ends.append(optimize.brentq(lambda d: score(d) - sign * z, end, inside, xtol=1e-14, rtol=1e-14))
    return ends


def mcnemar_power(n, gained, lost, alpha):
    discordant = gained + lost
    m = np.arange(n + 1)
    weights = stats.binom.pmf(m, n, discordant)
    # The largest count on the smaller side with which the test rejects.
    most = stats.binom.ppf(alpha / 2, m, 0.5) + 1
    for _ in range(4):
        most = np.where((most >= 0) & (2 * stats.binom.cdf(most, m, 0.5) >= alpha), most - 1, most)
    rate = gained / discordant
    rejected = stats.binom.cdf(most, m, rate) + stats.binom.cdf(most, m, 1 - rate)
    return float(np.sum(weights * rejected))


def mean_power(n, difference, deviation, alpha):
    return float(normal_power(abs(difference) / deviation, n, alpha, alternative="two-sided"))


def mean_needed(difference, deviation, power, alpha):
    # A ratio of 0 stands for a single sample.
    solved = NormalIndPower().solve_power(abs(difference) / deviation, None, alpha, power, ratio=0)
    return float(solved)


def welch(a, b):
    result = stats.ttest_ind(b, a, equal_var=False)
    low, high = result.confidence_interval(0.95)
    return [float(np.mean(b) - np.mean(a)), low, high, result.pvalue, result.df]


def bootstrap_mean(values, resamples):
    result = stats.bootstrap(
        (np.array(values),), np.mean, n_resamples=resamples, method="BCa", rng=np.random.default_rng(1), vectorized=True
    )
    return [*result.confidence_interval, result.standard_error]


def bootstrap_ratio(over, under, resamples):
    result = stats.bootstrap(
        (np.array(over), np.array(under)),
        lambda a, b, axis=-1: np.sum(a, axis=axis) / np.sum(b, axis=axis),
        paired=True,
        n_resamples=resamples,
        method="BCa",
        rng=np.random.default_rng(2),
        vectorized=True,
    )
    return [*result.confidence_interval, result.standard_error]


FUNCTIONS = {
    "mcnemar": exact_mcnemar,
    "signFlip": sign_flip,
    "tango": tango,
    "holm": lambda ps: list(multipletests(ps, method="holm")[1]),
    "power": mcnemar_power,
    "meanPower": mean_power,
    "meanNeeded": mean_needed,
    "welch": welch,
    "studentShare": lambda t, freedom: stats.t.cdf(t, freedom),
    "studentQuantile": lambda share, freedom: stats.t.ppf(share, freedom),
    "normalShare": lambda z: stats.norm.cdf(z),
    "normalQuantile": lambda share: stats.norm.ppf(share),
    "betaShare": lambda x, a, b: special.betainc(a, b, x),
    "bootstrapMean": bootstrap_mean,
    "bootstrapRatio": bootstrap_ratio,
}

# A question a line, and an answer a line, until there are no more.
for line in sys.stdin:
    [[name, cases]] = json.loads(line).items()
    json.dump([FUNCTIONS[name](*case) for case in cases], sys.stdout, default=float)
    print(flush=True)
