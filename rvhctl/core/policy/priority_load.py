"""Where the traffic of a cell goes when not all of it can stay: Envoy's priority levels in integers.

Source: ``load_balancer_impl.cc`` of Envoy 1.40 (overprovisioning factor 140, panic off). The arithmetic is
that of the code; the rows in Envoy's documentation do not all agree with it.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64, u8

from rvhctl.core.columns import Codes, Floats, Ints, ints

OVERPROVISIONING: Final = 140
"""Per cent: a level carries its whole load until fewer than 100 / 140 of it are fit."""

ROUNDING: Final = 1e-9
"""Added to a weighted health before it is rounded down: 140 x 0.7 is 98, not 97."""

TINY: Final = 2.0**-64


def healths(starts: Ints, fit: Ints) -> Ints:
    """min(100, floor(140 x fit / all)) of each group, by count."""
    firsts, counts = starts.values, fit.values
    result = vec[i64]()
    for group in range(len(counts)):
        health = OVERPROVISIONING * counts[group] // (firsts[group + 1] - firsts[group])
        result = append(result, health if health < 100 else 100)
    return ints(result)


def weighted_healths(order: Ints, starts: Ints, fits: Codes, weights: Floats) -> Ints:
    """min(100, floor(140 x weight of the fit / weight of all + 1e-9)) of each group."""
    nodes, firsts, is_fit, weight_of = order.values, starts.values, fits.values, weights.values
    result = vec[i64]()
    for group in range(len(firsts) - 1):
        share = fit_share(nodes, firsts[group], firsts[group + 1], is_fit, weight_of, 1.0)
        if share != share:  # the sums are more than a float holds
            share = fit_share(nodes, firsts[group], firsts[group + 1], is_fit, weight_of, TINY)
        health: i64 = int(float(OVERPROVISIONING) * share + ROUNDING)
        result = append(result, health if health < 100 else 100)
    return ints(result)


def fit_share(
    order: vec[i64], start: i64, end: i64, fits: vec[u8], weights: vec[float], scale: float
) -> float:
    """Return the share of the fit in the weight of the nodes from ``start`` to ``end``; NaN if the sum overflows."""
    whole = 0.0
    fit = 0.0
    for at in range(start, end):
        node = order[at]
        weight = weights[node] * scale
        whole += weight
        if fits[node] != 0:
            fit += weight
    return fit / whole if whole - whole == 0.0 else whole - whole


def shares(levels: vec[i64]) -> vec[i64]:
    """The load of each level in per cent, from their healths; all 0 where no level has any, else 100 together."""
    total: i64 = 0
    for health in levels:
        total += health
    if total > 100:
        total = 100
    loads = vec[i64]()
    left: i64 = 100
    first: i64 = -1
    for level in range(len(levels)):
        health = levels[level]
        load: i64 = 0
        if health > 0:
            load = health * 100 // total
            load = left if load > left else load
            left -= load
            if first < 0:
                first = level
        loads = append(loads, load)
    if first >= 0:
        loads[first] += left
    return loads


def shares_of(levels: list[int]) -> list[int]:
    """`shares`, for lists."""
    return list(shares(vec[i64](levels)))
