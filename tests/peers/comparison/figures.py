"""The figures of a comparison's cells and differences, recomputed from the rows: what each leaf of `result.json` has to be."""

import math
from collections import Counter
from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np
from scipy.optimize import brentq
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

import paired
from expected import Drawn, Held, Near, Same, ratio
from resampling import bootstrap, mean_of, ratio_of

SHARES = ("correct", "lenient", "format", "truncated")
LEVEL = 0.05
POWER = 0.8
UNKNOWN = (Same(None), Same(None))
MOST_NEEDED = 10_000_000
# Of fewer problems a bootstrap knows nothing worth saying.
FEWEST_RESAMPLED = 10


class Recomputed:
    """Expected leaves by pointer."""

    def __init__(self, facts, cells, resamples):
        self.facts, self.cells = facts, cells
        self.leaves = {}
        self.resamples = resamples
        self.draws = 0

    def put(self, pointer, expected):
        self.leaves[pointer] = expected

    def interval(self, pointer, value, method, ends):
        self.put(f"{pointer}/value", value)
        self.put(f"{pointer}/method", Same(method))
        for name, end in zip(("low", "high"), ends):
            self.put(f"{pointer}/{name}", end)

    def drawn(self, columns, statistic=mean_of):
        """Both ends by the bootstrap; None where there is nothing to draw from."""
        if len(columns[0]) < FEWEST_RESAMPLED:
            return None
        self.draws += 1
        found = bootstrap(columns, statistic, self.resamples, self.draws)
        return None if found is None else (Drawn(found, found.low), Drawn(found, found.high))

    def estimate(self, pointer, columns, value):
        """A mean over problems of something that is no share: by the bootstrap, which of one value alone knows nothing."""
        self.interval(pointer, value, "bootstrap", self.drawn(columns) or UNKNOWN)

    def share(self, pointer, counts, value=None):
        """A share with its interval. [P] (successes, trials); each weighs the same."""
        successes, trials = sum(s for s, _ in counts), sum(t for _, t in counts)
        value = value or ratio(successes, trials)
        rates = [s / t for s, t in counts]
        if all(t == 1 for _, t in counts):
            return self.interval(pointer, value, "wilson", wilson(successes, len(counts)))
        ends = self.drawn([rates])
        # Where all problems came out alike, a bootstrap would claim certainty.
        if ends is None:
            return self.interval(pointer, value, "wilson", wilson(sum(rates), len(counts)))
        self.interval(pointer, value, "bootstrap", ends)


def wilson(successes, trials):
    low, high = proportion_confint(successes, trials, alpha=LEVEL, method="wilson")
    return Near(float(low), scale=1e-6), Near(float(high), scale=1e-6)


def pass_sizes(samples):
    sizes, size = [], 1
    while size < samples:
        sizes.append(size)
        size *= 2
    return [*sizes, samples]


def pass_at(n, right, k):
    return 1 - Fraction(comb(n - right, k), comb(n, k))


def add_cell(out, index):
    """/cells/index"""
    cell, at = out.cells[index], f"/cells/{index}"
    rows = [row for problem in cell for row in problem.rows]
    samples = len(rows) // len(cell)
    out.put(f"{at}/name", Same(out.facts["cells"][index]["name"]))
    out.put(f"{at}/problems", Same(len(cell)))
    out.put(f"{at}/samples", Same(samples))
    for name in SHARES:
        out.share(f"{at}/{name}", [(sum(p.column(name)), len(p.rows)) for p in cell])
    add_sizes(out, at, cell)
    # What several weights answer are no attempts of one policy.
    attempts = samples if out.facts["kind"] == "templates" else 1
    for k in pass_sizes(attempts) if attempts > 1 else ():
        add_pass(out, f"{at}/pass_at/{k}", cell, k)
    if attempts == 1:
        out.put(f"{at}/pass_at", Same({}))
    add_counts(out, f"{at}/outcomes", Counter(row["outcome"] for row in rows))


def add_pass(out, pointer, cell, k):
    rates = [pass_at(len(p.rows), p.solved(), k) for p in cell]
    value = Near(float(sum(rates) / len(rates)))
    ends = out.drawn([[float(rate) for rate in rates]])
    if ends is None:
        return out.interval(pointer, value, "wilson", wilson(float(sum(rates)), len(rates)))
    out.interval(pointer, value, "bootstrap", ends)


