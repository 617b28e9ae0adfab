"""Row Y by NumPy: a column of latencies in, the indices of survivors out; the case is the threshold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.inputs import node_table


def prepare(case: str, size: int) -> Callable[[], Any]:
    latency = node_table(size)["latency"].to_numpy()
    limit = float(case)

    def failover() -> Any:
        alive = np.flatnonzero(latency <= limit)
        return alive[np.argsort(latency[alive], kind="stable")]

    return failover
