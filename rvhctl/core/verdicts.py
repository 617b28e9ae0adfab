"""The verdict on each group, before any rail: is enough of it fit?"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64, u8

HEALTHY: Final = 0
DEGRADED: Final = 1
DOWN: Final = 2

VERDICTS: Final = ("healthy", "degraded", "down")
"""The name of each code, from the best to the worst."""


def fit_counts(order: vec[i64], starts: vec[i64], fits: vec[u8]) -> vec[i64]:
    """How many nodes of each group are fit."""
    counts = vec[i64]()
    groups: i64 = len(starts) - 1
    group: i64 = 0
    while group < groups:
        fit: i64 = 0
        at = starts[group]
        end = starts[group + 1]
        while at < end:
            fit += 1 if fits[order[at]] != 0 else 0
            at += 1
        counts = append(counts, fit)
        group += 1
    return counts


def needed(nodes: int, numerator: int, denominator: int) -> int:
    """numerator / denominator of the nodes, rounded up in integers: 28 % of 25 is 7."""
    return -(-nodes * numerator // denominator)


def verdicts(starts: vec[i64], fit: vec[i64], minimum: int, numerator: int, denominator: int) -> vec[u8]:
    """HEALTHY, DEGRADED (some nodes are fit, but fewer than needed) or DOWN (none is) for each group.

    Args:
        fit: fit nodes of each group.
        minimum: nodes needed, where ``numerator`` is 0.
        numerator, denominator: the share of all nodes of the group that is needed, rounded up.
    """
    result = vec[u8]()
    groups: i64 = len(fit)
    group: i64 = 0
    while group < groups:
        need: int = minimum
        if numerator > 0:
            need = needed(int(starts[group + 1] - starts[group]), numerator, denominator)
        verdict: u8 = DOWN
        if fit[group] > 0:
            verdict = HEALTHY if int(fit[group]) >= need else DEGRADED
        result = append(result, verdict)
        group += 1
    return result
