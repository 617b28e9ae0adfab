"""Row B by NumPy: two lists in, a list of ids out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.data import THRESHOLD_MS, columns


def failover(ids: list[str], latencies: list[float], threshold: float) -> list[str]:
    column = np.array(latencies)
    alive = np.flatnonzero(column <= threshold)
    order = alive[np.argsort(column[alive], kind="stable")]
    return [ids[i] for i in order.tolist()]


def prepare(case: str, size: int) -> Callable[[], list[str]]:
    ids, latencies = columns(case, size)
    return lambda: failover(ids, latencies, THRESHOLD_MS)
