"""From samples to one latency a node, and how many of the samples were lost.

Samples of all nodes lie in one column: those of node k are ``values[starts[k] : starts[k + 1]]``, in
milliseconds, NaN where a sample was lost. A node without samples has none there.
"""

from __future__ import annotations

import math
from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64, u8

from rvhctl.core.columns import Codes, Floats, Ints, codes, floats

MEDIAN: Final = "median"

AGGREGATES: Final = (MEDIAN, "mean", "min", "max", "p95", "p99")


def aggregate(samples: Floats, starts: Ints, how: str, stated: Floats) -> Floats:
    """Return a latency for each node: of the samples that arrived (NaN of none), or as stated without samples."""
    values, firsts, given = samples.values, starts.values, stated.values
    latencies = vec[float]()
    for node in range(len(firsts) - 1):
        start = firsts[node]
        end = firsts[node + 1]
        latency = given[node] if start == end else aggregated(arrived(values, start, end), how)
        latencies = append(latencies, latency)
    return floats(latencies)


def arrived(values: vec[float], start: i64, end: i64) -> list[float]:
    """Return the samples of one node that were not lost."""
    samples: list[float] = []
    for at in range(start, end):
        sample = values[at]
        if sample == sample:
            samples.append(sample)
    return samples


def aggregated(samples: list[float], how: str) -> float:
    """Return one of `AGGREGATES` of the samples, NaN of none; sorts them."""
    if not samples:
        return math.nan
    if how == "mean":
        return mean(samples)
    samples.sort()
    if how == MEDIAN:
        return median(samples)
    if how == "min":
        return samples[0]
    if how == "max":
        return samples[-1]
    return nearest_rank(samples, 95 if how == "p95" else 99)


def mean(samples: list[float]) -> float:
    """The arithmetic mean, from the exact sum (`math.fsum`): the same in every order."""
    try:
        return math.fsum(samples) / float(len(samples))
    except OverflowError:
        return math.fsum([sample / float(len(samples)) for sample in samples])


def median(ascending: list[float]) -> float:
    """The middle sample, or the mean of the two in the middle."""
    middle = len(ascending) // 2
    if len(ascending) % 2 == 1:
        return ascending[middle]
    return between(ascending[middle - 1], ascending[middle])


def between(low: float, high: float) -> float:
    """(low + high) / 2, also where the sum is more than a float holds."""
    total = low + high
    return total / 2.0 if not math.isinf(total) else low / 2.0 + high / 2.0


def nearest_rank(ascending: list[float], percent: int) -> float:
    """The smallest sample with at least ``percent`` % of all samples at or below it."""
    rank = (percent * len(ascending) + 99) // 100
    return ascending[rank - 1]


def lossy(samples: Floats, starts: Ints, numerator: int, denominator: int) -> Codes:
    """Return 1 for each node that lost more than numerator / denominator of its samples, in integers."""
    values, firsts = samples.values, starts.values
    over = vec[u8]()
    for node in range(len(firsts) - 1):
        lost: i64 = 0
        for at in range(firsts[node], firsts[node + 1]):
            if values[at] != values[at]:
                lost += 1
        lost_parts: int = int(lost) * denominator
        allowed: int = int(firsts[node + 1] - firsts[node]) * numerator
        over = append(over, 1 if lost_parts > allowed else 0)
    return codes(over)
