"""Failover and fault sets over whole columns, in slices of so many nodes."""

from __future__ import annotations

from rvhctl.concurrency.steps import Steps
from rvhctl.core.policy.cells import CellOrder, Faultset, Groups
from rvhctl.core.policy.ranking import Ranking
from rvhctl.core.policy.survivors import survivors
from rvhctl.core.vectors import Floats, Ints


def ranked(latencies: Floats, limit: float, size: int) -> Steps[Ints]:
    """The indices of the latencies (ms) that are <= limit, ascending by latency, ties in input order."""
    if len(latencies) <= size:
        return survivors(latencies, limit)
    ranking = Ranking(latencies, limit, size)
    while ranking.step():
        yield
    return ranking.order


def grouped(lats: Floats, lons: Floats, precision: int, size: int) -> Steps[Groups]:
    """All nodes by cell; coordinates in degrees, known to be in range."""
    groups = Groups(precision)
    for start in range(0, len(lats), size):
        groups.add(lats, lons, start, min(start + size, len(lats)))
        yield
    return groups


def ranked_by_cell(groups: Groups, latencies: Floats, limit: float, size: int) -> Steps[Faultset]:
    """The survivors of each group."""
    order = CellOrder(groups, (yield from ranked(latencies, limit, size)))
    while order.step():
        yield
    return Faultset(groups, order)


def fault_cells(
    lats: Floats, lons: Floats, latencies: Floats, limit: float, precision: int, size: int
) -> Steps[Faultset]:
    """Nodes by cell, and the survivors of each: ``rvhctl.core.policy.cells.faultset``."""
    groups = yield from grouped(lats, lons, precision, size)
    return (yield from ranked_by_cell(groups, latencies, limit, size))
