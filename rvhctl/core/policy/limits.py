"""The limit of each group, and who is over it.

Nodes of a group stand together: those of group g are ``order[starts[g] : starts[g + 1]]``, ascending by
latency, ties in input order, nodes without a measurement last.
"""

from __future__ import annotations

import math
from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64, u8

from rvhctl.core.columns import Codes, Floats, Ints, codes, floats
from rvhctl.core.policy.reasons import OVER_RELATIVE, OVER_THRESHOLD, PLAIN
from rvhctl.core.policy.samples import between

LARGEST: Final = 1.7976931348623157e308
"""The largest finite float: no limit is higher, so that a limit can always be written."""


def group_limits(
    latencies: Floats,
    order: Ints,
    starts: Ints,
    standing: Codes,
    threshold: float,
    relative: float,
    floor: float,
) -> Floats:
    """min(threshold, max(relative x median, floor)) of each group, in milliseconds; NaN where it has no limit.

    The median is over the nodes that stand PLAIN; a group without one has only the threshold.

    Args:
        threshold: infinite where there is none.
        relative: 0 where there is none; ``floor`` then means nothing.
    """
    values, nodes, firsts, codes_of = latencies.values, order.values, starts.values, standing.values
    limits = vec[float]()
    for group in range(len(firsts) - 1):
        limit = threshold
        if relative > 0.0:
            middle = group_median(values, nodes, firsts[group], firsts[group + 1], codes_of)
            if middle == middle:
                scaled = relative * middle
                scaled = floor if floor > scaled else scaled
                limit = scaled if scaled < threshold else threshold
                limit = LARGEST if math.isinf(limit) else limit
        limits = append(limits, math.nan if math.isinf(limit) else limit)
    return floats(limits)


def group_median(latencies: vec[float], order: vec[i64], start: i64, end: i64, standing: vec[u8]) -> float:
    """Return the median latency of the PLAIN nodes from ``start`` to ``end`` of the order; NaN without one."""
    eligible: i64 = 0
    for at in range(start, end):
        if standing[order[at]] == PLAIN:
            eligible += 1
    if eligible == 0:
        return math.nan
    # Counted down to the upper of the two in the middle.
    left = eligible // 2
    low = 0.0
    at = start
    while True:
        node = order[at]
        if standing[node] == PLAIN:
            if left == 0:
                high = latencies[node]
                return high if eligible % 2 == 1 else between(low, high)
            low = latencies[node]
            left -= 1
        at += 1


def over_limit(latencies: Floats, groups: Ints, limits: Floats, standing: Codes, threshold: float) -> Codes:
    """Return the standings with OVER_THRESHOLD or OVER_RELATIVE where a PLAIN node is over its limit."""
    values, group_of, bounds, codes_of = latencies.values, groups.values, limits.values, standing.values
    result = vec[u8]()
    for node in range(len(values)):
        code = codes_of[node]
        if code == PLAIN:
            latency = values[node]
            if latency > threshold:
                code = OVER_THRESHOLD
            elif latency > bounds[group_of[node]]:
                code = OVER_RELATIVE
        result = append(result, code)
    return codes(result)
