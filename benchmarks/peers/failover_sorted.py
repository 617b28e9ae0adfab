"""Row B by the standard library: a filter, then ``sorted`` by the second of each pair."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter

from benchmarks.data import THRESHOLD_MS, columns


def failover(ids: list[str], latencies: list[float], threshold: float) -> list[str]:
    alive = [pair for pair in zip(ids, latencies, strict=True) if pair[1] <= threshold]
    return [node_id for node_id, _ in sorted(alive, key=itemgetter(1))]


def prepare(case: str, size: int) -> Callable[[], list[str]]:
    ids, latencies = columns(case, size)
    return lambda: failover(ids, latencies, THRESHOLD_MS)
