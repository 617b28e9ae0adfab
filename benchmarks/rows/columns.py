"""Rows W to Z: columns of Arrow, each contestant in a process of its own."""

from __future__ import annotations

from benchmarks.contest import Call, Goal, Role, Row
from benchmarks.data import Sizes
from benchmarks.inputs import LETTERS
from benchmarks.rows.common import THRESHOLD

SHARES = {"half": "180", "one in six": THRESHOLD}
"""Of the nodes, by threshold (ms)."""


def ours(name: str, case: str, sizes: Sizes, group: str = "", *modules: str) -> Call:
    return Call(
        name=name,
        role=Role.OURS,
        module="columns_rvhctl",
        case=case,
        size=sizes.nodes,
        group=group,
        modules=("pyarrow", *modules),
    )


def by(name: str, module: str, case: str, sizes: Sizes, *modules: str, group: str = "") -> Call:
    needed = ("pyarrow", *modules)
    return Call(name=name, module=module, case=case, size=sizes.nodes, group=group, modules=needed)


def key_column_row(key: str, buckets: int, sizes: Sizes) -> Row:
    whole, total = "ClickHouse, one thread", "ClickHouse, one thread, summed"
    loop = "loop over two C extensions"
    return Row(
        key=key,
        title=f"a column of {sizes.nodes:,} keys to one of bucket numbers, {buckets} buckets, a key",
        per=sizes.nodes,
        contestants=[
            ours("rvhctl", f"keys {buckets}", sizes),
            ours("rvhctl, summed", f"sum {buckets}", sizes, "sum"),
            by(whole, "columns_clickhouse", f"keys {buckets}", sizes, "chdb"),
            by(total, "columns_clickhouse", f"sum {buckets}", sizes, "chdb", group="sum"),
            by(loop, "columns_extensions", str(buckets), sizes, "jump", "xxhash"),
        ],
        goals=[Goal("rvhctl", 0.9, whole), Goal("rvhctl, summed", 0.9, total), Goal("rvhctl", 0.35, loop)],
    )


def cell_column_row(sizes: Sizes) -> Row:
    return Row(
        key="X",
        title=f"columns of {sizes.nodes:,} points to one of cells of 9 letters, a point",
        per=sizes.nodes,
        contestants=[
            ours("rvhctl", "cells", sizes),
            by("polars-hash", "columns_polars", "cells", sizes, "polars", "polars_hash"),
        ],
        goals=[Goal("rvhctl", 0.9, "polars-hash")],
    )


def survivor_column_row(sizes: Sizes) -> Row:
    return Row(
        key="Y",
        title=f"a column of {sizes.nodes:,} latencies to the rows of survivors, a node",
        per=sizes.nodes,
        contestants=[
            one
            for share, case in SHARES.items()
            for one in (
                ours(f"rvhctl, {share} survive", f"failover {case}", sizes, case),
                by(f"NumPy, {share} survive", "columns_numpy", case, sizes, "numpy", group=case),
            )
        ],
        goals=[Goal(f"rvhctl, {share} survive", 0.6, f"NumPy, {share} survive") for share in SHARES],
    )


def survivor_rows_row(sizes: Sizes) -> Row:
    return Row(
        key="Y-take",
        title=f"a table of {sizes.nodes:,} nodes to that of survivors, 4 columns, a node",
        per=sizes.nodes,
        contestants=[
            one
            for share, case in SHARES.items()
            for one in (
                ours(f"rvhctl and take, {share} survive", f"take {case}", sizes, case),
                ours(f"rvhctl on Polars' own, {share} survive", f"rows {case}", sizes, case, "polars"),
                by(f"Polars, {share} survive", "columns_polars", case, sizes, "polars", group=case),
            )
        ],
        goals=[
            Goal(f"{way}, {share} survive", 0.95, f"Polars, {share} survive")
            for share in SHARES
            for way in ("rvhctl and take", "rvhctl on Polars' own")
        ],
    )


def faultset_column_row(sizes: Sizes) -> Row:
    return Row(
        key="Z",
        title=f"columns of {sizes.nodes:,} nodes to the rows that faultset keeps, precision {LETTERS}, a node",
        per=sizes.nodes,
        contestants=[
            ours("rvhctl", "faultset", sizes),
            ours("faultset() of tuples", "nodes", sizes),
        ],
        goals=[Goal("rvhctl", 0.15, "faultset() of tuples")],
    )
