"""Row U by NumPy: columns in, a list of ids out; case ``lists`` begins with lists, ``arrays`` with arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.data import THRESHOLD_MS
from benchmarks.inputs import fleet_columns

STEPS = 1 << 15  # of each axis, for six letters


def faultset(ids: list[str], lats: Any, lons: Any, latencies: Any, threshold: float) -> list[str]:
    lats, lons, latencies = np.asarray(lats), np.asarray(lons), np.asarray(latencies)
    rows = np.minimum((lats + 90) / 180 * STEPS, STEPS - 1).astype(np.int64)
    columns = np.minimum((lons + 180) / 360 * STEPS, STEPS - 1).astype(np.int64)
    _, first, group = np.unique(rows * STEPS + columns, return_index=True, return_inverse=True)
    alive = np.flatnonzero(latencies <= threshold)
    order = alive[np.lexsort((latencies[alive], first[group[alive]]))]
    return [ids[i] for i in order.tolist()]


def prepare(case: str, size: int) -> Callable[[], list[str]]:
    ids, *lists = fleet_columns(size)
    lats, lons, latencies = map(np.array, lists) if case == "arrays" else lists
    return lambda: faultset(ids, lats, lons, latencies, THRESHOLD_MS)
