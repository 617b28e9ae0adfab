"""Row B: ``rvhctl.failover``."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.data import THRESHOLD_MS, columns
from rvhctl import failover


def prepare(case: str, size: int) -> Callable[[], list[str]]:
    ids, latencies = columns(case, size)
    return lambda: failover(ids, latencies, THRESHOLD_MS)
