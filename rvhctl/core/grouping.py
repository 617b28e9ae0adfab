"""All nodes put in order, group by group: the order that limits, rails and plans read."""

from __future__ import annotations

import math

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.failover import survivors


def everyone(latencies: vec[float]) -> vec[i64]:
    """All nodes ascending by latency, ties in input order; then those without a measurement, in input order."""
    order = survivors(latencies, math.inf)
    count: i64 = len(latencies)
    if len(order) < count:
        node: i64 = 0
        while node < count:
            if latencies[node] != latencies[node]:
                order = append(order, node)
            node += 1
    return order


def by_group(order: vec[i64], groups: vec[i64], sizes: vec[i64]) -> tuple[vec[i64], vec[i64]]:
    """The order cut into groups, each in the same order.

    Args:
        groups: the group of each node.
        sizes: nodes of each group.

    Returns:
        the nodes of all groups, and where in them each group starts (one entry more than groups).
    """
    starts = vec[i64]()
    free = vec[i64]()
    total: i64 = 0
    for size in sizes:
        starts = append(starts, total)
        free = append(free, total)
        total += size
    starts = append(starts, total)
    nodes = vec[i64]([0] * int(total))
    for node in order:
        group = groups[node]
        nodes[free[group]] = node
        free[group] += 1
    return nodes, starts


def sizes_of(groups: vec[i64], count: i64) -> vec[i64]:
    """Nodes of each of so many groups."""
    sizes = vec[i64]([0] * int(count))
    for group in groups:
        sizes[group] += 1
    return sizes