def add_counts(out, pointer, counts):
    """Counts by name; what is nil may be left out."""
    for name, count in counts.items():
        out.put(f"{pointer}/{name}", Same(count))
    if not counts:
        out.put(pointer, Same({}))


def add_sizes(out, at, cell):
    """Reward, tokens, and what an answer that is right costs."""
    tokens = [p.column("tokens") for p in cell]
    rewards = [p.column("reward") for p in cell]
    count = sum(len(p.rows) for p in cell)
    out.estimate(f"{at}/reward", [[np.mean(r) for r in rewards]], Near(math.fsum(map(math.fsum, rewards)) / count, 1e-3))
    all_tokens, right = sum(map(sum, tokens)), sum(p.solved() for p in cell)
    out.estimate(f"{at}/completion_tokens", [[np.mean(t) for t in tokens]], ratio(all_tokens, count))
    out.put(f"{at}/prompt_tokens", ratio(sum(p.prompt_tokens * len(p.rows) for p in cell), count))
    if right == 0:
        return out.put(f"{at}/tokens_per_correct", Same(None))
    ends = out.drawn([[float(sum(t)) for t in tokens], [float(p.solved()) for p in cell]], ratio_of)
    out.interval(f"{at}/tokens_per_correct", ratio(all_tokens, right), "bootstrap", ends or UNKNOWN)


def add_front(out):
    """Nobody of the same policy, of runs nobody at all, is as accurate for fewer tokens, or more accurate for as many."""
    sums = [
        (sum(p.solved() for p in cell) / sum(len(p.rows) for p in cell),
         sum(sum(p.column("tokens")) for p in cell) / sum(len(p.rows) for p in cell))
        for cell in out.cells
    ]
    runs = out.facts["kind"] == "runs"
    policies = [0 if runs else cell["policy"] for cell in out.facts["cells"]]
    for i, (right, tokens) in enumerate(sums):
        beaten = any(
            policies[j] == policies[i] and ((r >= right and t < tokens) or (r > right and t <= tokens))
            for j, (r, t) in enumerate(sums)
        )
        out.put(f"/cells/{i}/on_front", Same(not beaten))


def pairs_of(facts):
    """(family, a, b): all templates of a policy, then all policies with a template; of runs all groups."""
    every = list(combinations(facts["cells"], 2))
    places = list(combinations(range(len(facts["cells"])), 2))
    if facts["kind"] == "runs":
        return [("policies", a, b) for a, b in places]
    families = (("templates", "policy"), ("policies", "template"))
    return [
        (family, a, b)
        for family, same in families
        for (a, b), (one, other) in zip(places, every)
        if one[same] == other[same]
    ]


