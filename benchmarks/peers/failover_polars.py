"""Row B by Polars: two lists in, a list of ids out."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from benchmarks.data import THRESHOLD_MS, columns


def failover(ids: list[str], latencies: list[float], threshold: float) -> list[str]:
    nodes = pl.DataFrame({"id": ids, "latency": latencies}, nan_to_null=True)
    survivors = nodes.filter(pl.col("latency") <= threshold).sort("latency", maintain_order=True)
    alive: list[str] = survivors["id"].to_list()
    return alive


def prepare(case: str, size: int) -> Callable[[], list[str]]:
    ids, latencies = columns(case, size)
    return lambda: failover(ids, latencies, THRESHOLD_MS)
