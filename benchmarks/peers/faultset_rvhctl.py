"""Row U: ``rvhctl.faultset`` and ``rvhctl.evaluate`` of nodes as tuples, as dicts, or from columns."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.data import THRESHOLD_MS
from benchmarks.inputs import FleetColumns, fleet_columns
from rvhctl import NodeColumns, Policy, evaluate, faultset

FIELDS = ("id", "lat", "lon", "latency")


def columns(kind: str, fleet: FleetColumns) -> list[Any]:
    """The columns as lists, or as arrays of one of the three kinds that people have."""
    ids, *numbers = fleet
    if kind == "array":
        return [ids, *(array("d", column) for column in numbers)]
    if kind == "numpy":
        import numpy as np

        return [ids, *(np.array(column) for column in numbers)]
    import pyarrow as pa

    return [ids, *(pa.array(column) for column in numbers)]


def prepare(case: str, size: int) -> Callable[[], Sequence[object]]:
    work, kind = case.split(" ")
    fleet = fleet_columns(size)
    policy = Policy(threshold=THRESHOLD_MS)
    if kind in ("tuples", "dicts"):
        nodes: list[Any] = list(zip(*fleet, strict=True))
        if kind == "dicts":
            nodes = [dict(zip(FIELDS, node, strict=True)) for node in nodes]
        if work == "faultset":
            return lambda: faultset(nodes, THRESHOLD_MS, 6)
        return lambda: evaluate(nodes, policy, precision=6).answer
    ids, lats, lons, latencies = columns(kind, fleet)

    def given() -> NodeColumns:
        return NodeColumns(ids, lats=lats, lons=lons, latencies=latencies)

    if work == "faultset":
        return lambda: faultset(given(), THRESHOLD_MS, 6)
    return lambda: evaluate(given(), policy, precision=6).answer
