"""All nodes put in order, group by group: the order that limits, safeguards and plans read."""

from __future__ import annotations

import math

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import Floats, Ints, ints
from rvhctl.core.policy.survivors import SMALL_SORT, ascending
from rvhctl.core.words import COMPILED


def by_group(latencies: Floats, groups: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """Sort the nodes of each group by latency, ties in input order, unmeasured ones last.

    Args:
        latencies: of all nodes, NaN where there is no measurement.
        groups: the group of each node.
        sizes: nodes of each group.

    Returns:
        the nodes of all groups, and where in them each group starts (one entry more than groups).
    """
    values, group_of, counts = latencies.values, groups.values, sizes.values
    starts = vec[i64]()
    free = vec[i64]()
    total: i64 = 0
    for size in counts:
        starts = append(starts, total)
        free = append(free, total)
        total += size
    starts = append(starts, total)
    nodes = vec[i64]([0] * int(total))
    # The latencies in the same order, so that sorting a group reads neighbours.
    keys = vec[float]([0.0] * int(total))
    for node in range(total):
        group = group_of[node]
        at = free[group]
        nodes[at] = node
        keys[at] = values[node]
        free[group] = at + 1
    for group in range(len(counts)):
        if COMPILED and counts[group] <= SMALL_SORT:
            insert(keys, nodes, starts[group], starts[group + 1])
        else:
            rank(keys, nodes, starts[group], starts[group + 1])
    return ints(nodes), ints(starts)


def insert(keys: vec[float], nodes: vec[i64], start: i64, end: i64) -> None:
    """Sort a few nodes and their keys in place, by insertion; keys of NaN go last."""
    for at in range(start + 1, end):
        key = keys[at]
        if key == key:
            node = nodes[at]
            free = at
            while free > start and not keys[free - 1] <= key:
                keys[free] = keys[free - 1]
                nodes[free] = nodes[free - 1]
                free -= 1
            keys[free] = key
            nodes[free] = node


def rank(keys: vec[float], nodes: vec[i64], start: i64, end: i64) -> None:
    """Sort many nodes in place."""
    unsorted = nodes[start:end]
    at = start
    for place in ascending(keys[start:end], math.inf):
        nodes[at] = unsorted[place]
        at += 1
    if at < end:
        for node in unsorted:
            if keys[start] != keys[start]:
                nodes[at] = node
                at += 1
            start += 1


def sizes_of(groups: Ints, count: i64) -> Ints:
    """Return the number of nodes of each of ``count`` groups."""
    sizes = vec[i64]([0] * int(count))
    for group in groups.values:
        sizes[group] += 1
    return ints(sizes)
