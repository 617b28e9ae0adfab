"""Rows X and Y by Polars: the cells of points (case ``cells``; polars-hash), or the rows of survivors with all
their columns (the case is the threshold)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

from benchmarks.inputs import node_table


def cells(nodes: pl.DataFrame) -> Callable[[], pl.Series]:
    import polars_hash

    points = pl.struct(latitude="lat", longitude="lon")
    cell = polars_hash.GeoHashingNameSpace(points).from_coords(9).alias("cell")
    return lambda: nodes.select(cell)["cell"]


def take(nodes: pl.DataFrame, limit: float) -> Callable[[], Iterable[object]]:
    survives = pl.col("latency") <= limit
    return lambda: nodes.filter(survives).sort("latency", maintain_order=True).iter_rows()


def prepare(case: str, size: int) -> Callable[[], Iterable[object]]:
    nodes = pl.from_arrow(node_table(size))
    assert isinstance(nodes, pl.DataFrame)
    nodes = nodes.rechunk()
    return cells(nodes) if case == "cells" else take(nodes, float(case))