def changes_of(before, after):
    """[P] completions of each problem that b solves more than a, and of how many completions."""
    scale = math.lcm(*{len(p.rows) for p in before + after})
    return [q.solved() * (scale // len(q.rows)) - p.solved() * (scale // len(p.rows)) for p, q in zip(before, after)], scale


def is_single(before, after):
    return all(len(p.rows) == 1 for p in before + after)


def add_difference(out, at, a, b):
    """All of a difference but what its family decides. Returns the p-value and the sign."""
    before, after = out.cells[a], out.cells[b]
    changes, scale = changes_of(before, after)
    gained, lost = sum(c > 0 for c in changes), sum(c < 0 for c in changes)
    out.put(f"{at}/gained", Same(gained))
    out.put(f"{at}/lost", Same(lost))
    add_gap(out, f"{at}/difference", changes, scale, is_single(before, after))
    single = is_single(before, after)
    p = paired.exact_mcnemar(gained, lost) if single else paired.sign_flip(changes)
    out.put(f"{at}/test", Same("mcnemar" if single else "sign_flip"))
    out.put(f"{at}/p", Near(p))
    add_power(out, at, changes, scale, single)
    add_token_gap(out, at, before, after)
    pairs = [(r["outcome"], s["outcome"]) for p, q in zip(before, after) for r, s in zip(p.rows, q.rows)]
    add_counts(out, f"{at}/outcomes", {f"{r}>{s}": count for (r, s), count in Counter(pairs).items()})
    return p, sum(changes)


def add_gap(out, pointer, changes, scale, single):
    """A difference of accuracies, [P] in completions of `scale`."""
    n = len(changes)
    value = ratio(sum(changes), n * scale)
    # Where no problem came out differently the formula for single completions still says what chance may hide.
    if single or not any(changes):
        ends = paired.tango(sum(c > 0 for c in changes), sum(c < 0 for c in changes), n)
        return out.interval(pointer, value, "tango", [Near(end, 1e-3) for end in ends])
    out.interval(pointer, value, "bootstrap", out.drawn([[c / scale for c in changes]]) or UNKNOWN)


def add_token_gap(out, at, before, after):
    per_problem = [np.mean(q.column("tokens")) - np.mean(p.column("tokens")) for p, q in zip(before, after)]
    totals = [sum(sum(p.column("tokens")) for p in cell) for cell in (before, after)]
    counts = [sum(len(p.rows) for p in cell) for cell in (before, after)]
    value = totals[1] / counts[1] - totals[0] / counts[0]
    out.estimate(f"{at}/completion_tokens", [per_problem], Near(value, scale=totals[0] / counts[0]))


def add_power(out, at, changes, scale, single):
    n, gap = len(changes), sum(changes)
    if single:
        rates = [sum(c > 0 for c in changes) / n, sum(c < 0 for c in changes) / n]
        power = lambda problems: paired.mcnemar_power(problems, *rates)
        seen, least = sum(rates) > 0 and gap != 0, least_by_mcnemar(n, sum(rates))
    else:
        values = np.array(changes) / scale
        deviation = float(np.std(values, ddof=1)) if n > 1 else 0.0
        power = lambda problems: paired.mean_power(problems, gap / (n * scale), deviation, 1 / scale)
        seen, least = gap != 0 and deviation > 0, least_by_mean(n, deviation, 1 / scale)
    out.put(f"{at}/problems_needed", Held(lambda got: wrong_need(got, power, seen), "to the last digit"))
    out.put(f"{at}/least_difference", Same(None) if least is None else Near(least))


def wrong_need(got, power, seen):
    """The smallest number of problems with the power; of an exact test, whose power is a saw, one beyond which it stays."""
    if got is None:
        return None if not seen or power(MOST_NEEDED) < POWER else f"is null, with power {power(MOST_NEEDED):.4f} at most"
    if not seen or type(got) is not int:
        return f"is {got!r}, and no difference was seen"
    here, before = power(got), power(got - 1) if got > 1 else 0.0
    if here >= POWER - 1e-9 and before < POWER + 1e-9:
        return None
    return f"is {got}, where the power is {here:.6f}, and {before:.6f} with one problem less"


def least_by_mcnemar(n, discordant):
    """The smallest difference with the same share of discordant problems."""
    if discordant <= 0:
        return None
    short = lambda gap: paired.mcnemar_power(n, (discordant + gap) / 2, (discordant - gap) / 2) - POWER
    return brentq(short, 0, discordant, xtol=1e-14) if short(discordant) >= 0 else None


def least_by_mean(n, deviation, step):
    if not deviation > 0:
        return None
    short = lambda gap: paired.mean_power(n, gap, deviation, step) - POWER
    most = 20 * deviation / math.sqrt(n) + 20 * step / n
    return brentq(short, 0, most, xtol=1e-15) if short(most) > 0 else None


def add_differences(out):
    """/differences, and within each of both families what Holm's correction makes of the p-values."""
    pairs = pairs_of(out.facts)
    tested = []
    for index, (family, a, b) in enumerate(pairs):
        at = f"/differences/{index}"
        for name, expected in (("family", family), ("a", a), ("b", b)):
            out.put(f"{at}/{name}", Same(expected))
        tested.append(add_difference(out, at, a, b))
    for family in {name for name, _, _ in pairs}:
        members = [i for i, (name, _, _) in enumerate(pairs) if name == family]
        adjusted = multipletests([tested[i][0] for i in members], alpha=LEVEL, method="holm")[1]
        for i, p in zip(members, adjusted):
            out.put(f"/differences/{i}/p_adjusted", Near(float(p)))
            out.put(f"/differences/{i}/verdict", Same(verdict(p, tested[i][1])))
    if not pairs:
        out.put("/differences", Same([]))
    return [(a, b) for _, a, b in pairs]


def verdict(p, gap):
    return "not_told_apart" if p >= LEVEL or gap == 0 else "better" if gap > 0 else "worse"
