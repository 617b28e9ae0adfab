"""The floor of row U: every number of the columns looked at once, and the list of the answer."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.data import THRESHOLD_MS
from benchmarks.inputs import fleet_columns


def prepare(case: str, size: int) -> Callable[[], list[str]]:
    ids, lats, lons, latencies = fleet_columns(size)
    alive = [row for row, latency in enumerate(latencies) if latency <= THRESHOLD_MS]

    def look() -> list[str]:
        sum(lats), sum(lons), sum(latencies)
        return [ids[row] for row in alive]

    return look
