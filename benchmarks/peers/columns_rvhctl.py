"""Rows W to Z by ``rvhctl.arrow``: columns in, a column out; case ``nodes`` is ``rvhctl.faultset`` of tuples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow.compute as pc

from benchmarks.data import THRESHOLD_MS
from benchmarks.inputs import LETTERS, key_column, node_table
from rvhctl import arrow, faultset


def prepare(case: str, size: int) -> Callable[[], Iterable[object]]:
    work, _, number = case.partition(" ")
    if work in ("keys", "sum"):
        return buckets(work, int(number), size)
    table, limit = node_table(size), float(number or THRESHOLD_MS)
    if work == "rows":
        return polars_rows(table, limit)
    lat, lon, latency = (table[name].combine_chunks() for name in ("lat", "lon", "latency"))
    if work == "nodes":
        columns = (column.to_pylist() for column in (lat, lon, latency))
        nodes = list(zip(map(str, range(size)), *columns, strict=True))
        return lambda: faultset(nodes, limit, LETTERS)
    calls: dict[str, Callable[[], Iterable[object]]] = {
        "cells": lambda: arrow.geohash_encode(lat, lon, 9),
        "failover": lambda: arrow.failover(latency, limit),
        "take": lambda: rows_of(table.take(arrow.failover(latency, limit))),
        "faultset": lambda: arrow.faultset(lat, lon, latency, limit, LETTERS),
    }
    return calls[work]


def polars_rows(table: Any, limit: float) -> Callable[[], Iterable[object]]:
    """Rows of a DataFrame of Polars, whose texts have another layout than those of the table."""
    import polars as pl

    nodes = pl.DataFrame(table).rechunk()
    return lambda: nodes[pl.Series(arrow.failover(nodes["latency"], limit))].iter_rows()


def buckets(work: str, count: int, size: int) -> Callable[[], Iterable[object]]:
    keys = key_column(size)
    if work == "sum":
        return lambda: [pc.sum(arrow.jump_hash(keys, count))]
    return lambda: arrow.jump_hash(keys, count)


def rows_of(table: Any) -> Iterator[object]:
    """Made when they are asked for: that is no part of the work."""
    yield from zip(*(column.to_pylist() for column in table.columns), strict=True)
