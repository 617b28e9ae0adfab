"""The health of each group, before any safeguard: is enough of it fit?"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64, u8

from rvhctl.core.columns import Codes, Ints, codes, ints

HEALTHY: Final = 0
DEGRADED: Final = 1
DOWN: Final = 2

HEALTH: Final = ("healthy", "degraded", "down")
"""The name of each code, from the best to the worst."""


def fit_counts(order: Ints, starts: Ints, fits: Codes) -> Ints:
    """Return the number of fit nodes of each group."""
    nodes, firsts, is_fit = order.values, starts.values, fits.values
    counts = vec[i64]()
    for group in range(len(firsts) - 1):
        fit: i64 = 0
        for at in range(firsts[group], firsts[group + 1]):
            fit += 1 if is_fit[nodes[at]] != 0 else 0
        counts = append(counts, fit)
    return ints(counts)


def needed(nodes: int, numerator: int, denominator: int) -> int:
    """numerator / denominator of the nodes, rounded up in integers: 28 % of 25 is 7."""
    return -(-nodes * numerator // denominator)


def health_codes(starts: Ints, fit: Ints, minimum: int, numerator: int, denominator: int) -> Codes:
    """Return HEALTHY, DEGRADED (fewer nodes are fit than needed) or DOWN (none is) for each group.

    Args:
        fit: fit nodes of each group.
        minimum: nodes needed, where ``numerator`` is 0.
        numerator, denominator: the share of all nodes of the group that is needed, rounded up.
    """
    firsts, counts = starts.values, fit.values
    result = vec[u8]()
    for group in range(len(counts)):
        need: int = minimum
        if numerator > 0:
            need = needed(int(firsts[group + 1] - firsts[group]), numerator, denominator)
        health: u8 = DOWN
        if counts[group] > 0:
            health = HEALTHY if int(counts[group]) >= need else DEGRADED
        result = append(result, health)
    return codes(result)
